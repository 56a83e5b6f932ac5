"""What the engine knows about facilities, orders and plans: frozen, comparable, free of the database."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from typing import Any
from uuid import UUID

from routing.engine.hours import AROUND_THE_CLOCK, Hours


@dataclass(frozen=True, slots=True)
class FacilityFacts:
    """A candidate. ``rank`` settles ties, the lower wins (R2); coordinates are degrees; ``groups`` are group ids.

    ``buffer`` are the minutes until an order is processed. ``operative_cost`` is per order, in ``currency``; None where
    it is not known. ``open_jobs`` are pick jobs that are not finished, ``jobs_today`` finished ones made today, in the
    facility's zone; both are loaded only for a policy that needs them (:mod:`routing.engine.needs`).
    """

    id: UUID
    name: str
    location_type: str = "STORE"
    services: frozenset[str] = frozenset()
    country: str = ""
    latitude: float | None = None
    longitude: float | None = None
    rank: int = 100
    groups: frozenset[str] = frozenset()
    postal_code: str = ""
    carriers: frozenset[str] = frozenset()
    hours: Hours = AROUND_THE_CLOCK
    buffer: int = 0
    operative_cost: float | None = None
    currency: str = ""
    open_jobs: int = 0
    jobs_today: int = 0


@dataclass(frozen=True, slots=True)
class OrderFacts:
    """All of an order that fences, ratings and context rules look at, apart from its lines.

    Plans that share these facts share their verdicts: a pass works them out once (spec 7, "verdict patterns").
    ``tags`` holds each tag as ``id`` and as ``id:value`` (B2); ``ordering_groups`` are the groups of the facility that
    ordered for itself; ``blacklist`` are facilities that automatic routing must not use (R9). ``preselected`` and
    ``carriers`` are those that a shipping order prefers (F4). Only ratings look at ``postal_code``, which therefore
    keeps no plans from sharing their verdicts.
    """

    delivery_type: str = "SHIPPING"
    service_level: str = "DELIVERY"
    collect_facility: UUID | None = None
    country: str = ""
    latitude: float | None = None
    longitude: float | None = None
    tags: frozenset[str] = frozenset()
    ordering_groups: frozenset[str] = frozenset()
    blacklist: frozenset[UUID] = frozenset()
    preselected: frozenset[UUID] = frozenset()
    carriers: frozenset[str] = frozenset()
    postal_code: str = field(default="", compare=False)

    @property
    def collects(self) -> bool:
        return self.delivery_type == "COLLECT"

    @property
    def same_day(self) -> bool:
        return self.service_level == "SAMEDAY"


@dataclass(frozen=True, slots=True)
class Line:
    """``quantity`` units of an article; ``id`` is the plan line's."""

    id: UUID
    article: UUID
    quantity: int


@dataclass(frozen=True, slots=True)
class Unit:
    """What is routed as one: a plain line, or all lines of a bundle (S2, F3)."""

    lines: tuple[Line, ...]
    bundle: UUID | None = None


@dataclass(frozen=True)
class Plan:
    """A plan to be decided. ``rank`` is its place in the release order: bytes that sort."""

    id: UUID
    rank: bytes
    order: OrderFacts
    units: tuple[Unit, ...]
    _lines: tuple[Line, ...] = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_lines", tuple(line for unit in self.units for line in unit.lines))

    @property
    def lines(self) -> tuple[Line, ...]:
        return self._lines

    @cached_property
    def needs(self) -> dict[UUID, int]:
        """Units needed per article, over all lines."""
        needs: dict[UUID, int] = {}
        for line in self._lines:
            needs[line.article] = needs.get(line.article, 0) + line.quantity
        return needs


@dataclass(frozen=True, slots=True)
class Bucket:
    """``units`` of expected stock that may still be promised; ``date`` is a calendar day at the facility (W6)."""

    id: int
    facility: int
    date: date
    units: int


@dataclass(frozen=True, slots=True)
class Shelves:
    """What ratings ask about the plans' articles at facilities, by article and facility index.

    ``expires`` is when the first units will no longer be available, ``picked`` are units picked in the last four weeks.
    What is not known is left out; each is loaded only for a policy that needs it.
    """

    expires: Mapping[UUID, Mapping[int, datetime]] = field(default_factory=dict)
    picked: Mapping[UUID, Mapping[int, int]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Documents:
    """Orders, facilities and listings as JSON, as the API shows them, for rules that people write.

    ``plans`` has, by plan id, the documents that belong to the order, by the contract's entity; ``lines`` has, by plan
    line id, the order with that line alone. ``facilities`` and ``carriers`` are by facility index, ``listings`` by
    article and facility index. Loaded only for a policy that needs them.
    """

    plans: Mapping[UUID, Mapping[str, Sequence[Mapping[str, Any]]]] = field(default_factory=dict)
    lines: Mapping[UUID, Mapping[str, Any]] = field(default_factory=dict)
    facilities: Mapping[int, Mapping[str, Any]] = field(default_factory=dict)
    carriers: Mapping[int, Sequence[Mapping[str, Any]]] = field(default_factory=dict)
    listings: Mapping[UUID, Mapping[int, Mapping[str, Any]]] = field(default_factory=dict)
