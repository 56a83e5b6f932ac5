"""What one can subscribe to. The floors above register their events, with the functions that render them (spec 7).

An event is stored with ids and facts only. What a receiver is told is rendered when it is sent, for many at once.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol
from uuid import UUID

from backoffice.core.models import DomainEvent


@dataclass(frozen=True, slots=True)
class Rendered:
    """The ``payload`` of one event, and the facilities that it concerns, for the contexts of subscriptions."""

    payload: Mapping[str, Any]
    facilities: frozenset[UUID] = frozenset()


Load = Callable[[Collection[str]], Mapping[str, Rendered]]
"""Renders resources by their ids, in a constant number of queries; those that are gone are left out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookEvent:
    """``source`` is the name of the domain event that it tells of, its own unless given; ``concerns`` says which of
    them, by their facts.
    """

    name: str
    description: Any
    load: Load
    source: str = ""
    concerns: Callable[[Mapping[str, Any]], bool] = field(default=lambda _facts: True)

    def render(self, events: Sequence[DomainEvent]) -> dict[int, Rendered]:
        """By the ids of the events. Of a resource that is gone, its id and the facts of the event are told."""
        known = self.load({event.resource_id for event in events})
        return {event.pk: known.get(event.resource_id) or _remembered(event) for event in events}


def _remembered(event: DomainEvent) -> Rendered:
    return Rendered({"id": event.resource_id, **event.facts})


class FacilityNames(Protocol):
    """How contexts may name facilities, which core knows nothing about. Both are keyed by the type of a context."""

    def unknown(self, values: Mapping[str, Collection[str]]) -> Mapping[str, Collection[str]]:
        """Those of the values that name nothing."""

    def of(self, facilities: Collection[UUID]) -> Mapping[UUID, Mapping[str, Collection[str]]]:
        """Every name that each facility answers to."""


CONTEXT_TYPES = ("FACILITY", "FACILITY_GROUP")

_events: dict[str, WebhookEvent] = {}
_facility_names: list[FacilityNames] = []


def register(*events: WebhookEvent) -> None:
    """Makes events known; called by ``AppConfig.ready``."""
    _events.update({event.name: event for event in events})


def register_facility_names(names: FacilityNames) -> None:
    _facility_names[:] = [names]


def supported() -> list[WebhookEvent]:
    return [_events[name] for name in sorted(_events)]


def find(name: str) -> WebhookEvent | None:
    return _events.get(name)


def told_of(events: Iterable[DomainEvent]) -> list[tuple[str, DomainEvent]]:
    """What subscribers may want to be told of these events: names of webhook events, each with its event."""
    by_source: dict[str, list[WebhookEvent]] = {}
    for told in _events.values():
        by_source.setdefault(told.source or told.name, []).append(told)
    return [
        (told.name, event)
        for event in events
        for told in by_source.get(event.name, ())
        if told.concerns(event.facts)
    ]


def names_of_events(recorded: Collection[str]) -> set[str]:
    """The webhook events that recorded events of these names may become."""
    return {told.name for told in _events.values() if (told.source or told.name) in recorded}


def unknown_names(values: Mapping[str, Collection[str]]) -> Mapping[str, Collection[str]]:
    """Those of the values of contexts that name nothing."""
    return _facility_names[0].unknown(values) if _facility_names else {}


def names_of(facilities: Collection[UUID]) -> Mapping[UUID, Mapping[str, Collection[str]]]:
    """Every name that each facility answers to, by the type of context."""
    return _facility_names[0].of(facilities) if _facility_names and facilities else {}
