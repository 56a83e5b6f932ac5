"""The public contract, where its OpenAPI document is at hand: what it says that answers look like.

It is not part of this repository. It is looked for in the file that ``ANTEROOM_CONTRACT`` names, else beside the
checkout, in ``shared/contract/openapi-subset.json``.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from django.conf import settings

JSON = dict[str, Any]


def load() -> Contract:
    """Skips the test where the document is absent."""
    beside = Path(settings.BASE_DIR).parent / "shared" / "contract" / "openapi-subset.json"
    path = Path(os.environ.get("ANTEROOM_CONTRACT", beside))
    if not path.is_file():
        pytest.skip("needs the contract: name its OpenAPI document in ANTEROOM_CONTRACT")
    return Contract(json.loads(path.read_text(encoding="utf-8")))


class Contract:
    def __init__(self, document: JSON) -> None:
        self.paths: JSON = document["paths"]
        self._document = document
        self._definitions = {"components": _as_json_schema(document["components"])}

    def answer(self, method: str, path: str, status: int) -> JSON | None:
        """The schema of that answer; nothing where the contract says nothing about its body."""
        content = self.paths[path][method]["responses"][str(status)].get("content")
        return None if content is None else content["application/json"]["schema"]

    def searches(self) -> dict[str, JSON]:
        """The bodies of its searches, by what they look for: ``Stock``; in a document of ours ``StockRequest``."""
        schemas = self._document["components"]["schemas"]
        return {
            name.replace("SearchPayload", ""): body
            for name, body in schemas.items()
            if "SearchPayload" in name
        }

    def keys(self, schema: JSON) -> set[str]:
        """What an object may have, whichever of its parts says so."""
        whole = self._whole(schema)
        return {
            key
            for part in (whole, *whole.get("allOf", ()))
            for key in self._whole(part).get("properties", {})
        }

    def leaves(self, schema: JSON) -> set[str]:
        """The paths at which one of several words may stand."""
        return set(self._leaves(schema, ""))

    def _leaves(self, schema: JSON, path: str) -> Iterator[str]:
        whole = self._whole(schema)
        for part in whole.get("allOf", ()):
            yield from self._leaves(part, path)
        for name, inner in whole.get("properties", {}).items():
            yield from self._leaves(inner, f"{path}.{name}" if path else name)
        if "enum" in whole:
            yield path

    def _whole(self, schema: JSON) -> JSON:
        name = schema.get("$ref", "").rpartition("/")[2]
        found: JSON = self._document["components"]["schemas"][name] if name else schema
        return found

    def problems(self, schema: JSON, answer: Any) -> list[str]:
        """What of the answer is not as the schema says."""
        validator = jsonschema.Draft202012Validator({**_as_json_schema(schema), **self._definitions})
        return [f"{error.json_path}: {error.message[:200]}" for error in validator.iter_errors(answer)]


def _as_json_schema(part: Any) -> Any:
    """OpenAPI 3.0 as JSON Schema: ``nullable`` is another type.

    An answer may have more than the contract knows; so it may look like several alternatives that only differ in that.
    """
    if isinstance(part, list):
        return [_as_json_schema(one) for one in part]
    if not isinstance(part, dict):
        return part
    kept = {
        key: _as_json_schema(value) for key, value in part.items() if key not in ("example", "discriminator")
    }
    if kept.get("additionalProperties") is False:
        del kept["additionalProperties"]
    if "oneOf" in kept:
        kept["anyOf"] = kept.pop("oneOf")
    if kept.pop("nullable", False) is True:
        return {"anyOf": [kept, {"type": "null"}]}
    return kept
