"""What there is in the book: facilities, stock, orders and plans in plain dicts and lists, and who holds what of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from tests.engine.oracle_facts import Article, Facility, Name, World
from tests.engine.oracle_facts import Plan as OraclePlan
from tests.machine import oracle
from tests.machine.nouns import Bucket, Order, Plan, Settings, Shelf, Strategy
from tests.machine.oracle import Outcome, Part, Units

Witness = Callable[[Plan, list[Outcome]], tuple[Outcome, dict[Part, UUID]]]
"""Which of the allowed outcomes a plan's decision had, and the ids of the plans that were split off."""


class Ledger:
    """``now`` is the moment of the last settlement; ``witness`` says what the product chose among equals. ``not_ahead``
    are the articles for which expected stock does not count, whatever the site's settings say (W6).
    """

    def __init__(
        self, facilities: list[Facility], zones: Mapping[Name, str], witness: Witness, now: datetime
    ) -> None:
        self.facilities = {facility["name"]: facility for facility in facilities}
        self.zones = zones
        self.status = dict.fromkeys(self.facilities, "ONLINE")
        self.on_hand: Counter[Shelf] = Counter()
        self.safety: Counter[Shelf] = Counter()
        self.orders: dict[UUID, Order] = {}
        self.plans: dict[UUID, Plan] = {}
        self.buckets: list[Bucket] = []
        self.not_ahead: set[Article] = set()
        self.strategy = Strategy()
        self.settings = Settings()
        self.now = now
        self._pins = self._reservations = 0
        self._witness = witness

    def online(self, name: Name) -> bool:
        """F5: it may take new orders."""
        return self.status[name] == "ONLINE"

    def reserved(self, shelf: Shelf) -> int:
        return sum(plan.reserved[shelf[1]] for plan in self.holders(shelf))

    def holders(self, shelf: Shelf) -> list[Plan]:
        name, article = shelf
        return [plan for plan in self.plans.values() if plan.facility == name and plan.reserved[article]]

    def available(self, shelf: Shelf) -> int:
        """Spec 2: on hand − reserved − safety stock, never below 0."""
        return max(0, self.on_hand[shelf] - self.reserved(shelf) - self.safety[shelf])

    def counts(self, shelf: Shelf) -> bool:
        """B3: stock counts only where the listing is ACTIVE."""
        listing = self.facilities[shelf[0]]["listings"].get(shelf[1])
        return listing is not None and listing["active"]

    def promised(self, bucket: Bucket) -> int:
        return sum(plan.promised[bucket] for plan in self.plans.values())

    def day(self, name: Name, now: datetime) -> date:
        """W6: calendar days in the facility's zone."""
        return now.astimezone(ZoneInfo(self.zones[name])).date()

    def last_day(self, name: Name) -> date:
        """The last day of the date limit, as seen at the facility."""
        return self.settings.last_day(self.day(name, self.now))

    def waiting(self) -> list[Plan]:
        """W2: the waiting room, in the order of release."""
        return sorted(
            (plan for plan in self.plans.values() if plan.status == "WAITING"), key=lambda p: p.rank
        )

    def plans_of(self, order: Order) -> list[Plan]:
        """Those that nobody has begun to pick, as they came."""
        plans = (plan for plan in self.plans.values() if plan.order is order and not plan.begun)
        return sorted(plans, key=lambda plan: plan.id)

    def begun(self, order: Order) -> list[Plan]:
        return [plan for plan in self.plans.values() if plan.order is order and plan.begun]

    def shelves(self) -> Iterator[Shelf]:
        yield from sorted({*self.on_hand, *self.safety})

    # What becomes of plans and of what they hold

    def _reserve(self, plan: Plan, article: Article, units: int) -> None:
        """Line by line, bundles first: each line has a reservation of its own, to which later units are added."""
        before = plan.lines_holding(article)
        plan.reserved[article] += units
        if plan.lines_holding(article) > before:
            self._reservations += 1
            plan.since[article] = self._reservations

    def _lower(self, plan: Plan, units: Units) -> None:
        """What is yet to come is given back first, the latest before all."""
        plan.units = {i: left for i, number in plan.units.items() if (left := number - units.get(i, 0))}
        for article in {item.article for item in units}:
            kept = plan.needs[article]
            plan.reserved[article] = min(plan.reserved[article], kept)
            kept -= plan.reserved[article]
            mine = [bucket for bucket in plan.promised if bucket.article == article]
            for bucket in sorted(mine, key=lambda bucket: (bucket.day or date.max, bucket.id)):
                plan.promised[bucket] = min(plan.promised[bucket], kept)
                kept -= plan.promised[bucket]

    def _cancel(self, plan: Plan) -> None:
        del self.plans[plan.id]
        plan.order.cancelled += plan.needs

    def _replace(self, plan: Plan, successor_id: UUID | None) -> Plan:
        """By one of the same units that holds nothing, and is decided anew."""
        assert successor_id is not None, "it becomes OBSOLETE, with a successor"
        del self.plans[plan.id]
        successor = Plan(successor_id, plan.order, plan.units, avoids=plan.avoids)
        self.plans[successor_id] = successor
        return successor

    # In the oracle's words

    def _world(self, spoken: set[Shelf]) -> World:
        """F5: ONLINE facilities; shelves that others have a claim to count as empty."""
        return {
            "now": self.now,
            "facilities": [f for name, f in self.facilities.items() if self.online(name)],
            "stock": {shelf: 0 if shelf in spoken else self.available(shelf) for shelf in self.shelves()},
            "policy": self.strategy.policy,
            "plans": [],
        }

    def _asked(self, plan: Plan) -> OraclePlan:
        return {
            "name": str(plan.id),
            "rank": 0,
            "order": {**plan.order.facts, "blacklist": sorted(plan.avoids)},
            "units": oracle.as_units(plan.units),
        }
