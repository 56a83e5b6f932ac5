"""Webhook deliveries as rows: written with their events, sent again on demand, forgotten in time (spec 5).

:mod:`backoffice.core.services.delivering` sends them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone

from backoffice.core import webhooks
from backoffice.core.errors import NotFound, StateConflict
from backoffice.core.finders import Finder
from backoffice.core.models import DeliveryStatus, DomainEvent, Subscription, WebhookDelivery
from backoffice.core.models.webhook import DELIVERY_LIFECYCLE
from backoffice.core.nudges import nudge
from backoffice.core.texts import text

WEBHOOKS_TASK = "core.webhooks"

BATCH = 2_000

_subscriptions = Finder(Subscription, by="event")


def deliver_later(events: Sequence[DomainEvent]) -> None:
    """Notes for each subscriber what is to be delivered, in the transaction of the events: none is lost, none told too
    early. One query, and nothing is written where nobody subscribed.
    """
    told = webhooks.told_of(events)
    if not told:
        return
    subscribers: dict[str, list[UUID]] = defaultdict(list)
    wanted = Subscription.objects.filter(event__in={name for name, _ in told})
    for name, subscription in wanted.order_by("id").values_list("event", "id"):
        subscribers[name].append(subscription)
    if not subscribers:
        return
    WebhookDelivery.objects.bulk_create(
        [
            WebhookDelivery(
                subscription_id=subscription,
                event_id=event.pk,
                resource=f"{event.resource_type}:{event.resource_id}",
                next_attempt=event.occurred_at,
                created=event.occurred_at,
            )
            for name, event in told
            for subscription in subscribers[name]
        ],
        batch_size=BATCH,
    )
    nudge(WEBHOOKS_TASK)


def anybody_wants(event_name: str) -> bool:
    """For events that would be many, and are worth their rows only if somebody subscribed to them."""
    return Subscription.objects.filter(event=event_name).exists()


def anybody_hears_of(names: Collection[str]) -> bool:
    """Whether recorded events of these names may have to be delivered. No query where nobody could have subscribed."""
    heard_as = webhooks.names_of_events(names)
    return bool(_subscriptions.among(heard_as))


@transaction.atomic
def resend(*, delivery_id: int) -> WebhookDelivery:
    """Sends it, again or at once, whatever became of it; it may then fail for another 24 hours.

    :raises NotFound: there is no such delivery, or its subscription is gone.
    :raises StateConflict: it is about to be sent, or being sent.
    """
    delivery = (
        WebhookDelivery.objects.select_for_update(no_key=True, of=("self",)).filter(pk=delivery_id).first()
    )
    if delivery is None or not Subscription.objects.filter(pk=delivery.subscription_id).exists():
        raise NotFound.of(WebhookDelivery, delivery_id)
    now = timezone.now()
    if delivery.status == DeliveryStatus.PENDING or (delivery.lease_until and delivery.lease_until > now):
        raise StateConflict(text("It is about to be sent: look again in a moment."), field="status")
    _reopen([delivery.pk], str(delivery.status))
    delivery.refresh_from_db()
    return delivery


@transaction.atomic
def resend_parked(*, subscription_id: UUID) -> int:
    """Sends again all that was parked for a subscription, in their order; how many there are.

    :raises NotFound: there is no such subscription.
    """
    if not Subscription.objects.filter(pk=subscription_id).exists():
        raise NotFound.of(Subscription, subscription_id)
    parked = WebhookDelivery.objects.filter(subscription=subscription_id, status=DeliveryStatus.PARKED)
    ids = list(parked.select_for_update(no_key=True).order_by("id").values_list("id", flat=True))
    for start in range(0, len(ids), BATCH):
        _reopen(ids[start : start + BATCH], DeliveryStatus.PARKED)
    return len(ids)


def _reopen(ids: Sequence[int], status: str) -> None:
    """Whoever asks knows that somebody is there again: the subscription is not left alone any longer."""
    DELIVERY_LIFECYCLE.check(status, DeliveryStatus.PENDING)
    reopened = WebhookDelivery.objects.filter(pk__in=ids)
    reopened.update(
        status=DeliveryStatus.PENDING, trying_since=None, next_attempt=timezone.now(), delivered_at=None
    )
    Subscription.objects.filter(pk__in=reopened.values("subscription_id")).update(paused_until=None)
    nudge(WEBHOOKS_TASK)


def forget_delivered() -> int:
    """Deletes what was delivered ``WEBHOOK_RETENTION_DAYS`` ago or earlier, and what belongs to no subscription any
    more. What is parked stays until somebody resends it or deletes the subscription. Returns how many.
    """
    before = timezone.now() - timedelta(days=settings.WEBHOOK_RETENTION_DAYS)
    old = WebhookDelivery.objects.filter(status=DeliveryStatus.DELIVERED, delivered_at__lt=before)
    orphaned = WebhookDelivery.objects.filter(
        ~Exists(Subscription.objects.filter(pk=OuterRef("subscription")))
    )
    forgotten = 0
    for rows in (old, orphaned):
        while ids := list(rows.order_by("id").values_list("id", flat=True)[:BATCH]):
            forgotten += WebhookDelivery.objects.filter(pk__in=ids).delete()[0]
    return forgotten
