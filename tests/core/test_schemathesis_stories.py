"""One request leads to the next: what an answer names is asked for, changed and deleted, by every role (spec 8).

The stories are schemathesis': it finds out from ``/api/schema`` which answers have what which requests need. They are
made of what the role may do; that the rest is refused, and what the document forbids, is tested one by one
(:mod:`tests.core.test_schemathesis`).
"""

from __future__ import annotations

from typing import Any

import hypothesis
import pytest
from django.db import transaction
from schemathesis.specs.openapi.checks import ensure_resource_availability, use_after_free

from backoffice.core.access import Role
from tests.core.madeup import (
    ALLOWED,
    EXPLORED,
    Known,
    connection_kept,
    known,
    same_for_every_commit,
    schema,
    so_many,
)
from tests.core.test_api_permissions import EXPECTED, allowed
from tests.scenarios.fixtures import shop, work

__all__ = ["known", "same_for_every_commit", "schema", "shop", "work"]

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("same_for_every_commit")]

STORIES = int(EXPLORED or max(4, hypothesis.settings.default.max_examples // 20))
"""Per role: 4, or 15 in CI."""

STEPS = 8


def may(role: Role, operation: Any) -> bool:
    """What the role may do; of actions that ask for more than their endpoint does, a viewer may do none.

    No story begins where nothing is found that was made up.
    """
    if operation.path == "/api/process":
        return False
    needed = EXPECTED[operation.path.removeprefix("/api/")][operation.method.upper()]
    reads = operation.method == "get" or operation.path.endswith("/search")
    return allowed(role, needed) and (role != Role.VIEWER or reads)


@pytest.mark.parametrize("role", list(Role))
def test_what_is_answered_can_be_gone_on_with(role: Role, schema: Any, known: Known, api_as: Any) -> None:
    authorization = {"Authorization": api_as(role)._credentials["HTTP_AUTHORIZATION"]}
    statuses: list[int] = []

    possible = schema.include(lambda context: may(role, context.operation))

    class Story(possible.as_state_machine()):  # type: ignore[misc]
        """Everything is undone at its end."""

        rule_order_seed = 1

        def setup(self) -> None:
            self.versions: dict[str, int] = {}
            self.undone = transaction.atomic()
            self.undone.__enter__()

        def teardown(self) -> None:
            transaction.set_rollback(True)
            self.undone.__exit__(None, None, None)

        def step(self, input: Any) -> Any:
            if input.is_applied:
                named = [str(value) for value in (input.case.path_parameters or {}).values()]
                version = next((self.versions[one] for one in reversed(named) if one in self.versions), 1)
                known.put_values_into(input.case, version)
            else:
                known.put_into(input.case)
            return super().step(input)

        def get_call_kwargs(self, case: Any) -> dict[str, Any]:
            return {"headers": authorization}

        def call(self, case: Any, **options: Any) -> Any:
            with connection_kept():
                return case.call(**options)

        def after_call(self, response: Any, case: Any) -> None:
            statuses.append(response.status_code)
            document = response.json() if response.content else None
            if isinstance(document, dict) and "id" in document and "version" in document:
                self.versions[str(document["id"])] = document["version"]

        def validate_response(self, response: Any, case: Any, **options: Any) -> None:
            checks = [*ALLOWED, use_after_free, ensure_resource_availability]
            with connection_kept():
                case.validate_response(response, checks=checks, **options)

    Story.run(settings=so_many(STORIES, stateful_step_count=STEPS))
    done = [status for status in statuses if status < 300]
    assert len(done) > len(statuses) / 4
