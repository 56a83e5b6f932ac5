"""What happens in lives where orders are picked, short or whole, and stock is counted: P1-P4 and O1."""

from __future__ import annotations

from uuid import UUID

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from backoffice.core.errors import StateConflict
from orders.pickactions import PickAction
from tests.machine.draws import which
from tests.machine.life import Life
from tests.machine.nouns import Order, Plan, Shelf
from tests.machine.oracle import Units

START, PICK, CLOSE = PickAction.START, PickAction.PICK, PickAction.CLOSE

lacks = st.lists(st.sampled_from([0, 1, 0, 2, 9]), min_size=1, max_size=3)
"""Units that are not found, line by line, again and again."""


whats = st.sampled_from(["CANCEL", "LOWER", "RAISE", "WAVER", "WAVER"])
"""What becomes of units of a line. Who wavers wants more, and then does not: the units need not be the same."""


class PickingLife(Life):
    @precondition(lambda self: self.plans("WAITING"))
    @rule(number=which, place=which)
    def what_is_needed_arrives(self, number: int, place: int) -> None:
        """All that a plan waits for comes to one place, where somebody may have to pick it soon."""
        self.quieten()
        if not (plans := self.plans("WAITING")):
            return
        name = self.one_of(sorted(self.book.facilities), place)
        needs = self.one_of(plans, number).needs
        there = {(name, article): self.book.on_hand[name, article] + n for article, n in needs.items()}
        self.write_stock(there, False)

    @precondition(lambda self: self.jobs())
    @rule(number=which, lacks=lacks, emptied=st.sampled_from([False] * 5 + [True]))
    def pick(self, number: int, lacks: list[int], emptied: bool) -> None:
        """All lines are reported; where ``emptied``, nothing is left of the first one's article (P1-P3)."""
        self.report(number, lacks, emptied)

    @precondition(lambda self: self.jobs())
    @rule(number=which, lacks=st.sampled_from([[1], [9], [0, 9], [9, 0], [0, 1]]))
    def short_pick(self, number: int, lacks: list[int]) -> None:
        """Of every line, or of every other, a unit is missing, or all of them are (P2)."""
        self.report(number, lacks, False)

    def report(self, number: int, lacks: list[int], emptied: bool) -> None:
        self.quieten()
        if not (jobs := self.jobs()):
            return
        jobs += [plan for plan in jobs if sum(item.bundled for item in plan.units) > 1] * 3
        plan = self.one_of(jobs, number)
        picked = self.found(plan, lacks)
        empty = list(picked)[:1] if emptied else []
        if plan.begun:
            self.product.work_on(plan, PICK, picked=picked, emptied=empty)
        elif not self.starts(plan):
            return
        else:
            self.product.work_on(plan, START, PICK, picked=picked, emptied=empty)
        queue = self.product.queue()
        self.book.follow_up(plan, self.book.finish(plan, picked, empty), queue[0] if queue else None)
        self.settle_corrected(queue)

    @precondition(lambda self: self.jobs())
    @rule(number=which, what=st.sampled_from(["START", "START", "RESET", "ABORT", "CANCEL", "CLOSE"]))
    def work_on_job(self, number: int, what: str) -> None:
        """Somebody starts, or gives up, or ends it before everything is reported (P1)."""
        self.quieten()
        jobs = [plan for plan in self.jobs() if plan.begun == (what in ("RESET", "CLOSE"))]
        if what in ("ABORT", "CANCEL"):
            jobs = self.jobs()
        if not jobs:
            return
        plan = self.one_of(jobs, number)
        queue = []
        if what == "CLOSE":
            queue = self.close_early(plan)
        elif what != "START" or self.starts(plan):
            self.product.work_on(plan, PickAction(what))
            queue = self.product.queue()
        if what == "START" and not self.book.too_early(plan):
            self.book.start(plan)
        elif what == "RESET":
            self.book.reset(plan)
        elif what == "ABORT":
            self.book.give_up(plan, queue[0] if queue else None)
        elif what == "CANCEL":
            self.book.cancel_plan(plan)
        self.settle_corrected(queue)

    @precondition(lambda self: self.held())
    @rule(places=st.lists(st.tuples(which, st.sampled_from([1, 1, 2, 4, 9])), min_size=1, max_size=2))
    def correct_stock(self, places: list[tuple[int, int]]) -> None:
        """Some shelves have less than is reserved (P4)."""
        self.quieten()
        if not (held := self.held()):
            return
        there = {
            (shelf := self.one_of(held, number)): max(
                0, min(self.book.reserved(shelf), self.book.on_hand[shelf]) - less
            )
            for number, less in places
        }
        self.write_stock(there, True)
        self.settle_corrected([])

    @precondition(lambda self: self.orders())
    @rule(number=which, line=which, units=st.integers(1, 3), what=whats)
    def change_line(self, number: int, line: int, units: int, what: str) -> None:
        """Of a line of an order more is wanted, or less, or what was wanted is cancelled (O1)."""
        self.change(number, line, units, what)

    def change(self, number: int, line: int, units: int, what: str) -> None:
        """Mostly a line that several plans carry: it is about who gives up units first."""
        self.quieten()
        if not (orders := self.orders()):
            return
        order = self.one_of(orders, number)
        article = self.one_of(list(order.lines), line)
        if shared := self.shared_lines():
            order, article = self.one_of([*shared, *shared, (order, article)], number)
        if what in ("RAISE", "WAVER"):
            plan_id = self.product.set_quantity(order, article, order.lines[article] + units)
            assert plan_id is not None
            self.book.add_units(order, article, units, plan_id)
            self.settle(False)
        if what != "RAISE" and (units := min(units, order.live[article])):
            self.take_out(order, article, units, what)
            self.settle(False)

    def shared_lines(self) -> list[tuple[Order, str]]:
        """Those of which plans of several statuses carry units."""
        return [
            (order, article)
            for order in self.orders()
            for article in order.lines
            if len({plan.status for plan in self.book.plans_of(order) if plan.needs[article]}) > 1
        ]

    def take_out(self, order: Order, article: str, units: int, what: str) -> None:
        """Refused, if the units are being picked or belong to a bundle that stays, or nothing would be left of it."""
        nothing_left = order.live.total() == units and not order.fulfilled.total()
        giving = self.book.giving(order, article, units)
        if what == "LOWER":
            if order.lines[article] == units:
                return
            if giving is None or nothing_left:
                with pytest.raises(StateConflict):
                    self.product.set_quantity(order, article, order.lines[article] - units)
                return
            self.product.set_quantity(order, article, order.lines[article] - units)
            order.lines[article] -= units
            self.book.lower(order, giving)
        elif giving is None:
            with pytest.raises(StateConflict):
                self.product.cancel_line(order, article, units)
        else:
            self.product.cancel_line(order, article, units)
            order.cancelled[article] += units
            self.book.lower(order, giving)
            order.ended = nothing_left

    def starts(self, plan: Plan) -> bool:
        """Not before its time: that is refused (B3, B4)."""
        if self.book.too_early(plan):
            with pytest.raises(StateConflict):
                self.product.work_on(plan, START)
        return not self.book.too_early(plan)

    def close_early(self, plan: Plan) -> list[UUID]:
        """All but the last line are found, and nobody looks for the rest (spec 5). Nothing found: it is given up."""
        *found, _last = plan.units
        picked = {item: plan.units[item] if item in found else 0 for item in plan.units}
        if self.unclear(plan):
            picked = dict.fromkeys(picked, 0)
        reported = {item: number for item, number in picked.items() if number}
        self.product.work_on(plan, *([PICK] if reported else []), CLOSE, picked=reported)
        queue = self.product.queue()
        if reported:
            self.book.finish(plan, picked, ())
            self.book.close(plan)
        else:
            self.book.give_up(plan, queue[0] if queue else None)
        return queue

    def found(self, plan: Plan, lacks: list[int]) -> Units:
        """All but those. Which of two lines of an article stock was reserved for the book does not know: if some of it
        is, all of both are found, or nothing.
        """
        picked = {
            item: max(0, units - lacks[place % len(lacks)])
            for place, (item, units) in enumerate(plan.units.items())
        }
        if not self.unclear(plan):
            return picked
        return dict(plan.units) if lacks[0] else dict.fromkeys(picked, 0)

    @staticmethod
    def unclear(plan: Plan) -> bool:
        """Whether an article of two lines is covered by stock in part."""
        articles = [item.article for item in plan.units]
        return any(
            articles.count(article) > 1 and lacking and plan.reserved[article]
            for article, lacking in plan.unbacked.items()
        )

    def jobs(self) -> list[Plan]:
        """Plans that are to be picked, as they came."""
        plans = [plan for plan in self.book.plans.values() if plan.has_job and not plan.finished]
        return sorted(plans, key=lambda plan: plan.id)

    def held(self) -> list[Shelf]:
        """Where something is reserved."""
        return [shelf for shelf in self.book.shelves() if self.book.reserved(shelf)]
