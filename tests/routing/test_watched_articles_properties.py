"""Whether plans watch articles or not makes no difference to who goes, where, and before whom (T4, W2, W3, W12)."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from unittest.mock import patch

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as draw

from inventory.behaviour import Behaviour
from inventory.models import Article, Facility, FacilityStatus, Listing
from inventory.services.facilities import modify_facility
from inventory.services.listings import modify_listing
from orders.models import Order, PickJob
from orders.services.cancelling import cancel_order
from routing.models import RoutingPlan, WaitingArticle, WaitingRoomSettings
from routing.passes import claims, pace, release
from routing.reconcile import find_discrepancies
from routing.services.holding import hold_plan, release_hold
from routing.services.settings import change_settings
from routing.services.strategies import strategy_in_use
from tests.inventory.inbound_builders import ordered
from tests.routing.builders import add_stock, facility, listing, order

pytestmark = pytest.mark.django_db

PLACES, ARTICLES = ("A", "B"), ("X", "Y", "Z")

EXAMPLES = 10
PHASES = (Phase.explicit, Phase.reuse, Phase.generate)
"""Each example is two databases of its own: few of them, and none to make a failure smaller. More, by hand, when passes
change."""

places, articles = draw.sampled_from(PLACES), draw.sampled_from(ARTICLES)
numbers = draw.integers(0, 9)
needs = draw.dictionaries(articles, draw.integers(1, 3), min_size=1)


@dataclass(frozen=True)
class Arrivals:
    """What comes, in this order; in between (None) workers claim what there is, which they serve in turns."""

    stock: tuple[tuple[str, str, int] | None, ...]
    turns: tuple[int, ...]


@dataclass(frozen=True)
class Orders:
    needs: tuple[dict[str, int], ...]


@dataclass(frozen=True)
class Deed:
    """Something else that somebody does to one of those that there are."""

    what: str
    which: int
    place: str
    article: str


arrivals = draw.builds(
    Arrivals,
    stock=draw.lists(
        draw.none() | draw.tuples(places, articles, draw.integers(1, 4)), min_size=1, max_size=6
    ).map(tuple),
    turns=draw.lists(numbers, max_size=4).map(tuple),
)
orders = draw.builds(Orders, needs=draw.lists(needs, min_size=1, max_size=3).map(tuple))
deeds = draw.builds(
    Deed,
    what=draw.sampled_from(
        ("cancel", "hold", "unhold", "pause", "restock", "backorder", "expect", "settings")
    ),
    which=numbers,
    place=places,
    article=articles,
)


@dataclass(frozen=True)
class Life:
    split: bool
    future: bool
    first: Orders
    then: tuple[Arrivals | Orders | Deed, ...]


lives = draw.builds(
    Life,
    split=draw.booleans(),
    future=draw.booleans(),
    first=draw.builds(Orders, needs=draw.lists(needs, min_size=2, max_size=5).map(tuple)),
    then=draw.lists(draw.one_of(arrivals, arrivals, orders, deeds), min_size=2, max_size=8).map(tuple),
)
SETTINGS: tuple[dict[str, Any], ...] = (
    {"overtaking": "ALLOW", "partialRelease": "NONE"},
    {"overtaking": "STRICT"},
    {"partialRelease": "LINE_ITEM"},
    {"partialRelease": "QUANTITY"},
)


class Told:
    """Lives a life, and tells what came of it whenever all was quiet."""

    def __init__(self, work: Callable[[], Any]) -> None:
        self.work = work
        self.days = 0
        self.told: list[Any] = []
        self.considered = 0

    def live(self, life: Life) -> None:
        self.sites = {name: facility(name) for name in PLACES}
        for site in self.sites.values():
            for sku in ARTICLES:
                listing(site, sku)
        Article.objects.update(future_inventory_enabled=True)
        strategy = strategy_in_use()
        document = deepcopy(strategy.document)
        document["rootNode"]["config"]["orderSplit"] |= {"active": life.split, "maxSplitCount": 2}
        type(strategy).objects.update(document=document)
        WaitingRoomSettings.load()
        WaitingRoomSettings.objects.update(future_inventory_enabled=life.future)
        for one in (life.first, *life.then):
            match one:
                case Orders():
                    self.order(one)
                case Arrivals():
                    self.arrive(one)
                case Deed():
                    self.do(one)
            self.work()
            self.tell()

    def order(self, some: Orders) -> None:
        for wanted in some.needs:
            self.days += 1
            order(wanted, day=self.days)

    def arrive(self, some: Arrivals) -> None:
        claimed = []
        for one in some.stock:
            if one is not None:
                add_stock(self.sites[one[0]], *one[1:])
            elif (claim := claims.claim()) is not None:
                claimed.append(claim)
        for turn in (*some.turns, *[0] * len(claimed)):
            if claimed:
                release.serve(claimed.pop(turn % len(claimed)))

    def do(self, one: Deed) -> None:
        waiting = list(RoutingPlan.objects.waiting().order_by("id"))
        plan = waiting[one.which % len(waiting)] if waiting else None
        match one.what:
            case "cancel":
                placed = list(Order.objects.filter(status="OPEN").order_by("id"))
                if placed:
                    chosen = placed[one.which % len(placed)]
                    cancel_order(order_id=chosen.id, version=chosen.version)
            case "hold" if plan is not None:
                hold_plan(plan_id=plan.id, until=timezone.now() + timedelta(days=9))
            case "unhold" if plan is not None and plan.held_until is not None:
                release_hold(plan_id=plan.id)
            case "pause":
                site = Facility.objects.get(id=self.sites[one.place].id)
                online = site.status == FacilityStatus.ONLINE
                status = FacilityStatus.SUSPENDED if online else FacilityStatus.ONLINE
                modify_facility(facility_id=site.id, version=site.version, values={"status": status})
            case "restock" | "backorder":
                listed = Listing.objects.get(
                    facility=self.sites[one.place], article__tenant_article_id=one.article
                )
                changes: Any = {"behaviour": Behaviour(one.what.upper())}
                if one.what == "restock":
                    changes["restockable_in_days"] = 2
                modify_listing(listing=listed, version=listed.version, changes=changes)
            case "expect":
                ordered(self.sites[one.place], (one.article, 1 + one.which), on=9)
            case "settings":
                version = WaitingRoomSettings.load().version
                change_settings(version=version, changes=SETTINGS[one.which % len(SETTINGS)])

    def tell(self) -> None:
        assert find_discrepancies() == []
        lines = RoutingPlan.objects.values_list(
            *("order__order_date", "status", "facility__name", "planned_for"),
            *("lines__article__tenant_article_id", "lines__quantity"),
        )
        self.told.append(
            [
                sorted(lines, key=str),
                list(PickJob.objects.order_by("id").values_list("order__order_date", "facility__name")),
            ]
        )


def lived(life: Life, work: Callable[[], Any], *, watching: bool) -> list[Any]:
    told = Told(work)
    with transaction.atomic():
        if watching:
            told.live(life)
        else:
            with patch("routing.passes.watching.watched", lambda *_: None):
                told.live(life)
                assert not WaitingArticle.objects.filter(watched=False).exists()
        transaction.set_rollback(True)
    return told.told


SERVED_LATE = Life(
    split=True,
    future=False,
    first=Orders(needs=({"Y": 3}, {"Y": 1, "Z": 3, "X": 1}, {"Z": 3, "X": 3, "Y": 2})),
    then=(
        Arrivals(
            stock=(("B", "X", 1), None, ("B", "Y", 4), ("A", "X", 3), ("A", "Z", 3)),
            turns=(),
        ),
    ),
)
"""Nobody watches X; while its pass was claimed, and not yet begun, what is watched came."""


@pytest.mark.parametrize("chunk", [2, pace.MOST])
@example(life=SERVED_LATE)
@given(life=lives)
@settings(max_examples=EXAMPLES, phases=PHASES, suppress_health_check=list(HealthCheck), deadline=None)
def test_whoever_goes_goes_whether_plans_watch_articles_or_not(
    chunk: int, life: Life, drain: Callable[[], Any]
) -> None:
    with patch("routing.passes.pace.MOST", chunk):
        assert lived(life, drain, watching=True) == lived(life, drain, watching=False)
