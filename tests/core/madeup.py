"""Requests that schemathesis makes up from ``/api/schema``, and what there is that they may speak of."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import hypothesis
import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from hypothesis import HealthCheck, Phase
from hypothesis.internal.conjecture import providers
from hypothesis.internal.constants_ast import Constants
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import AcceptedNegativeData
from schemathesis.openapi.checks import RejectedPositiveData
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    positive_data_acceptance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from backoffice.wsgi import application
from tests.core.beyondschema import untold
from tests.scenarios.shop import JSON, Shop

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
"""Of every answer, whatever was sent."""


def accepted_as_described(ctx: Any, response: Any, case: Any) -> bool | None:
    """What the document allows is done, unless what it names is not there, not now or not for this role, or one of the
    rules refuses it that no document can say.
    """
    try:
        return bool(positive_data_acceptance(ctx, response, case))
    except RejectedPositiveData:
        if response.status_code != 400:
            raise
    errors = untold(response, case.operation.label)
    assert not errors, f"The document allows what is refused: {errors}"
    return None


def refused_as_described(ctx: Any, response: Any, case: Any) -> bool | None:
    """What the document forbids is refused: the request, or, where each item succeeds or fails by itself, an item."""
    try:
        return bool(negative_data_rejection(ctx, response, case))
    except AcceptedNegativeData:
        if response.status_code == 207 and any(item["status"] == "FAILED" for item in response.json()):
            return None
        raise


ALLOWED = [*CHECKS, accepted_as_described]
FORBIDDEN = [*CHECKS, refused_as_described]

EXPLORED = os.environ.get("ANTEROOM_SCHEMA_EXAMPLES")
"""How many others are made up than those of every day, which are always the same."""


def so_many(number: int, **more: Any) -> hypothesis.settings:
    """That many examples, the same every time unless one explores."""
    return hypothesis.settings(
        max_examples=number,
        database=None,
        deadline=None,
        derandomize=not EXPLORED,
        phases=(Phase.generate,),
        suppress_health_check=tuple(HealthCheck),
        **more,
    )


LEFT_OUT = ("startAfterId", "after", "before", "last")
"""Cursors are not made up: none would be one."""


@dataclass(frozen=True)
class Known:
    """What there is: ``ids`` and ``versions`` by the path segment before the id, ``values`` by the name of a field."""

    ids: Mapping[str, str]
    versions: Mapping[str, int]
    values: Mapping[str, Any]

    def put_into(self, case: Any) -> None:
        """Lets the case speak of what there is."""
        segments = case.path.split("/")
        version = 1
        for collection, parameter in pairwise(segments):
            if parameter.startswith("{") and collection in self.ids:
                case.path_parameters[parameter.strip("{}")] = self.ids[collection]
                version = self.versions.get(collection, version)
        self.put_values_into(case, version)

    def put_values_into(self, case: Any, version: int) -> None:
        """What the case is about stays as it is."""
        values = {**self.values, "version": version}
        if isinstance(case.body, dict | list):
            case.body = _known(case.body, values)
        if case.path.endswith("/search") and isinstance(case.body, dict):
            case.body = {name: value for name, value in case.body.items() if name not in LEFT_OUT}
        if case.query:
            case.query = {
                name: value
                for name, value in _known(dict(case.query), values).items()
                if name not in LEFT_OUT
            }


def _known(value: Any, values: Mapping[str, Any]) -> Any:
    """The same with known values in their places, where they are of the same kind."""
    if isinstance(value, list):
        return [_known(inner, values) for inner in value]
    if not isinstance(value, dict):
        return value
    return {
        key: {"en_US": "Name"}
        if key.endswith("Localized") and isinstance(inner, dict)
        else inner
        if key == "sort"
        else values[key]
        if key in values and isinstance(inner, type(values[key]))
        else _known(inner, values)
        for key, inner in value.items()
    }


@pytest.fixture
def known(shop: Shop) -> Known:
    """A shop with one of nearly everything."""
    shop.stock("A", "SKU", 10)
    shop.listing("A", "LATER", behaviour="BACKORDER")
    order, waiting = shop.order({"SKU": 1}), shop.order({"LATER": 1})
    here = shop.id_of("A")
    group: JSON = {"tenantFacilityGroupId": "G", "nameLocalized": {"en_US": "G"}, "facilityRefs": [here]}
    purchase: JSON = {
        "orderDate": "2026-05-01T00:00:00Z",
        "requestedDate": {"type": "ASAP"},
        "requestedItems": [{"tenantArticleId": "SKU", "quantity": {"value": 3}}],
    }
    groups = shop.call("post", "facilitygroups", group, expect=201)
    inbound = shop.call("post", "inboundprocesses", {"facilityRef": here, "purchaseOrder": purchase})
    (strategy,) = shop.get("routing/strategies")["routingStrategies"]
    found = {
        "articles": shop.get("articles/SKU"),
        "facilities": shop.get(f"facilities/{here}"),
        "facilitygroups": groups,
        "inboundprocesses": inbound,
        "listings": shop.read_listing("A", "SKU"),
        "orderlineitems": order.document["orderLineItems"][0],
        "orders": order.document,
        "pickjobs": order.pick_job,
        "processes": shop.get(f"processes/{order.id}"),
        "reservations": shop.get("reservations")["reservations"][0],
        "routingplans": waiting.plan,
        "stocks": shop.get("stocks")["stocks"][0],
        "strategies": strategy,
    }
    return Known(
        ids={name: str(one["id"]) for name, one in found.items()}
        | {"articles": "SKU", "listings": "SKU", "nodes": strategy["rootNode"]["id"]}
        | {"decisionlogs": "1", "revisions": "1"},
        versions={name: one.get("version", 1) for name, one in found.items()},
        values={
            "country": "DE",
            "facilityRef": here,
            "facilityRefs": [here],
            "orderRef": order.id,
            "processRef": order.id,
            "routingPlanRef": waiting.plan["id"],
            "tenantArticleId": "SKU",
            "tenantArticleRef": "SKU",
            "tenantFacilityId": "A",
        },
    )


@contextmanager
def connection_kept() -> Iterator[None]:
    """Requests come by WSGI, which looks after the connection before and after each: it is the test's, who is in the
    middle of a transaction. Django's own test client does the same, and connects both again.
    """
    both = (request_started, request_finished)
    for signal in both:
        signal.disconnect(close_old_connections)
    try:
        yield
    finally:
        for signal in both:
            signal.connect(close_old_connections)


@pytest.fixture
def same_for_every_commit(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Hypothesis throws the constants of the project's code in, so that a commit would fail for what it has not
    changed: other requests are made up after every one.
    """
    monkeypatch.setattr(providers.HypothesisProvider, "_local_constants", Constants())
    providers.CONSTANTS_CACHE.cache.clear()
    yield
    providers.CONSTANTS_CACHE.cache.clear()


@pytest.fixture
def schema(db: None) -> Any:
    config = schemathesis.Config.from_dict(
        {"generation": {"allow-x00": False, "allow-extra-parameters": False}}
    )
    with connection_kept():
        return schemathesis.openapi.from_wsgi("/api/schema", application, config=config)


@pytest.fixture
def operations(schema: Any) -> list[Any]:
    return [found.ok() for found in schema.get_all_operations()]
