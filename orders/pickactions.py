"""What can be done with a pick job, and when (P1): the table of moves, and what a picker reports."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Any
from uuid import UUID

from orders.models import PickJobStatus


class PickAction(StrEnum):
    """What somebody does with a pick job. REJECT, EXPIRE and RESTOW are statuses that clients set (spec 5)."""

    START = "START"
    PICK = "PICK"
    PAUSE = "PAUSE"
    RESTART = "RESTART"
    RESET = "RESET"
    CLOSE = "CLOSE"
    ABORT = "ABORT"
    CANCEL = "CANCEL"
    OBSOLETE = "OBSOLETE"
    REJECT = "REJECT"
    EXPIRE = "EXPIRE"
    RESTOW = "RESTOW"


_S = PickJobStatus
_UNSTARTED = (_S.OPEN, _S.WAITING_FOR_INPUT)
_UNFINISHED = (*_UNSTARTED, _S.IN_PROGRESS, _S.PAUSED)

MOVES: Mapping[PickAction, tuple[tuple[PickJobStatus, ...], PickJobStatus]] = MappingProxyType(
    {
        PickAction.START: ((_S.OPEN,), _S.IN_PROGRESS),
        PickAction.PICK: ((_S.IN_PROGRESS,), _S.PICKED),
        PickAction.PAUSE: ((_S.IN_PROGRESS,), _S.PAUSED),
        PickAction.RESTART: ((_S.PAUSED,), _S.IN_PROGRESS),
        PickAction.RESET: ((_S.IN_PROGRESS, _S.PAUSED), _S.OPEN),
        PickAction.CLOSE: ((_S.IN_PROGRESS, _S.PICKED), _S.CLOSED),
        PickAction.ABORT: (_UNFINISHED, _S.ABORTED),
        PickAction.CANCEL: (_UNFINISHED, _S.CANCELED),
        PickAction.OBSOLETE: (_UNFINISHED, _S.OBSOLETE),
        PickAction.REJECT: (_UNSTARTED, _S.REJECTED),
        PickAction.EXPIRE: (_UNSTARTED, _S.EXPIRED),
        PickAction.RESTOW: ((_S.ABORTED, _S.CANCELED), _S.RESTOWED),
    }
)
"""From which statuses an action leads, and where to. A job that is picked only in part stays IN_PROGRESS."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LineReport:
    """What a picker says about a line; ``None`` leaves what was said before. ``done``: nothing more will be said.

    ``path`` is where the report stands in the request, for problems.
    """

    line_id: UUID
    path: str = "lineItems[]"
    picked: int | None = None
    done: bool = True
    stock_emptied: bool | None = None
    short_pick_reason: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to do with a job: the first of ``actions`` that fits its status.

    A PICK with ``finishes`` needs every line to have been reported by then.
    """

    actions: tuple[PickAction, ...]
    reports: tuple[LineReport, ...] = ()
    finishes: bool = False
