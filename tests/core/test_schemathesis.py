"""The API does what its own OpenAPI document says, whatever is sent to it (spec 8).

Requests are made up from ``/api/schema`` by schemathesis, for every operation: what it allows and what it forbids. Ids,
versions and references are put where they belong, so that requests get past the door. Every example is undone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import hypothesis
import pytest
from django.db import transaction
from schemathesis import GenerationMode
from schemathesis.core.failures import FailureGroup
from schemathesis.specs.openapi.checks import ignored_auth

from backoffice.core.access import Role
from tests.core.madeup import (
    ALLOWED,
    CHECKS,
    EXPLORED,
    FORBIDDEN,
    Known,
    connection_kept,
    known,
    operations,
    same_for_every_commit,
    schema,
    so_many,
)
from tests.scenarios.fixtures import shop, work

__all__ = ["known", "operations", "same_for_every_commit", "schema", "shop", "work"]

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("same_for_every_commit")]

EXAMPLES = int(EXPLORED or max(1, hypothesis.settings.default.max_examples // 75))
"""Of what is allowed, per operation: 1, or 4 in CI."""


@pytest.fixture
def send(api_as: Callable[[str], Any]) -> Callable[..., Callable[[Any], int]]:
    """``send("VIEWER", CHECKS)(case)`` sends it as that role, checks the answer, undoes it; the status. What was done
    for the first time is asked for once more by nobody, and with a made-up token.
    """

    def sender(role: str, checks: list[Any]) -> Callable[[Any], int]:
        headers = {"Authorization": api_as(role)._credentials["HTTP_AUTHORIZATION"]}
        asked_for: set[str] = set()

        def call(case: Any) -> int:
            with connection_kept(), transaction.atomic():
                try:
                    response = case.call(headers=headers)
                    case.validate_response(response, checks=checks, headers=headers)
                    if response.status_code < 300 and case.operation.label not in asked_for:
                        asked_for.add(case.operation.label)
                        case.validate_response(response, checks=[ignored_auth], headers=headers)
                finally:
                    transaction.set_rollback(True)
            return int(response.status_code)

        return call

    return sender


def examples(operation: Any, mode: GenerationMode, number: int, test: Callable[[Any], object]) -> None:
    """Runs ``test`` with so many made-up requests and fails with all that differ. Some operations have nothing to
    forbid.
    """
    failures: dict[str, BaseException] = {}

    @so_many(number)
    @hypothesis.given(case=operation.as_strategy(generation_mode=mode))
    def run(case: Any) -> None:
        try:
            test(case)
        except (AssertionError, FailureGroup) as failure:
            reasons = getattr(failure, "exceptions", (failure,))
            failures.setdefault("\n".join(map(str, reasons)), failure)

    try:
        run()
    except hypothesis.errors.Unsatisfiable:
        if mode is GenerationMode.POSITIVE:
            raise
    if failures:
        raise BaseExceptionGroup(operation.label, list(failures.values()))


def test_what_is_allowed_is_answered_as_described(
    operations: list[Any], known: Known, send: Any, subtests: Any
) -> None:
    """As an administrator; most requests get to the end of what they ask for."""
    call, statuses = send("ADMINISTRATOR", ALLOWED), []

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
    call = send("ADMINISTRATOR", FORBIDDEN)
    for operation in operations:
        with subtests.test(operation.label):
            examples(operation, GenerationMode.NEGATIVE, max(1, EXAMPLES // 2), call)


@pytest.mark.parametrize("role", [role for role in Role if role != Role.ADMINISTRATOR])
def test_every_role_is_answered_as_described(
    role: Role, operations: list[Any], known: Known, send: Any, subtests: Any
) -> None:
    """Who may only look changes nothing."""
    call = send(role, ALLOWED)

    def ask(case: Any) -> None:
        known.put_into(case)
        status = call(case)
        assert (
            role != Role.VIEWER
            or case.method == "GET"
            or case.path in TRIED
            or case.path.endswith("/search")
            or status in (400, 401, 403, 404)
        ), status

    for operation in operations:
        with subtests.test(operation.label):
            examples(operation, GenerationMode.POSITIVE, 1, ask)


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
    call = send("ADMINISTRATOR", CHECKS)

    def ask(case: Any) -> None:
        known.put_into(case)
        for variant in variants(case):
            call(variant)

    for operation in operations:
        with subtests.test(operation.label):
            examples(operation, GenerationMode.POSITIVE, 1, ask)
