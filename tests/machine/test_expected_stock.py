"""Random lives of a retailer who expects stock: promised from, received, delayed, given up (spec 8).

As :mod:`tests.machine.test_machine`, with fewer facilities and other things that happen: purchase orders and what
becomes of them, the settings that say what may be promised from, turns that people change, and time that passes.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import initialize, precondition, rule

from inventory.services.purchase_orders import ItemChanges
from tests.machine.draws import (
    Site,
    Wish,
    closings,
    days_ahead,
    items,
    later,
    networks,
    outlooks,
    patient,
    patient_strategies,
    shelves,
    which,
    wishes_for,
)
from tests.machine.life import Life, live
from tests.machine.nouns import Bucket, Settings, Strategy

Item = tuple[int, int, int, int | None]

ARTICLES = ("X", "Y")

wishes = wishes_for(ARTICLES, most=3)

ZONES = ("Europe/Berlin", "Europe/Berlin", "Pacific/Auckland", "America/Los_Angeles")


class ExpectingLife(Life):
    """Stock is expected, comes or does not come, and those who wait are planned for the day."""

    articles = ARTICLES
    share = 2

    @initialize(
        network=networks(articles=ARTICLES, listings=patient, most=3, gaps=(False,), zones=ZONES),
        strategy=patient_strategies,
        settings=outlooks,
        units=shelves,
        placed=st.lists(wishes, min_size=2, max_size=4),
        expected=st.lists(items, min_size=1, max_size=2),
    )
    def open(
        self,
        network: list[Site],
        strategy: Strategy,
        settings: Settings,
        units: list[tuple[int, int, int]],
        placed: list[Wish],
        expected: list[list[Item]],
    ) -> None:
        self.begin(network, strategy, settings)
        self.stock(units[:1], True)
        for purchase_order in expected:
            self.expect(purchase_order, True)
        self.order(placed, False)

    # What is expected

    @rule(items=items, later=later)
    def expect(self, items: list[Item], later: bool) -> None:
        """A purchase order: what comes where, and in how many days."""
        drafts = [
            (self.shelf(f, a), n, None if days is None else self.book.now + timedelta(days=days))
            for f, a, n, days in items
        ]
        process, ids = self.product.expect(drafts)
        self.book.buckets += [
            Bucket(id, process, name, article, n, None if when is None else self.book.day(name, when))
            for id, ((name, article), n, when) in zip(ids, drafts, strict=True)
        ]
        self.settle(later)

    @precondition(lambda self: self.plans("WAITING"))
    @rule(
        number=st.none() | which,
        place=which,
        days=st.tuples(days_ahead, days_ahead),
        there=st.sampled_from([0, 0, 1, 2]),
    )
    def expect_what_is_needed(
        self, number: int | None, place: int, days: tuple[int | None, int | None], there: int
    ) -> None:
        """All that a plan waits for, or all plans do, comes to one place, each on its day; some of it is there now."""
        self.quieten()
        if not (plans := self.plans("WAITING")):
            return
        needs: Counter[str] = Counter()
        for plan in plans if number is None else [self.one_of(plans, number)]:
            needs += plan.needs
        if there:
            self.stock([(place, ARTICLES.index(article), there) for article in needs], True)
        units = [(place, ARTICLES.index(article), max(1, n - there)) for article, n in needs.items()]
        self.expect([(*one, day) for one, day in zip(units, days, strict=False)], False)

    @precondition(lambda self: self.open_buckets())
    @rule(number=which, more=st.sampled_from([0, 0, -1, -2, -3, 2]), later=later)
    def receive(self, number: int, more: int, later: bool) -> None:
        """All that is still to come of an item, or less, or more than that (W8)."""
        bucket = self.one_of(self.open_buckets(), number)
        self.bring(bucket, bucket.facility, max(1, bucket.outstanding + more), later)

    @precondition(lambda self: self.open_buckets())
    @rule(number=which, place=which, later=later)
    def receive_elsewhere(self, number: int, place: int, later: bool) -> None:
        """W8: it is stock there, and the item is still to come."""
        bucket = self.one_of(self.open_buckets(), number)
        self.bring(bucket, self.one_of(sorted(self.book.facilities), place), bucket.outstanding, later)

    @precondition(lambda self: self.open_buckets())
    @rule(
        number=which,
        change=st.sampled_from(["-1", "-2", "-2", "+2", "CLOSED", "CANCELLED", "OPEN"])
        | st.sampled_from([1, 2, 9, 40, None]),
        later=later,
    )
    def change_item(self, number: int, change: str | int | None, later: bool) -> None:
        """Another quantity or day, an end, or a new beginning (W4, W8)."""
        bucket = self.one_of(self.book.buckets if change == "OPEN" else self.open_buckets(), number)
        changes: ItemChanges
        if isinstance(change, str):
            is_status = change.isalpha()
            changes = {"status": change} if is_status else {"quantity": max(1, bucket.quantity + int(change))}
        else:
            when = None if change is None else self.book.now + timedelta(days=change)
            changes = {"delivery_date": None if when is None else self.book.day(bucket.facility, when)}
        self.product.change_item(bucket, changes)
        names = {"quantity": "quantity", "status": "status", "delivery_date": "day"}
        self.book.change(bucket, **{names[name]: value for name, value in changes.items()})
        self.settle(later)

    # Orders and circumstances

    @rule(placed=st.lists(wishes, min_size=1, max_size=2), later=later)
    def some_order(self, placed: list[Wish], later: bool) -> None:
        self.order(placed, later)

    @rule(change=outlooks | which | patient_strategies | closings, later=later)
    def change_rules(self, change: Settings | int | Strategy | tuple[int, str], later: bool) -> None:
        """The site's settings, whether expected stock of an article counts (W6), the strategy in use, or where."""
        if isinstance(change, Settings):
            self.agree(change)
        elif isinstance(change, int):
            article = self.one_of(ARTICLES, change)
            self.book.not_ahead ^= {article}
            self.product.look_ahead(article, article not in self.book.not_ahead)
        elif isinstance(change, Strategy):
            self.quieten()
            self.use(change)
        else:
            self.quieten()
            self.close_or_open(*change)
        self.settle(later)

    @rule(hours=st.sampled_from([1, 24, 24, 48, 24 * 6]), later=later)
    def time_passes(self, hours: int, later: bool) -> None:
        """Buckets come within the limit, or are late; holds end (W4, W8)."""
        self.wait(hours)
        self.settle(later)

    @precondition(lambda self: self.plans("WAITING"))
    @rule(number=which, hours=st.sampled_from([None, None, 1, 24, 48]))
    def change_turn(self, number: int, hours: int | None) -> None:
        """Pins a plan, or holds it for so many hours; if it is pinned or held already, no more (M4)."""
        self.quieten()
        if not (plans := self.plans("WAITING")):
            return
        plan = self.one_of(plans, number)
        if hours is None and plan.pinned is None:
            self.product.pin(plan)
            self.book.pin(plan)
        elif hours is None:
            self.product.unpin(plan)
            plan.pinned = None
        elif plan.held(self.book.now):
            self.product.end_hold(plan)
            plan.held_until = None
        else:
            plan.held_until = self.book.now + timedelta(hours=hours)
            self.product.hold(plan, plan.held_until)
        self.settle(False)

    def close_or_open(self, place: int, status: str) -> None:
        """SUSPENDED or OFFLINE, or ONLINE if it is not. Who stands at one that goes OFFLINE is routed anew (O3)."""
        name = self.one_of(sorted(self.book.facilities), place)
        status = status if self.book.online(name) else "ONLINE"
        self.book.status[name] = status
        self.product.set_status(name, status)
        if leaving := [plan for plan in self.plans() if status == "OFFLINE" and plan.facility == name]:
            self.product.work()
            successors = self.product.successors(leaving)
            self.settled([self.book.reroute(plan, successors.get(plan.id)).id for plan in leaving])

    def open_buckets(self) -> list[Bucket]:
        """Those that are promised to somebody three times, as much depends on them."""
        buckets = [bucket for bucket in self.book.buckets if bucket.outstanding]
        return buckets + [bucket for bucket in buckets if self.book.promised(bucket)] * 2

    def bring(self, bucket: Bucket, name: str, units: int, later: bool) -> None:
        self.product.receive(bucket.process, (name, bucket.article), units)
        self.book.receive(bucket.process, (name, bucket.article), units)
        self.settle(later)


def test_every_life_of_who_expects_stock_goes_by_the_rules(db: None, drain: Callable[[], Any]) -> None:
    """Spec 8: W5-W8, W12, M4 and S7 together with routing and splitting, and the books agree after every step."""
    live(ExpectingLife, drain)
