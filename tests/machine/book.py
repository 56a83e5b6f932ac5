"""The whole product as a slow, obvious book: facilities, stock, orders and plans in plain dicts and lists.

Written from the spec's text (specs 2 and 3). It does what somebody asks for, and :meth:`Book.settle`
does what the workers would: serve those who wait, by rank, then decide what is in the queue, until nothing is left to
do. Nothing is remembered that could be worked out anew, nobody is woken: everybody is looked at, always. So a trigger
that the product forgot (W4) shows as a plan that goes here and stays there.

Where several answers are equally good the book asks its ``witness`` which one the product gave, makes sure that it is
one of them, and goes on with that.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from uuid import UUID

from tests.engine import oracle as wholes
from tests.engine.oracle_facts import Article, Facility, Name
from tests.machine import expected, oracle
from tests.machine.expected import Coming
from tests.machine.nouns import Bucket, Order, Plan, Shelf
from tests.machine.oracle import Item, Outcome, Part, Units
from tests.machine.picking import Picking


class Book(Picking):
    # What people and systems do

    def place(self, order: Order, plan_id: UUID) -> None:
        """R1: an order becomes one INITIAL plan with all of its lines."""
        self.orders[order.id] = order
        self.plans[plan_id] = Plan(plan_id, order, order.units)

    def unlock(self, order: Order) -> None:
        """R8: its routed plans get their pick jobs."""
        order.locked = False

    def cancel_order(self, order: Order) -> None:
        """O2: all that is still to be delivered, by force also what is just being picked, but not what is finished."""
        for plan in [*self.plans_of(order), *self.begun(order)]:
            if not plan.finished:
                self._cancel(plan)
        order.ended = True

    def add_units(self, order: Order, article: Article, units: int, plan_id: UUID) -> None:
        """O1: units that are added become a new plan."""
        order.lines[article] += units
        self.plans[plan_id] = Plan(plan_id, order, {Item(article, False): units})
        self.look_again(order)

    def cancel_plan(self, plan: Plan) -> None:
        """M3: its units count as cancelled; an order of which nothing is left is cancelled."""
        self._cancel(plan)
        plan.order.ended = not plan.order.live and not any(plan.order.fulfilled.values())

    def reroute(self, plan: Plan, successor_id: UUID | None) -> Plan:
        """M2: a plan that holds nothing is decided anew as it is; one that holds something is replaced."""
        if plan.status in ("ROUTED", "PLANNED"):
            return self._replace(plan, successor_id)
        plan.queued = True
        return plan

    def retry(self) -> None:
        """R5: everything that is not routable is decided anew."""
        for plan in self.plans.values():
            plan.queued |= plan.status == "NOT_ROUTABLE"

    def assign(self, plan: Plan, facility: Name) -> None:
        """M1: to the facility, whatever the fences say; what is available there is reserved, the rest is unbacked."""
        self._route(plan, facility)

    def split_off(self, plan: Plan, units: Units, part_id: UUID) -> Plan:
        """M4: it waits as the plan does, or is decided anew if that could not be routed. What it held is free."""
        waits = plan.status == "WAITING"
        part = self.plans[part_id] = Plan(part_id, plan.order, units, queued=not waits, avoids=plan.avoids)
        if waits:
            part.status, part.pinned, part.held_until = "WAITING", plan.pinned, plan.held_until
        self._lower(plan, units)
        return part

    def cancel_units(self, plan: Plan, units: Units) -> None:
        """M3: they count as cancelled, and the plan goes on with the rest."""
        for item, number in units.items():
            plan.order.cancelled[item.article] += number
        self._lower(plan, units)

    def pin(self, plan: Plan) -> None:
        """M4: to the top, behind those that are there."""
        self._pins += 1
        plan.pinned = self._pins

    # What is expected

    def receive(self, process: UUID, shelf: Shelf, units: int) -> None:
        """W8: stock is booked; what was promised of it becomes reserved stock, by rank when less came.

        Of several items the earliest is served first. What nobody expected there is free stock.
        """
        self.on_hand[shelf] += units
        items = [b for b in self.buckets if b.process == process and (b.facility, b.article) == shelf]
        items.sort(key=lambda bucket: (bucket.day or date.max, bucket.id))
        for bucket in items:
            came = min(units, bucket.outstanding)
            bucket.received += came
            units -= came
            for plan in self._holders(bucket):
                moved = min(came, plan.promised[bucket])
                came -= moved
                plan.promised[bucket] -= moved
                self._reserve(plan, bucket.article, moved)
            bucket.settle()
        standing = [bucket for bucket in items if bucket.status != "CANCELLED"]
        if standing:
            standing[-1].received += units
            standing[-1].settle()

    def change(self, bucket: Bucket, **values: object) -> None:
        """W8: who holds what will not come loses it, the last in rank first."""
        for name, value in values.items():
            setattr(bucket, name, value)
        bucket.settle()
        left = bucket.promisable
        for plan in self._holders(bucket):
            plan.promised[bucket] = min(plan.promised[bucket], left)
            left -= plan.promised[bucket]

    def _holders(self, bucket: Bucket) -> list[Plan]:
        holders = [plan for plan in self.plans.values() if plan.promised[bucket]]
        return sorted(holders, key=lambda plan: plan.turn or plan.rank)

    # What workers do

    def settle(self, queue: list[UUID]) -> None:
        """Moves what was planned (W8), serves those who wait, then decides the plans of the ``queue`` in its order, and
        again (R10, W4).
        """
        for plan in sorted(self.plans.values(), key=lambda plan: plan.id):
            if plan.status == "PLANNED":
                self._review(plan)
        while True:
            while self._serve():
                pass
            due = [plan for id in queue if (plan := self.plans.get(id)) and plan.queued]
            if not due:
                return
            behind = self._waited_for(due) if self.settings.strict else set()
            for plan in due:
                self._decide(plan, behind)
                if plan.lacked and plan.status == "NOT_ROUTABLE":
                    self.stays_short(plan)
                plan.lacked = False

    def _review(self, plan: Plan) -> None:
        """W8: ROUTED once all has come. What will not come goes back: apart, if the plan may be divided, else with all
        of it. A day that was put off beyond the limit is as good as none.
        """
        assert plan.facility is not None
        assert plan.planned_for is not None
        for bucket in plan.promised:
            if bucket.day is None or bucket.day > max(plan.planned_for, self.last_day(plan.facility)):
                plan.promised[bucket] = 0
        plan.promised = +plan.promised
        short = {Item(a, False): number for a, number in (plan.needs - plan.holds).items()}
        kept = {item: left for item, number in plan.units.items() if (left := number - short.get(item, 0))}
        divided = self.strategy.parts_of(plan.order) and not any(item.bundled for item in plan.units)
        if short and not (divided and kept):
            plan.goes_back()
            return
        plan.planned_for = max((b.day for b in plan.promised if b.day is not None), default=None)
        plan.status = "PLANNED" if plan.planned_for else "ROUTED"
        if short:
            own = Part(plan.status, plan.facility, frozenset(kept.items()), plan.planned_for)
            behind = oracle.part_of("WAITING", None, short)
            _, ids = self._witness(plan, [(own, frozenset([behind]))])
            plan.units = kept
            self.plans[ids[behind]] = Plan(
                ids[behind], plan.order, short, "WAITING", queued=False, avoids=plan.avoids
            )
        if plan.status == "ROUTED":
            plan.not_before = self._beginning(plan, self.facilities[plan.facility])

    def _serve(self) -> bool:
        """R2: what is there first backs pick lines, by rank. W2, W12: then those who wait are tried, by rank.

        True if something was left behind, which is to be tried in its turn, or somebody goes without what is there,
        because others speak for it: it picks before they do.
        """
        for plan, article, units in self._to_back():
            self._reserve(plan, article, units)
        spoken: set[Shelf] = set()
        left_behind = False
        for plan in self.waiting():
            if plan.held(self.now):
                continue
            permitted = [f["name"] for f in wholes.permitted(self._world(spoken), self._asked(plan))]
            behind = plan.units
            if outcomes := self._release(plan, spoken):
                behind = self._become(plan, outcomes, spoken)
                left_behind |= bool(behind)
            if self.settings.strict:
                # W12: whatever it could use stays for it.
                spoken |= {(name, item.article) for name in permitted for item in behind}
        return left_behind or any(units for _, _, units in self._to_back())

    def _to_back(self) -> Iterator[tuple[Plan, str, int]]:
        """Pick lines by the rank of their plans, with what there is for them now."""
        for plan in sorted(self.plans.values(), key=lambda plan: plan.rank):
            if plan.has_job and not plan.begun and plan.facility is not None:
                for article, lacking in plan.unbacked.items():
                    shelf = plan.facility, article
                    if self.counts(shelf):
                        yield plan, article, min(lacking, self.available(shelf))

    def _release(self, plan: Plan, spoken: set[Shelf]) -> list[Outcome]:
        world, asked = self._world(spoken), self._asked(plan)
        coming = list(self._coming(spoken)) if self.settings.future else []
        parts = self.strategy.parts_of(plan.order)
        return expected.release(world, coming, asked, plan.units, parts, self.settings.partial)

    def _coming(self, spoken: set[Shelf]) -> Iterator[Coming]:
        """W6: after today and within the limit, and not promised yet."""
        for bucket in self.buckets:
            name, article = bucket.facility, bucket.article
            free = bucket.promisable - self.promised(bucket)
            if bucket.day is None or not free or article in self.not_ahead or (name, article) in spoken:
                continue
            if self.day(name, self.now) < bucket.day <= self.last_day(name) and self.online(name):
                yield Coming(bucket.id, name, article, bucket.day, free)

    def _waited_for(self, due: list[Plan]) -> set[Shelf]:
        """R10: under STRICT who is new queues behind those who wait for the same articles."""
        waiting = [plan for plan in self.waiting() if plan not in due and not plan.held(self.now)]
        articles = {article for plan in waiting for article in plan.needs}
        return {(name, article) for name in self.facilities for article in articles}

    def _decide(self, plan: Plan, spoken: set[Shelf]) -> None:
        parts = self.strategy.parts_of(plan.order)
        outcomes = oracle.decide(self._world(spoken), self._asked(plan), plan.units, parts)
        self._become(plan, outcomes, spoken)

    def _become(self, plan: Plan, outcomes: list[Outcome], spoken: set[Shelf]) -> Units:
        """What the decision, or the product's among those that are allowed, makes of the plan; what of it waits."""
        plan.queued = False
        (own, others), ids = outcomes[0], {}
        if len(outcomes) > 1 or others:
            (own, others), ids = self._witness(plan, outcomes)
        children = {
            part: Plan(
                ids[part],
                plan.order,
                part.carries,
                queued=False,
                pinned=plan.pinned,
                held_until=plan.held_until,
                avoids=plan.avoids,
            )
            for part in others
        }
        self.plans |= {child.id: child for child in children.values()}
        plan.units = own.carries
        if own.status == "OBSOLETE":
            del self.plans[plan.id]
        # Who waits for the rest of it holds what is there, too: that is not for the others any more.
        for part, one in sorted([(own, plan), *children.items()], key=lambda pair: pair[0].day is None):
            self._stand(one, part, spoken)
        return {i: n for part in (own, *others) if part.status == "WAITING" for i, n in part.units}

    def _stand(self, plan: Plan, part: Part, spoken: set[Shelf]) -> None:
        """As a part of a decision says."""
        if part.status == "ROUTED" and part.facility is not None:
            self._route(plan, part.facility, spoken)
        elif part.status == "PLANNED":
            plan.turn = plan.rank
            plan.status, plan.facility, plan.planned_for = "PLANNED", part.facility, part.day
            buckets = {bucket.id: bucket for bucket in self.buckets}
            for number, article, units in part.holds:
                if number is None:
                    self._reserve(plan, article, units)
                else:
                    plan.promised[buckets[number]] += units
        elif part.status != "OBSOLETE":
            plan.status = part.status
        if plan.status != "WAITING":
            plan.pinned = plan.held_until = None

    def _route(self, plan: Plan, facility: Name, spoken: set[Shelf] = frozenset()) -> None:  # type: ignore[assignment]
        """R2: its lines reserve what is available."""
        plan.status, plan.facility, plan.queued = "ROUTED", facility, False
        plan.pinned = plan.held_until = None
        for article, number in plan.needs.items():
            shelf = facility, article
            if self.counts(shelf) and shelf not in spoken:
                self._reserve(plan, article, min(number, self.available(shelf)))
        plan.not_before = self._beginning(plan, self.facilities[facility])

    def _beginning(self, plan: Plan, facility: Facility) -> datetime | None:
        """B3, B4: when picking may begin, the latest of what the listings say."""
        world, order = self._world(set()), plan.order.facts
        moments = [
            moment
            for article in plan.needs
            for moment in wholes.picking_dates(
                world, wholes.effective(facility, article, order), bool(plan.unbacked[article])
            )
        ]
        return max(moments, default=None)
