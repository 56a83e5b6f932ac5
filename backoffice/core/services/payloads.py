"""What deliveries tell: rendered for many at once, and only to whom it concerns (spec 7)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import structlog

from backoffice.core import webhooks
from backoffice.core.models import WebhookDelivery
from backoffice.core.webhooks import Rendered

log = structlog.get_logger(__name__)

_Key = tuple[str, int]
"""The name that is subscribed to, and the id of the event."""


@dataclass(slots=True)
class Payloads:
    """``wanted`` are to be sent. ``broken`` could not be rendered now. ``unwanted`` are not what the contexts of their
    subscriptions ask for, and so never were deliveries of theirs.
    """

    wanted: list[tuple[WebhookDelivery, Rendered]] = field(default_factory=list)
    broken: list[WebhookDelivery] = field(default_factory=list)
    unwanted: list[WebhookDelivery] = field(default_factory=list)


def payloads_of(batch: Sequence[WebhookDelivery]) -> Payloads:
    """Of deliveries with their events and subscriptions; a constant number of queries per kind of event.

    Contexts are looked at before the first attempt only: what was once on its way goes on.
    """
    rendered = _rendered(batch)
    limited = {
        delivery.pk: _facilities(delivery, rendered[key])
        for delivery in batch
        if delivery.subscription.contexts and not delivery.attempts and (key := _key(delivery)) in rendered
    }
    names = webhooks.names_of(frozenset().union(*limited.values()))
    payloads = Payloads()
    for delivery in batch:
        one = rendered.get(_key(delivery))
        if one is None:
            payloads.broken.append(delivery)
        elif delivery.pk in limited and not _matches(delivery, limited[delivery.pk], names):
            payloads.unwanted.append(delivery)
        else:
            payloads.wanted.append((delivery, one))
    return payloads


def _key(delivery: WebhookDelivery) -> _Key:
    return delivery.subscription.event, delivery.event_id


def _rendered(batch: Sequence[WebhookDelivery]) -> dict[_Key, Rendered]:
    """What cannot be rendered is left out, and keeps nothing else back."""
    by_name: dict[str, list[WebhookDelivery]] = defaultdict(list)
    for delivery in batch:
        by_name[delivery.subscription.event].append(delivery)
    rendered: dict[_Key, Rendered] = {}
    for name, deliveries in by_name.items():
        told = webhooks.find(name)
        if told is None:
            log.error("webhook_unknown", webhook=name)
            continue
        try:
            found = told.render([delivery.event for delivery in deliveries])
        except Exception:
            log.exception("webhook_not_rendered", webhook=name)
        else:
            rendered |= {(name, event): one for event, one in found.items()}
    return rendered


def _facilities(delivery: WebhookDelivery, rendered: Rendered) -> frozenset[UUID]:
    """Those that the event was about; its resource may have moved on since."""
    told = delivery.event.facts.get("facilityRef")
    try:
        return frozenset({UUID(told)}) if told else rendered.facilities
    except (AttributeError, TypeError, ValueError):
        return rendered.facilities


def _matches(
    delivery: WebhookDelivery,
    facilities: Collection[UUID],
    names: Mapping[UUID, Mapping[str, Any]],
) -> bool:
    """Whether some facility of the event is what every context asks for."""
    return any(
        all(
            not set(names[facility].get(context["type"], ())).isdisjoint(context["values"])
            for context in delivery.subscription.contexts
        )
        for facility in facilities
        if facility in names
    )
