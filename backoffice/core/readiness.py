"""What must be well for Anteroom to do its work. Each floor registers checks of its own (spec 8, "Operations")."""

from __future__ import annotations

from collections.abc import Callable
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
    name: str
    ok: bool
    detail: str


Check = Callable[[], Finding]

_checks: dict[str, Check] = {}


def register(name: str, check: Check) -> None:
    """Makes ``check`` part of ``/readyz``; called by ``AppConfig.ready``. It must answer within seconds."""
    _checks[name] = check


def examine() -> list[NamedFinding]:
    """Runs every check. One that fails to run counts as not well."""
    return [_run(name, check) for name, check in _checks.items()]


def _run(name: str, check: Check) -> NamedFinding:
    try:
        finding = check()
    except Exception as error:
        log.warning("readiness_check_failed", check=name, exc_info=error)
        return NamedFinding(name, ok=False, detail=type(error).__name__)
    return NamedFinding(name, finding.ok, finding.detail)
