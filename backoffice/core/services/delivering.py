"""Sending what is due to those who subscribed: one call at a time per resource, several resources at once (spec 5).

Work is found in the database. A delivery is leased for the time of its call, outside of any transaction; when a worker
dies before it has written how it went, the lease ends and another one calls again: at least once, with one eventId.
"""

from __future__ import annotations

import json
import queue
import time
from collections import deque
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import structlog
from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import transaction
from django.db.models import F
from django.db.models.functions import Coalesce
from django.utils import timezone

from backoffice.core.callbacks import permitted
from backoffice.core.headers import unsealed_headers
from backoffice.core.models import DeliveryStatus, Subscription, WebhookDelivery
from backoffice.core.models.webhook import DELIVERY_LIFECYCLE
from backoffice.core.nudges import nudge
from backoffice.core.outgoing import OutgoingFailure, post
from backoffice.core.sealing import Unreadable, unseal
from backoffice.core.services.deliveries import WEBHOOKS_TASK
from backoffice.core.services.payloads import payloads_of
from backoffice.core.signing import HEADER, signature
from backoffice.core.texts import text, together
from backoffice.core.webhooks import Rendered

log = structlog.get_logger(__name__)

GIVE_UP = timedelta(hours=24)
FIRST_WAIT, LONGEST_WAIT = timedelta(seconds=30), timedelta(hours=2)
"""Between attempts: as long as it has been failing, so that the time doubles."""

SHARE, BATCH = 8, 24
"""Deliveries that are claimed at once, of one subscription and altogether: a slow receiver takes no other's turn."""

CALLS, CALLS_EACH = 8, 4
"""Calls at the same time, altogether and to one subscription."""

MISSES = 3
"""Calls in a row that nobody answers before a subscription is left alone for a while."""

PAUSE = timedelta(minutes=1)

PASS_SECONDS = 10.0
"""After so long a worker lets others have their turn."""


def deliver_due() -> int:
    """Delivers what is due until nothing is, or only what other workers have; returns the number of calls."""
    until = time.monotonic() + PASS_SECONDS
    calls = 0
    while batch := claim():
        calls += deliver(batch)
        if time.monotonic() > until:
            nudge(WEBHOOKS_TASK)
            break
    return calls


def claim() -> list[WebhookDelivery]:
    """Leases a batch of what is due, a share for each subscription; of each resource the oldest, since order counts."""
    claimed: list[WebhookDelivery] = []
    waiting = Subscription.objects.due(timezone.now()).order_by("?")
    for subscription in waiting.values_list("id", flat=True)[:BATCH]:
        claimed += _claim_of(subscription, min(SHARE, BATCH - len(claimed)))
        if len(claimed) >= BATCH:
            break
    return claimed


def _claim_of(subscription: UUID, most: int) -> list[WebhookDelivery]:
    now, lease = timezone.now(), uuid4()
    of_it = WebhookDelivery.objects.filter(subscription=subscription)
    with transaction.atomic():
        heads = of_it.due(now).first_of_each_resource(subscription).order_by("next_attempt", "id")
        locked = heads.select_for_update(skip_locked=True, no_key=True).values_list("id", flat=True)
        ids = list(locked[:most])
        # Another worker may have had them before they were locked.
        of_it.due(now).filter(id__in=ids).update(lease=lease, lease_until=now + lease_time())
    return list(of_it.filter(lease=lease).select_related("event", "subscription").order_by("id"))


def lease_time() -> timedelta:
    """Longer than a batch can take, by far."""
    return timedelta(seconds=60 + settings.WEBHOOK_TIMEOUT * BATCH / CALLS)


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a call went: no ``error`` is a yes. ``unreachable``: nobody answered at all."""

    error: str = ""
    unreachable: bool = False


@dataclass(frozen=True, slots=True)
class Call:
    """One POST. It is made in a thread of its own, and so knows all that it needs."""

    delivery: WebhookDelivery
    url: str
    headers: Mapping[str, str]
    secrets: Sequence[str]
    body: bytes

    def make(self) -> Outcome:
        headers = {
            **self.headers,
            "Content-Type": "application/json",
            "User-Agent": "Anteroom",
            HEADER: signature(self.secrets, int(time.time()), self.body),
        }
        try:
            answer = post(
                self.url,
                body=self.body,
                headers=headers,
                timeout=settings.WEBHOOK_TIMEOUT,
                permit=permitted,
            )
        except OutgoingFailure as failure:
            said = together((failure.message, f"({failure.kind})"), " ") if failure.kind else failure.message
            return Outcome(said, unreachable=True)
        except Exception:
            log.exception("webhook_call_broke", delivery=self.delivery.pk)
            return Outcome(text("The call broke down: the log says how."))
        return (
            Outcome()
            if answer.status == 200
            else Outcome(text("It answered with status %(status)s.", status=answer.status))
        )


@dataclass
class Round:
    """The calls to one subscription in one batch: as many threads as run it take them one after the other. After some
    that nobody answered, the rest stays undone.
    """

    subscription: Subscription
    calls: deque[Call] = field(default_factory=deque)
    misses: int = 0

    def run(self, results: queue.SimpleQueue[tuple[Call, Outcome] | None]) -> None:
        try:
            while self.misses < MISSES and (call := self._next()) is not None:
                outcome = call.make()
                self.misses = self.misses + 1 if outcome.unreachable else 0
                results.put((call, outcome))
        finally:
            results.put(None)

    def _next(self) -> Call | None:
        try:
            return self.calls.popleft()
        except IndexError:
            return None


def deliver(batch: Sequence[WebhookDelivery]) -> int:
    """Makes the calls for leased deliveries, and writes how each went; returns how many there were."""
    payloads = payloads_of(batch)
    for delivery in payloads.unwanted:
        WebhookDelivery.objects.filter(pk=delivery.pk, lease=delivery.lease).delete()
    for delivery in payloads.broken:
        write(delivery, Outcome(text("It could not be rendered: the log says why.")))
    rounds: dict[UUID, Round] = {}
    for delivery, rendered in payloads.wanted:
        subscription = delivery.subscription
        try:
            call = _call(delivery, rendered)
        except Unreadable:
            error = text(
                "Its secret or headers cannot be read, because SECRET_KEY has changed: subscribe anew."
            )
            write(delivery, Outcome(error))
        else:
            rounds.setdefault(subscription.pk, Round(subscription)).calls.append(call)
    made = 0
    results: queue.SimpleQueue[tuple[Call, Outcome] | None] = queue.SimpleQueue()
    with ThreadPoolExecutor(CALLS, thread_name_prefix="webhooks") as threads:
        running = 0
        for one in rounds.values():
            for _ in range(min(CALLS_EACH, len(one.calls))):
                threads.submit(one.run, results)
                running += 1
        while running:
            result = results.get()
            if result is None:
                running -= 1
                continue
            made += 1
            write(result[0].delivery, result[1])
    for one in rounds.values():
        _settle(one)
    return made


def _call(delivery: WebhookDelivery, rendered: Rendered) -> Call:
    """:raises Unreadable: the subscription's secrets were sealed under a key that is gone."""
    subscription = delivery.subscription
    document = {"event": subscription.event, "eventId": str(delivery.event_id), "payload": rendered.payload}
    secrets = [unseal(subscription.secret)]
    until = subscription.previous_secret_until
    if until is not None and until > timezone.now():
        secrets.append(unseal(subscription.previous_secret))
    ours = {"content-type", "user-agent"}
    return Call(
        delivery=delivery,
        url=subscription.callback_url,
        headers={
            key: value for key, value in unsealed_headers(subscription.headers) if key.lower() not in ours
        },
        secrets=secrets,
        body=json.dumps(document, cls=DjangoJSONEncoder, separators=(",", ":")).encode(),
    )


def write(delivery: WebhookDelivery, outcome: Outcome) -> None:
    """Writes how a call went, unless the lease has passed to somebody else, who will write their own."""
    now = timezone.now()
    changes: dict[str, Any] = {"status": DeliveryStatus.DELIVERED, "delivered_at": now}
    if outcome.error:
        since = delivery.trying_since or now
        parked = now >= since + GIVE_UP
        wait = min(LONGEST_WAIT, max(FIRST_WAIT, now - since))
        changes = {
            "status": DeliveryStatus.PARKED if parked else DeliveryStatus.RETRYING,
            "trying_since": since,
            "next_attempt": min(now + wait, since + GIVE_UP),
        }
    if changes["status"] != delivery.status:
        DELIVERY_LIFECYCLE.check(delivery.status, changes["status"])
    with transaction.atomic():
        written = WebhookDelivery.objects.filter(pk=delivery.pk, lease=delivery.lease).update(
            **changes,
            attempts=F("attempts") + 1,
            last_error=outcome.error,
            lease=None,
            lease_until=None,
        )
        if written and changes["status"] == DeliveryStatus.PARKED:
            # They have been waiting for as long as it has: their own 24 hours are not to follow one another.
            WebhookDelivery.objects.behind(delivery).filter(trying_since=None).update(
                trying_since=F("created")
            )
            log.warning("webhook_parked", delivery=delivery.pk, subscription=str(delivery.subscription_id))


def _settle(one: Round) -> None:
    """A subscription where nobody answers is left alone for a while, and what was still to be sent there waits; one
    where somebody does is as good as any other.
    """
    if one.misses < MISSES:
        known = Subscription.objects.filter(pk=one.subscription.pk)
        if one.misses == 0 and one.subscription.unreachable_since is not None:
            known.update(unreachable_since=None, paused_until=None)
        return
    now = timezone.now()
    Subscription.objects.filter(pk=one.subscription.pk).update(
        paused_until=now + PAUSE, unreachable_since=Coalesce("unreachable_since", now)
    )
    for call in one.calls:
        WebhookDelivery.objects.filter(pk=call.delivery.pk, lease=call.delivery.lease).update(
            lease=None, lease_until=None
        )
    since = one.subscription.unreachable_since
    if since is not None and since <= now - GIVE_UP:
        _park_all(one.subscription, now - GIVE_UP)


def _park_all(subscription: Subscription, before: Any) -> None:
    """Nobody has been there for a day: what is as old as that need not be tried, one by one, to know it."""
    old = WebhookDelivery.objects.still_open().filter(subscription=subscription, lease=None)
    parked = old.filter(created__lte=before).update(
        status=DeliveryStatus.PARKED, last_error=text("Nobody has answered there for 24 hours.")
    )
    if parked:
        log.warning("webhooks_parked", subscription=str(subscription.pk), deliveries=parked)
