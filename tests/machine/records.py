"""What stands in the product's database, in the words of the book, and how that compares."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from datetime import date
from typing import Any, NamedTuple
from uuid import UUID

from inventory.models import ExpectedStock, Reservation, StockLevel
from orders.models import Order as OrderRow
from orders.models import OrderLine, PickLine
from orders.models.pickjob import FINISHED, STANDING
from routing.models import DecisionLog, PlanLine, PlannedReview, ReleaseTrigger, RoutingPlan
from routing.models.plan import LIVE_PLAN_STATUSES
from routing.reconcile import find_discrepancies
from tests.engine.oracle_facts import Article, Name
from tests.machine.book import Book
from tests.machine.nouns import Plan, Shelf, per_article
from tests.machine.oracle import Held, Item, Outcome, Part, Units


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
        assert not ReleaseTrigger.objects.exists(), "triggers are left"
        assert not PlannedReview.objects.exists(), "plans are left to be looked at"
        assert not RoutingPlan.objects.queued().exists(), "plans are left in the queue"
        assert self._orders() == {order.id: order.status for order in book.orders.values()}
        plans = {
            plan.id: (plan.order.id, plan.status, plan.facility, plan.planned_for, plan.units)
            for plan in book.plans.values()
        }
        _same("plans", self._plans(), plans)
        reserved = {
            (plan.id, plan.facility, article): number
            for plan in book.plans.values()
            for article, number in plan.reserved.items()
            if number
        }
        _same("reservations", self._reservations(), reserved)
        shelves = {
            shelf: (book.on_hand[shelf], book.reserved(shelf), book.available(shelf))
            for shelf in book.shelves()
        }
        _same("levels", self._levels(), shelves)
        buckets = {
            bucket.id: (bucket.quantity, bucket.received, book.promised(bucket), bucket.day, bucket.status)
            for bucket in book.buckets
        }
        _same("expected stock", self._buckets(), buckets)
        promised = {
            (plan.id, bucket.id): number
            for plan in book.plans.values()
            for bucket, number in plan.promised.items()
            if number
        }
        _same("promises", self._promises(), promised)
        jobs = {
            (plan.id, plan.facility, article): line
            for plan in book.plans.values()
            if plan.has_job
            for article, line in _pick_lines(book, plan).items()
        }
        _same("pick jobs", self._pick_jobs(), jobs)
        waiting = list(RoutingPlan.objects.waiting().in_release_order().values_list("id", flat=True))
        assert waiting == [plan.id for plan in book.waiting()], "the order of release (W2)"
        self._units_are_conserved(book)

    def _orders(self) -> dict[UUID, str]:
        return dict(OrderRow.objects.values_list("id", "status"))

    def _plans(self) -> dict[UUID, tuple[UUID, str, Name | None, date | None, Units]]:
        units: dict[UUID, Units] = defaultdict(dict)
        for plan, article, bundle, number in PlanLine.objects.values_list(
            "plan_id", "article_id", "bundle_id", "quantity"
        ):
            item = Item(self._names[article], bundle is not None)
            units[plan][item] = units[plan].get(item, 0) + number
        return {
            id: (order, status, self._names[facility] if facility else None, day, units[id])
            for id, order, status, facility, day in RoutingPlan.objects.live().values_list(
                "id", "order_id", "status", "facility_id", "planned_for"
            )
        }

    def _reservations(self) -> Mapping[tuple[UUID, Name, str], int]:
        plan_of = dict(PlanLine.objects.values_list("id", "plan_id"))
        found: Counter[tuple[UUID, Name, str]] = Counter()
        for holder, facility, article, number in Reservation.objects.filter(level__isnull=False).values_list(
            "holder", "level__facility_id", "level__article_id", "quantity"
        ):
            found[plan_of[holder], self._names[facility], self._names[article]] += number
        return found

    def _promises(self) -> Mapping[tuple[UUID, int], int]:
        plan_of = dict(PlanLine.objects.values_list("id", "plan_id"))
        found: Counter[tuple[UUID, int]] = Counter()
        for holder, bucket, number in Reservation.objects.filter(expected_stock__isnull=False).values_list(
            "holder", "expected_stock_id", "quantity"
        ):
            found[plan_of[holder], bucket] += number
        return found

    def _buckets(self) -> dict[int, tuple[int, int, int, date | None, str]]:
        return {
            row.pk: (row.quantity, row.received, row.reserved, row.delivery_date, row.status)
            for row in ExpectedStock.objects.all()
        }

    def _levels(self) -> dict[Shelf, tuple[int, int, int]]:
        return {
            (self._names[level.facility_id], self._names[level.article_id]): (
                level.on_hand,
                level.reserved,
                level.available,
            )
            for level in StockLevel.objects.all()
        }

    def _pick_jobs(self) -> dict[tuple[UUID, Name, str], Line]:
        found: dict[tuple[UUID, Name, str], Line] = {}
        for plan, facility, status, about, article, *numbers in PickLine.objects.filter(
            pick_job__status__in=STANDING
        ).values_list(
            "pick_job__reference",
            "pick_job__facility_id",
            "pick_job__status",
            "pick_job__sub_status",
            "article_id",
            "quantity",
            "picked",
            "unbacked",
        ):
            key = plan, self._names[facility], self._names[article]
            before = found.get(key, Line(status, about, 0, 0, 0))
            found[key] = before.plus(*numbers)
        return {key: line.finished if line.status in FINISHED else line for key, line in found.items()}

    def _units_are_conserved(self, book: Book) -> None:
        """S7, counted from the rows alone."""
        live: Counter[tuple[UUID, UUID]] = Counter()
        for order, line, number in (
            PlanLine.objects.filter(plan__status__in=LIVE_PLAN_STATUSES)
            .exclude(plan__pick_job__status__in=FINISHED)
            .values_list("plan__order_id", "order_line_id", "quantity")
        ):
            live[order, line] += number
        for line in OrderLine.objects.all():
            order, article = book.orders[line.order_id], self._names[line.article_id]
            gone = line.cancelled, line.fulfilled, line.short_picked
            expected = order.cancelled[article], order.fulfilled[article], order.short_picked[article]
            assert gone == expected, f"{article} cancelled, fulfilled, short-picked"
            assert line.quantity == order.lines[article] == live[line.order_id, line.id] + sum(gone)


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
