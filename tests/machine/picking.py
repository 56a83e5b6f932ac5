"""Picking in the book: what becomes of orders and of stock once somebody works on pick jobs (spec 3, P1-P4)."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from uuid import UUID

from tests.engine import oracle as wholes
from tests.engine.oracle_facts import Article, Name
from tests.machine.ledger import Ledger
from tests.machine.nouns import Order, Plan, Shelf, per_article
from tests.machine.oracle import Item, Units

TURNS = {"WAITING": 0, "INITIAL": 1, "NOT_ROUTABLE": 1, "PLANNED": 2, "ROUTED": 3}
"""O1: who gives up units first."""


class Picking(Ledger):
    def too_early(self, plan: Plan) -> bool:
        """B3, B4: it cannot be started yet."""
        return plan.not_before is not None and plan.not_before > self.now

    def start(self, plan: Plan) -> None:
        plan.job = "IN_PROGRESS"

    def reset(self, plan: Plan) -> None:
        """P1: as if nobody had started."""
        plan.job = "OPEN"

    def give_up(self, plan: Plan, successor_id: UUID | None) -> None:
        """P1: it goes through R1 again."""
        self._replace(plan, successor_id)

    def close(self, plan: Plan) -> None:
        plan.job = "CLOSED"

    def finish(self, plan: Plan, picked: Units, emptied: Collection[Item]) -> Units:
        """P1, P2: picked units leave the stock, what was reserved and is missing is booked out of it. What is missing
        counts as short-picked; it is returned.

        Nothing goes negative: more than there was has been found first, and nothing is missing where nothing was.
        """
        assert plan.facility is not None
        for article, number in per_article(picked).items():
            gone = max(number, plan.reserved[article])
            shelf = plan.facility, article
            self.on_hand[shelf] = max(0, self.on_hand[shelf] - gone)
            plan.order.fulfilled[article] += number
            plan.reserved[article] = 0
        for item in emptied:
            self.on_hand[plan.facility, item.article] = 0  # P3
        missing = {item: lack for item, number in plan.units.items() if (lack := number - picked[item])}
        plan.order.short_picked += per_article(missing)
        plan.job, plan.asked, plan.picked = "PICKED", plan.units, dict(picked)
        return missing

    def follow_up(self, plan: Plan, missing: Units, next_id: UUID | None) -> None:
        """P2: what the strategy says about a short pick. ``next_id`` is the plan that goes on, if one does."""
        way = self.strategy.way_of(plan.order, sum(plan.picked.values()))
        if not missing or not way:
            return
        assert next_id is not None, f"{way}: somebody has to see to {missing}"
        whole = dict(plan.asked)
        if way == "ORDERSPLIT":
            torn = any(item.bundled for item in missing)
            whole = {i: n for i, n in missing.items() if not i.bundled}
            whole |= {i: n for i, n in plan.asked.items() if i.bundled and torn}  # S2
        avoids = self._avoided(plan, missing if way == "REROUTE" else whole)
        plan.order.short_picked -= per_article(missing)
        for item in whole:
            if way == "REROUTE" or item.bundled:
                self._restow(plan, item)
        self.plans[next_id] = Plan(
            next_id, plan.order, whole, avoids=plan.avoids | avoids, lacked=way == "ORDERSPLIT"
        )
        plan.units = {i: left for i, n in plan.units.items() if (left := n - whole.get(i, 0))}
        if way == "REROUTE":
            del self.plans[plan.id]

    def _restow(self, plan: Plan, item: Item) -> None:
        """P2: picked units go back to where they came from, to be delivered again."""
        number = plan.picked[item]
        assert plan.facility is not None
        self.on_hand[plan.facility, item.article] += number
        plan.order.fulfilled[item.article] -= number
        plan.picked[item] = 0

    def _avoided(self, plan: Plan, lacking: Units) -> frozenset[Name]:
        """P2, R7: elsewhere is elsewhere. Where stock is not asked the facility would only be chosen again, unless what
        is missing waits there instead.
        """
        if self.strategy.stock != "off" or plan.order.facts["collect_at"] is not None:
            return frozenset()
        assert plan.facility is not None
        facility, order = self.facilities[plan.facility], plan.order.facts
        may_wait = all(wholes.can_wait(wholes.effective(facility, i.article, order)) for i in lacking)
        return frozenset() if self.strategy.waiting_room and may_wait else frozenset({plan.facility})

    def stays_short(self, plan: Plan) -> None:
        """P2: what was missing, and neither goes elsewhere nor waits, stays short-picked."""
        del self.plans[plan.id]
        plan.order.short_picked += plan.needs

    def correct(self, successors: Mapping[UUID, UUID]) -> list[UUID]:
        """P4: where more is reserved than there is, the newest reservations that nobody has begun to pick are freed,
        until there is enough. The plans are routed again; their successors' ids are returned.
        """
        queue = []
        while unstarted := [
            (plan.since[article], plan)
            for name, article in self.overdrawn()
            for plan in self.holders((name, article))
            if not plan.begun
        ]:
            _since, newest = max(unstarted, key=lambda one: one[0])
            queue.append(self._replace(newest, successors.get(newest.id)).id)
        return queue

    def overdrawn(self) -> list[Shelf]:
        return [shelf for shelf in self.shelves() if self.reserved(shelf) > self.on_hand[shelf]]

    # Lines of orders

    def giving(self, order: Order, article: Article, units: int) -> list[tuple[Plan, Units]] | None:
        """O1: which plans give up units of a line: who waits first, then who stands nowhere, PLANNED, ROUTED ones that
        nobody has begun; of those the last in rank. A bundle goes only if it is all about this article, and other units
        do not suffice (S2). None: there are not enough.
        """
        plans = sorted(self.plans_of(order), key=lambda plan: plan.rank, reverse=True)
        plans.sort(key=lambda plan: TURNS[plan.status])
        plain, bundled = Item(article, False), Item(article, True)
        given: dict[UUID, Units] = {plan.id: {} for plan in plans}
        left = units
        if units > sum(plan.units.get(plain, 0) for plan in plans):
            for plan in plans:
                tied = {item for item in plan.units if item.bundled}
                if tied == {bundled} and plan.units[bundled] <= left:
                    given[plan.id][bundled] = plan.units[bundled]
                    left -= plan.units[bundled]
        for plan in plans:
            if taken := min(left, plan.units.get(plain, 0)):
                given[plan.id][plain] = taken
                left -= taken
        return None if left else [(plan, given[plan.id]) for plan in plans if given[plan.id]]

    def lower(self, order: Order, giving: list[tuple[Plan, Units]]) -> None:
        """O1: what a plan gives is gone; one that has given all is. What could not be routed is decided again."""
        for plan, units in giving:
            self._lower(plan, units)
            if not plan.units:
                del self.plans[plan.id]
        self.look_again(order)

    def look_again(self, order: Order) -> None:
        """O1: the order is another than it was; what of it could not be routed is decided again."""
        for plan in self.plans_of(order):
            plan.queued |= plan.status == "NOT_ROUTABLE"
