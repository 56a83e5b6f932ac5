"""What a life is made of: networks, strategies and orders, small, and short to read when one of them fails.

What is usual is drawn most of the time: where everything is unusual nothing interesting happens.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from hypothesis import strategies as st

from tests.engine.oracle_facts import Behaviour, Facility, Listing, Rule
from tests.machine.nouns import Order, Settings, Strategy

NOW = datetime(2026, 5, 4, 9, 0, tzinfo=UTC)

NAMES = ("A", "B", "C", "D")
ARTICLES = ("X", "Y", "Z")

NOBODY = UUID(int=0)
"""The id of an order before it has one."""

which = st.integers(0, 11)
"""One of those that there are, counted round and round."""

shelves = st.lists(st.tuples(which, which, st.sampled_from([0, 1, 1, 2, 3, 4, 6])), min_size=1, max_size=3)
"""Facilities, articles, and units that lie there."""

opening = st.lists(st.tuples(which, which, st.sampled_from([1, 2, 3, 4, 6, 9])), min_size=4, max_size=10)
"""As :data:`shelves`: enough for some of the first orders, so that something is to be picked."""

later = st.sampled_from([False, False, False, True])
"""Whether the workers get to it only after what happens next."""

listings = st.sampled_from(
    ["BACKORDER"] * 10
    + ["NONE"] * 3
    + ["PREORDER", "RESTOCK", "PREORDER_AND_RESTOCK", "NONE, vips wait", "BACKORDER, inactive"]
)
"""A behaviour, and what is unusual about the listing, if anything."""

strategies = st.builds(
    Strategy,
    stock=st.sampled_from(["reactive"] * 6 + ["static", "off", "off"]),
    country=st.sampled_from([False, False, True]),
    ratings=st.sampled_from([[], [], [("PREFER-STORE", 50)], [("STOCK-BALANCING", 50)]]),
    split=st.sampled_from([True, True, True, False]),
    split_same_day=st.booleans(),
    max_parts=st.sampled_from([2, 2, 3, 1]),
    waiting_room=st.booleans(),
    short_picks=st.sampled_from(["ORDERSPLIT", "ORDERSPLIT", "REROUTE", ""]),
    short_picks_of_collect=st.sampled_from(["REROUTE", "REROUTE", "ORDERSPLIT", ""]),
    zero_picks_only=st.sampled_from([False] * 5 + [True]),
)

overtaking = st.builds(Settings, strict=st.sampled_from([False, False, True]))

outlooks = st.builds(
    Settings,
    strict=st.sampled_from([False, False, False, True]),
    future=st.sampled_from([True] * 7 + [False]),
    limit=st.sampled_from([(4, "WEEKS"), (1, "MONTHS"), (3, "DAYS"), (1, "WEEKS")]),
    partial=st.sampled_from(["NONE", "NONE", "LINE_ITEM", "QUANTITY"]),
)
"""Settings of who looks ahead, or releases in part."""

patient = st.sampled_from(["BACKORDER"] * 16 + ["NONE", "PREORDER", "NONE, vips wait", "BACKORDER, inactive"])
"""Listings that are not replenished, so that much waits."""

patient_strategies = st.builds(
    Strategy,
    stock=st.sampled_from(["reactive"] * 9 + ["off"]),
    ratings=st.sampled_from([[], [("PREFER-STORE", 50)], [("STOCK-BALANCING", 50)]]),
    split=st.sampled_from([True, True, False]),
    split_same_day=st.booleans(),
    max_parts=st.sampled_from([2, 1, 3]),
    waiting_room=st.booleans(),
)
"""Strategies that let wait what is not there."""

closings = st.tuples(which, st.sampled_from(["SUSPENDED", "OFFLINE"]))
"""Of which facility, and whether it goes on with what it has."""

days_ahead = st.sampled_from([1, 1, 1, 2, 2, 2, 3, 3, 5, 8, 30, 0, None])
"""In how many days something is to come; today and undated things are no good to anybody (W6)."""

items = st.lists(st.tuples(which, which, st.sampled_from([2, 3, 5, 8]), days_ahead), min_size=1, max_size=2)
"""Of a purchase order: facilities, articles, units, and days."""


def listing_of(words: str) -> Listing:
    """Context rules (B1): "vips wait" whatever the listing itself says."""
    kind, _, unusual = words.partition(", ")
    vips: Rule = {
        "priority": 1,
        "conditions": [{"type": "TAG_REFERENCE", "values": ["vip"], "negated": False}],
        "behaviour": _behaviour("BACKORDER"),
    }
    return {
        "active": unusual != "inactive",
        "behaviour": _behaviour(kind),
        "rules": [vips] if unusual == "vips wait" else [],
    }


def _behaviour(kind: str) -> Behaviour:
    """With a preorder that starts in three days and a restock that takes two, where the kind needs them."""
    return {
        "kind": kind,
        "start": NOW + timedelta(days=3) if kind.startswith("PREORDER") else None,
        "days": 2 if kind.endswith("RESTOCK") else None,
    }


class Site(NamedTuple):
    """A facility: not every one ships, is in the country, or lists every article."""

    name: str
    listings: dict[str, str]
    rank: int = 100
    store: bool = True
    ships: bool = True
    country: str = "DE"
    zone: str = "Europe/Berlin"

    @property
    def facility(self) -> Facility:
        return {
            "name": self.name,
            "rank": self.rank,
            "type": "STORE" if self.store else "WAREHOUSE",
            "services": ["SHIP_FROM_STORE", "PICKUP"] if self.ships else ["PICKUP"],
            "country": self.country,
            "place": None,
            "groups": [],
            "carriers": [],
            "listings": {article: listing_of(words) for article, words in self.listings.items()},
        }


@st.composite
def networks(
    draw: st.DrawFn,
    *,
    articles: Sequence[str] = ARTICLES,
    listings: st.SearchStrategy[str] = listings,
    most: int = len(NAMES),
    gaps: Sequence[bool] = (False, False, False, False, False, True),
    zones: Sequence[str] = ("Europe/Berlin",),
) -> list[Site]:
    return [
        Site(
            name,
            {a: draw(listings) for a in articles if not draw(st.sampled_from(gaps))},
            rank=draw(st.sampled_from([100, 100, 1])),
            store=draw(st.booleans()),
            ships=draw(st.sampled_from([True] * 7 + [False])),
            country=draw(st.sampled_from(["DE"] * 5 + ["FR"])),
            zone=draw(st.sampled_from(zones)),
        )
        for name in NAMES[: draw(st.integers(2, most))]
    ]


class Wish(NamedTuple):
    """An order of one to three lines. ``bundled`` units of each of the first two belong together (S2)."""

    lines: dict[str, int]
    day: int
    bundled: int = 0
    collect_at: str | None = None
    same_day: bool = False
    vip: bool = False
    locked: bool = False

    @property
    def order(self) -> Order:
        bundle = {article: min(self.bundled, units) for article, units in [*self.lines.items()][:2]}
        return Order(
            id=NOBODY,
            date=date(2026, 5, self.day),
            lines=self.lines,
            bundle=bundle if self.bundled else {},
            facts={
                "collect_at": self.collect_at,
                "country": "DE",
                "place": None,
                "tags": [{"id": "vip", "value": "yes"}] if self.vip else [],
                "ordered_by": [],
                "blacklist": [],
                "preselected": [],
                "carriers": [],
            },
            same_day=self.same_day and self.collect_at is None,
            locked=self.locked,
        )


def wishes_for(articles: Sequence[str], most: int = 4) -> st.SearchStrategy[Wish]:
    """``most`` units in a line."""
    return st.builds(
        Wish,
        lines=st.dictionaries(st.sampled_from(articles), st.integers(1, most), min_size=1, max_size=3),
        day=st.integers(1, 3),
        bundled=st.sampled_from([0, 0, 0, 1, 2]),
        collect_at=st.sampled_from([None] * 6 + ["A", "B"]),
        same_day=st.sampled_from([False, False, False, True]),
        vip=st.booleans(),
        locked=st.sampled_from([False] * 5 + [True]),
    )
