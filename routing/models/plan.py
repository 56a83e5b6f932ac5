from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from enum import property as enum_property
from typing import Any
from uuid import UUID

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _

from backoffice.core.lifecycle import Lifecycle
from backoffice.core.models.base import QuicklyLoaded, Versioned, VersionedQuerySet, uuid7
from backoffice.core.statuses import StatusChoices
from inventory.models import Article, Facility, FacilityStatus
from orders.models import Bundle, DeliveryType, Order, OrderLine, PickJob, ServiceLevel
from orders.models.pickjob import UNSTARTED


class PlanStatus(StatusChoices):
    """Where a plan stands; the wire values of the contract (spec 2)."""

    INITIAL = "INITIAL", _("To be routed"), "gray", "queued"
    WAITING = "WAITING", _("Waiting"), "amber", "waiting"
    PLANNED = "PLANNED", _("Planned"), "violet", "waiting"
    ROUTED = "ROUTED", _("Routed"), "green", "routed"
    RETRYABLE = "RETRYABLE", _("Retried"), "orange", "unroutable"
    NOT_ROUTABLE = "NOT_ROUTABLE", _("Not routable"), "red", "unroutable"
    OBSOLETE = "OBSOLETE", _("Obsolete"), "gray", "ended"
    CANCELED = "CANCELED", _("Cancelled"), "red", "ended"


PLAN_LIFECYCLE = Lifecycle(
    "routing plan",
    {
        PlanStatus.INITIAL: {
            PlanStatus.WAITING,
            PlanStatus.ROUTED,
            PlanStatus.RETRYABLE,
            PlanStatus.NOT_ROUTABLE,
            PlanStatus.CANCELED,
        },
        PlanStatus.WAITING: {
            PlanStatus.ROUTED,
            PlanStatus.RETRYABLE,
            PlanStatus.NOT_ROUTABLE,
            PlanStatus.OBSOLETE,
            PlanStatus.CANCELED,
        },
        PlanStatus.PLANNED: {
            PlanStatus.ROUTED,
            PlanStatus.WAITING,
            PlanStatus.OBSOLETE,
            PlanStatus.CANCELED,
        },
        PlanStatus.RETRYABLE: {
            PlanStatus.NOT_ROUTABLE,
            PlanStatus.ROUTED,
            PlanStatus.WAITING,
            PlanStatus.OBSOLETE,
            PlanStatus.CANCELED,
        },
        PlanStatus.NOT_ROUTABLE: {
            PlanStatus.RETRYABLE,
            PlanStatus.ROUTED,
            PlanStatus.WAITING,
            PlanStatus.OBSOLETE,
            PlanStatus.CANCELED,
        },
        PlanStatus.ROUTED: {PlanStatus.OBSOLETE, PlanStatus.CANCELED},
        PlanStatus.OBSOLETE: set(),
        PlanStatus.CANCELED: set(),
    },
)

LIVE_PLAN_STATUSES = (
    PlanStatus.INITIAL,
    PlanStatus.WAITING,
    PlanStatus.PLANNED,
    PlanStatus.ROUTED,
    PlanStatus.RETRYABLE,
    PlanStatus.NOT_ROUTABLE,
)

SHIPMENT_STATUS = {
    PlanStatus.WAITING: "BACKORDER",
    PlanStatus.PLANNED: "FUTURE",
    PlanStatus.ROUTED: "READY",
    PlanStatus.RETRYABLE: "CUSTOMER_CARE",
    PlanStatus.NOT_ROUTABLE: "CUSTOMER_CARE",
    PlanStatus.OBSOLETE: "REASSIGNED",
    PlanStatus.CANCELED: "CANCELED",
}
"""Kibo's name for a plan's status; a ROUTED plan is FULFILLED once its pick job is closed (spec 2)."""


class ConsolidatedStatus(models.TextChoices):
    """How a plan came to its status: the contract's values that this product reaches (spec 5). People read them as
    the codes that they are.
    """

    @enum_property
    def label(self) -> str:
        return str(self.value)

    INITIAL = "INITIAL"
    ROUTED = "ROUTED"
    LOCKED = "LOCKED"
    ROUTED_AND_SPLIT = "ROUTED_AND_SPLIT"
    ROUTED_THEN_REROUTED = "ROUTED_THEN_REROUTED"
    WAITING = "WAITING"
    WAITING_AND_SPLIT = "WAITING_AND_SPLIT"
    WAITING_THEN_ROUTED = "WAITING_THEN_ROUTED"
    WAITING_THEN_ROUTED_AND_SPLIT = "WAITING_THEN_ROUTED_AND_SPLIT"
    WAITING_THEN_NOT_ROUTABLE = "WAITING_THEN_NOT_ROUTABLE"
    WAITING_THEN_WAITING_AND_SPLIT = "WAITING_THEN_WAITING_AND_SPLIT"
    WAITING_WAS_MANUALLY_REROUTED = "WAITING_WAS_MANUALLY_REROUTED"
    WAITING_WAS_MANUALLY_ASSIGNED = "WAITING_WAS_MANUALLY_ASSIGNED"
    MANUALLY_REROUTED = "MANUALLY_REROUTED"
    NOT_ROUTABLE = "NOT_ROUTABLE"
    RETRYABLE = "RETRYABLE"
    NOT_ROUTABLE_WAS_MANUALLY_REROUTED = "NOT_ROUTABLE_WAS_MANUALLY_REROUTED"
    NOT_ROUTABLE_WAS_MANUALLY_ASSIGNED = "NOT_ROUTABLE_WAS_MANUALLY_ASSIGNED"
    OBSOLETE = "OBSOLETE"
    OBSOLETE_WAS_MANUALLY_REROUTED = "OBSOLETE_WAS_MANUALLY_REROUTED"
    OBSOLETE_WAS_MANUALLY_ASSIGNED = "OBSOLETE_WAS_MANUALLY_ASSIGNED"
    OBSOLETE_WAS_SHORTPICKED = "OBSOLETE_WAS_SHORTPICKED"
    OBSOLETE_WAS_ROUTED = "OBSOLETE_WAS_ROUTED"
    ROUTING_PLAN_CREATED_THEN_PLANNED = "ROUTING_PLAN_CREATED_THEN_PLANNED"
    STOCK_UPDATE_RECEIVED_THEN_REACTIVATED = "STOCK_UPDATE_RECEIVED_THEN_REACTIVATED"
    PROCESS_MANUAL_REROUTED_THEN_ROUTED = "PROCESS_MANUAL_REROUTED_THEN_ROUTED"
    PROCESS_MANUAL_REROUTED_THEN_REROUTED_AND_SPLIT = "PROCESS_MANUAL_REROUTED_THEN_REROUTED_AND_SPLIT"
    PROCESS_MANUAL_REROUTED_THEN_NOT_ROUTABLE = "PROCESS_MANUAL_REROUTED_THEN_NOT_ROUTABLE"
    FACILITY_MANUALLY_ASSIGNED_TO_PROCESS_THEN_ROUTED = "FACILITY_MANUALLY_ASSIGNED_TO_PROCESS_THEN_ROUTED"
    FACILITY_MANUALLY_ASSIGNED_TO_PICKJOB_THEN_ROUTED = "FACILITY_MANUALLY_ASSIGNED_TO_PICKJOB_THEN_ROUTED"
    ROUTING_PLAN_SHORTPICKED_THEN_SPLIT = "ROUTING_PLAN_SHORTPICKED_THEN_SPLIT"
    ROUTING_PLAN_SHORTPICKED_THEN_REROUTED = "ROUTING_PLAN_SHORTPICKED_THEN_REROUTED"
    ROUTING_PLAN_REROUTE_STOCK_ZERO_THEN_REROUTED = "ROUTING_PLAN_REROUTE_STOCK_ZERO_THEN_REROUTED"
    PICKJOB_REJECTED_THEN_REROUTED = "PICKJOB_REJECTED_THEN_REROUTED"
    PICKJOB_REJECTED_THEN_ROUTED_AND_SPLIT = "PICKJOB_REJECTED_THEN_ROUTED_AND_SPLIT"
    PICKJOB_REJECTED_THEN_NOT_ROUTABLE = "PICKJOB_REJECTED_THEN_NOT_ROUTABLE"
    PROCESS_ORDER_MODIFIED_REROUTED_THEN_ROUTED = "PROCESS_ORDER_MODIFIED_REROUTED_THEN_ROUTED"
    PROCESS_ORDER_MODIFIED_REROUTED_THEN_REROUTED_AND_SPLIT = (
        "PROCESS_ORDER_MODIFIED_REROUTED_THEN_REROUTED_AND_SPLIT"
    )
    PROCESS_ORDER_MODIFIED_REROUTED_THEN_NOT_ROUTABLE = "PROCESS_ORDER_MODIFIED_REROUTED_THEN_NOT_ROUTABLE"
    CANCELED = "CANCELED"
    ROUTED_THEN_CANCELED = "ROUTED_THEN_CANCELED"
    ROUTED_AND_SPLIT_THEN_CANCELED = "ROUTED_AND_SPLIT_THEN_CANCELED"
    PROCESS_MANUAL_REROUTED_THEN_ROUTED_THEN_CANCELED = "PROCESS_MANUAL_REROUTED_THEN_ROUTED_THEN_CANCELED"
    PROCESS_MANUAL_REROUTED_THEN_REROUTED_AND_SPLIT_THEN_CANCELED = (
        "PROCESS_MANUAL_REROUTED_THEN_REROUTED_AND_SPLIT_THEN_CANCELED"
    )
    FACILITY_MANUALLY_ASSIGNED_TO_PROCESS_THEN_ROUTED_THEN_CANCELED = (
        "FACILITY_MANUALLY_ASSIGNED_TO_PROCESS_THEN_ROUTED_THEN_CANCELED"
    )
    FACILITY_MANUALLY_ASSIGNED_TO_PICKJOB_THEN_ROUTED_THEN_CANCELED = (
        "FACILITY_MANUALLY_ASSIGNED_TO_PICKJOB_THEN_ROUTED_THEN_CANCELED"
    )
    ROUTING_PLAN_SHORTPICKED_THEN_SPLIT_THEN_CANCELED = "ROUTING_PLAN_SHORTPICKED_THEN_SPLIT_THEN_CANCELED"
    ROUTING_PLAN_SHORTPICKED_THEN_REROUTED_THEN_CANCELED = (
        "ROUTING_PLAN_SHORTPICKED_THEN_REROUTED_THEN_CANCELED"
    )

    def then_canceled(self) -> ConsolidatedStatus:
        """The contract's ``X_THEN_CANCELED`` where it has one, else CANCELED (spec 5)."""
        name = f"{self.value}_THEN_CANCELED"
        return ConsolidatedStatus(name) if name in ConsolidatedStatus.values else ConsolidatedStatus.CANCELED


class RunType(models.TextChoices):
    """What kind of decision a run was (spec 2)."""

    DEFAULT = "DEFAULT", _("Decision")
    REROUTE = "REROUTE", _("Reroute")
    ORDERSPLIT_ON_SHORTPICK = "ORDERSPLIT_ON_SHORTPICK", _("Split after a short pick")
    MANUAL_ASSIGNMENT = "MANUAL_ASSIGNMENT", _("Plan assigned by hand")
    PROCESS_MANUALASSIGNMENT = "PROCESS_MANUALASSIGNMENT", _("Order assigned by hand")
    REACTIVATION = "REACTIVATION", _("Reactivation")


class QueuedRun(models.TextChoices):
    """Why a plan is in the queue for a routing decision (R1): this column *is* the queue."""

    INTAKE = "INTAKE", _("New")
    PLAN_REROUTE = "PLAN_REROUTE", _("Plan rerouted by hand")
    PROCESS_REROUTE = "PROCESS_REROUTE", _("Order rerouted by hand")
    RETRY = "RETRY", _("Retried")
    VACATED = "VACATED", _("Its facility went OFFLINE")
    ORDER_MODIFIED = "ORDER_MODIFIED", _("Added to an order")
    JOB_GIVEN_UP = "JOB_GIVEN_UP", _("Pick job given up")
    SHORT_PICK = "SHORT_PICK", _("Rerouted after a short pick")
    SHORT_PICK_SPLIT = "SHORT_PICK_SPLIT", _("Missing after a short pick")
    STOCK_CORRECTED = "STOCK_CORRECTED", _("Stock corrected")


DATED = (PlanStatus.WAITING, PlanStatus.PLANNED)
"""Plans whose lines have a date (W10). What a plan in another status carries is the last date that it had."""


class DateSource(models.TextChoices):
    """Where the date of a waiting line comes from (W10)."""

    EXPECTED_STOCK = "EXPECTED_STOCK", _("from expected stock")
    PREORDER = "PREORDER", _("from the preorder start")
    DEFAULT = "DEFAULT", _("by the usual time")
    NONE = "", _("no date")


def overdue_by(now: datetime) -> Q:
    """Plans that are overdue, as :meth:`RoutingPlan.overdue` has it."""
    dated = Q(status__in=DATED, expected_date__lt=now.date(), expected_date__isnull=False)
    late = Q(status=PlanStatus.PLANNED, planned_for__lt=now.date())
    return dated | late | Q(status=PlanStatus.WAITING, preorder_start__lte=now, preorder_start__isnull=False)


class RoutingPlanQuerySet(VersionedQuerySet["RoutingPlan"]):
    def live(self) -> RoutingPlanQuerySet:
        return self.filter(status__in=LIVE_PLAN_STATUSES)

    def waiting(self) -> RoutingPlanQuerySet:
        """Plans in the waiting room (W1)."""
        return self.filter(status=PlanStatus.WAITING)

    def unroutable(self) -> RoutingPlanQuerySet:
        return self.filter(status__in=(PlanStatus.NOT_ROUTABLE, PlanStatus.RETRYABLE))

    def retryable(self) -> RoutingPlanQuerySet:
        """Unroutable plans that are not in the queue already (R5)."""
        return self.unroutable().filter(queued_run="")

    def stuck_after_short_pick(self) -> RoutingPlanQuerySet:
        """Missing units that could be neither routed nor parked when they were decided: they stay short-picked (P2)."""
        return self.retryable().filter(run_type=RunType.ORDERSPLIT_ON_SHORTPICK)

    def unheld(self, now: datetime | None = None) -> RoutingPlanQuerySet:
        """Plans that nobody holds back at this moment (M4)."""
        return self.filter(Q(held_until__isnull=True) | Q(held_until__lte=now or timezone.now()))

    def waiting_too_long(self) -> RoutingPlanQuerySet:
        """Waiting plans of which an alert told that they have waited longer than ``maxWaitDays`` (spec 2)."""
        return self.waiting().filter(overstayed_at__isnull=False)

    def in_retry_window(self) -> RoutingPlanQuerySet:
        """Plans that the sweep tries again until their time is up (R5)."""
        return self.filter(status=PlanStatus.RETRYABLE, queued_run="")

    def awaiting_fallback(self) -> RoutingPlanQuerySet:
        """Plans that a fallback facility may take once they have been NOT_ROUTABLE for long enough (R6)."""
        return self.filter(
            status=PlanStatus.NOT_ROUTABLE,
            queued_run="",
            delivery_type=DeliveryType.SHIPPING,
            unroutable_since__isnull=False,
        )

    def to_be_vacated(self) -> RoutingPlanQuerySet:
        """Plans at OFFLINE facilities that nobody has begun to pick (O3)."""
        unstarted = Q(pick_job__isnull=True) | Q(pick_job__status__in=UNSTARTED)
        return self.filter(
            unstarted,
            status__in=(PlanStatus.ROUTED, PlanStatus.PLANNED),
            facility__status=FacilityStatus.OFFLINE,
        )

    def queued(self) -> RoutingPlanQuerySet:
        """Plans to be decided by R1-R7, oldest request first (R10)."""
        return self.exclude(queued_run="").order_by("queued_at", "id")

    def for_articles(self, article_ids: Collection[UUID]) -> RoutingPlanQuerySet:
        """Waiting plans that need any of the articles (W3)."""
        return self.filter(waiting_articles__article_id__in=article_ids).distinct()

    def in_release_order(self) -> RoutingPlanQuerySet:
        """By rank: the site's prioritisation, ties by plan id (spec 2, W2)."""
        return self.order_by("rank", "id")


class RoutingPlan(Versioned):
    """The unit that is routed as one (Kibo: shipment).

    ``rank`` is the plan's place in the release order as bytes that sort (see ``routing.rank``). ``queued_run`` is set
    while the plan awaits a decision by R1-R7. ``reason`` tells why it stands where it stands, as codes and quantities
    that :mod:`routing.sentences` turns into a sentence. ``behaviour`` is the listing behaviour that let it wait;
    ``may_no_longer_wait`` flags a waiting plan that would not be allowed to wait today (W2). The delivery columns are
    the order's, unless an assignment changed them (M1). ``planned_for`` is None unless it is PLANNED. ``expected_date``
    is the latest date of its lines, worked out in the background while it waits or is planned; no version counts it
    (W10). ``not_before`` is the later of ``preorder_start`` and ``restocked_at``, where that lies ahead.
    """

    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="plans")
    status = models.CharField(max_length=16, choices=PlanStatus.choices, default=PlanStatus.INITIAL)
    consolidated_status = models.CharField(
        max_length=64, choices=ConsolidatedStatus.choices, default=ConsolidatedStatus.INITIAL
    )
    facility = models.ForeignKey(
        Facility, on_delete=models.PROTECT, null=True, blank=True, related_name="plans"
    )
    pick_job = models.OneToOneField(
        PickJob, on_delete=models.SET_NULL, null=True, blank=True, related_name="plan"
    )
    parent = models.ForeignKey(
        "self",
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="children",
        db_index=False,
    )
    reroute_predecessor = models.ForeignKey(
        "self",
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="reroute_successors",
        db_index=False,
    )

    run_type = models.CharField(max_length=32, choices=RunType.choices, blank=True)
    routing_run = models.PositiveIntegerField(default=0, help_text=_("decisions so far"))
    first_routing_attempt = models.DateTimeField(null=True, blank=True)
    unroutable_since = models.DateTimeField(
        null=True, blank=True, help_text=_("since when it is NOT_ROUTABLE (R6)")
    )
    queued_run = models.CharField(max_length=16, choices=QueuedRun.choices, blank=True)
    queued_at = models.DateTimeField(null=True, blank=True)
    split_count = models.PositiveIntegerField(default=0)
    facility_blacklist = models.JSONField(default=list, blank=True)

    delivery_type = models.CharField(max_length=16, choices=DeliveryType.choices)
    service_level = models.CharField(max_length=16, choices=ServiceLevel.choices)

    rank = models.BinaryField(max_length=255, default=b"")
    waiting_since = models.DateTimeField(null=True, blank=True)
    behaviour = models.CharField(max_length=24, blank=True)
    reason = models.JSONField(default=dict, blank=True)
    may_no_longer_wait = models.BooleanField(default=False)
    pinned_at = models.DateTimeField(null=True, blank=True)
    held_until = models.DateTimeField(null=True, blank=True)
    overstayed_at = models.DateTimeField(
        null=True, blank=True, help_text=_("when it was found to have waited longer than maxWaitDays")
    )
    expected_date = models.DateField(null=True, blank=True)
    expected_date_source = models.CharField(max_length=16, choices=DateSource.choices, blank=True)
    planned_for = models.DateField(
        null=True, blank=True, help_text=_("the day on which the last of what it holds is expected (W6)")
    )
    remainder = models.BooleanField(
        default=False, help_text=_("left behind by a release: its payment stays as it is (W7)")
    )
    not_before = models.DateTimeField(null=True, blank=True, help_text=_("earliest picking (B3, B4)"))
    preorder_start = models.DateTimeField(
        null=True, blank=True, help_text=_("the latest start of what is preordered, past or to come (B4)")
    )
    restocked_at = models.DateTimeField(
        null=True, blank=True, help_text=_("when what it lacks will have been restocked (B3)")
    )

    objects = RoutingPlanQuerySet.as_manager()

    class Meta(Versioned.Meta):
        permissions = (
            ("view", "See plans, decisions and the waiting room"),
            ("intervene", "Assign, reroute and cancel plans"),
            ("manage_strategies", "Change and activate routing strategies"),
            ("manage_settings", "Change waiting-room settings"),
        )
        constraints = (
            models.CheckConstraint(name="plan_status_known", condition=Q(status__in=PlanStatus.values)),
            models.CheckConstraint(
                name="plan_routed_to_a_facility", condition=~Q(status="ROUTED") | Q(facility__isnull=False)
            ),
            models.CheckConstraint(
                name="plan_waiting_nowhere",
                condition=~Q(status="WAITING") | Q(facility__isnull=True, pick_job__isnull=True),
            ),
            models.CheckConstraint(
                name="plan_planned_somewhere_for_a_day",
                condition=~Q(status="PLANNED") | Q(facility__isnull=False, planned_for__isnull=False),
            ),
            models.CheckConstraint(
                name="plan_waits_since", condition=~Q(status="WAITING") | Q(waiting_since__isnull=False)
            ),
            models.CheckConstraint(
                name="plan_initial_is_queued", condition=~Q(status="INITIAL") | ~Q(queued_run="")
            ),
            models.CheckConstraint(
                name="plan_queued_undecided",
                condition=Q(queued_run="")
                | Q(status__in=("INITIAL", "WAITING", "RETRYABLE", "NOT_ROUTABLE"), queued_at__isnull=False),
            ),
        )
        indexes = (
            models.Index(fields=("rank", "id"), name="plan_waiting_by_rank", condition=Q(status="WAITING")),
            models.Index(fields=("queued_at", "id"), name="plan_queue", condition=~Q(queued_run="")),
            models.Index(fields=("status", "id"), name="plan_by_status"),
            models.Index(fields=("created", "id"), name="plan_by_created"),
            models.Index(fields=("waiting_since", "id"), name="plan_by_waiting_since"),
            models.Index(fields=("parent",), name="plan_by_parent", condition=Q(parent__isnull=False)),
            models.Index(
                fields=("reroute_predecessor",),
                name="plan_by_reroute_predecessor",
                condition=Q(reroute_predecessor__isnull=False),
            ),
            models.Index(
                fields=("id",),
                name="plan_stuck_after_short_pick",
                condition=Q(
                    run_type="ORDERSPLIT_ON_SHORTPICK",
                    status__in=("NOT_ROUTABLE", "RETRYABLE"),
                    queued_run="",
                ),
            ),
            models.Index(
                fields=("held_until",),
                name="plan_held",
                condition=Q(status="WAITING", held_until__isnull=False),
            ),
            models.Index(
                fields=("waiting_since",),
                name="plan_waits_unnoticed",
                condition=Q(status="WAITING", overstayed_at__isnull=True),
            ),
            models.Index(
                fields=("facility",),
                name="plan_without_pick_job",
                condition=Q(status__in=("ROUTED", "PLANNED"), pick_job__isnull=True),
            ),
            models.Index(
                fields=("unroutable_since",),
                name="plan_unroutable_since",
                condition=Q(status="NOT_ROUTABLE", unroutable_since__isnull=False),
            ),
            models.Index(
                fields=("facility", "status"),
                name="plan_preordered_at",
                condition=Q(status__in=("ROUTED", "WAITING"), preorder_start__isnull=False),
            ),
        )

    def __str__(self) -> str:
        return say("%(get_status_display)s plan %(id)s") % {
            "get_status_display": self.get_status_display(),
            "id": self.id,
        }

    def part(self, **more: Any) -> RoutingPlan:
        """A plan of its own, not saved, for some of the units: delivered as this one is, and waiting for as long (S6,
        W1). ``more`` are the fields that the new plan has besides, or has otherwise.
        """
        return RoutingPlan(
            **{
                "order": self.order,
                "parent_id": self.id,
                "delivery_type": self.delivery_type,
                "service_level": self.service_level,
                "facility_blacklist": self.facility_blacklist,
                "waiting_since": self.waiting_since,
                "overstayed_at": self.overstayed_at,
            }
            | more
        )

    @property
    def dated(self) -> bool:
        """Its dates are kept up, and say when its turn comes (W10)."""
        return self.status in DATED

    def late(self, now: datetime) -> bool:
        """It is PLANNED for a day that has passed, and what was expected has not come (W8)."""
        return (
            self.status == PlanStatus.PLANNED
            and self.planned_for is not None
            and self.planned_for < now.date()
        )

    def overdue(self, now: datetime) -> bool:
        """It was to go before today, or still waits although its preorder has started (B4, W8, W10)."""
        if self.dated and self.expected_date is not None and self.expected_date < now.date():
            return True
        if self.late(now):
            return True
        started = self.preorder_start is not None and self.preorder_start <= now
        return started and self.status == PlanStatus.WAITING


class PlanLine(QuicklyLoaded):
    """Units of an order line that a plan carries. Lines of one ``bundle`` in a plan are one unit (S2)."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    plan = models.ForeignKey(RoutingPlan, on_delete=models.CASCADE, related_name="lines")
    order_line = models.ForeignKey(OrderLine, on_delete=models.CASCADE, related_name="plan_lines")
    article = models.ForeignKey(Article, on_delete=models.PROTECT, related_name="plan_lines")
    bundle = models.ForeignKey(
        Bundle,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="plan_lines",
        db_index=False,
    )
    quantity = models.PositiveBigIntegerField()
    expected_date = models.DateField(null=True, blank=True)
    expected_date_source = models.CharField(max_length=16, choices=DateSource.choices, blank=True)

    class Meta:
        constraints = (models.CheckConstraint(name="plan_line_quantity", condition=Q(quantity__gte=1)),)
        indexes = (
            models.Index(fields=("bundle",), name="plan_line_of_bundle", condition=Q(bundle__isnull=False)),
        )

    def __str__(self) -> str:
        return say("%(quantity)s of %(article_id)s") % {
            "quantity": self.quantity,
            "article_id": self.article_id,
        }

    def carried_by(self, plan: RoutingPlan, *, quantity: int | None = None, dated: bool = False) -> PlanLine:
        """A line of another plan, not saved, that carries so many of the units, or all; if ``dated``, with their date
        (S7).
        """
        line = PlanLine(
            plan=plan,
            order_line_id=self.order_line_id,
            article_id=self.article_id,
            bundle_id=self.bundle_id,
            quantity=self.quantity if quantity is None else quantity,
        )
        if dated:
            line.expected_date, line.expected_date_source = self.expected_date, self.expected_date_source
        return line
