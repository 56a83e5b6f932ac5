"""The public contract, where its OpenAPI document is at hand: what it says that answers look like.

It is not part of this repository. It is looked for in the file that ``ANTEROOM_CONTRACT`` names, else beside the
checkout, in ``shared/contract/openapi-subset.json``.
"""

from __future__ import annotations

import json
import os
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
        self._definitions = {"components": _as_json_schema(document["components"])}

    def answer(self, method: str, path: str, status: int) -> JSON | None:
        """The schema of that answer; nothing where the contract says nothing about its body."""
        content = self.paths[path][method]["responses"][str(status)].get("content")
        return None if content is None else content["application/json"]["schema"]

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
