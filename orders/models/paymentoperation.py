from __future__ import annotations

from datetime import datetime

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _

from backoffice.core.lifecycle import Lifecycle
from backoffice.core.messages import MessageField
from backoffice.core.models.base import Versioned, VersionedQuerySet, uuid7
from backoffice.core.statuses import StatusChoices
from orders.models.order import Order
from orders.models.payment import LONGEST_ERROR, PaymentAuthorisation


class OperationKind(models.TextChoices):
    AUTHORISE = "AUTHORISE", _("Authorise")
    REDUCE = "REDUCE", _("Reduce")
    VOID = "VOID", _("Void")


class OperationStatus(StatusChoices):
    """AWAITING: handed over to a system that will report how it went. DROPPED: no longer wanted."""

    PENDING = "PENDING", _("To do"), "amber", "open"
    AWAITING = "AWAITING", _("Handed over"), "blue", "open"
    DONE = "DONE", _("Done"), "green", "ended"
    DROPPED = "DROPPED", _("Dropped"), "gray", "ended"


OPEN_OPERATIONS = OperationStatus.in_group("open")

OPERATION_LIFECYCLE = Lifecycle(
    "payment operation",
    {
        OperationStatus.PENDING: {OperationStatus.AWAITING, OperationStatus.DONE, OperationStatus.DROPPED},
        OperationStatus.AWAITING: {OperationStatus.PENDING, OperationStatus.DONE, OperationStatus.DROPPED},
        OperationStatus.DONE: set(),
        OperationStatus.DROPPED: set(),
    },
)


class OperationQuerySet(VersionedQuerySet["PaymentOperation"]):
    def open(self) -> OperationQuerySet:
        return self.filter(status__in=OPEN_OPERATIONS)

    def ready(self, now: datetime) -> OperationQuerySet:
        """Those that a worker may take now.

        What concerns one authorisation is done in its order, and nothing is authorised before what it takes the place
        of is voided: consumers' limits rarely have room for both. While a call is under way, even one that nobody
        wants any more, its authorisation is left alone: a void must not arrive before what it voids.
        """
        earlier = PaymentOperation.objects.filter(order=OuterRef("order"), id__lt=OuterRef("id"))
        under_way = Q(lease_until__gte=now)
        before = earlier.filter(Q(status__in=OPEN_OPERATIONS) | under_way)
        return self.filter(
            Q(lease_until__isnull=True) | Q(lease_until__lt=now),
            ~Exists(before.filter(authorisation=OuterRef("authorisation"))),
            ~Q(kind=OperationKind.AUTHORISE) | ~Exists(before.filter(kind=OperationKind.VOID)),
            status=OperationStatus.PENDING,
            next_attempt__lte=now,
        )


class PaymentOperation(Versioned):
    """Something that the payment gateway is to do (W9): the durable list of work, and the record of what was done.

    ``key`` is the idempotency key: the same for every attempt until the gateway has definitely answered. ``amount`` is
    what is to be authorised, or reduced to. A worker that takes it leases it for the time of the call.
    """

    order = models.ForeignKey(
        Order, on_delete=models.CASCADE, related_name="payment_operations", db_index=False
    )
    authorisation = models.ForeignKey(
        PaymentAuthorisation, on_delete=models.CASCADE, related_name="operations"
    )
    kind = models.CharField(max_length=16, choices=OperationKind.choices)
    status = models.CharField(max_length=16, choices=OperationStatus.choices, default=OperationStatus.PENDING)
    amount = models.DecimalField(max_digits=19, decimal_places=4)
    key = models.UUIDField(default=uuid7, unique=True, editable=False)
    gateway = models.CharField(max_length=32, blank=True, help_text=_("which gateway was asked last"))
    attempts = models.PositiveIntegerField(default=0)
    next_attempt = models.DateTimeField()
    lease = models.UUIDField(null=True, blank=True)
    lease_until = models.DateTimeField(null=True, blank=True)
    declined = models.BooleanField(default=False, help_text=_("the last answer was a definite no"))
    last_error = MessageField(max_length=LONGEST_ERROR, blank=True)

    objects = OperationQuerySet.as_manager()

    class Meta(Versioned.Meta):
        constraints = (
            models.CheckConstraint(
                name="payment_operation_status_known", condition=Q(status__in=OperationStatus.values)
            ),
            models.CheckConstraint(name="payment_operation_amount", condition=Q(amount__gte=0)),
        )
        indexes = (
            models.Index(fields=("next_attempt", "id"), name="payment_work", condition=Q(status="PENDING")),
            models.Index(fields=("order", "id"), name="payment_work_of_order"),
            models.Index(fields=("status", "id"), name="payment_work_by_status"),
        )

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.amount:f} {self.authorisation.currency}"

    @property
    def was_sent(self) -> bool:
        """Whether the gateway may know of it: a worker took it at least once."""
        return self.attempts > 0


class PaymentRelease(models.Model):
    """A released plan whose payment is to be divided off its order's (W9).

    A release only inserts it, in its own transaction and without locking the order; a worker takes it from there. It
    goes when it has been planned.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="payment_releases")
    reference = models.UUIDField(unique=True)
    units = models.JSONField(default=dict)
    created = models.DateTimeField()

    def __str__(self) -> str:
        return say("released plan %(reference)s") % {"reference": self.reference}
