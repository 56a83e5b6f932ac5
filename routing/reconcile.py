"""Whether the books agree: every invariant of the data that must hold whenever no transaction is under way (spec 8).

Each check is a few set-based statements, whatever the size of the site, and returns one sentence for each thing that is
wrong. All of them see the same moment.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Any

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce
from django.utils import timezone

from backoffice.core.moments import one_moment
from inventory.models import ExpectedStock, Reservation, StockLevel, StockMovement
from orders.models import OrderLine, OrderStatus, PickJob, PickLine
from orders.models.pickjob import FINISHED, STANDING, UNSTARTED
from routing.models import (
    PlanLine,
    PlannedReview,
    PlanStatus,
    ReleaseTrigger,
    RoutingPlan,
    WaitingArticle,
    WaitingRoomSettings,
)
from routing.models.plan import LIVE_PLAN_STATUSES
from routing.passes.waitingqueue import supplies
from routing.passes.watching import may_watch
from routing.services.correcting import overdrawn_reservations

CORRECTED_WITHIN = timedelta(minutes=5)
"""How long it may take until a correction has been followed up: the sweep looks every minute (P4)."""

NOT_PICKED_YET = (OrderStatus.LOCKED, OrderStatus.PROMISED)
"""Orders whose ROUTED plans have no pick job (R8)."""


class Rule(StrEnum):
    """What is checked."""

    UNITS = "S7"
    LEDGER = "ledger"
    STOCK_RECORDS = "stock records"
    RESERVED = "reserved"
    OVERDRAWN = "P4"
    EXPECTED_STOCK = "expected stock"
    HOLDERS = "holders"
    PLANNED = "W8"
    PICK_JOBS = "pick jobs"
    PICK_LINES = "pick lines"
    WAITING_ROOM = "waiting room"


@dataclass(frozen=True, slots=True)
class Discrepancy:
    """Something that does not agree: ``subject`` is the record, ``message`` one sentence for a person."""

    rule: Rule
    subject: str
    message: str

    def __str__(self) -> str:
        return f"[{self.rule}] {self.subject}: {self.message}"


def find_discrepancies() -> list[Discrepancy]:
    """Everything that does not agree, in a constant number of queries; empty when all is well."""
    with one_moment():
        return [discrepancy for check in CHECKS for discrepancy in check()]


def units_are_conserved() -> Iterator[Discrepancy]:
    """S7: per order line, live plans (pick job not closed) + fulfilled + short-picked + cancelled = ordered."""
    live = Q(plan_lines__plan__status__in=LIVE_PLAN_STATUSES) & ~_finished("plan_lines__plan__")
    lines = (
        OrderLine.objects.annotate(planned=Coalesce(Sum("plan_lines__quantity", filter=live), 0))
        .exclude(quantity=F("planned") + F("fulfilled") + F("short_picked") + F("cancelled"))
        .select_related("order", "article")
        .order_by("order_id", "position")
    )
    for line in lines:
        accounted = line.planned + line.fulfilled + line.short_picked + line.cancelled
        yield Discrepancy(
            Rule.UNITS,
            f"line {line.position} ({line.article.tenant_article_id}) of order {line.order}",
            f"{line.quantity} were ordered, but {line.planned} in live plans + {line.fulfilled} fulfilled + "
            f"{line.short_picked} short-picked + {line.cancelled} cancelled make {accounted}.",
        )


def levels_are_the_sum_of_their_movements() -> Iterator[Discrepancy]:
    """Spec 2: a level's on hand and reserved are what its ledger adds up to."""
    levels = (
        _named_levels()
        .annotate(
            booked=Coalesce(Sum("movements__on_hand_delta"), 0),
            claimed=Coalesce(Sum("movements__reserved_delta"), 0),
        )
        .exclude(on_hand=F("booked"), reserved=F("claimed"))
    )
    for level in levels:
        yield Discrepancy(
            Rule.LEDGER,
            _of_level(level),
            f"{level.on_hand} on hand and {level.reserved} reserved, but its movements add up to "
            f"{level.booked} and {level.claimed}.",
        )


def levels_are_the_sum_of_their_records() -> Iterator[Discrepancy]:
    """Spec 2: a level's on hand is the sum of its stock records."""
    levels = (
        _named_levels().annotate(recorded=Coalesce(Sum("stocks__value"), 0)).exclude(on_hand=F("recorded"))
    )
    for level in levels:
        yield Discrepancy(
            Rule.STOCK_RECORDS,
            _of_level(level),
            f"{level.on_hand} on hand, but its stock records hold {level.recorded}.",
        )


def reserved_is_the_sum_of_reservations() -> Iterator[Discrepancy]:
    """Spec 8: what a level or a bucket of expected stock calls reserved is what live reservations claim of it."""
    claimed = Coalesce(Sum("reservations__quantity"), 0)
    for level in _named_levels().annotate(claimed=claimed).exclude(reserved=F("claimed")):
        yield Discrepancy(
            Rule.RESERVED,
            _of_level(level),
            f"{level.reserved} reserved, but its reservations claim {level.claimed}.",
        )
    buckets = (
        ExpectedStock.objects.annotate(claimed=claimed)
        .exclude(reserved=F("claimed"))
        .select_related("article", "facility")
        .order_by("id")
    )
    for bucket in buckets:
        yield Discrepancy(
            Rule.RESERVED,
            f"expected {bucket.article.tenant_article_id} at {bucket.facility} on {bucket.delivery_date or 'no date'}",
            f"{bucket.reserved} reserved, but its reservations claim {bucket.claimed}.",
        )


def reserved_units_are_there() -> Iterator[Discrepancy]:
    """P4: more is reserved than there is only by picks that have started, or for a moment after a correction."""
    lately = timezone.now() - CORRECTED_WITHIN
    unsettled = overdrawn_reservations().filter(level=OuterRef("pk"))
    moved = StockMovement.objects.filter(level=OuterRef("pk"), created__gte=lately)
    for level in _named_levels().filter(Exists(unsettled), ~Exists(moved)):
        yield Discrepancy(
            Rule.OVERDRAWN,
            _of_level(level),
            f"{level.reserved} reserved, but {level.on_hand} on hand, and picking of some of them has not started.",
        )


def expected_stock_is_open_while_units_are_to_come() -> Iterator[Discrepancy]:
    """W8: an item that nobody ended is RECEIVED once as much came as was ordered, and OPEN until then."""
    complete = Q(received__gte=F("quantity"))
    items = (
        ExpectedStock.objects.filter(Q(complete, status="OPEN") | Q(~complete, status="RECEIVED"))
        .select_related("article", "inbound_process")
        .order_by("id")
    )
    for item in items:
        yield Discrepancy(
            Rule.EXPECTED_STOCK,
            f"{item.article.tenant_article_id} in {item.inbound_process}",
            f"It is {item.status}, but {item.received} of {item.quantity} were received.",
        )


def reservations_belong_to_plans_that_may_hold_them() -> Iterator[Discrepancy]:
    """Spec 8: only lines of ROUTED plans not picked yet, and of PLANNED plans, hold units, none more than it needs."""
    holders = PlanLine.objects.filter(id=OuterRef("holder"))
    may_hold = Q(plan__status__in=(PlanStatus.ROUTED, PlanStatus.PLANNED)) & ~_finished("plan__")
    strays = (
        Reservation.objects.exclude(Exists(holders.filter(may_hold)))
        .annotate(
            plan_id=Subquery(holders.values("plan_id")), plan_status=Subquery(holders.values("plan__status"))
        )
        .order_by("id")
    )
    for stray in strays:
        owner = f"the {stray.plan_status} plan {stray.plan_id}" if stray.plan_id else "nothing that exists"
        yield Discrepancy(
            Rule.HOLDERS,
            f"reservation of {stray.quantity} for {stray.holder}",
            f"Its holder belongs to {owner}.",
        )
    claimed = Reservation.objects.filter(holder=OuterRef("id"))
    greedy = (
        PlanLine.objects.annotate(claimed=_sum_of(claimed, "holder"))
        .filter(claimed__gt=F("quantity"))
        .select_related("article")
        .order_by("id")
    )
    for line in greedy:
        yield Discrepancy(
            Rule.HOLDERS,
            f"plan {line.plan_id}",
            f"It needs {line.quantity} of {line.article.tenant_article_id}, but holds {line.claimed}.",
        )
    misplaced = Reservation.objects.filter(
        Q(Exists(holders.filter(may_hold & _elsewhere("level"))), level__isnull=False)
        | Q(Exists(holders.filter(may_hold & _elsewhere("expected_stock"))), expected_stock__isnull=False)
    )
    for reservation in misplaced.annotate(plan_id=Subquery(holders.values("plan_id"))).order_by("id"):
        yield Discrepancy(
            Rule.HOLDERS,
            f"plan {reservation.plan_id}",
            f"It holds {reservation.quantity} of another article, or at another facility, than its own.",
        )


def planned_plans_hold_expected_stock() -> Iterator[Discrepancy]:
    """W6, W8: a PLANNED plan, and no other, awaits units of a bucket, or is about to be looked at; else nothing would
    ever move it.
    """
    awaits = Reservation.objects.filter(holder=OuterRef("id"), expected_stock__isnull=False)
    promised = PlanLine.objects.filter(Exists(awaits), plan=OuterRef("pk"))
    asked = PlannedReview.objects.filter(plan=OuterRef("pk"))
    stuck = RoutingPlan.objects.filter(status=PlanStatus.PLANNED).exclude(Exists(promised))
    for plan in stuck.exclude(Exists(asked)).order_by("id"):
        yield Discrepancy(
            Rule.PLANNED, f"plan {plan.id}", "It is PLANNED, but awaits nothing, and nobody looks at it."
        )
    wrong = PlanLine.objects.filter(id=OuterRef("holder")).exclude(plan__status=PlanStatus.PLANNED)
    early = Reservation.objects.filter(Exists(wrong), expected_stock__isnull=False)
    holder = PlanLine.objects.filter(id=OuterRef("holder"))
    for reservation in early.annotate(plan_id=Subquery(holder.values("plan_id"))).order_by("id"):
        yield Discrepancy(
            Rule.PLANNED,
            f"plan {reservation.plan_id}",
            f"It awaits {reservation.quantity} units of expected stock, but is not PLANNED.",
        )


def routed_plans_have_one_pick_job() -> Iterator[Discrepancy]:
    """Spec 8: exactly one standing pick job per ROUTED plan, none while its order is LOCKED or PROMISED (R8)."""
    own_job = PickJob.objects.filter(
        id=OuterRef("pick_job"),
        reference=OuterRef("id"),
        facility=OuterRef("facility"),
        order=OuterRef("order"),
        status__in=STANDING,
    )
    without = (
        RoutingPlan.objects.filter(status=PlanStatus.ROUTED)
        .exclude(order__status__in=NOT_PICKED_YET)
        .exclude(Exists(own_job))
        .order_by("id")
    )
    for plan in without:
        yield Discrepancy(
            Rule.PICK_JOBS,
            f"plan {plan.id}",
            "It is ROUTED, but has no standing pick job of its own at its facility.",
        )
    own_plan = RoutingPlan.objects.filter(
        id=OuterRef("reference"), pick_job=OuterRef("id"), status=PlanStatus.ROUTED
    )
    stray = (
        PickJob.objects.standing()
        .filter(Q(order__status__in=NOT_PICKED_YET) | ~Exists(own_plan))
        .select_related("order", "facility")
        .order_by("id")
    )
    for job in stray:
        yield Discrepancy(
            Rule.PICK_JOBS,
            f"pick job {job.short_id} ({job.id}) at {job.facility}",
            f"It is {job.status}, but its order {job.order} is {job.order.status}, and its plan {job.reference} must "
            "be ROUTED, name this job, and belong to an order that may be picked.",
        )


def unstarted_pick_lines_mirror_plan_lines() -> Iterator[Discrepancy]:
    """R2: a pick line asks for what its plan line needs; ``unbacked`` is what no reservation covers."""
    planned = PlanLine.objects.filter(
        id=OuterRef("reference"),
        plan=OuterRef("pick_job__reference"),
        order_line=OuterRef("order_line"),
        article=OuterRef("article"),
    )
    claimed = Reservation.objects.filter(holder=OuterRef("reference"))
    lines = (
        PickLine.objects.filter(pick_job__status__in=UNSTARTED)
        .annotate(
            planned=Coalesce(Subquery(planned.values("quantity")), 0), claimed=_sum_of(claimed, "holder")
        )
        .exclude(planned=F("quantity"), quantity=F("unbacked") + F("claimed"))
        .select_related("pick_job", "article")
        .order_by("id")
    )
    for line in lines:
        yield Discrepancy(
            Rule.PICK_LINES,
            f"{line.article.tenant_article_id} in pick job {line.pick_job.short_id} ({line.pick_job_id})",
            f"{line.quantity} to pick, {line.unbacked} of them unbacked, but its plan line needs {line.planned} and "
            f"holds {line.claimed}.",
        )
    mirrored = PickLine.objects.filter(reference=OuterRef("id"), pick_job=OuterRef("plan__pick_job"))
    forgotten = (
        PlanLine.objects.filter(plan__status=PlanStatus.ROUTED, plan__pick_job__status__in=UNSTARTED)
        .exclude(Exists(mirrored))
        .select_related("article")
        .order_by("id")
    )
    for plan_line in forgotten:
        yield Discrepancy(
            Rule.PICK_LINES,
            f"plan {plan_line.plan_id}",
            f"Its pick job does not ask for the {plan_line.quantity} of {plan_line.article.tenant_article_id}.",
        )


def waiting_plans_are_found_by_their_articles() -> Iterator[Discrepancy]:
    """W3: the index of the waiting room holds every article of every WAITING plan, in its rank, and nothing else."""
    lines = PlanLine.objects.filter(plan=OuterRef("plan"), article=OuterRef("article"))
    siblings = WaitingArticle.objects.filter(plan=OuterRef("plan")).order_by().values("plan")
    entries = (
        WaitingArticle.objects.annotate(
            needed=_sum_of(lines, "plan"), articles=Subquery(siblings.annotate(n=Count("id")).values("n"))
        )
        .exclude(
            Q(plan__status=PlanStatus.WAITING, needed=F("quantity"), rank=F("plan__rank"))
            & (Q(alone=True, articles=1) | Q(alone=False, articles__gt=1))
        )
        .select_related("plan", "article")
        .order_by("id")
    )
    for entry in entries:
        yield Discrepancy(
            Rule.WAITING_ROOM,
            f"index entry of the {entry.plan.status} plan {entry.plan_id}",
            f"It says {entry.quantity} of {entry.article.tenant_article_id}{' alone' if entry.alone else ''} at rank "
            f"{_hex(entry.rank)}; the plan needs {entry.needed}, of {entry.articles} articles, at rank "
            f"{_hex(entry.plan.rank)}.",
        )
    indexed = WaitingArticle.objects.filter(plan=OuterRef("plan"), article=OuterRef("article"))
    unindexed = (
        PlanLine.objects.filter(plan__status=PlanStatus.WAITING)
        .exclude(Exists(indexed))
        .select_related("article")
        .order_by("id")
    )
    for line in unindexed:
        yield Discrepancy(
            Rule.WAITING_ROOM,
            f"plan {line.plan_id}",
            f"It waits for {line.quantity} of {line.article.tenant_article_id}, and nobody finds it when they come.",
        )


def plans_lack_what_they_watch() -> Iterator[Discrepancy]:
    """T4: a plan that is found by one of its articles alone cannot go before more of that comes, or is about to be
    looked at. What is expected is left out: a day that begins is found by the sweep (W4).
    """
    siblings = WaitingArticle.objects.filter(plan=OuterRef("plan"))
    lost = WaitingArticle.objects.exclude(Exists(siblings.filter(watched=True)))
    for plan in lost.order_by("plan_id").values_list("plan_id", flat=True).distinct():
        yield Discrepancy(
            Rule.WAITING_ROOM, f"plan {plan}", "It watches nothing: nobody finds it, whatever comes."
        )
    settings = WaitingRoomSettings.objects.first() or WaitingRoomSettings()
    triggers = ReleaseTrigger.objects.filter(Q(article=OuterRef("article")) | Q(plan=OuterRef("plan")))
    wide = ReleaseTrigger.objects.filter(article__isnull=True, plan__isnull=True)
    if not may_watch(settings) or wide.exists():
        return
    watching = WaitingArticle.objects.filter(Exists(siblings.filter(watched=False)), watched=True)
    watching = watching.exclude(Exists(triggers))
    articles = set(watching.values_list("article_id", flat=True).distinct())
    enough = Q(pk__in=())
    for article, units in supplies(articles, WaitingRoomSettings(future_inventory_enabled=False)).items():
        if units != 0:
            enough |= Q(article=article) if units is None else Q(article=article, quantity__lte=units)
    for entry in watching.filter(enough).select_related("article").order_by("id"):
        yield Discrepancy(
            Rule.WAITING_ROOM,
            f"plan {entry.plan_id}",
            f"It watches {entry.article.tenant_article_id} alone, of which there is as much as it needs.",
        )


CHECKS: tuple[Callable[[], Iterator[Discrepancy]], ...] = (
    units_are_conserved,
    levels_are_the_sum_of_their_movements,
    levels_are_the_sum_of_their_records,
    reserved_is_the_sum_of_reservations,
    reserved_units_are_there,
    expected_stock_is_open_while_units_are_to_come,
    reservations_belong_to_plans_that_may_hold_them,
    planned_plans_hold_expected_stock,
    routed_plans_have_one_pick_job,
    unstarted_pick_lines_mirror_plan_lines,
    waiting_plans_are_found_by_their_articles,
    plans_lack_what_they_watch,
)


def _elsewhere(kind: str) -> Q:
    """The line's plan stands at another facility than what is reserved, or the line is of another article."""
    return ~Q(plan__facility=OuterRef(f"{kind}__facility")) | ~Q(article=OuterRef(f"{kind}__article"))


def _finished(path: str) -> Q:
    """The plan at ``path`` was picked: its units are in ``fulfilled`` or ``short_picked`` now (P1)."""
    return Q(**{f"{path}status": PlanStatus.ROUTED, f"{path}pick_job__status__in": FINISHED})


def _sum_of(rows: QuerySet[Any], key: str) -> Coalesce:
    """The sum of ``quantity`` over ``rows``, which an outer query restricts to one value of ``key``."""
    return Coalesce(Subquery(rows.order_by().values(key).annotate(total=Sum("quantity")).values("total")), 0)


def _named_levels() -> QuerySet[StockLevel]:
    return StockLevel.objects.select_related("article", "facility").order_by("id")


def _of_level(level: StockLevel) -> str:
    return f"{level.article.tenant_article_id} at {level.facility}"


def _hex(rank: bytes | memoryview) -> str:
    return bytes(rank).hex() or "none"
