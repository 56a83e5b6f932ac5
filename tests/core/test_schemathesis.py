"""The API does what its own OpenAPI document says, whatever is sent to it (spec 8).

Requests are made up from ``/api/schema`` by schemathesis, for every operation: what it allows and what it forbids. Ids,
versions and references are put where they belong, so that requests get past the door. Every example is undone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import hypothesis
import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.db import close_old_connections, transaction
from hypothesis import HealthCheck, Phase
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from backoffice.wsgi import application
from tests.scenarios.fixtures import shop, work
from tests.scenarios.shop import JSON, Shop

__all__ = ["shop", "work"]

pytestmark = pytest.mark.django_db

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]

EXAMPLES = max(1, hypothesis.settings.default.max_examples // 50)
"""Of what is allowed, per operation: 1, or 6 in CI."""

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
        values = {**self.values, "version": version}
        if isinstance(case.body, dict | list):
            case.body = _known(case.body, values)
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
def operations(db: None) -> list[Any]:
    config = schemathesis.Config.from_dict(
        {"generation": {"allow-x00": False, "allow-extra-parameters": False}}
    )
    with connection_kept():
        schema = schemathesis.openapi.from_wsgi("/api/schema", application, config=config)
    return [found.ok() for found in schema.get_all_operations()]


@pytest.fixture
def send(api_as: Callable[[str], Any]) -> Callable[[str], Callable[[Any], int]]:
    """``send("VIEWER")(case)`` sends it as that role, checks the answer, undoes it; the status."""

    def sender(role: str) -> Callable[[Any], int]:
        authorization = api_as(role)._credentials["HTTP_AUTHORIZATION"]

        def call(case: Any) -> int:
            with connection_kept(), transaction.atomic():
                try:
                    response = case.call(headers={"Authorization": authorization})
                    case.validate_response(response, checks=CHECKS)
                finally:
                    transaction.set_rollback(True)
            return int(response.status_code)

        return call

    return sender


def examples(operation: Any, mode: GenerationMode, number: int, test: Callable[[Any], object]) -> None:
    """Runs ``test`` with so many made-up requests, every time the same. Some operations have nothing to forbid."""

    @hypothesis.settings(
        max_examples=number,
        database=None,
        deadline=None,
        derandomize=True,
        phases=(Phase.generate,),
        suppress_health_check=tuple(HealthCheck),
    )
    @hypothesis.given(case=operation.as_strategy(generation_mode=mode))
    def run(case: Any) -> None:
        test(case)

    try:
        run()
    except hypothesis.errors.Unsatisfiable:
        if mode is GenerationMode.POSITIVE:
            raise


def test_what_is_allowed_is_answered_as_described(
    operations: list[Any], known: Known, send: Any, subtests: Any
) -> None:
    """As an administrator; most requests get to the end of what they ask for."""
    call, statuses = send("ADMINISTRATOR"), []

    def ask(case: Any) -> None:
        known.put_into(case)
        statuses.append(call(case))

    for operation in operations:
        with subtests.test(operation.label):
            examples(operation, GenerationMode.POSITIVE, EXAMPLES, ask)
    done = [status for status in statuses if status < 300]
    assert len(done) > len(statuses) / 2


def test_what_is_forbidden_is_refused_as_described(
    operations: list[Any], known: Known, send: Any, subtests: Any
) -> None:
    call = send("ADMINISTRATOR")
    for operation in operations:
        with subtests.test(operation.label):
            examples(operation, GenerationMode.NEGATIVE, max(1, EXAMPLES // 2), call)


def test_who_may_only_look_changes_nothing(
    operations: list[Any], known: Known, send: Any, subtests: Any
) -> None:
    call = send("VIEWER")

    def ask(case: Any) -> None:
        known.put_into(case)
        status = call(case)
        assert (
            case.method == "GET"
            or case.path in TRIED
            or case.path.endswith("/search")
            or status in (400, 401, 403, 404)
        ), status

    for operation in operations:
        with subtests.test(operation.label):
            examples(operation, GenerationMode.POSITIVE, max(1, EXAMPLES // 4), ask)


TRIED = frozenset(
    (
        "/api/promises/checkoutoptions",
        "/api/promises/checkoutoptions/collect/earliest",
        "/api/promises/checkoutoptions/delivery/earliest",
        "/api/promises/checkoutoptions/delivery/timeperiod",
        "/api/promises/checkoutoptions/delivery/timepoint",
        "/api/routing/strategies/{id}/evaluation",
        "/api/routing/strategies/{id}/nodes/{node_id}/evaluation",
        "/api/routingplans/{id}/decisionlogs/dryrun",
        "/api/waitingroom/simulations",
    )
)
"""What is posted and changes nothing."""


def deep(levels: int) -> Any:
    return {"a": [deep(levels - 1)]} if levels else "🛒"


NASTY: Mapping[str, Callable[[Any], Any]] = {
    "NUL": lambda value: f"{value}\0" if isinstance(value, str) else value,
    "emoji": lambda value: "🛒👩‍👩‍👧" if isinstance(value, str) else value,
    "long": lambda value: "x" * 70_000 if isinstance(value, str) else value,
    "2^63": lambda value: 2**63 if isinstance(value, int | float) and not isinstance(value, bool) else value,
    "huge": lambda value: -1e308 if isinstance(value, int | float) and not isinstance(value, bool) else value,
    "deep": lambda value: deep(5) if isinstance(value, str) else value,
    "nothing": lambda value: None,
}
"""What becomes of every value of a body; ``deep`` is ten levels."""


def spoiled(value: Any, change: Callable[[Any], Any]) -> Any:
    if isinstance(value, dict):
        return {key: inner if key == "name" else spoiled(inner, change) for key, inner in value.items()}
    if isinstance(value, list):
        return [spoiled(inner, change) for inner in value]
    return change(value)


def variants(case: Any) -> Iterator[Any]:
    """The case with nasty values: in its body all at once, and in its path and query."""
    body, path, query = case.body, dict(case.path_parameters or {}), dict(case.query or {})
    if isinstance(body, dict | list):
        for change in NASTY.values():
            case.body = spoiled(body, change)
            yield case
        if isinstance(body, dict):
            case.body = {**body, "customAttributes": deep(5)}
            yield case
        case.body = body
    for text in ("\0", "🛒", str(2**63), "x" * 5_000, "%2F"):
        case.path_parameters = dict.fromkeys(path, text)
        case.query = dict.fromkeys(query, text)
        if path or query:
            yield case


def test_nasty_values_are_survived(operations: list[Any], known: Known, send: Any, subtests: Any) -> None:
    """NUL, emoji, 2^63, ten levels of JSON, and nothing at all: whatever comes of it is described."""
    call = send("ADMINISTRATOR")

    def ask(case: Any) -> None:
        known.put_into(case)
        for variant in variants(case):
            call(variant)

    for operation in operations:
        with subtests.test(operation.label):
            examples(operation, GenerationMode.POSITIVE, 1, ask)
