from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import models
from django.db.models import Count, Exists, Min, OuterRef, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from backoffice.core.lifecycle import Lifecycle
from backoffice.core.messages import MessageField
from backoffice.core.models.base import Versioned, VersionedQuerySet
from backoffice.core.models.event import DomainEvent
from backoffice.core.statuses import StatusChoices


class DeliveryStatus(StatusChoices):
    PENDING = "PENDING", _("Pending"), "blue", "open"
    RETRYING = "RETRYING", _("Retrying"), "amber", "open"
    DELIVERED = "DELIVERED", _("Delivered"), "green", "closed"
    PARKED = "PARKED", _("Parked"), "red", "closed"


OPEN_DELIVERIES = DeliveryStatus.in_group("open")

DELIVERY_LIFECYCLE = Lifecycle(
    "delivery",
    {
        "PENDING": ("DELIVERED", "RETRYING", "PARKED"),
        "RETRYING": ("PENDING", "DELIVERED", "PARKED"),
        "DELIVERED": ("PENDING",),
        "PARKED": ("PENDING",),
    },
)
"""What is sent again is pending again, whatever became of it before."""


class SubscriptionQuerySet(VersionedQuerySet["Subscription"]):
    def with_counts(self) -> SubscriptionQuerySet:
        """With how many deliveries stand how: ``pending``, ``retrying`` and ``parked``."""
        counts = {
            status.value.lower(): Count("deliveries", filter=Q(deliveries__status=status))
            for status in (DeliveryStatus.PENDING, DeliveryStatus.RETRYING, DeliveryStatus.PARKED)
        }
        return self.annotate(**counts)

    def due(self, now: datetime) -> SubscriptionQuerySet:
        """Those that have something to be sent, and are not left alone because nobody answers there."""
        waiting = WebhookDelivery.objects.filter(subscription=OuterRef("pk")).due(now)
        return self.filter(Exists(waiting)).exclude(paused_until__gt=now)


class Subscription(Versioned):
    """Somebody wants to be told of one kind of event, by a POST to ``callback_url``.

    ``headers`` and the secrets are sealed (:mod:`backoffice.core.sealing`): they let one in elsewhere. ``contexts`` is
    a list of ``{"type", "values"}`` as the API has it, all of which must hold. Until ``previous_secret_until`` what is
    sent is signed with the secret before, too. While nobody answers there, ``unreachable_since`` says since when, and
    nothing is sent before ``paused_until``. ``deprecated_form``: it was written with ``callbackUrl``, not a target.
    """

    private = True

    name = models.CharField(_("name"), max_length=255)
    event = models.CharField(_("event"), max_length=64, db_index=True)
    callback_url = models.CharField(_("callback"), max_length=2048)
    headers = models.TextField(blank=True, editable=False)
    contexts = models.JSONField(_("contexts"), default=list, blank=True)
    deprecated_form = models.BooleanField(default=False, editable=False)
    secret = models.TextField(editable=False)
    previous_secret = models.TextField(blank=True, editable=False)
    previous_secret_until = models.DateTimeField(_("former secret valid until"), null=True, blank=True)
    unreachable_since = models.DateTimeField(_("unreachable since"), null=True, blank=True)
    paused_until = models.DateTimeField(_("paused until"), null=True, blank=True)

    objects = SubscriptionQuerySet.as_manager()

    class Meta(Versioned.Meta):
        verbose_name = _("subscription")
        verbose_name_plural = _("subscriptions")

    def __str__(self) -> str:
        return self.name


class WebhookDeliveryQuerySet(models.QuerySet["WebhookDelivery"]):
    def still_open(self) -> WebhookDeliveryQuerySet:
        return self.filter(status__in=OPEN_DELIVERIES)

    def due(self, now: datetime) -> WebhookDeliveryQuerySet:
        """Their time has come, and no worker has them now."""
        return self.still_open().filter(next_attempt__lte=now).exclude(lease_until__gt=now)

    def first_of_each_resource(self, subscription: UUID) -> WebhookDeliveryQuerySet:
        """Of all that is open for a subscription, the oldest for each resource: the others wait for it."""
        waiting = WebhookDelivery.objects.still_open().filter(subscription=subscription)
        heads = waiting.order_by().values("resource").annotate(head=Min("id"))
        return self.filter(subscription=subscription, id__in=heads.values("head"))

    def behind(self, delivery: WebhookDelivery) -> QuerySet[WebhookDelivery]:
        """What waits for ``delivery``."""
        return self.still_open().filter(
            subscription=delivery.subscription_id, resource=delivery.resource, id__gt=delivery.pk
        )


class WebhookDelivery(models.Model):
    """One event on its way to one subscription; inserted in the transaction of the event, so that none is lost.

    Neither relation is checked by the database: a subscription that is deleted meanwhile must not undo a release.
    ``resource`` is what the event is about; its deliveries go out one after the other. ``trying_since`` is when the
    receiver was first found failing for it, from which the 24 hours count. A worker leases it for the time of a call.
    """

    id = models.BigAutoField(primary_key=True)
    subscription = models.ForeignKey(
        Subscription,
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        db_index=False,
        related_name="deliveries",
        verbose_name=_("subscription"),
    )
    event = models.ForeignKey(
        DomainEvent,
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        db_index=False,
        related_name="+",
        verbose_name=_("event"),
    )
    resource = models.CharField(_("resource"), max_length=320)
    status = models.CharField(
        _("status"), max_length=16, choices=DeliveryStatus.choices, default=DeliveryStatus.PENDING
    )
    attempts = models.PositiveIntegerField(_("attempts"), default=0)
    trying_since = models.DateTimeField(_("trying since"), null=True, blank=True)
    next_attempt = models.DateTimeField(_("next attempt"))
    last_error = MessageField(_("last error"), max_length=255, blank=True)
    lease = models.UUIDField(null=True, blank=True, editable=False)
    lease_until = models.DateTimeField(null=True, blank=True, editable=False)
    created = models.DateTimeField(_("created"))
    delivered_at = models.DateTimeField(_("delivered at"), null=True, blank=True)

    objects = WebhookDeliveryQuerySet.as_manager()

    class Meta:
        verbose_name = _("webhook delivery")
        verbose_name_plural = _("webhook deliveries")
        ordering = ("id",)
        constraints = (
            models.CheckConstraint(
                name="webhook_delivery_status_known", condition=Q(status__in=DeliveryStatus.values)
            ),
        )
        indexes = (
            models.Index(
                fields=("subscription", "resource", "id"),
                name="webhook_delivery_in_order",
                condition=Q(status__in=OPEN_DELIVERIES),
            ),
            models.Index(
                fields=("next_attempt",), name="webhook_delivery_due", condition=Q(status__in=OPEN_DELIVERIES)
            ),
            models.Index(fields=("subscription", "id"), name="webhook_delivery_listed"),
            models.Index(
                fields=("delivered_at",), name="webhook_delivery_done", condition=Q(status="DELIVERED")
            ),
        )

    def __str__(self) -> str:
        return f"{self.event_id} → {self.subscription_id}"
