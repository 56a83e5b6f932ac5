"""Every list of the API, in every order that it has, as its OpenAPI document tells: so that none is forgotten."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from drf_spectacular.generators import SchemaGenerator

ANYTHING = "anything"
"""A sort key where any key will do: clients' own attributes."""


@dataclass(frozen=True, slots=True)
class ApiList:
    """A list at ``path``, whose ``{names}`` are to be filled in; with a ``sort`` it is a search, else a GET."""

    path: str
    order_by: str = ""
    sort: tuple[str, ...] | None = None

    @property
    def label(self) -> str:
        return " ".join((self.path, self.order_by, ".".join(self.sort or ()))).strip()

    @property
    def query(self) -> dict[str, str]:
        return {"orderBy": self.order_by} if self.order_by else {}

    def body(self, **page: Any) -> dict[str, Any]:
        """What a search asks for."""
        if not self.sort:
            return {"query": {}, **page}
        *way, direction = self.sort
        wanted: Any = direction
        for key in reversed(way):
            wanted = {key: wanted}
        return {"query": {}, "sort": [wanted], **page}


def api_lists() -> list[ApiList]:
    """In the order of their paths."""
    schema = SchemaGenerator().get_schema(request=None, public=True)
    return sorted(_lists(schema), key=lambda one: one.label)


def _lists(schema: Mapping[str, Any]) -> Iterator[ApiList]:
    for path, operations in schema["paths"].items():
        get, post = operations.get("get", {}), operations.get("post", {})
        parameters = {one["name"]: one["schema"] for one in get.get("parameters", ())}
        if "startAfterId" in parameters:
            yield ApiList(path)
            for order in parameters.get("orderBy", {}).get("enum", ()):
                yield ApiList(path, order_by=order)
        if path.endswith("/search"):
            reference = post["requestBody"]["content"]["application/json"]["schema"]["$ref"]
            payload = schema["components"]["schemas"][reference.rpartition("/")[2]]
            yield ApiList(path, sort=())
            for sort in _sorts(payload["properties"]["sort"]["items"]):
                yield ApiList(path, sort=sort)


def _sorts(schema: Mapping[str, Any]) -> Iterator[tuple[str, ...]]:
    """Ways through the document of a sort; where any key will do, one of them."""
    if "enum" in schema:
        yield from ((direction,) for direction in schema["enum"])
    members = dict(schema.get("properties", {}))
    if isinstance(anything := schema.get("additionalProperties"), dict):
        members[ANYTHING] = anything
    for key, inner in members.items():
        yield from ((key, *rest) for rest in _sorts(inner))
