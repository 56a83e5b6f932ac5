"""Domain events: how a lower floor tells the higher ones what happened, in the same transaction.

A service publishes what it did; whoever subscribed acts on it there and then, or nudges a worker. Subscribers take
lists, so that a bulk import of a million rows is not a million calls. Recorded events make up the timeline; those that
somebody subscribed to are delivered from it (docs/webhooks.md).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, TypeVar
from uuid import UUID

from django.db import connection
from django.utils import timezone

from backoffice.core.actor import current_actor


@dataclass(frozen=True, kw_only=True)
class Event:
    """Something that happened to one resource. Subclasses give the class attributes, and may add fields.

    ``facts`` are what the timeline keeps beside the ids: plain JSON values, no personal data.
    An event with ``recorded = False`` reaches its subscribers and is forgotten.
    """

    name: ClassVar[str]
    resource_type: ClassVar[str]
    recorded: ClassVar[bool] = True

    resource_id: str
    process_id: UUID | None = None
    facts: dict[str, Any] = field(default_factory=dict)


E = TypeVar("E", bound=Event)

Handler = Callable[[list[E]], None]

_TOLD = ("name", "resource_type", "resource_id", "process_id", "facts")
"""What the timeline keeps of an event."""

_subscriptions: list[tuple[type[Event], Handler[Any]]] = []


def subscribe(event_class: type[E], handler: Handler[E]) -> None:
    """Calls ``handler`` with every batch of such events; called by ``AppConfig.ready``. Twice is as good as once.

    Subscribing to a base class brings the events of its subclasses, in the order in which they were published.
    """
    if (event_class, handler) not in _subscriptions:
        _subscriptions.append((event_class, handler))


def subscribers(event_class: type[Event]) -> tuple[Handler[Any], ...]:
    """Who is called for such events, in order."""
    return tuple(handler for wanted, handler in _subscriptions if issubclass(event_class, wanted))


def publish(events: Sequence[Event], *, reason: str = "") -> None:
    """Records ``events`` under the current actor and hands them to their subscribers, in the caller's transaction.

    Each subscriber is called once, with the list of what it subscribed to; subscribers are called in the order in
    which they subscribed. What a subscriber raises undoes the caller's transaction as well.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("Events are published in the transaction of the change that they tell of")
    if not events:
        return
    _record(events, reason)
    classes = {type(event) for event in events}
    for wanted, handler in tuple(_subscriptions):
        matching = {cls for cls in classes if issubclass(cls, wanted)}
        if matching:
            handler([event for event in events if type(event) in matching])


def _record(events: Sequence[Event], reason: str) -> None:
    """With their keys only where somebody is to be told: those who are not, need not be known by them."""
    from backoffice.core.bulk import insert_rows
    from backoffice.core.models import DomainEvent
    from backoffice.core.services.deliveries import anybody_hears_of, deliver_later

    told = [event for event in events if event.recorded]
    each = {name: [getattr(event, name) for event in told] for name in _TOLD}
    same = {"actor": current_actor().name, "reason": reason, "occurred_at": timezone.now()}
    if anybody_hears_of({event.name for event in told}):
        rows = [
            DomainEvent(**dict(zip(_TOLD, values, strict=True)), **same)
            for values in zip(*each.values(), strict=True)
        ]
        deliver_later(DomainEvent.objects.bulk_create(rows, batch_size=2000))
    else:
        insert_rows(DomainEvent, each=each, same=same)
