"""Whatever the OpenAPI document says that a search can be asked, the database can answer."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from drf_spectacular.generators import SchemaGenerator

from inventory.models import Reservation, Tag
from tests.factories.inventory import FacilityFactory, FacilityGroupFactory, ListingFactory
from tests.scenarios.shop import Shop

pytestmark = pytest.mark.django_db

WORDS = ("é'\\\"%_", "01a1fb8a-0000-7000-8000-000000000000")
VALUES: dict[str, tuple[Any, ...]] = {
    "string": WORDS,
    "number": (-1.5, 2**63 - 1),
    "boolean": (True, False),
    "date-time": ("2026-05-01T00:00:00Z",),
}


def conditions(schema: Any, components: Any) -> Iterator[Any]:
    """A query for each operator at each path; ``and`` and ``or`` lead back to the whole."""
    if "$ref" in schema:
        schema = components[schema["$ref"].rpartition("/")[2]]
    for key, inner in schema.get("properties", {}).items():
        if key not in ("and", "or"):
            yield from ({key: one} for one in _within(inner, components))
    if isinstance(more := schema.get("additionalProperties"), dict):
        yield from ({"any": one} for one in _within(more, components))


def _within(schema: Any, components: Any) -> Iterator[Any]:
    if "$ref" in schema or schema.get("type") == "object":
        yield from conditions(schema, components)
    elif "oneOf" in schema:
        for one in schema["oneOf"]:
            yield from _within(one, components)
    elif schema["type"] == "array":
        yield list(_within(schema["items"], components))
    else:
        yield from VALUES[schema.get("format", schema["type"])]


def sorts(schema: Any) -> Iterator[Any]:
    if schema.get("type") == "string":
        yield from schema["enum"]
        return
    for key, inner in schema.get("properties", {}).items():
        yield from ({key: one} for one in sorts(inner))
    if isinstance(more := schema.get("additionalProperties"), dict):
        yield from ({"any": one} for one in sorts(more))


@pytest.fixture
def rows(shop: Shop) -> Shop:
    """One row at least of each kind."""
    FacilityGroupFactory(members=[FacilityFactory()])
    ListingFactory()
    Tag.objects.create(id="brand")
    shop.stock("A", "X", 1)
    shop.order({"X": 1})
    shop.order({"X": 1}, collect="A")
    assert Reservation.objects.exists()
    return shop


def test_every_operator_and_sort_key_is_understood(api: Any, rows: Shop) -> None:
    document = SchemaGenerator().get_schema(request=None, public=True)
    components = document["components"]["schemas"]
    searches = {path: ops["post"] for path, ops in document["paths"].items() if path.endswith("/search")}
    assert len(searches) >= 9
    for path, operation in searches.items():
        reference = operation["requestBody"]["content"]["application/json"]["schema"]["$ref"]
        payload = components[reference.rpartition("/")[2]]["properties"]
        queries = list(conditions(payload["query"], components))
        # Many at once, since each needs but be compiled and answered; one that is refused names itself.
        for start in range(0, len(queries), 80):
            together = queries[start : start + 80]
            answer = api.post(path, {"query": {"or": together}, "size": 1})
            if answer.status_code == 400:  # leave out what may be refused, so that the rest is asked
                assert_understood(answer, path)
                refused = {int(error["field"].split("[")[1].split("]")[0]) for error in answer.json()}
                together = [one for index, one in enumerate(together) if index not in refused]
                answer = api.post(path, {"query": {"or": together}, "size": 1})
            assert answer.status_code == 200, (path, together)
        for sort in sorts(payload["sort"]["items"]):
            first = api.post(path, {"query": {}, "sort": [sort], "size": 1, "options": {"withTotal": True}})
            assert_understood(first, (path, sort))
            assert first.json()["total"] > 0, path
            cursor = first.json()["pageInfo"]["endCursor"]
            for way in ({"after": cursor}, {"before": cursor}):
                answer = api.post(path, {"query": {}, "sort": [sort], **way})
                assert answer.status_code == 200, (path, sort, way, answer.content)


def assert_understood(response: Any, what: Any) -> None:
    """Durations are texts to the document, and ``like`` has a grammar: such values may be refused, nothing else."""
    assert response.status_code in (200, 400), (what, response.content)
    if response.status_code == 400:
        fields = [error["field"].rpartition(".")[2] for error in response.json()]
        assert set(fields) <= {"after", "before", "like"}, (what, response.json())
