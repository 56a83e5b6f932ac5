"""Turns the oracle's worlds into the engine's facts, and the engine's decisions into the oracle's answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from random import Random
from typing import Any, TypeVar
from uuid import UUID

from inventory import behaviour as rules
from routing.engine import (
    Bucket,
    Decision,
    FacilityFacts,
    Line,
    OrderFacts,
    Plan,
    Policy,
    StockMode,
    Unit,
    World,
)
from routing.engine.fences import FENCES
from routing.engine.policy import ActiveRating
from routing.engine.ratings import RATINGS
from routing.engine.verdicts import Patterns
from tests.engine import oracle, oracle_facts

Expected = tuple[str, str, int, int]
"""A bucket: facility, article, days from now, units."""

K = TypeVar("K")
V = TypeVar("V")


def id_of(name: str) -> UUID:
    """An id for a name of up to 16 characters; ids sort as names of equal length do."""
    return UUID(bytes=name.encode().rjust(16, b"\0"))


def name_of(id: UUID) -> str:
    return id.bytes.lstrip(b"\0").decode()


@dataclass(frozen=True)
class Translated:
    """A world of the oracle as the engine sees it. ``plans`` are by name."""

    world: World
    policy: Policy
    patterns: Patterns
    plans: dict[str, Plan]

    def index(self, name: str) -> int:
        return self.world.index[id_of(name)]


def translate(
    world: oracle_facts.World,
    *,
    stock: oracle_facts.Stock | None = None,
    expected: Sequence[Expected] = (),
    random: Random | None = None,
) -> Translated:
    """``stock`` replaces the world's. With ``random``, every mapping is filled in an order of chance."""
    ordered = oracle.in_order(world)
    numbers = {facility["name"]: number for number, facility in enumerate(ordered)}
    listings: dict[UUID, dict[int, rules.ListingRules]] = {}
    for facility in ordered:
        for article, listing in facility["listings"].items():
            if listing["active"]:
                listings.setdefault(id_of(article), {})[numbers[facility["name"]]] = _listing(listing)
    available: dict[UUID, dict[int, int]] = {}
    for (name, article), units in (world["stock"] if stock is None else stock).items():
        available.setdefault(id_of(article), {})[numbers[name]] = units
    buckets: dict[UUID, list[Bucket]] = {}
    for number, (name, article, days, units) in enumerate(expected):
        day = world["now"].date() + timedelta(days=days)
        buckets.setdefault(id_of(article), []).append(Bucket(number, numbers[name], day, units))
    policy = policy_of(world["policy"])
    return Translated(
        world=World(
            now=world["now"],
            facilities=[_facility(facility) for facility in ordered],
            listings=_shuffled(listings, random),
            available=_shuffled(available, random),
            expected=buckets,
        ),
        policy=policy,
        patterns=Patterns(policy.fences),
        plans={plan["name"]: _plan(plan) for plan in world["plans"]},
    )


def answer(decision: Decision, translated: Translated) -> oracle_facts.Answer:
    """What the engine said, in the oracle's words."""
    reason = decision.reason
    place = decision.facility if decision.routed else reason.facility
    missing: dict[str, int] = {}
    for article, units in reason.missing:
        assert name_of(article) not in missing, "missing units are named once per article"
        missing[name_of(article)] = units
    return {
        "outcome": decision.outcome.value,
        "reason": reason.code.value,
        "facility": None if place is None else translated.world.facilities[place].name,
        "reserved": [allocation.reserved for allocation in decision.allocations],
        "missing": missing,
        "may_wait": decision.may_wait,
        "not_before": decision.not_before,
        "fences": list(reason.fences),
    }


def told(decision: Decision) -> tuple[Any, ...]:
    """All that a decision says, comparable: patterns are known by what they say, not by who they are."""
    pattern = decision.pattern
    return (
        decision.plan,
        decision.outcome,
        decision.reason,
        (pattern.order, pattern.failures, pattern.permitted),
        decision.seen,
        decision.facility,
        decision.allocations,
        decision.not_before,
        decision.rated,
        decision.may_wait,
        decision.behaviour,
        decision.split_off,
        decision.method,
    )


def policy_of(policy: oracle_facts.Policy) -> Policy:
    return Policy(
        fences=tuple(FENCES[fence] for fence in policy["fences"]),
        stock=StockMode(policy["stock"]),
        ratings=tuple(ActiveRating(RATINGS[rating], float(most)) for rating, most in policy["ratings"]),
        waiting_room_without_fence=policy["waiting_room"],
        max_parts=policy["parts"],
    )


def _shuffled(outer: Mapping[K, Mapping[int, V]], random: Random | None) -> dict[K, dict[int, V]]:
    items = [(key, list(inner.items())) for key, inner in outer.items()]
    if random is not None:
        random.shuffle(items)
        for _, inner_items in items:
            random.shuffle(inner_items)
    return {key: dict(inner_items) for key, inner_items in items}


def _facility(facility: oracle_facts.Facility) -> FacilityFacts:
    latitude, longitude = facility["place"] or (None, None)
    return FacilityFacts(
        id=id_of(facility["name"]),
        name=facility["name"],
        location_type=facility["type"],
        services=frozenset(facility["services"]),
        country=facility["country"],
        latitude=latitude,
        longitude=longitude,
        rank=facility["rank"],
        groups=frozenset(facility["groups"]),
        carriers=frozenset(facility["carriers"]),
    )


def _listing(listing: oracle_facts.Listing) -> rules.ListingRules:
    return rules.ListingRules(
        own=_effective(listing["behaviour"]),
        rules=tuple(
            rules.Rule(
                priority=rule["priority"],
                conditions=tuple(
                    rules.Condition(condition["type"], frozenset(condition["values"]), condition["negated"])
                    for condition in rule["conditions"]
                ),
                effective=_effective(rule["behaviour"]),
            )
            for rule in sorted(listing["rules"], key=lambda rule: rule["priority"])
        ),
    )


def _effective(behaviour: oracle_facts.Behaviour) -> rules.Effective:
    return rules.Effective(rules.Behaviour(behaviour["kind"]), behaviour["start"], behaviour["days"])


def _order(order: oracle_facts.Order) -> OrderFacts:
    latitude, longitude = order["place"] or (None, None)
    return OrderFacts(
        delivery_type="SHIPPING" if order["collect_at"] is None else "COLLECT",
        collect_facility=None if order["collect_at"] is None else id_of(order["collect_at"]),
        country=order["country"],
        latitude=latitude,
        longitude=longitude,
        tags=rules.tag_names([{"id": tag["id"], "value": tag["value"]} for tag in order["tags"]]),
        ordering_groups=frozenset(order["ordered_by"]),
        blacklist=frozenset(id_of(name) for name in order["blacklist"]),
        preselected=frozenset(id_of(name) for name in order["preselected"]),
        carriers=frozenset(order["carriers"]),
    )


def _plan(plan: oracle_facts.Plan) -> Plan:
    units = []
    for number, lines in enumerate(plan["units"]):
        bundle = id_of(f"{plan['name']} b{number}") if len(lines) > 1 else None
        units.append(
            Unit(
                tuple(
                    Line(id_of(f"{plan['name']} {number}.{position}"), id_of(article), quantity)
                    for position, (article, quantity) in enumerate(lines)
                ),
                bundle,
            )
        )
    return Plan(id_of(plan["name"]), plan["rank"].to_bytes(4, "big"), _order(plan["order"]), tuple(units))
