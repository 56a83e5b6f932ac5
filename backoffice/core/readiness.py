"""What must be well for Anteroom to do its work. Each floor registers checks of its own (spec 8, "Operations")."""

from __future__ import annotations

from collections.abc import Callable, Container
from dataclasses import dataclass

import structlog

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Finding:
    """``detail`` is for operators: what was found, in words and numbers, without secrets."""

    ok: bool
    detail: str = ""


@dataclass(frozen=True, slots=True)
class NamedFinding:
    """``remedy`` is what to do where something is not well."""

    name: str
    ok: bool
    detail: str
    remedy: str


Check = Callable[[], Finding]

_checks: dict[str, tuple[Check, str]] = {}


def register(name: str, check: Check, *, remedy: str = "") -> None:
    """Makes ``check`` part of ``/readyz``; called by ``AppConfig.ready``. It must answer within seconds."""
    _checks[name] = check, remedy


def names() -> frozenset[str]:
    """Of all checks."""
    return frozenset(_checks)


def examine(only: Container[str] | None = None) -> list[NamedFinding]:
    """Runs every check, or those that ``only`` names."""
    return [
        judge(name, check, remedy)
        for name, (check, remedy) in _checks.items()
        if only is None or name in only
    ]


def judge(name: str, check: Check, remedy: str) -> NamedFinding:
    """What the check found. One that fails to run counts as not well."""
    try:
        finding = check()
    except Exception as error:
        log.warning("readiness_check_failed", check=name, exc_info=error)
        return NamedFinding(name, ok=False, detail=type(error).__name__, remedy=remedy)
    return NamedFinding(name, finding.ok, finding.detail, "" if finding.ok else remedy)
