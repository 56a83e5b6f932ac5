"""What the engine knows about facilities, orders and plans: frozen, comparable, free of the database."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from uuid import UUID


@dataclass(frozen=True, slots=True)
class FacilityFacts:
    """A candidate. ``rank`` settles ties, the lower wins (R2); coordinates are degrees; ``groups`` are group ids."""

    id: UUID
    name: str
    location_type: str = "STORE"
    services: frozenset[str] = frozenset()
    country: str = ""
    latitude: float | None = None
    longitude: float | None = None
    rank: int = 100
    groups: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class OrderFacts:
    """All of an order that fences, ratings and context rules look at, apart from its lines.

    Plans that share these facts share their verdicts: a pass works them out once (spec 7, "verdict patterns").
    ``tags`` holds each tag as ``id`` and as ``id:value`` (B2); ``ordering_groups`` are the groups of the facility that
    ordered for itself; ``blacklist`` are facilities that automatic routing must not use (R9).
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

    @property
    def collects(self) -> bool:
        return self.delivery_type == "COLLECT"


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
