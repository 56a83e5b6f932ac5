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

from backoffice.core.models import DomainEvent, User
from backoffice.core.user_wording import event_words as user_event_words
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
    "ARTICLE_CHANGED": _("Article changed"),
    "CARRIER_CHANGED": _("Carrier changed"),
    "CUSTOM_SERVICE_CHANGED": _("Custom service changed"),
    "DEFAULT_PICKING_TIMES_CHANGED": _("Default picking times changed"),
    "DELIVERY_PROMISE_CREATED": _("Delivery promise created"),
    "DELIVERY_PROMISE_EXTENDED": _("Delivery promise extended"),
    "EXPECTED_STOCK_CHANGED": _("Expected stock changed"),
    "FACILITY_CHANGED": _("Facility changed"),
    "FACILITY_GROUP_CHANGED": _("Facility group changed"),
    "INBOUND_PROCESS_CHANGED": _("Inbound process changed"),
    "INBOUND_RECEIPT_BOOKED": _("Inbound receipt booked"),
    "INVENTORY_FACILITY_STOCK_CHANGED": _("Stock changed"),
    "INVENTORY_RESERVATIONS_CREATED": _("Units were reserved"),
    "INVENTORY_RESERVATION_REMOVED": _("A reservation ended"),
    "LISTING_CHANGED": _("Listing changed"),
    "ORDER_ANONYMIZED": _("Order anonymised"),
    "ORDER_CANCELLED": _("Order cancelled"),
    "ORDER_CANCELLED_BY_EXPIRY": _("Order cancelled by expiry"),
    "ORDER_CREATED": _("Order created"),
    "ORDER_CREATED_FROM_PROMISE": _("Order created from promise"),
    "ORDER_FORCE_CANCELLED": _("Order force cancelled"),
    "ORDER_MODIFIED": _("Order modified"),
    "ORDER_UNLOCKED": _("Order unlocked"),
    "PAYMENT_AUTHORISED": _("Payment authorised"),
    "PAYMENT_CAPTURED": _("Payment captured"),
    "PAYMENT_EXPIRED": _("Payment expired"),
    "PAYMENT_EXPIRING": _("Payment expiring"),
    "PAYMENT_FAILED": _("Payment failed"),
    "PAYMENT_REDUCED": _("Payment reduced"),
    "PAYMENT_REQUESTED": _("Payment requested"),
    "PAYMENT_VOIDED": _("Payment voided"),
    "PICK_JOB_ABORTED": _("Pick job aborted"),
    "PICK_JOB_CANCELED": _("Pick job canceled"),
    "PICK_JOB_CLOSED": _("Pick job closed"),
    "PICK_JOB_CREATED": _("Pick job created"),
    "PICK_JOB_EXPIRED": _("Pick job expired"),
    "PICK_JOB_OBSOLETE": _("Pick job obsolete"),
    "PICK_JOB_OPENED": _("Pick job opened"),
    "PICK_JOB_PICKING_COMMENCED": _("Pick job picking commenced"),
    "PICK_JOB_PICKING_FINISHED": _("Pick job picking finished"),
    "PICK_JOB_PICKING_PAUSED": _("Pick job picking paused"),
    "PICK_JOB_PICKING_RESTARTED": _("Pick job picking restarted"),
    "PICK_JOB_REJECTED": _("Pick job rejected"),
    "PICK_JOB_RELEASE_TIME_CHANGED": _("Pick job release time changed"),
    "PICK_JOB_RELEASE_TIME_REACHED": _("Pick job release time reached"),
    "PICK_JOB_REROUTED": _("Pick job rerouted"),
    "PICK_JOB_RESET": _("Pick job reset"),
    "PICK_JOB_RESTOWED": _("Pick job restowed"),
    "ROUTING_PLAN_CANCELLED": _("Routing plan cancelled"),
    "ROUTING_PLAN_DATE_CHANGED": _("Routing plan date changed"),
    "ROUTING_PLAN_FALLBACK": _("Routing plan fallback"),
    "ROUTING_PLAN_HELD": _("Routing plan held"),
    "ROUTING_PLAN_HOLD_RELEASED": _("Routing plan hold released"),
    "ROUTING_PLAN_JOINED": _("Routing plan joined"),
    "ROUTING_PLAN_LOWERED": _("Routing plan lowered"),
    "ROUTING_PLAN_NOT_ROUTABLE": _("Routing plan not routable"),
    "ROUTING_PLAN_PINNED": _("Routing plan pinned"),
    "ROUTING_PLAN_PLANNED": _("Routing plan planned"),
    "ROUTING_PLAN_RELEASED": _("Routing plan released"),
    "ROUTING_PLAN_REROUTEPLAN_CREATED": _("Routing plan replaced"),
    "ROUTING_PLAN_REROUTE_REQUESTED": _("Routing plan reroute requested"),
    "ROUTING_PLAN_RETRYABLE": _("Routing plan retryable"),
    "ROUTING_PLAN_ROUTED": _("Routing plan routed"),
    "ROUTING_PLAN_SPLITTED": _("Routing plan split"),
    "ROUTING_PLAN_UNASSIGNED": _("Routing plan unassigned"),
    "ROUTING_PLAN_UNPINNED": _("Routing plan unpinned"),
    "ROUTING_PLAN_WAITING": _("Routing plan waiting"),
    "ROUTING_PLAN_WAITS_TOO_LONG": _("Routing plan waits too long"),
    "ROUTING_STRATEGY_CHANGED": _("Routing strategy changed"),
    "ROUTING_STRATEGY_CREATED": _("Routing strategy created"),
    "ROUTING_STRATEGY_DELETED": _("Routing strategy deleted"),
    "SUBSCRIPTION_CREATED": _("Subscription created"),
    "SUBSCRIPTION_DELETED": _("Subscription deleted"),
    "SUBSCRIPTION_SECRET_ROTATED": _("Subscription secret rotated"),
    "TAG_CHANGED": _("Tag changed"),
    "TOKEN_ISSUED": _("Token issued"),
    "TOKEN_REVOKED": _("Token revoked"),
    "USER_CHANGED": _("User changed"),
    "USER_CREATED": _("User created"),
    "USER_MFA_DISABLED": _("User mfa disabled"),
    "USER_MFA_ENABLED": _("User mfa enabled"),
    "USER_RECOVERY_CODES_RENEWED": _("User recovery codes renewed"),
    "USER_RECOVERY_CODE_USED": _("User recovery code used"),
    "USER_PASSWORD_LINK_MADE": _("Link to set a password made"),
    "USER_SIGNED_OUT": _("User signed out"),
    "USER_UNLOCKED": _("User unlocked"),
    "WAITING_ROOM_SETTINGS_CHANGED": _("Waiting room settings changed"),
}
"""Every event that is recorded, by its name; not always in the contract's words."""


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

    def title_within(self, id: str) -> str:
        return say("the plan")


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
    "USER": (User.objects.all(), User.get_full_name),
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
    if event.resource_type == "USER":
        return user_event_words(event)
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
