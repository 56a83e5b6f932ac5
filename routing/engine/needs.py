"""What a fence or a rating needs beyond the facts that every decision has; a pass loads it only for those who do."""

from __future__ import annotations

from enum import StrEnum


class Need(StrEnum):
    """WORKLOAD: pick jobs per facility. EXPIRY, TURNOVER: see :class:`~routing.engine.facts.Shelves`. DOCUMENTS: the
    order, facilities and listings as JSON.
    """

    WORKLOAD = "WORKLOAD"
    EXPIRY = "EXPIRY"
    TURNOVER = "TURNOVER"
    DOCUMENTS = "DOCUMENTS"


NOTHING: frozenset[Need] = frozenset()


def needs_of(unit: object) -> frozenset[Need]:
    """The ``needs`` that a fence or a rating declares; most declare none."""
    declared: frozenset[Need] = getattr(unit, "needs", NOTHING)
    return declared
