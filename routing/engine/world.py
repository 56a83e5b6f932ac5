"""The world as one pass sees it: facilities, listings and what is available, with what the pass has given away."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from inventory.behaviour import Context, Effective, ListingRules, effective_behaviour
from routing.engine.facts import Bucket, Documents, FacilityFacts, OrderFacts, Plan, Shelves

Listings = Mapping[UUID, Mapping[int, ListingRules]]
"""article id → facility index → rules; only ACTIVE listings (B3)."""

_CONTEXT = tuple[UUID, frozenset[str], frozenset[str]]
_ANY: frozenset[str] = frozenset()


class World:
    """Facilities are known by their index in ``facilities``, which is in order of rank and id: the lower index wins a
    tie (R2). Only ONLINE facilities belong to a world (F5); ``available`` counts units that may still be given away.
    ``expected`` are the buckets that may be promised from, by article: those within the date limit, and none where
    future inventory is off (W6).

    Reading it does not change it, but for memory of what was worked out; :meth:`take`, :meth:`promise`, :meth:`book`
    and :meth:`close` do.
    """

    def __init__(
        self,
        *,
        now: datetime,
        facilities: Sequence[FacilityFacts],
        listings: Listings,
        available: Mapping[UUID, Mapping[int, int]],
        expected: Mapping[UUID, Iterable[Bucket]] | None = None,
        shelves: Shelves | None = None,
        documents: Documents | None = None,
    ) -> None:
        self.now = now
        self.shelves = shelves or Shelves()
        self.documents = documents or Documents()
        self.facilities = tuple(facilities)
        self.index = {facility.id: number for number, facility in enumerate(self.facilities)}
        self._listings = listings
        self._available = {
            article: {f: stock[f] for f in sorted(stock) if stock[f] and f in listings.get(article, ())}
            for article, stock in available.items()
        }
        self._expected = {
            article: {bucket.id: bucket for bucket in buckets if bucket.facility in listings.get(article, ())}
            for article, buckets in (expected or {}).items()
        }
        self._booked: dict[int, int] = {}
        self._capacities: dict[int, int | None] = {}
        self._withheld: dict[tuple[int, UUID], int] = {}
        self._candidates: dict[tuple[UUID, ...], tuple[int, ...]] = {}
        self._effective: dict[_CONTEXT, dict[int, Effective]] = {}
        self._replenishing: dict[_CONTEXT, frozenset[int]] = {}
        self._contextual = {
            article for article, places in listings.items() if any(rules.rules for rules in places.values())
        }

    def candidates(self, plan: Plan) -> tuple[int, ...]:
        """Facilities with an ACTIVE listing for at least one line; a collect order has exactly its own (F5)."""
        articles = tuple(plan.needs)
        found = self._candidates.get(articles)
        if found is None:
            listed = {facility for article in articles for facility in self._listings.get(article, ())}
            found = self._candidates[articles] = tuple(sorted(listed))
        if plan.order.collects:
            own = self.index.get(plan.order.collect_facility) if plan.order.collect_facility else None
            return (own,) if own is not None and own in found else ()
        if plan.order.blacklist:
            return tuple(f for f in found if self.facilities[f].id not in plan.order.blacklist)
        return found

    def effective(self, article: UUID, order: OrderFacts) -> Mapping[int, Effective]:
        """The effective behaviour of the article's listings for such an order, by facility index (B1)."""
        key = self._context(article, order)
        found = self._effective.get(key)
        if found is None:
            found = self._effective[key] = {
                facility: effective_behaviour(
                    rules,
                    Context(self.facilities[facility].groups | order.ordering_groups, order.tags),
                )[0]
                for facility, rules in self._listings.get(article, {}).items()
            }
        return found

    def replenishing(self, article: UUID, order: OrderFacts) -> frozenset[int]:
        """Facilities that can replenish the article for such an order, in any quantity (B3)."""
        key = self._context(article, order)
        found = self._replenishing.get(key)
        if found is None:
            found = self._replenishing[key] = frozenset(
                facility
                for facility, listed in self.effective(article, order).items()
                if listed.behaviour.can_be_replenished
            )
        return found

    def _context(self, article: UUID, order: OrderFacts) -> _CONTEXT:
        """All that the behaviour of the article's listings depends on."""
        if article in self._contextual:
            return (article, order.tags, order.ordering_groups)
        return (article, _ANY, _ANY)

    def is_contextual(self, article: UUID) -> bool:
        """Whether some listing of the article behaves differently for some orders (B1)."""
        return article in self._contextual

    def available(self, facility: int, article: UUID) -> int:
        """Units of the article that the facility can still give, 0 without an ACTIVE listing (B3)."""
        return self._available.get(article, {}).get(facility, 0)

    def stock_of(self, article: UUID) -> Mapping[int, int]:
        """Units by facility index, ascending; facilities that have none are left out."""
        return self._available.get(article, {})

    def expected(self, article: UUID) -> Iterator[Bucket]:
        """Buckets of the article that have units left to promise, in no order; none without an ACTIVE listing (W6)."""
        return (bucket for bucket in self._expected.get(article, {}).values() if bucket.units)

    def expects(self, articles: Iterable[UUID]) -> bool:
        """Whether any of the articles may be promised from expected stock."""
        return any(True for article in articles for _ in self.expected(article))

    def supply(self, article: UUID) -> int | None:
        """Units of the article anywhere, in stock or expected; ``None`` where a listing can be replenished: no bound
        (B3).
        """
        for rules in self._listings.get(article, {}).values():
            if rules.own.behaviour.can_be_replenished or any(
                rule.effective.behaviour.can_be_replenished for rule in rules.rules
            ):
                return None
        return sum(self.stock_of(article).values()) + sum(bucket.units for bucket in self.expected(article))

    def take(self, facility: int, article: UUID, units: int) -> None:
        """Gives units away, so that the next decision of the pass does not see them.

        :raises ValueError: the facility does not have as many; nothing is ever oversold.
        """
        left = self.available(facility, article) - units
        if left < 0:
            raise ValueError(f"{-left} units too many taken of {article} at {self.facilities[facility].name}")
        if left:
            self._available[article][facility] = left
        elif units:
            del self._available[article][facility]

    def promise(self, article: UUID, bucket: int, units: int) -> None:
        """Gives units of a bucket away, as :meth:`take` does with stock.

        :raises ValueError: it has not as many left to promise.
        """
        known = self._expected[article][bucket]
        if units > known.units:
            raise ValueError(
                f"{units - known.units} units too many promised of {article} from bucket {bucket}"
            )
        self._expected[article][bucket] = replace(known, units=known.units - units)

    def book(self, facility: int, jobs: int = 1) -> None:
        """Counts one more pick job at the facility, so that the next decision of the pass sees it; or one less."""
        self._booked[facility] = self._booked.get(facility, 0) + jobs

    def open_jobs(self, facility: int) -> int:
        """Pick jobs of the facility that are not finished, with those that the pass has given it."""
        return self.facilities[facility].open_jobs + self._booked.get(facility, 0)

    def capacity(self, facility: int) -> int | None:
        """Pick jobs that the facility's timeframe has room for (F4); ``None`` is without limit."""
        if facility not in self._capacities:
            self._capacities[facility] = self.facilities[facility].hours.capacity(self.now)
        return self._capacities[facility]

    def capacity_used(self, facility: int) -> int:
        """Pick jobs that take part of that: those not finished, and those that were made and finished today."""
        return self.open_jobs(facility) + self.facilities[facility].jobs_today

    def close(self, facilities: Iterable[int], articles: Iterable[UUID]) -> None:
        """Keeps what there is and comes of the articles at these facilities from later plans (W12, STRICT)."""
        places = tuple(facilities)
        for article in articles:
            for bucket in list(self.expected(article)):
                if bucket.facility in places:
                    self._expected[article][bucket.id] = replace(bucket, units=0)
            stock = self._available.get(article)
            if stock:
                for facility in places:
                    if facility in stock:
                        self._withheld[facility, article] = stock.pop(facility)

    def withheld(self, facility: int, article: UUID) -> int:
        """Units that are there, but that :meth:`close` keeps for an earlier plan."""
        return self._withheld.get((facility, article), 0)
