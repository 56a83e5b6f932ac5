"""What stands in the product's database, in the words of the book, and how that compares."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from datetime import date
from typing import Any, Literal, NamedTuple
from uuid import UUID

from inventory.models import Reservation, StockLevel
from orders.models.pickjob import FINISHED
from routing.models import DecisionLog, PlanLine
from routing.models.plan import LIVE_PLAN_STATUSES
from routing.reconcile import find_discrepancies
from tests.engine.oracle_facts import Article, Name
from tests.machine.book import Book
from tests.machine.nouns import Plan, Shelf, per_article
from tests.machine.oracle import Held, Item, Outcome, Part, Units
from tests.machine.queries import (
    BUCKETS,
    LEVELS,
    ORDER_LINES,
    ORDERS,
    PICK_LINES,
    PLAN_LINES,
    PLANS,
    RESERVATIONS,
    REVIEWS,
    TRIGGERS,
    Rows,
)


class Line(NamedTuple):
    """A pick job's units of an article. What of them is not covered by stock is told until they are picked (R2)."""

    status: str
    about: str
    quantity: int
    picked: int
    unbacked: int | None

    def plus(self, quantity: int, picked: int, unbacked: int) -> Line:
        return self._replace(
            quantity=self.quantity + quantity,
            picked=self.picked + picked,
            unbacked=(self.unbacked or 0) + unbacked,
        )

    @property
    def finished(self) -> Line:
        return self._replace(unbacked=None)


class Records:
    """``names`` are those of facilities and articles, by id."""

    def __init__(self, names: Mapping[UUID | None, str]) -> None:
        self._names = names
        self._last_run: dict[UUID, int] = defaultdict(int)

    def witness(self, plan: Plan, outcomes: list[Outcome]) -> tuple[Outcome, dict[Part, UUID]]:
        """What the next decision about the plan was that routed it or split it, by its log; and the children's ids."""
        logs = DecisionLog.objects.filter(plan_id=plan.id, run__gt=self._last_run[plan.id])
        log = next(
            (log for log in logs.order_by("run").select_related("snapshot") if _divides(log)),
            None,
        )
        assert log is not None, f"no decision to divide {_words(plan)}; the rules allow {outcomes}"
        self._last_run[plan.id] = log.run
        outcome, ids = self._told(log, plan.units)
        assert outcome in outcomes, f"{_words(plan)} became {outcome}; the rules allow {outcomes}"
        return outcome, ids

    def _told(self, log: DecisionLog, units: Units) -> tuple[Outcome, dict[Part, UUID]]:
        facts = log.facts
        names = [name for _id, name in log.snapshot.facts["facilities"]]
        items: dict[str, Item] = {
            line[0]: Item(self._names[UUID(line[1])], "bundle" in unit)
            for unit in facts["units"]
            for line in unit["lines"]
        }
        left: Counter[Item] = Counter(units)
        ids: dict[Part, UUID] = {}
        for child, facility, lines, *day in facts.get("split", ()):
            carried: Counter[Item] = Counter()
            for line, number in lines:
                carried[items[line]] += number
            left -= carried
            part = Part(
                "PLANNED" if day else "WAITING" if facility is None else "ROUTED",
                None if facility is None else names[facility],
                frozenset(carried.items()),
                date.fromisoformat(day[0]) if day else None,
                self._held_by(UUID(child)) if day else frozenset(),
            )
            ids[part] = UUID(child)
        facility = facts.get("facility")
        own = Part(
            log.status,  # type: ignore[arg-type]  # one of its own
            None if facility is None else names[facility],
            frozenset(left.items()),
            date.fromisoformat(facts["reason"]["date"]) if log.status == "PLANNED" else None,
        )
        return (own, frozenset(ids)), ids

    def _held_by(self, plan_id: UUID) -> frozenset[Held]:
        """What is to come, and what is kept for it until then."""
        lines = PlanLine.objects.filter(plan=plan_id).values("id")
        held: Counter[tuple[int | None, str]] = Counter()
        for bucket, level_of, bucket_of, number in Reservation.objects.filter(holder__in=lines).values_list(
            "expected_stock_id", "level__article_id", "expected_stock__article_id", "quantity"
        ):
            held[bucket, self._names[level_of or bucket_of]] += number
        return frozenset((bucket, article, number) for (bucket, article), number in held.items())

    # What stands in the database

    def reconcile(self) -> None:
        """Spec 8, invariants: ledger, reservations, pick jobs and the waiting room's index agree."""
        assert find_discrepancies() == []

    def compare(self, book: Book) -> None:
        """Everything that one can see is as the book says, and nothing was lost (spec 8)."""
        assert not TRIGGERS().rows(), "triggers are left"
        assert not REVIEWS().rows(), "plans are left to be looked at"
        orders = ORDERS().rows()
        assert dict(orders) == {order.id: order.status for order in book.orders.values()}
        lines = PLAN_LINES().rows()
        rows = PLANS().rows()
        assert not any(queued for *_, queued in rows), "plans are left in the queue"
        plans = {
            plan.id: (plan.order.id, plan.status, plan.facility, plan.planned_for, plan.units)
            for plan in book.plans.values()
        }
        _same("plans", self._plans(rows, lines), plans)
        waiting = [id for id, _order, status, *_ in rows if status == "WAITING"]
        assert waiting == [plan.id for plan in book.waiting()], "the order of release (W2)"
        reserved, promised = self._reservations(lines)
        _same("reservations", reserved, _held(book, "reserved"))
        _same("promises", promised, _held(book, "promised"))
        shelves = {
            shelf: (book.on_hand[shelf], book.reserved(shelf), book.available(shelf))
            for shelf in book.shelves()
        }
        _same("levels", self._levels(), shelves)
        buckets = {
            bucket.id: (bucket.quantity, bucket.received, book.promised(bucket), bucket.day, bucket.status)
            for bucket in book.buckets
        }
        _same("expected stock", {id: tuple(row) for id, *row in BUCKETS().rows()}, buckets)
        jobs = {
            (plan.id, plan.facility, article): line
            for plan in book.plans.values()
            if plan.has_job
            for article, line in _pick_lines(book, plan).items()
        }
        _same("pick jobs", self._pick_jobs(), jobs)
        self._units_are_conserved(book, lines)

    def _plans(
        self, rows: Rows, lines: Rows
    ) -> dict[UUID, tuple[UUID, str, Name | None, date | None, Units]]:
        units: dict[UUID, Units] = defaultdict(dict)
        for _id, plan, article, bundle, number, *_ in lines:
            item = Item(self._names[article], bundle is not None)
            units[plan][item] = units[plan].get(item, 0) + number
        return {
            id: (order, status, self._names[facility] if facility else None, day, units[id])
            for id, order, status, facility, day, _queued in rows
        }

    def _reservations(
        self, lines: Rows
    ) -> tuple[Mapping[tuple[UUID, Name, str], int], Mapping[tuple[UUID, int], int]]:
        """Of levels, and of buckets."""
        plan_of = {id: plan for id, plan, *_ in lines}
        reserved: Counter[tuple[UUID, Name, str]] = Counter()
        promised: Counter[tuple[UUID, int]] = Counter()
        for holder, facility, article, bucket, number in RESERVATIONS().rows():
            if bucket is None:
                reserved[plan_of[holder], self._names[facility], self._names[article]] += number
            else:
                promised[plan_of[holder], bucket] += number
        return reserved, promised

    def _levels(self) -> dict[Shelf, tuple[int, int, int]]:
        return {
            (self._names[facility], self._names[article]): (
                on_hand,
                reserved,
                StockLevel(on_hand=on_hand, reserved=reserved, safety_stock=safety).available,
            )
            for facility, article, on_hand, reserved, safety in LEVELS().rows()
        }

    def _pick_jobs(self) -> dict[tuple[UUID, Name, str], Line]:
        found: dict[tuple[UUID, Name, str], Line] = {}
        for plan, facility, status, about, article, *numbers in PICK_LINES().rows():
            key = plan, self._names[facility], self._names[article]
            before = found.get(key, Line(status, about, 0, 0, 0))
            found[key] = before.plus(*numbers)
        return {key: line.finished if line.status in FINISHED else line for key, line in found.items()}

    def _units_are_conserved(self, book: Book, lines: Rows) -> None:
        """S7, counted from the rows alone."""
        live: Counter[UUID] = Counter()
        for _id, _plan, _article, _bundle, number, order_line, status, job in lines:
            if status in LIVE_PLAN_STATUSES and job not in FINISHED:
                live[order_line] += number
        for id, order_id, article_id, quantity, *gone in ORDER_LINES().rows():
            order, article = book.orders[order_id], self._names[article_id]
            expected = [order.cancelled[article], order.fulfilled[article], order.short_picked[article]]
            assert gone == expected, f"{article} cancelled, fulfilled, short-picked"
            assert quantity == order.lines[article] == live[id] + sum(gone)


def _held(book: Book, of: Literal["reserved", "promised"]) -> dict[Any, int]:
    """Units by plan and what they are of."""
    if of == "promised":
        return {
            (plan.id, bucket.id): number
            for plan in book.plans.values()
            for bucket, number in plan.promised.items()
            if number
        }
    return {
        (plan.id, plan.facility, article): number
        for plan in book.plans.values()
        for article, number in plan.reserved.items()
        if number
    }


def _pick_lines(book: Book, plan: Plan) -> dict[Article, Line]:
    if plan.finished:
        picked, asked = per_article(plan.picked), per_article(plan.asked)
        about = "" if picked == asked else "SHORT_PICKED" if any(picked.values()) else "ZERO_PICKED"
        return {article: Line(plan.job, about, n, picked[article], None) for article, n in asked.items()}
    about = "WAITING_FOR_RELEASE_TIME" if book.too_early(plan) else ""
    unbacked = plan.unbacked
    return {article: Line(plan.job, about, n, 0, unbacked[article]) for article, n in plan.needs.items()}


def _divides(log: DecisionLog) -> bool:
    return log.status == "ROUTED" or "split" in log.facts


def _same(what: str, found: Mapping[Any, Any], expected: Mapping[Any, Any]) -> None:
    """:raises AssertionError: with only what differs, which is what one wants to read."""
    different = [key for key in {**found, **expected} if found.get(key) != expected.get(key)]
    assert not different, f"{what}: " + "; ".join(
        f"{key} is {found.get(key)}, by the rules {expected.get(key)}" for key in different
    )


def _words(plan: Plan) -> str:
    return f"the {plan.status} plan {plan.id} of {plan.units}"
