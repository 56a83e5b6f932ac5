"""Bodies whose ``name`` says what is to be done."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from backoffice.core.errors import Invalid, Problem

A = TypeVar("A")


def named(body: Any, actions: Mapping[str, A], of: str) -> A:
    """The action that the body names.

    :raises Invalid: it names none, or one that there is not.
    """
    name = body.get("name") if isinstance(body, Mapping) else None
    action = actions.get(name) if isinstance(name, str) else None
    if action is None:
        known = ", ".join(actions)
        message = f"The name of the action is missing: give one of {known}."
        if name is not None:
            message = f"There is no action {name} for {of}: give one of {known}."
        raise Invalid.many([Problem("name", message, "ACTION_UNKNOWN" if name is not None else "REQUIRED")])
    return action
