"""Random lives of a small retailer: the product does what the book says, whatever happens in whatever order (spec 8).

Each example is one life: two to four facilities, two or three articles, and a dozen things that happen to them. After
each the workers do what is to be done, and everything that one can see is compared with :mod:`tests.machine.book`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import initialize, precondition, rule

from tests.machine.draws import (
    ARTICLES,
    Site,
    Wish,
    later,
    listing_of,
    listings,
    networks,
    opening,
    overtaking,
    shelves,
    strategies,
    which,
    wishes_for,
)
from tests.machine.life import live
from tests.machine.nouns import Order, Settings, Strategy
from tests.machine.picks import PickingLife, lacks, whats

wishes = wishes_for(ARTICLES)


class OrdinaryLife(PickingLife):
    """Stock comes and goes, listings, facilities and rules change, and people interfere."""

    @initialize(
        network=networks(),
        strategy=strategies,
        settings=overtaking,
        units=opening,
        placed=st.lists(wishes, min_size=2, max_size=4),
        picks=st.lists(st.tuples(which, lacks), min_size=1, max_size=3),
        changes=st.lists(st.tuples(which, which, st.integers(1, 3), whats), max_size=2),
    )
    def open(
        self,
        network: list[Site],
        strategy: Strategy,
        settings: Settings,
        units: list[tuple[int, int, int]],
        placed: list[Wish],
        picks: list[tuple[int, list[int]]],
        changes: list[tuple[int, int, int, str]],
    ) -> None:
        """Something is picked and changed at once: what comes of it goes on for the rest of the life."""
        self.begin(network, strategy, settings)
        self.stock(units, True)
        self.order(placed, False)
        for change in changes:
            self.change(*change)
        for number, lacking in picks:
            self.report(number, lacking, False)

    # Circumstances

    @rule(units=shelves, later=later)
    def change_stock(self, units: list[tuple[int, int, int]], later: bool) -> None:
        self.stock(units, later)

    @rule(units=shelves, listing=st.none() | listings, later=later)
    def change_shelf(self, units: list[tuple[int, int, int]], listing: str | None, later: bool) -> None:
        """Another listing there, or another safety stock."""
        (place, article, number), *_ = units
        name, listed = shelf = self.shelf(place, article)
        if listing is not None:
            self.product.list(shelf, listing_of(listing))
            self.book.facilities[name]["listings"][listed] = listing_of(listing)
        else:
            self.product.set_safety_stock(shelf, min(number, 2))
            self.book.safety[shelf] = min(number, 2)
        self.settle(later)

    @rule(place=which, hours=st.sampled_from([0, 0, 1, 24, 24 * 5]), later=later)
    def a_facility_pauses_or_goes_on(self, place: int, hours: int, later: bool) -> None:
        """SUSPENDED, or ONLINE if it was; after so many hours (F5)."""
        self.wait(hours)
        name = self.one_of(sorted(self.book.facilities), place)
        status = "SUSPENDED" if self.book.online(name) else "ONLINE"
        self.book.status[name] = status
        self.product.set_status(name, status)
        self.settle(later)

    @rule(strategy=strategies, settings=overtaking, later=later)
    def change_rules(self, strategy: Strategy, settings: Settings, later: bool) -> None:
        self.quieten()
        self.use(strategy)
        self.agree(settings)
        self.settle(later)

    # Orders

    @rule(placed=st.lists(wishes, min_size=1, max_size=2), later=later)
    def some_order(self, placed: list[Wish], later: bool) -> None:
        self.order(placed, later)

    @precondition(lambda self: any(order.locked for order in self.orders()))
    @rule(number=which)
    def unlock(self, number: int) -> None:
        self.quieten()
        order = self.one_of([order for order in self.orders() if order.locked], number)
        self.product.unlock(order)
        self.book.unlock(order)
        self.settle(False)

    # Interventions

    @precondition(lambda self: self.orders_to_move())
    @rule(number=which)
    def reroute_order(self, number: int) -> None:
        self.quieten()
        order = self.one_of(self.orders_to_move(), number)
        plans = self.book.plans_of(order)
        self.product.reroute_order(order)
        successors = self.product.successors(plans)
        for plan in plans:
            self.book.reroute(plan, successors.get(plan.id))
        self.settle(False)

    @precondition(lambda self: self.plans("NOT_ROUTABLE"))
    @rule()
    def retry(self) -> None:
        self.quieten()
        self.product.retry()
        self.book.retry()
        self.settle(False)

    @precondition(lambda self: self.orders_to_move())
    @rule(number=which, place=which)
    def assign_order(self, number: int, place: int) -> None:
        """All of its plans, those that were made first first."""
        self.quieten()
        order, name = (
            self.one_of(self.orders_to_move(), number),
            self.one_of(sorted(self.book.facilities), place),
        )
        plans = self.book.plans_of(order)
        self.product.assign_order(order, name)
        successors = self.product.successors(plans)
        standing = [self.book.reroute(plan, successors.get(plan.id)) for plan in plans]
        for plan in sorted(standing, key=lambda plan: plan.id):
            self.book.assign(plan, name)
        self.settle(False)

    def orders_to_move(self) -> list[Order]:
        """Those of which nobody has begun to pick something."""
        return [order for order in self.orders() if self.book.plans_of(order)]


def test_every_life_goes_by_the_rules(db: None, drain: Callable[[], Any]) -> None:
    """Spec 8: R1-R7, R8, R10, S1-S7, W1-W5, W12, M1-M3, O2 together, and the books agree after every step."""
    live(OrdinaryLife, drain)
