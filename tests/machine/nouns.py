"""What the book is about: orders, plans, buckets of expected stock, and what of strategy and settings may change."""

from __future__ import annotations

from calendar import monthrange
from collections import Counter
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Literal
from uuid import UUID

from tests.engine.oracle_facts import Article, Name, Policy
from tests.engine.oracle_facts import Order as OracleOrder
from tests.machine.oracle import Item, Units

Shelf = tuple[Name, Article]
"""Where stock lies: the unit of availability."""

PlanStatus = Literal["INITIAL", "WAITING", "PLANNED", "ROUTED", "NOT_ROUTABLE"]

JobStatus = Literal["OPEN", "IN_PROGRESS", "PICKED", "CLOSED"]

Way = Literal["", "REROUTE", "ORDERSPLIT"]
"""What is done about a short pick; nothing, where it is empty (P2)."""


def per_article(units: Units) -> Counter[Article]:
    found: Counter[Article] = Counter()
    for item, number in units.items():
        found[item.article] += number
    return found


@dataclass
class Order:
    """``lines`` are units per article, ``bundle`` those of them that are routed as one."""

    id: UUID
    date: date
    lines: dict[Article, int]
    bundle: dict[Article, int]
    facts: OracleOrder
    same_day: bool
    locked: bool
    ended: bool = False
    cancelled: Counter[Article] = field(default_factory=Counter)
    fulfilled: Counter[Article] = field(default_factory=Counter)
    short_picked: Counter[Article] = field(default_factory=Counter)

    @property
    def units(self) -> Units:
        """What its first plan carries: the bundle's units apart from the others of the same line (S2)."""
        units = {Item(article, True): number for article, number in self.bundle.items()}
        for article, number in self.lines.items():
            if number > self.bundle.get(article, 0):
                units[Item(article, False)] = number - self.bundle.get(article, 0)
        return units

    @property
    def live(self) -> Counter[Article]:
        """S7: what is still to be delivered."""
        return Counter(self.lines) - self.fulfilled - self.short_picked - self.cancelled

    @property
    def status(self) -> str:
        return "CANCELLED" if self.ended else "LOCKED" if self.locked else "OPEN"


@dataclass(eq=False)
class Bucket:
    """An item of a purchase order: ``quantity`` units that are to come to a facility on a day, if it is known."""

    id: int
    process: UUID
    facility: Name
    article: Article
    quantity: int
    day: date | None
    received: int = 0
    status: Literal["OPEN", "RECEIVED", "CLOSED", "CANCELLED"] = "OPEN"

    @property
    def outstanding(self) -> int:
        return max(0, self.quantity - self.received) if self.status == "OPEN" else 0

    @property
    def promisable(self) -> int:
        """Spec 2: without a date nothing can be promised from it."""
        return self.outstanding if self.day is not None else 0

    def settle(self) -> None:
        """It is open as long as units are to come, unless somebody ended it."""
        if self.status in ("OPEN", "RECEIVED"):
            self.status = "RECEIVED" if self.received >= self.quantity else "OPEN"


Rank = tuple[bool, int, date, UUID]


@dataclass(eq=False)
class Plan:
    """A live plan. ``queued``: it awaits a decision by R1-R7.

    ``reserved`` are units per article of the stock of its facility, ``since`` their place among all reservations;
    ``promised`` are those of buckets, in the turn that it had when it was planned (W8). ``pinned`` is the number of its
    pin: those that were pinned before stand before it. ``avoids`` are facilities that it must not be routed to (R9).

    ``job`` is how far its pick job is, if it has one, which may begin ``not_before``; ``asked`` and ``picked`` are what
    was to be picked and what was, once it is finished. ``lacked`` tells that it is made of units that were missing in
    another plan's pick (P2).
    """

    id: UUID
    order: Order
    units: Units
    status: PlanStatus = "INITIAL"
    facility: Name | None = None
    queued: bool = True
    reserved: Counter[Article] = field(default_factory=Counter)
    promised: Counter[Bucket] = field(default_factory=Counter)
    planned_for: date | None = None
    turn: Rank | None = None
    pinned: int | None = None
    held_until: datetime | None = None
    since: dict[Article, int] = field(default_factory=dict)
    avoids: frozenset[Name] = frozenset()
    job: JobStatus = "OPEN"
    not_before: datetime | None = None
    asked: Units = field(default_factory=dict)
    picked: Units = field(default_factory=dict)
    lacked: bool = False

    @property
    def begun(self) -> bool:
        """P1: somebody has started to pick it."""
        return self.job != "OPEN"

    @property
    def finished(self) -> bool:
        return self.job in ("PICKED", "CLOSED")

    @property
    def rank(self) -> Rank:
        """Spec 2, ``prioritization``: by order date; ties by plan id. M4: pinned ones first."""
        return self.pinned is None, self.pinned or 0, self.order.date, self.id

    def held(self, now: datetime) -> bool:
        return self.held_until is not None and self.held_until > now

    @property
    def needs(self) -> Counter[Article]:
        return per_article(self.units)

    def lines_holding(self, article: Article) -> int:
        """How many of its lines of the article hold something of what is reserved."""
        held, count = self.reserved[article], 0
        for item in sorted(self.units, key=lambda item: not item.bundled):
            if item.article == article and held > 0:
                held -= self.units[item]
                count += 1
        return count

    @property
    def unbacked(self) -> Counter[Article]:
        """R2: what no stock covers."""
        return self.needs - self.reserved

    @property
    def holds(self) -> Counter[Article]:
        """What is reserved for it, here or of what is to come."""
        holds = Counter(self.reserved)
        for bucket, number in self.promised.items():
            holds[bucket.article] += number
        return +holds

    @property
    def has_job(self) -> bool:
        """R8: a routed plan has a pick job, but not while its order is locked."""
        return self.status == "ROUTED" and not self.order.locked

    def goes_back(self) -> None:
        """To the waiting room, where it holds nothing."""
        self.status, self.facility, self.planned_for = "WAITING", None, None
        self.reserved, self.promised = Counter(), Counter()


@dataclass
class Strategy:
    """What of the strategy in use may change: fences, complete stock, ratings, how orders are split, and what is done
    about short picks.
    """

    stock: Literal["off", "static", "reactive"] = "reactive"
    country: bool = False
    ratings: list[tuple[str, int]] = field(default_factory=list)
    split: bool = False
    split_same_day: bool = False
    max_parts: int = 2
    waiting_room: bool = False
    short_picks: Way = ""
    short_picks_of_collect: Way = ""
    zero_picks_only: bool = False

    @property
    def policy(self) -> Policy:
        fences = ["FACILITY-BUSINESSTYPE"] + ["FACILITY-COUNTRY"] * self.country
        return {
            "fences": fences,
            "stock": self.stock,
            "waiting_room": self.waiting_room,
            "ratings": self.ratings,
            "parts": self.max_parts if self.split else 0,
        }

    def parts_of(self, order: Order) -> int:
        """S1: shipping only, same-day orders only if that is on; 0 where nothing is split."""
        if not self.split or order.facts["collect_at"] is not None:
            return 0
        return self.max_parts if self.split_same_day or not order.same_day else 0

    def way_of(self, order: Order, picked: int) -> Way:
        """P2: what is done about a short pick. For collect ORDERSPLIT counts as inactive."""
        if picked and self.zero_picks_only:
            return ""
        if order.facts["collect_at"] is None:
            return self.short_picks
        return "REROUTE" if self.short_picks_of_collect == "REROUTE" else ""


@dataclass(frozen=True)
class Settings:
    """Of the site: whether nobody is overtaken, whether expected stock counts, how far ahead, and what goes in part."""

    strict: bool = False
    future: bool = False
    limit: tuple[int, Literal["DAYS", "WEEKS", "MONTHS"]] = (4, "WEEKS")
    partial: Literal["NONE", "LINE_ITEM", "QUANTITY"] = "NONE"

    def last_day(self, today: date) -> date:
        """W6: the last day within the limit."""
        quantity, unit = self.limit
        if unit != "MONTHS":
            return today + timedelta(days=quantity * (7 if unit == "WEEKS" else 1))
        year, month = divmod(today.year * 12 + today.month - 1 + quantity, 12)
        return date(year, month + 1, min(today.day, monthrange(year, month + 1)[1]))
