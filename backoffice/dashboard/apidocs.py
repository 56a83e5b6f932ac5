"""What the OpenAPI document says beyond each endpoint's own words: examples from all floors."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from drf_spectacular.plumbing import get_lib_doc_excludes

from backoffice.core.api.serializers import StrictSerializer
from inventory.api import examples as inventory
from inventory.api.shapes import ResourceSerializer
from orders.api import examples as orders
from routing.api import examples as routing

EXAMPLES: Mapping[tuple[str, str], Any] = {
    **inventory.EXAMPLES,
    **orders.EXAMPLES,
    **routing.EXAMPLES,
    **inventory.LATER,
    **orders.LATER,
}
"""By method and path; the order is that of the story that they tell."""


def silent_bases() -> list[type]:
    """Classes whose docstrings are for whoever reads the code: what is derived from them has its own, or none."""
    return [*get_lib_doc_excludes(), StrictSerializer, ResourceSerializer]


def add_examples(result: dict[str, Any], **_: Any) -> dict[str, Any]:
    """A hook of the generator; an example of something that is gone is an error there and then.

    :raises KeyError: there is no such endpoint, or it takes no body.
    """
    for (method, path), example in EXAMPLES.items():
        body = result["paths"][f"/api/{path}"][method.lower()]["requestBody"]
        body["content"]["application/json"]["example"] = example
    return result
