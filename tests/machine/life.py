"""What all lives have in common: how they begin and end, and what happens in each of them."""

from __future__ import annotations

import gc
import logging
import os
from collections.abc import Callable, Sequence
from datetime import timedelta
from functools import partial
from typing import Any, ClassVar, TypeVar
from uuid import UUID

import pytest
import time_machine
from django.core.cache import cache
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule, run_state_machine_as_test

from backoffice.core import nudges
from backoffice.core.errors import StateConflict
from routing.dates import DATES_TASK
from tests.machine.book import Book
from tests.machine.draws import ARTICLES, NOW, Site, Wish, later, shelves, which
from tests.machine.nouns import Order, Plan, Settings, Shelf, Strategy
from tests.machine.oracle import Units
from tests.machine.product import Product

T = TypeVar("T")

STEPS = 12


class Life(RuleBasedStateMachine):
    """``work`` is what the workers do until nothing is left to do; one of ``share`` examples of a profile is lived."""

    work: ClassVar[Callable[[], object]]
    share: ClassVar[int] = 1
    articles: ClassVar[Sequence[str]] = ARTICLES

    def __init__(self) -> None:
        super().__init__()
        nudges.take()
        cache.clear()
        self.pending = self.overdue = False
        self.clock = time_machine.travel(NOW)
        self.time = self.clock.start()
        self.transaction = transaction.atomic()
        self.transaction.__enter__()

    def teardown(self) -> None:
        gc.collect(generation=0)
        try:
            if hasattr(self, "book"):
                self.quieten()
                self.product.date()
                self.product.records.reconcile()
        finally:
            transaction.set_rollback(True)
            self.transaction.__exit__(None, None, None)
            self.clock.stop()

    def begin(self, network: list[Site], strategy: Strategy, settings: Settings) -> None:
        facilities = [site.facility for site in network]
        zones = {site.name: site.zone for site in network}
        self.product = Product(facilities, zones, self.articles, type(self).work)
        self.book = Book(facilities, zones, self.product.records.witness, NOW)
        self.use(strategy)
        self.agree(settings)

    # Supply

    def stock(self, units: list[tuple[int, int, int]], later: bool) -> None:
        """Up or down, in one write, but never below what is reserved (P4 is about that)."""
        there = {(shelf := self.shelf(f, a)): max(n, self.book.reserved(shelf)) for f, a, n in units}
        self.write_stock(there, later)

    def write_stock(self, there: dict[Shelf, int], later: bool) -> None:
        self.product.set_stock(there)
        self.book.on_hand.update({shelf: n - self.book.on_hand[shelf] for shelf, n in there.items()})
        self.settle(later)

    @rule(units=shelves)
    def stock_arrives(self, units: list[tuple[int, int, int]]) -> None:
        self.quieten()
        self.stock([(f, a, n + self.book.on_hand[self.shelf(f, a)]) for f, a, n in units], False)

    # Orders

    def order(self, placed: list[Wish], later: bool) -> None:
        for wish in placed:
            order = wish.order
            order.id, plan_id = self.product.place(order)
            self.book.place(order, plan_id)
        self.settle(later)

    @precondition(lambda self: self.orders())
    @rule(number=which, later=later)
    def cancel_order(self, number: int, later: bool) -> None:
        """O2: by force, if picking has started."""
        order = self.one_of(self.orders(), number)
        if self.book.begun(order):
            with pytest.raises(StateConflict):
                self.product.cancel_order(order)
            self.product.force_cancel(order)
        else:
            self.product.cancel_order(order)
        self.book.cancel_order(order)
        self.settle(later)

    # Interventions

    @precondition(lambda self: self.plans())
    @rule(number=which, place=which, what=st.sampled_from(["REROUTE", "ASSIGN", "CANCEL"]), later=later)
    def interfere(self, number: int, place: int, what: str, later: bool) -> None:
        """A plan is rerouted, assigned to a facility, or cancelled (M1-M3)."""
        self.quieten()
        plan = self.one_of(self.plans(), number)
        if what == "REROUTE":
            self.book.reroute(plan, self.product.reroute(plan))
        elif what == "CANCEL":
            self.product.cancel_plan(plan)
            self.book.cancel_plan(plan)
        elif places := self.open_places():
            name = self.one_of(places, place)
            self.book.assign(self.book.reroute(plan, self.product.assign(plan, name)), name)
        self.settle(later and what == "REROUTE")

    @precondition(lambda self: self.plans())
    @rule(number=which, line=which, place=which, what=st.sampled_from(["SPLIT", "CANCEL", "ASSIGN"]))
    def take_part(self, number: int, line: int, place: int, what: str) -> None:
        """Some units of a line, or all of a bundle (S2), are split off, cancelled or assigned (M1, M3, M4)."""
        self.quieten()
        plans = [plan for plan in self.plans() if len(plan.needs) == len(plan.units)]
        if what == "SPLIT":
            plans = [plan for plan in plans if plan.status in ("WAITING", "NOT_ROUTABLE")]
        plans += [plan for plan in plans if plan.status == "PLANNED"] * 2
        if not plans:
            return
        plan = self.one_of(plans, number)
        part = self.some_of(plan.units, line)
        if part == plan.units:
            return
        if what == "SPLIT":
            self.book.split_off(plan, part, self.product.split_off(plan, part))
        elif what == "CANCEL":
            self.product.cancel_units(plan, part)
            self.book.cancel_units(plan, part)
        elif places := self.open_places():
            name = self.one_of(places, place)
            part_id = self.product.assign_units(plan, part, name)
            self.book.assign(self.book.split_off(plan, part, part_id), name)
        self.settle(False)

    # How it goes on

    def use(self, strategy: Strategy) -> None:
        self.product.use_strategy(strategy)
        self.book.strategy = strategy

    def agree(self, settings: Settings) -> None:
        self.product.change_settings(settings)
        self.book.settings = settings

    def wait(self, hours: int) -> None:
        """Time passes; whatever is done every minute is done before anything else is looked at."""
        self.time.shift(timedelta(hours=hours))
        self.book.now += timedelta(hours=hours)
        self.overdue |= hours > 0

    def settle(self, later: bool) -> None:
        """The workers do what is to be done, unless something else happens first."""
        self.pending = later
        if not later:
            queue = self.product.queue()
            if self.overdue:
                self.product.sweep()
                self.overdue = False
            self.product.work()
            self.settled(queue)

    def settled(self, queue: list[UUID]) -> None:
        """So does the book, which decides the plans of the ``queue`` in its order; then both are the same."""
        self.pending = False
        self.book.settle(queue)
        self.product.records.compare(self.book)

    def settle_corrected(self, queue: list[UUID]) -> None:
        """:meth:`settle`, first what is reserved and is not there (P4); then the plans of the ``queue`` go on."""
        self.product.work()
        successors = self.product.successors(self.book.plans.values())
        self.settled([*queue, *self.book.correct(successors)])

    def quieten(self) -> None:
        if self.pending:
            self.settle(False)

    def shelf(self, place: int, article: int) -> Shelf:
        return self.one_of(sorted(self.book.facilities), place), self.one_of(self.articles, article)

    def open_places(self) -> list[str]:
        """M1: nothing is assigned to OFFLINE facilities."""
        return sorted(name for name, status in self.book.status.items() if status != "OFFLINE")

    def orders(self) -> list[Order]:
        """Those that have not ended, as they came."""
        return [order for order in self.book.orders.values() if not order.ended]

    def plans(self, *statuses: str) -> list[Plan]:
        """Those with one of the statuses, or all, as they came; not those that somebody has begun to pick."""
        plans = [plan for plan in self.book.plans.values() if not statuses or plan.status in statuses]
        return sorted((plan for plan in plans if not plan.begun), key=lambda plan: plan.id)

    @classmethod
    def some_of(cls, units: Units, number: int) -> Units:
        item = cls.one_of(list(units), number)
        if item.bundled:
            return {other: units[other] for other in units if other.bundled}
        return {item: 1 + number % units[item]}

    @staticmethod
    def one_of(those: Sequence[T], number: int) -> T:
        return those[number % len(those)]


def live(kind: type[Life], work: Callable[[], Any]) -> None:
    """Lives many lives of a kind: its share of the examples of Hypothesis' profile, or as many as
    ``ANTEROOM_MACHINE_EXAMPLES`` says. Dates take a third of the time and move nothing: they are worked out at the end.
    Nor does anybody read of each task that it succeeded, or need all that there is to be looked through for garbage.
    """
    examples = os.environ.get("ANTEROOM_MACHINE_EXAMPLES")
    gc.freeze()
    gc.disable()
    logging.disable(logging.INFO)
    try:
        run_state_machine_as_test(  # type: ignore[no-untyped-call]
            type(kind.__name__, (kind,), {"work": staticmethod(partial(work, but=(DATES_TASK,)))}),
            settings=settings(
                settings.default,
                max_examples=int(examples) if examples else settings.default.max_examples // kind.share,
                stateful_step_count=STEPS,
                deadline=None,
                report_multiple_bugs=False,
                suppress_health_check=list(HealthCheck),
            ),
        )
    finally:
        logging.disable(logging.NOTSET)
        gc.enable()
        gc.unfreeze()
