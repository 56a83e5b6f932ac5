"""Small worlds of the engine for examples, by name: facilities "A", "B", articles "X", "Y"."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from inventory.behaviour import Behaviour, Effective, ListingRules
from routing.engine import (
    Bucket,
    Decision,
    FacilityFacts,
    Line,
    OrderFacts,
    Partial,
    Plan,
    Policy,
    Unit,
    World,
    decide,
    release,
)
from routing.engine.policy import ActiveRating
from routing.engine.ratings import RATINGS
from routing.engine.verdicts import Patterns
from tests.engine.translation import id_of

NOW = datetime(2026, 4, 20, 9, 0, tzinfo=UTC)
SERVICES = frozenset({"SHIP_FROM_STORE", "PICKUP"})

BACKORDER = Effective(Behaviour.BACKORDER)
NONE = Effective(Behaviour.NONE)


def preorder(days: int) -> Effective:
    """A preorder that starts in so many days."""
    return Effective(Behaviour.PREORDER, NOW + timedelta(days=days))


def restock(days: int) -> Effective:
    return Effective(Behaviour.RESTOCK, restockable_in_days=days)


def preorder_and_restock(start: int, days: int) -> Effective:
    return Effective(Behaviour.PREORDER_AND_RESTOCK, NOW + timedelta(days=start), days)


def facility(name: str, **facts: Any) -> FacilityFacts:
    """A German facility that ships and hands out."""
    usual: dict[str, Any] = {"id": id_of(name), "name": name, "services": SERVICES, "country": "DE"}
    return FacilityFacts(**usual | facts)


def world(
    listings: Mapping[str, Mapping[str, Effective | ListingRules]],
    stock: Mapping[str, Mapping[str, int]] | None = None,
    *,
    facilities: tuple[FacilityFacts, ...] | None = None,
    expected: Sequence[tuple[str, str, int, int]] = (),
) -> World:
    """``listings`` and ``stock`` are by facility, then article. Facilities stand in the order of ``listings``.

    ``expected`` are buckets: facility, article, days from now, units; their ids count from 0.
    """
    stand = facilities or tuple(facility(name) for name in listings)
    index = {one.name: number for number, one in enumerate(stand)}
    listed: dict[UUID, dict[int, ListingRules]] = {}
    available: dict[UUID, dict[int, int]] = {}
    for name, articles in listings.items():
        for article, rules in articles.items():
            own = ListingRules(rules) if isinstance(rules, Effective) else rules
            listed.setdefault(id_of(article), {})[index[name]] = own
    for name, shelf in (stock or {}).items():
        for article, units in shelf.items():
            available.setdefault(id_of(article), {})[index[name]] = units
    buckets: dict[UUID, list[Bucket]] = {}
    for number, (name, article, days, units) in enumerate(expected):
        day = NOW.date() + timedelta(days=days)
        buckets.setdefault(id_of(article), []).append(Bucket(number, index[name], day, units))
    return World(now=NOW, facilities=stand, listings=listed, available=available, expected=buckets)


def line(article: str, quantity: int = 1, *, id: str = "") -> Line:
    return Line(id_of(id or f"line {article}"), id_of(article), quantity)


def plan(*units: Line | tuple[Line, ...], name: str = "plan", **order: Any) -> Plan:
    """Plain lines, and bundles as tuples of lines, of a German order."""
    parts = tuple(
        Unit((unit,)) if isinstance(unit, Line) else Unit(unit, id_of(f"bundle {number}"))
        for number, unit in enumerate(units)
    )
    return Plan(id_of(name), b"\0", OrderFacts(**{"country": "DE"} | order), parts)


def rating(implementation: str, max_penalty: float = 100) -> ActiveRating:
    return ActiveRating(RATINGS[implementation], max_penalty)


def decided(one: Plan, there: World, policy: Policy | None = None) -> Decision:
    """What intake, a reroute or a retry says."""
    chosen = policy or Policy()
    return decide(one, there, chosen, Patterns(chosen.fences))


def tried(one: Plan, there: World, policy: Policy | None = None, partial: Partial = Partial.NONE) -> Decision:
    """What a pass of the waiting room says."""
    chosen = policy or Policy()
    return release(one, there, chosen, Patterns(chosen.fences), partial=partial)


def named(decision: Decision, there: World) -> str | None:
    """The facility that the plan goes to."""
    return None if decision.facility is None else there.facilities[decision.facility].name
