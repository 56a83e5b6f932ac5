"""Random worlds for the oracle and, translated, for the engine: small, so that plans get into each other's way.

What is usual is drawn most of the time, and first: where everything is unusual nothing interesting happens. Each
choice is one draw from a menu, which keeps worlds cheap to draw and easy to shrink.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import product
from typing import TypeVar

from hypothesis import strategies as st

from tests.engine.oracle_facts import (
    Behaviour,
    Condition,
    ConditionType,
    Facility,
    Listing,
    Order,
    Plan,
    Policy,
    Rule,
    StockMode,
    Tag,
    World,
)

T = TypeVar("T")

NOW = datetime(2026, 4, 20, 9, 0, tzinfo=UTC)

ARTICLES = ("X", "Y", "Z")
GROUPS = ("north", "south")
NAMES = ("F1", "F2", "F3", "F4", "F5")
NOWHERE = "F0"
"""A facility that is not ONLINE: no world has it."""
TAGS: list[Tag] = [
    {"id": "vip", "value": "yes"},
    {"id": "vip", "value": "no"},
    {"id": "channel", "value": "web"},
]
TAG_VALUES = ("vip", "vip:yes", "vip:no", "channel:web", "channel:shop", "yes")
CARRIERS = ("DHL", "UPS")
FENCES = (
    "FACILITY-BUSINESSTYPE",
    "FACILITY-COUNTRY",
    "FACILITY-CARRIERAVAILABILITY",
    "PRESELECTED-FACILITY",
)
RATINGS = (
    "GEO-DISTANCE",
    "STOCK-BALANCING",
    "PREFER-STORE",
    "PREFER-WAREHOUSE",
    "MATCHING-BUSINESSTYPE",
    "STOCK-AVAILABILITY",
)


def mostly(usual: T, *seldom: T) -> st.SearchStrategy[T]:
    """The usual three times out of four."""
    return st.sampled_from([usual] * 3 * len(seldom) + list(seldom))


def some(values: tuple[str, ...], *, at_least: int = 0) -> st.SearchStrategy[list[str]]:
    """Some of the values, in some order."""
    return st.lists(st.sampled_from(values), min_size=at_least, unique=True)


def behaviour(kind: str, start: datetime | None = None, days: int | None = None) -> Behaviour:
    return {"kind": kind, "start": start, "days": days}


STARTS = (NOW + timedelta(days=3), NOW + timedelta(days=10), NOW, NOW - timedelta(days=1))
DAYS = (0, 2, 5)

behaviours = st.sampled_from(
    [
        *[behaviour("BACKORDER")] * 8,
        *[behaviour("NONE")] * 4,
        *[behaviour("PREORDER", start) for start in STARTS],
        *[behaviour("RESTOCK", None, days) for days in DAYS],
        *[behaviour("PREORDER_AND_RESTOCK", start, days) for start, days in product(STARTS[::2], DAYS[:2])],
    ]
)


_kinds: st.SearchStrategy[ConditionType] = st.sampled_from(("FACILITY_GROUP", "TAG_REFERENCE"))
_values = {
    kind: some(values, at_least=1)
    for kind, values in (("FACILITY_GROUP", GROUPS), ("TAG_REFERENCE", TAG_VALUES))
}


@st.composite
def conditions(draw: st.DrawFn) -> Condition:
    kind = draw(_kinds)
    return {"type": kind, "values": draw(_values[kind]), "negated": draw(st.booleans())}


_conditions = st.lists(conditions(), min_size=1, max_size=2)


@st.composite
def rules(draw: st.DrawFn) -> list[Rule]:
    """Context rules in any order; no two of the same priority."""
    priorities = draw(st.lists(st.integers(1, 1000), min_size=1, max_size=3, unique=True))
    return [
        {"priority": priority, "conditions": draw(_conditions), "behaviour": draw(behaviours)}
        for priority in priorities
    ]


_listed = st.sampled_from(["plainly"] * 7 + ["by rules"] * 3 + ["not", "inactively"])
_units_on_shelf = st.sampled_from([None, 0, 0, 1, 2, 3, 4, 6])
_ranks = mostly(100, 1)
_types = st.sampled_from(["STORE", "WAREHOUSE", "EXTERNAL"])
_services = mostly(["SHIP_FROM_STORE", "PICKUP"], ["SHIP_FROM_STORE"], ["PICKUP"], [])
_countries = mostly("DE", "AT")
_offered_carriers = mostly(list(CARRIERS), ["DHL"], [])
_groups = st.sampled_from([[], ["north"], ["south"], ["north", "south"]])
_places = mostly((50.0, 8.5), None, (47.0, 8.5), (48.5, 13.0), (53.5, 10.0), (50.0, 7.0)) | st.just(
    (53.5, 7.0)
)


@st.composite
def listings(draw: st.DrawFn) -> dict[str, Listing]:
    """A facility's listings by article."""
    listed: dict[str, Listing] = {}
    for article in ARTICLES:
        how = draw(_listed)
        if how != "not":
            listed[article] = {
                "active": how != "inactively",
                "behaviour": draw(behaviours),
                "rules": draw(rules()) if how == "by rules" else [],
            }
    return listed


@st.composite
def facilities(draw: st.DrawFn, name: str) -> Facility:
    return {
        "name": name,
        "rank": draw(_ranks),
        "type": draw(_types),
        "services": draw(_services),
        "country": draw(_countries),
        "place": draw(_places),
        "groups": draw(_groups),
        "carriers": draw(_offered_carriers),
        "listings": draw(listings()),
    }


_preferred_carriers = some(CARRIERS)
_unusual_orders = mostly(False, True)
_collects = mostly(False, True)
_consumers_countries = mostly("DE", "AT", "")
_tags = st.lists(st.sampled_from(TAGS), max_size=2, unique_by=lambda tag: tag["value"])


@st.composite
def orders(draw: st.DrawFn, names: tuple[str, ...]) -> Order:
    unusual = draw(_unusual_orders)
    return {
        "collect_at": draw(st.sampled_from((*names, NOWHERE))) if draw(_collects) else None,
        "country": draw(_consumers_countries),
        "place": draw(_places),
        "tags": draw(_tags),
        "ordered_by": draw(_groups) if unusual else [],
        "blacklist": draw(some(names)) if unusual else [],
        "preselected": draw(some(names)) if unusual else [],
        "carriers": draw(_preferred_carriers) if unusual else [],
    }


_line = st.tuples(st.sampled_from(ARTICLES), st.sampled_from([1, 2, 3]))
_plain = st.lists(_line, min_size=1, max_size=1)
_bundle = st.lists(_line, min_size=2, max_size=3)
_units = st.lists(_plain | _plain | _bundle, min_size=1, max_size=2)


@st.composite
def plans(draw: st.DrawFn, names: tuple[str, ...], *, count: int) -> list[Plan]:
    """Plans with different ranks; their names say nothing about their order. Some share an order's facts."""
    ranks = draw(st.permutations(range(1, count + 1)))
    ordered = [draw(orders(names)) for _ in range(min(count, 2))]
    return [
        {
            "name": f"P{number}",
            "rank": rank,
            "order": draw(st.sampled_from(ordered)),
            "units": draw(_units),
        }
        for number, rank in enumerate(ranks)
    ]


_fences = some(FENCES)
_modes: st.SearchStrategy[StockMode] = st.sampled_from(("reactive", "static", "off"))
_ratings = st.lists(
    st.tuples(st.sampled_from(RATINGS), st.sampled_from([10, 3, 100, 0])),
    max_size=3,
    unique_by=lambda rating: rating[0],
)


@st.composite
def policies(draw: st.DrawFn, parts: int) -> Policy:
    return {
        "fences": draw(_fences),
        "stock": draw(_modes),
        "waiting_room": draw(st.booleans()),
        "ratings": draw(_ratings),
        "parts": draw(st.integers(1, parts)) if parts else 0,
    }


@st.composite
def worlds(draw: st.DrawFn, *, least: int = 1, most: int = 3, parts: int = 0) -> World:
    """One to five facilities, ``least`` to ``most`` plans, that may be split into so many ``parts`` at most.

    There may be stock where nothing is listed.
    """
    names = NAMES[: draw(st.integers(1, len(NAMES)))]
    shelves = {(name, article): draw(_units_on_shelf) for name in names for article in ARTICLES}
    return {
        "now": NOW,
        "facilities": draw(st.permutations([draw(facilities(name)) for name in names])),
        "stock": {place: units for place, units in shelves.items() if units is not None},
        "policy": draw(policies(parts)),
        "plans": draw(plans(names, count=draw(st.integers(least, most)))),
    }
