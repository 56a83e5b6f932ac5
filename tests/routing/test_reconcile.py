from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import count
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from backoffice.core.models.base import uuid7
from inventory.models import (
    Article,
    ExpectedStock,
    Facility,
    InboundProcess,
    MovementCause,
    Reservation,
    Stock,
    StockLevel,
    StockMovement,
)
from orders.models import Order, OrderLine, OrderStatus, PickJob, PickJobStatus, PickLine
from routing.models import PlanLine, PlanStatus, QueuedRun, RoutingPlan, WaitingArticle
from routing.reconcile import Rule, find_discrepancies

NUMBERS = count(1)


@dataclass
class Site:
    """A site whose books agree: plans in every state, written row by row, without a service."""

    facility: Facility = field(init=False)
    article: Article = field(init=False)
    level: StockLevel = field(init=False)
    bucket: ExpectedStock = field(init=False)

    def __post_init__(self) -> None:
        number = next(NUMBERS)
        self.facility = Facility.objects.create(name=f"Facility {number}", country="DE")
        self.article = Article.objects.create(tenant_article_id=f"SKU-{uuid7()}")
        self.level = StockLevel.objects.create(facility=self.facility, article=self.article)
        inbound = InboundProcess.objects.create(facility=self.facility)
        self.bucket = ExpectedStock.objects.create(
            inbound_process=inbound,
            facility=self.facility,
            article=self.article,
            quantity=10,
            delivery_date=date(2026, 12, 12),
        )
        self.book(on_hand=20)
        Stock.objects.create(level=self.level, value=15)
        Stock.objects.create(level=self.level, value=5)

    def book(self, *, on_hand: int = 0, reserved: int = 0) -> None:
        self.level.on_hand += on_hand
        self.level.reserved += reserved
        self.level.save()
        StockMovement.objects.create(
            level=self.level,
            on_hand_delta=on_hand,
            reserved_delta=reserved,
            cause=MovementCause.CORRECTION,
            created=timezone.now(),
        )

    def order(self, quantity: int, *, status: str = OrderStatus.OPEN, **units: int) -> OrderLine:
        order = Order.objects.create(
            tenant_order_id=f"order-{next(NUMBERS)}", order_date=timezone.now(), status=status
        )
        return OrderLine.objects.create(
            order=order, position=0, article=self.article, quantity=quantity, **units
        )

    def plan(self, line: OrderLine, quantity: int, status: str, **fields: Any) -> PlanLine:
        if status == PlanStatus.WAITING:
            fields |= {"waiting_since": timezone.now(), "rank": b"\x01\x02"}
        if status in (PlanStatus.ROUTED, PlanStatus.PLANNED):
            fields |= {"facility": self.facility}
        if status == PlanStatus.PLANNED:
            fields |= {"planned_for": self.bucket.delivery_date}
        if status == PlanStatus.INITIAL:
            fields |= {"queued_run": QueuedRun.INTAKE, "queued_at": timezone.now()}
        plan = RoutingPlan.objects.create(
            order=line.order, status=status, delivery_type="SHIPPING", service_level="DELIVERY", **fields
        )
        plan_line = PlanLine.objects.create(
            plan=plan, order_line=line, article=self.article, quantity=quantity
        )
        if status == PlanStatus.WAITING:
            WaitingArticle.objects.create(
                plan=plan,
                article=self.article,
                quantity=quantity,
                missing=quantity,
                rank=plan.rank,
                alone=True,
            )
        return plan_line

    def reserve(self, plan_line: PlanLine, quantity: int) -> None:
        self.book(reserved=quantity)
        Reservation.objects.create(
            holder=plan_line.id, level=self.level, quantity=quantity, created=timezone.now()
        )

    def pick_job(
        self, plan_line: PlanLine, *, unbacked: int = 0, status: str = PickJobStatus.OPEN
    ) -> PickJob:
        plan = plan_line.plan
        job = PickJob.objects.create(
            facility=self.facility,
            order=plan.order,
            reference=plan.id,
            status=status,
            short_id=f"{next(NUMBERS):04}",
            order_date=timezone.now(),
        )
        PickLine.objects.create(
            pick_job=job,
            order_line=plan_line.order_line,
            article=self.article,
            reference=plan_line.id,
            quantity=plan_line.quantity,
            unbacked=unbacked,
        )
        plan.pick_job = job
        plan.save()
        return job


@dataclass
class Plans:
    """One plan line of a plan in each interesting state."""

    routed: PlanLine
    waiting: PlanLine
    locked: PlanLine
    planned: PlanLine
    picked: PlanLine


def furnish(site: Site) -> Plans:
    routed = site.plan(site.order(3), 3, PlanStatus.ROUTED)
    site.reserve(routed, 2)
    site.pick_job(routed, unbacked=1)

    ordered = site.order(5, cancelled=2)
    waiting = site.plan(ordered, 3, PlanStatus.WAITING)
    site.plan(ordered, 5, PlanStatus.OBSOLETE)

    locked = site.plan(site.order(2, status=OrderStatus.LOCKED), 2, PlanStatus.ROUTED)
    site.reserve(locked, 2)

    planned = site.plan(site.order(4), 4, PlanStatus.PLANNED)
    Reservation.objects.create(
        holder=planned.id, expected_stock=site.bucket, quantity=4, created=timezone.now()
    )
    site.bucket.reserved = 4
    site.bucket.save()

    picked = site.plan(site.order(4, fulfilled=3, short_picked=1), 4, PlanStatus.ROUTED)
    site.pick_job(picked, status=PickJobStatus.PICKED)

    site.plan(site.order(1), 1, PlanStatus.INITIAL)
    site.plan(site.order(1), 1, PlanStatus.NOT_ROUTABLE)
    site.plan(site.order(1, status=OrderStatus.CANCELLED, cancelled=1), 1, PlanStatus.CANCELED)
    return Plans(routed=routed, waiting=waiting, locked=locked, planned=planned, picked=picked)


@pytest.fixture
def site(db: None) -> Site:
    return Site()


@pytest.fixture
def plans(site: Site) -> Plans:
    return furnish(site)


def rules() -> list[Rule]:
    return [discrepancy.rule for discrepancy in find_discrepancies()]


def test_books_that_agree_have_no_discrepancy(plans: Plans) -> None:
    assert find_discrepancies() == []


def test_the_number_of_queries_does_not_grow_with_the_site(plans: Plans) -> None:
    with CaptureQueriesContext(connection) as first:
        find_discrepancies()
    for _ in range(3):
        furnish(Site())
    with CaptureQueriesContext(connection) as second:
        assert find_discrepancies() == []
    assert len(first) == len(second) <= 22


BREAKS: dict[str, tuple[Callable[[Site, Plans], Any], list[Rule]]] = {
    "a unit of an order line is in no plan": (
        lambda site, plans: OrderLine.objects.filter(id=plans.routed.order_line_id).update(quantity=4),
        [Rule.UNITS],
    ),
    "a unit is in two live plans": (
        lambda site, plans: site.plan(plans.routed.order_line, 1, PlanStatus.NOT_ROUTABLE),
        [Rule.UNITS],
    ),
    "a routed plan of a locked order is forgotten when units are counted": (
        lambda site, plans: OrderLine.objects.filter(id=plans.locked.order_line_id).update(fulfilled=2),
        [Rule.UNITS],
    ),
    "picked units are counted twice": (
        lambda site, plans: PickJob.objects.filter(reference=plans.picked.plan_id).update(
            status=PickJobStatus.IN_PROGRESS
        ),
        [Rule.UNITS],
    ),
    "on hand changed without a movement": (
        lambda site, plans: [
            StockLevel.objects.filter(id=site.level.id).update(on_hand=21),
            Stock.objects.filter(level=site.level, value=5).update(value=6),
        ],
        [Rule.LEDGER],
    ),
    "reserved changed without a movement or a reservation": (
        lambda site, plans: StockLevel.objects.filter(id=site.level.id).update(reserved=9),
        [Rule.LEDGER, Rule.RESERVED],
    ),
    "a stock record changed without its level": (
        lambda site, plans: Stock.objects.filter(level=site.level, value=5).update(value=0),
        [Rule.STOCK_RECORDS],
    ),
    "a bucket's reservation is lost": (
        lambda site, plans: Reservation.objects.filter(holder=plans.planned.id).delete(),
        [Rule.RESERVED, Rule.PLANNED],
    ),
    "a planned plan is moved by nobody": (
        lambda site, plans: [
            site.book(reserved=4),
            Reservation.objects.filter(holder=plans.planned.id).update(expected_stock=None, level=site.level),
            ExpectedStock.objects.filter(id=site.bucket.id).update(reserved=0),
        ],
        [Rule.PLANNED],
    ),
    "a routed plan awaits expected stock": (
        lambda site, plans: [
            site.bucket.reservations.create(holder=plans.routed.id, quantity=1, created=timezone.now()),
            ExpectedStock.objects.filter(id=site.bucket.id).update(reserved=5),
            PickLine.objects.filter(reference=plans.routed.id).update(unbacked=0),
        ],
        [Rule.PLANNED],
    ),
    "a planned plan awaits stock of another facility": (
        lambda site, plans: ExpectedStock.objects.filter(id=site.bucket.id).update(facility=Site().facility),
        [Rule.HOLDERS],
    ),
    "a plan that nobody picks yet holds what is not there": (
        lambda site, plans: [
            site.book(on_hand=-18),
            Stock.objects.filter(level=site.level, value=15).update(value=0),
            Stock.objects.filter(level=site.level, value=5).update(value=2),
            StockMovement.objects.update(created=timezone.now() - timedelta(minutes=6)),
        ],
        [Rule.OVERDRAWN],
    ),
    "an item is open though all of it came": (
        lambda site, plans: ExpectedStock.objects.create(
            inbound_process=site.bucket.inbound_process,
            facility=site.facility,
            article=site.article,
            quantity=5,
            received=5,
        ),
        [Rule.EXPECTED_STOCK],
    ),
    "an item is received though some of it did not come": (
        lambda site, plans: ExpectedStock.objects.create(
            inbound_process=site.bucket.inbound_process,
            facility=site.facility,
            article=site.article,
            quantity=5,
            received=4,
            status="RECEIVED",
        ),
        [Rule.EXPECTED_STOCK],
    ),
    "a waiting plan holds stock": (lambda site, plans: site.reserve(plans.waiting, 1), [Rule.HOLDERS]),
    "a picked plan still holds stock": (lambda site, plans: site.reserve(plans.picked, 1), [Rule.HOLDERS]),
    "nobody holds a reservation": (
        lambda site, plans: Reservation.objects.filter(holder=plans.locked.id).update(holder=uuid7()),
        [Rule.HOLDERS],
    ),
    "a line holds more than it needs": (
        lambda site, plans: [
            site.book(reserved=1),
            Reservation.objects.filter(holder=plans.locked.id).update(quantity=3),
        ],
        [Rule.HOLDERS],
    ),
    "a plan holds stock of another facility": (
        lambda site, plans: RoutingPlan.objects.filter(id=plans.locked.plan_id).update(
            facility=Facility.objects.create(name="Elsewhere", country="DE")
        ),
        [Rule.HOLDERS],
    ),
    "a routed plan lost its pick job": (
        lambda site, plans: PickJob.objects.filter(reference=plans.routed.plan_id).update(
            status=PickJobStatus.CANCELED
        ),
        [Rule.PICK_JOBS],
    ),
    "a plan does not know its pick job": (
        lambda site, plans: RoutingPlan.objects.filter(id=plans.routed.plan_id).update(pick_job=None),
        [Rule.PICK_JOBS, Rule.PICK_JOBS],
    ),
    "a locked order is picked": (
        lambda site, plans: site.pick_job(plans.locked),
        [Rule.PICK_JOBS],
    ),
    "a plan was cancelled, but not its pick job": (
        lambda site, plans: [
            RoutingPlan.objects.filter(id=plans.picked.plan_id).update(status=PlanStatus.CANCELED),
        ],
        [Rule.PICK_JOBS],
    ),
    "a pick line asks for too much": (
        lambda site, plans: PickLine.objects.filter(reference=plans.routed.id).update(quantity=4, unbacked=2),
        [Rule.PICK_LINES],
    ),
    "a pick line takes itself for backed": (
        lambda site, plans: PickLine.objects.filter(reference=plans.routed.id).update(unbacked=0),
        [Rule.PICK_LINES],
    ),
    "a pick job forgets a line": (
        lambda site, plans: PickLine.objects.filter(reference=plans.routed.id).delete(),
        [Rule.PICK_LINES],
    ),
    "a waiting plan is not in the index": (
        lambda site, plans: WaitingArticle.objects.filter(plan=plans.waiting.plan).delete(),
        [Rule.WAITING_ROOM],
    ),
    "the index has a wrong quantity": (
        lambda site, plans: WaitingArticle.objects.filter(plan=plans.waiting.plan).update(quantity=2),
        [Rule.WAITING_ROOM],
    ),
    "the index has a wrong rank": (
        lambda site, plans: WaitingArticle.objects.filter(plan=plans.waiting.plan).update(rank=b"\x09"),
        [Rule.WAITING_ROOM],
    ),
    "the index takes a lone article for one of several": (
        lambda site, plans: WaitingArticle.objects.filter(plan=plans.waiting.plan).update(alone=False),
        [Rule.WAITING_ROOM],
    ),
    "the index knows a plan by nothing": (
        lambda site, plans: WaitingArticle.objects.filter(plan=plans.waiting.plan).update(watched=False),
        [Rule.WAITING_ROOM],
    ),
    "a plan that left is still in the index": (
        lambda site, plans: RoutingPlan.objects.filter(id=plans.waiting.plan_id).update(
            status=PlanStatus.NOT_ROUTABLE
        ),
        [Rule.WAITING_ROOM],
    ),
}


@pytest.mark.parametrize(("break_it", "found"), BREAKS.values(), ids=BREAKS.keys())
def test_what_does_not_agree_is_found(
    site: Site, plans: Plans, break_it: Callable[[Site, Plans], Any], found: list[Rule]
) -> None:
    break_it(site, plans)
    assert rules() == found


@pytest.mark.parametrize(("started", "age"), [(True, 6), (False, 4)])
def test_more_may_be_reserved_than_there_is_by_picks_and_for_a_moment(
    site: Site, plans: Plans, started: bool, age: int
) -> None:
    """P4: started picks keep theirs; a correction is followed up within minutes."""
    site.book(on_hand=-20)
    Stock.objects.filter(level=site.level).update(value=0)
    if started:
        Reservation.objects.filter(holder=plans.locked.id).delete()
        site.book(reserved=-2)
        PickJob.objects.filter(reference=plans.routed.plan_id).update(status=PickJobStatus.IN_PROGRESS)
    StockMovement.objects.update(created=timezone.now() - timedelta(minutes=age))
    assert rules() == []


def test_a_discrepancy_says_where_and_what_in_a_sentence(site: Site, plans: Plans) -> None:
    OrderLine.objects.filter(id=plans.waiting.order_line_id).update(quantity=6)
    (found,) = find_discrepancies()
    assert str(found) == (
        f"[S7] line 0 ({site.article.tenant_article_id}) of order {plans.waiting.order_line.order}: "
        "6 were ordered, but 3 in live plans + 0 fulfilled + 0 short-picked + 2 cancelled make 5."
    )


def test_the_command_says_that_everything_reconciles(
    plans: Plans, capsys: pytest.CaptureFixture[str]
) -> None:
    call_command("reconcile")
    assert capsys.readouterr().out == (
        "Everything reconciles: 1 levels, 3 reservations, 8 orders, 9 plans, 2 pick jobs.\n"
    )


def test_the_command_lists_what_does_not_and_fails(plans: Plans, capsys: pytest.CaptureFixture[str]) -> None:
    OrderLine.objects.filter(id=plans.waiting.order_line_id).update(quantity=6)
    Stock.objects.all().delete()

    with pytest.raises(SystemExit) as ended:
        call_command("reconcile")

    assert ended.value.code == 1
    output = capsys.readouterr().out
    assert output.count("\n") == 3
    assert "but its stock records hold 0." in output
    assert output.endswith("2 discrepancies found.\n")


@pytest.mark.django_db(transaction=True)
def test_outside_of_a_transaction_all_checks_see_one_moment() -> None:
    furnish(Site())
    with CaptureQueriesContext(connection) as captured:
        assert find_discrepancies() == []
    if connection.vendor == "postgresql":
        assert "REPEATABLE READ" in captured[1]["sql"]


def test_the_nightly_task_logs_what_it_finds(
    site: Site, tasks: Mapping[str, Any], caplog: pytest.LogCaptureFixture
) -> None:
    """spec 8: reconciled every night as well"""
    StockLevel.objects.filter(pk=site.level.pk).update(on_hand=21)

    assert tasks["routing.reconcile"].apply(throw=True).get() > 0

    assert any("discrepancy" in record.getMessage() for record in caplog.records)
