# ruff: noqa: N815 - filters are named as in query strings
"""What the timeline of everything can be narrowed by."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from uuid import UUID

import django_filters
from django import forms
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from backoffice.core.actor import SYSTEM
from backoffice.core.api.events import EventFilter
from backoffice.core.events import Event
from backoffice.core.filters import ManyFilter, ManyHidden, ManySelect, RefFilter
from backoffice.core.models import DomainEvent, User
from backoffice.dashboard.event_wording import event_title, resource_title
from inventory.filters import SearchFirst
from orders.models import Order

MOST_ORDERS = 50
"""How many orders that match a number are looked for."""


def _known_events() -> Iterator[type[Event]]:
    """Every kind of event that the timeline keeps."""
    waiting = [Event]
    while waiting:
        kind = waiting.pop()
        waiting += kind.__subclasses__()
        if kind.recorded and hasattr(kind, "name") and hasattr(kind, "resource_type"):
            yield kind


def _event_choices() -> list[tuple[str, str]]:
    names = sorted({(kind.name, event_title(kind.name)) for kind in _known_events()}, key=lambda one: one[1])
    return [("", str(_("Anything"))), *names]


def _resource_choices() -> list[tuple[str, str]]:
    types = {(kind.resource_type, str(resource_title(kind.resource_type))) for kind in _known_events()}
    return [("", str(_("Anything"))), *sorted(types, key=lambda one: one[1])]


def _actor_choices() -> list[tuple[str, str]]:
    users = User.objects.order_by("email").values_list("email", flat=True)
    return [("", str(_("Anybody"))), (SYSTEM.name, "Anteroom"), *((email, email) for email in users)]


class EventScreenFilter(SearchFirst, EventFilter):
    """What the API knows, with what people choose from. Days are those of the reader's zone; both ends count."""

    more = ("event", "dayFrom", "dayTo")

    q = django_filters.CharFilter(
        label=_("About"),
        method="about",
        widget=forms.TextInput({"type": "search", "placeholder": _("Order number, or any id")}),
    )
    resourceType = ManyFilter(
        label=_("Of"),
        field_name="resource_type",
        widget=ManySelect(choices=_resource_choices),  # type: ignore[arg-type]
    )
    actor = ManyFilter(label=_("By"), field_name="actor", widget=ManySelect(choices=_actor_choices))  # type: ignore[arg-type]
    event = ManyFilter(
        label=_("What"),
        field_name="name",
        widget=ManySelect(choices=_event_choices),  # type: ignore[arg-type]
    )
    resourceId = ManyFilter(field_name="resource_id", widget=ManyHidden)
    processRef = RefFilter(field_name="process_id", widget=ManyHidden)
    to = None  # type: ignore[assignment]  # how a filter of the base class is left out
    dayFrom = django_filters.DateFilter(
        label=_("From"), method="since", widget=forms.DateInput({"type": "date"}, "%Y-%m-%d")
    )
    dayTo = django_filters.DateFilter(
        label=_("To"), method="until", widget=forms.DateInput({"type": "date"}, "%Y-%m-%d")
    )

    def about(self, events: QuerySet[DomainEvent], _name: str, text: str) -> QuerySet[DomainEvent]:
        """The whole id of anything, or a part of an order's number: then with all that happened to its plans."""
        text = text.strip()
        wanted = Q(resource_id=text)
        with contextlib.suppress(ValueError):
            wanted |= Q(process_id=UUID(text))
        orders = Order.objects.filter(tenant_order_id__icontains=text).order_by("-id")
        return events.filter(
            wanted | Q(process_id__in=list(orders.values_list("id", flat=True)[:MOST_ORDERS]))
        )

    def since(self, events: QuerySet[DomainEvent], _name: str, day: date) -> QuerySet[DomainEvent]:
        return events.filter(occurred_at__gte=_midnight(day))

    def until(self, events: QuerySet[DomainEvent], _name: str, day: date) -> QuerySet[DomainEvent]:
        return events.filter(occurred_at__lt=_midnight(day + timedelta(days=1)))


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time()))
