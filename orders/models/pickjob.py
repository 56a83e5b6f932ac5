from __future__ import annotations

from datetime import datetime

from django.db import models
from django.db.models import F, Q
from django.utils.functional import cached_property
from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _

from backoffice.core.lifecycle import Lifecycle
from backoffice.core.messages import MessageField
from backoffice.core.models.base import Versioned, VersionedQuerySet, uuid7
from backoffice.core.statuses import StatusChoices
from inventory.models import Article, Facility
from orders.models.order import DeliveryType, Order, OrderLine


class PickJobStatus(StatusChoices):
    OPEN = "OPEN", _("Open"), "blue", "unstarted"
    WAITING_FOR_INPUT = "WAITING_FOR_INPUT", _("Waiting for input"), "amber", "unstarted"
    IN_PROGRESS = "IN_PROGRESS", _("In progress"), "blue", "started"
    PAUSED = "PAUSED", _("Paused"), "amber", "started"
    PICKED = "PICKED", _("Picked"), "green", "finished"
    CLOSED = "CLOSED", _("Closed"), "green", "finished"
    ABORTED = "ABORTED", _("Aborted"), "red", "ended"
    REROUTED = "REROUTED", _("Rerouted"), "gray", "ended"
    CANCELED = "CANCELED", _("Cancelled"), "red", "ended"
    OBSOLETE = "OBSOLETE", _("Obsolete"), "gray", "ended"
    EXPIRED = "EXPIRED", _("Expired"), "gray", "ended"
    RESTOWED = "RESTOWED", _("Restowed"), "gray", "ended"
    REJECTED = "REJECTED", _("Rejected"), "red", "ended"


UNSTARTED = tuple(s for s in PickJobStatus if s.group == "unstarted")
STARTED = tuple(s for s in PickJobStatus if s.group == "started")
FINISHED = tuple(s for s in PickJobStatus if s.group == "finished")
TO_BE_PICKED = UNSTARTED + STARTED
STANDING = TO_BE_PICKED + FINISHED
"""Jobs that count as the one pick job of a ROUTED plan (spec 8, invariants)."""

_ENDS_UNSTARTED = {
    PickJobStatus.ABORTED,
    PickJobStatus.REROUTED,
    PickJobStatus.CANCELED,
    PickJobStatus.OBSOLETE,
    PickJobStatus.EXPIRED,
    PickJobStatus.REJECTED,
}
PICK_JOB_LIFECYCLE = Lifecycle(
    "pick job",
    {
        PickJobStatus.OPEN: {PickJobStatus.IN_PROGRESS, PickJobStatus.WAITING_FOR_INPUT, *_ENDS_UNSTARTED},
        PickJobStatus.WAITING_FOR_INPUT: {PickJobStatus.OPEN, *_ENDS_UNSTARTED},
        PickJobStatus.IN_PROGRESS: {
            PickJobStatus.PAUSED,
            PickJobStatus.OPEN,
            PickJobStatus.PICKED,
            PickJobStatus.CLOSED,
            PickJobStatus.ABORTED,
            PickJobStatus.CANCELED,
            PickJobStatus.OBSOLETE,
        },
        PickJobStatus.PAUSED: {
            PickJobStatus.IN_PROGRESS,
            PickJobStatus.OPEN,
            PickJobStatus.ABORTED,
            PickJobStatus.CANCELED,
            PickJobStatus.OBSOLETE,
        },
        PickJobStatus.PICKED: {PickJobStatus.CLOSED, PickJobStatus.RESTOWED},
        PickJobStatus.ABORTED: {PickJobStatus.RESTOWED},
        PickJobStatus.CLOSED: set(),
        PickJobStatus.REROUTED: set(),
        PickJobStatus.CANCELED: {PickJobStatus.RESTOWED},
        PickJobStatus.OBSOLETE: set(),
        PickJobStatus.EXPIRED: set(),
        PickJobStatus.RESTOWED: set(),
        PickJobStatus.REJECTED: set(),
    },
)


class PickJobSubStatus(models.TextChoices):
    SHORT_PICKED = "SHORT_PICKED", _("Short picked")
    ZERO_PICKED = "ZERO_PICKED", _("Zero picked")
    WAITING_FOR_RELEASE_TIME = "WAITING_FOR_RELEASE_TIME", _("Waiting for its release time")
    ORDER_MODIFIED = "ORDER_MODIFIED", _("Order modified")
    PROCESS_REROUTE = "PROCESS_REROUTE", _("Order rerouted")
    MANUAL_REROUTE = "MANUAL_REROUTE", _("Rerouted by hand")
    SHORT_PICK_REROUTE = "SHORT_PICK_REROUTE", _("Rerouted after a short pick")
    TIME_TRIGGERED = "TIME_TRIGGERED", _("Rerouted by time")
    STOCK_ZEROED = "STOCK_ZEROED", _("Stock corrected")
    PICK_JOB_ABORTED = "PICK_JOB_ABORTED", _("Aborted")
    RECALCULATION = "RECALCULATION", _("Recalculated")


class PickJobQuerySet(VersionedQuerySet["PickJob"]):
    def unstarted(self) -> PickJobQuerySet:
        return self.filter(status__in=UNSTARTED)

    def due(self, now: datetime) -> PickJobQuerySet:
        """Unstarted jobs that were held back, and may be picked by now (B3, B4)."""
        return self.unstarted().filter(
            sub_status=PickJobSubStatus.WAITING_FOR_RELEASE_TIME, not_before__lte=now
        )

    def overdue(self, now: datetime) -> PickJobQuerySet:
        """Jobs that should have been picked by now, and are not."""
        return self.filter(status__in=TO_BE_PICKED, target_time__lt=now)

    def standing(self) -> PickJobQuerySet:
        return self.filter(status__in=STANDING)

    def with_line_items(self) -> PickJobQuerySet:
        """With the order, and what :attr:`PickJob.line_items` needs in one more query for all."""
        lines = PickLine.objects.select_related("article", "order_line").order_by(
            "order_line__position", "id"
        )
        fetched = models.Prefetch("lines", lines, to_attr="line_items")
        jobs = self.select_related("order")
        return jobs.prefetch_related(fetched)  # type: ignore[no-redef]  # it fills the cached property


class PickJob(Versioned):
    """The work order for one routed plan at one facility.

    ``reference`` is opaque here (routing puts the plan's id there). ``not_before`` is when picking may begin (B3, B4).
    ``short_id`` is what pickers read out: unique among a facility's standing jobs.
    """

    facility = models.ForeignKey(Facility, on_delete=models.PROTECT, related_name="pick_jobs", db_index=False)
    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="pick_jobs")
    reference = models.UUIDField()
    status = models.CharField(max_length=20, choices=PickJobStatus.choices, default=PickJobStatus.OPEN)
    sub_status = models.CharField(max_length=32, choices=PickJobSubStatus.choices, blank=True)
    status_reason = MessageField(max_length=255, blank=True)
    held_for_payment = models.BooleanField(
        default=False, help_text=_("opens when its payment is authorised (W9)")
    )
    short_id = models.CharField(max_length=8)
    channel = models.CharField(max_length=16, choices=DeliveryType.choices, default=DeliveryType.SHIPPING)
    service_level = models.CharField(max_length=16, blank=True)
    not_before = models.DateTimeField(null=True, blank=True)
    target_time = models.DateTimeField(null=True, blank=True)
    order_date = models.DateTimeField()
    tenant_order_id = models.CharField(max_length=255, blank=True)
    custom_attributes = models.JSONField(default=dict, blank=True)

    objects = PickJobQuerySet.as_manager()

    class Meta(Versioned.Meta):
        constraints = (
            models.UniqueConstraint(
                name="one_standing_pick_job_per_plan", fields=("reference",), condition=Q(status__in=STANDING)
            ),
            models.UniqueConstraint(
                name="short_id_once_per_facility",
                fields=("facility", "short_id"),
                condition=Q(status__in=UNSTARTED + STARTED),
            ),
            models.CheckConstraint(
                name="pick_job_status_known", condition=Q(status__in=PickJobStatus.values)
            ),
        )
        indexes = (
            models.Index(fields=("facility", "status"), name="pick_job_by_facility"),
            models.Index(fields=("reference",), name="pick_job_by_reference"),
            models.Index(fields=("created", "id"), name="pick_job_by_created"),
            models.Index(fields=("last_modified", "id"), name="pick_job_by_last_modified"),
            models.Index(fields=("order_date", "id"), name="pick_job_by_order_date"),
            models.Index(fields=("target_time", "id"), name="pick_job_by_target_time"),
            models.Index(fields=("tenant_order_id", "id"), name="pick_job_by_tenant_order_id"),
            models.Index(
                fields=("not_before",),
                name="pick_job_held_back",
                condition=Q(sub_status="WAITING_FOR_RELEASE_TIME"),
            ),
            models.Index(
                fields=("order",), name="pick_job_held_for_payment", condition=Q(held_for_payment=True)
            ),
        )

    def __str__(self) -> str:
        return f"{self.short_id} ({self.get_status_display()})"

    def overdue(self, now: datetime) -> bool:
        """It should have been picked by now, and is not."""
        return self.status in TO_BE_PICKED and self.target_time is not None and self.target_time < now

    @cached_property
    def line_items(self) -> list[PickLine]:
        """The lines in the order of the order's, with their articles."""
        lines = self.lines.select_related("article", "order_line")
        return list(lines.order_by("order_line__position", "id"))


class PickLineStatus(StatusChoices):
    OPEN = "OPEN", _("Open"), "blue", "open"
    IN_PROGRESS = "IN_PROGRESS", _("In progress"), "blue", "open"
    CLOSED = "CLOSED", _("Closed"), "green", "closed"


class PickLine(models.Model):
    """Units of one article to pick. ``unbacked`` units are not covered by stock yet (R2).

    ``reference`` is the opaque holder of the line's reservation (routing puts the plan line's id there).
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    pick_job = models.ForeignKey(PickJob, on_delete=models.CASCADE, related_name="lines")
    order_line = models.ForeignKey(OrderLine, on_delete=models.CASCADE, related_name="pick_lines")
    article = models.ForeignKey(Article, on_delete=models.PROTECT, related_name="pick_lines")
    reference = models.UUIDField()
    quantity = models.PositiveBigIntegerField()
    picked = models.PositiveBigIntegerField(default=0)
    unbacked = models.PositiveBigIntegerField(default=0)
    status = models.CharField(max_length=16, choices=PickLineStatus.choices, default=PickLineStatus.OPEN)
    short_pick_reason = models.JSONField(null=True, blank=True)
    stock_emptied = models.BooleanField(default=False)

    class Meta:
        constraints = (
            models.CheckConstraint(name="pick_line_quantity", condition=Q(quantity__gte=1)),
            models.CheckConstraint(name="pick_line_unbacked", condition=Q(unbacked__lte=F("quantity"))),
        )
        indexes = (
            models.Index(fields=("article",), name="pick_line_unbacked", condition=Q(unbacked__gt=0)),
            models.Index(fields=("reference",), name="pick_line_by_reference"),
        )

    def __str__(self) -> str:
        return say("%(picked)s of %(quantity)s picked") % {"picked": self.picked, "quantity": self.quantity}

    @property
    def missing(self) -> int:
        """Units that were to be picked and were not."""
        return self.quantity - self.picked
