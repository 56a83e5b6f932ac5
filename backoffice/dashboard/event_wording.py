"""Events of all apps in words, and the pages of what they are about."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any
from uuid import UUID

from django.db.models import Model, QuerySet
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _

from backoffice.core.models import DomainEvent
from inventory.models import Article, Facility, FacilityGroup, InboundProcess, Listing, StockLevel
from inventory.views.groups import group_change_words
from inventory.wording import change_words
from orders.models import Order, PickJob
from routing.models import RoutingPlan
from routing.timeline import SENTENCES, Cast, told


@dataclass(frozen=True, slots=True)
class Resource:
    """A kind of thing that events are about; ``screen`` is the URL name of its page, if it has one."""

    title: Any
    screen: str = ""


RESOURCES: Mapping[str, Resource] = MappingProxyType(
    {
        "ORDER": Resource(_("Order"), "order"),
        "ROUTING_PLAN": Resource(_("Plan"), "plan"),
        "PICK_JOB": Resource(_("Pick job"), "pick-job"),
        "PAYMENT": Resource(_("Payment")),
        "FACILITY": Resource(_("Facility"), "facility"),
        "FACILITY_GROUP": Resource(_("Group"), "group"),
        "ARTICLE": Resource(_("Article"), "article-demand"),
        "LISTING": Resource(_("Listing"), "listing"),
        "STOCK_LEVEL": Resource(_("Stock"), "stock-level"),
        "EXPECTED_STOCK": Resource(_("Expected stock")),
        "INBOUND_PROCESS": Resource(_("Purchase order"), "inbound-process"),
        "RESERVATION": Resource(_("Reservation")),
        "ROUTING_STRATEGY": Resource(_("Routing strategy")),
        "WAITING_ROOM_SETTINGS": Resource(_("Waiting-room settings")),
        "SUBSCRIPTION": Resource(_("Webhook"), "webhook"),
        "USER": Resource(_("User")),
        "TOKEN": Resource(_("Token")),
        "CONFIGURATION": Resource(_("Configuration")),
        "CUSTOM_SERVICE": Resource(_("Custom service")),
        "CARRIER": Resource(_("Carrier")),
        "TAG": Resource(_("Tag")),
    }
)

_CHANGED: Mapping[str, type[Model]] = {"FACILITY": Facility, "LISTING": Listing, "ARTICLE": Article}
"""Whose events name the fields that changed."""


def event_title(name: str) -> str:
    """An event's name as people write it: "Listing changed"."""
    return str(_TITLES.get(name) or name.replace("_", " ").capitalize())


def resource_title(resource_type: str) -> Any:
    known = RESOURCES.get(resource_type)
    return known.title if known is not None else event_title(resource_type)


_TITLES: Mapping[str, Any] = {
    "INVENTORY_FACILITY_STOCK_CHANGED": _("Stock changed"),
    "INVENTORY_RESERVATIONS_CREATED": _("Units were reserved"),
    "INVENTORY_RESERVATION_REMOVED": _("A reservation ended"),
    "ROUTING_PLAN_SPLITTED": _("Routing plan split"),
    "ROUTING_PLAN_REROUTEPLAN_CREATED": _("Routing plan replaced"),
}
"""Events whose names are the contract's, and not what people say."""


@dataclass(frozen=True, slots=True)
class EventRow:
    """An event in words. ``about`` is what kind of thing, ``named`` which one; ``url`` its page, if there is one.
    ``order`` is that of its process.
    """

    event: DomainEvent
    words: str
    about: str
    named: str
    url: str
    order: Order | None


class _Anybody(Cast):
    """Plans of many orders, which are not numbered among each other."""

    def title(self, id: str) -> str:
        return say("The plan")


def rows_of(events: Sequence[DomainEvent]) -> list[EventRow]:
    """Events of any kind, with a handful of queries, however many there are."""
    orders = Order.objects.in_bulk({event.process_id for event in events if event.process_id})
    plans = RoutingPlan.objects.filter(pk__in=_ids(events, "ROUTING_PLAN")).select_related("order")
    jobs = PickJob.objects.filter(pk__in=_ids(events, "PICK_JOB"))
    cast = _Anybody(list(plans.prefetch_related("lines")), list(jobs))
    names = _names(events)
    return [
        EventRow(
            event=event,
            words=words if event.name in SENTENCES else _words(event),
            about=str(resource_title(event.resource_type)),
            named=names.get((event.resource_type, event.resource_id), ""),
            url=_url(event, names),
            order=orders.get(event.process_id) if event.process_id else None,
        )
        for event, words in zip(events, told(events, cast), strict=True)
    ]


def _place(row: Any) -> str:
    return say("%(article)s at %(facility)s") % {
        "article": row.article.tenant_article_id,
        "facility": row.facility,
    }


_NAMED: Mapping[str, tuple[QuerySet[Any], Callable[[Any], str]]] = {
    "FACILITY": (Facility.objects.all(), str),
    "FACILITY_GROUP": (FacilityGroup.objects.all(), str),
    "ARTICLE": (Article.objects.all(), str),
    "LISTING": (Listing.objects.select_related("article", "facility"), _place),
    "STOCK_LEVEL": (StockLevel.objects.select_related("article", "facility"), _place),
    "INBOUND_PROCESS": (InboundProcess.objects.all(), str),
}
"""How those are called that are not found by an order."""


def _names(events: Sequence[DomainEvent]) -> dict[tuple[str, str], str]:
    """By type and id: what things are called, as far as they still exist. One query for each type among the events."""
    names: dict[tuple[str, str], str] = {}
    for resource_type in {event.resource_type for event in events} & set(_NAMED):
        rows, name = _NAMED[resource_type]
        ids = {event.resource_id for event in events if event.resource_type == resource_type}
        names |= {(resource_type, str(row.pk)): name(row) for row in rows.filter(pk__in=ids)}
    return names


def _ids(events: Sequence[DomainEvent], resource_type: str) -> set[UUID]:
    return {UUID(event.resource_id) for event in events if event.resource_type == resource_type}


def _words(event: DomainEvent) -> str:
    if event.name == "FACILITY_GROUP_CHANGED":
        return group_change_words(event)
    model = _CHANGED.get(event.resource_type)
    if model is not None and event.name == f"{event.resource_type}_CHANGED":
        return change_words(event, model)
    return event_title(event.name)


def _url(event: DomainEvent, names: Mapping[tuple[str, str], str]) -> str:
    """Of what is still there, as far as anybody knows."""
    known = RESOURCES.get(event.resource_type)
    if known is None or not known.screen:
        return ""
    if event.resource_type in _NAMED and (event.resource_type, event.resource_id) not in names:
        return ""
    with contextlib.suppress(NoReverseMatch):  # it is named by something else than its id
        return reverse(known.screen, args=(event.resource_id,))
    return ""
