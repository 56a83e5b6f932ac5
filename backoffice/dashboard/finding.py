"""What the command palette finds: screens, orders, plans, articles and facilities, in at most four queries (spec 6)."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Q
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from backoffice.core import access
from backoffice.core.statuses import StatusChoices
from inventory.models import Article, Facility, FacilityStatus
from orders.models import Order, OrderStatus, PickJob
from orders.shortids import ALPHABET, LENGTH
from routing.models import PlanStatus, RoutingPlan

FEW = 6
"""How many of each kind are shown."""

SHORTEST = 2
"""From how many characters on the database is asked."""

ENDED = (PlanStatus.OBSOLETE, PlanStatus.CANCELED)

_SHORT_ID = re.compile(f"[{ALPHABET}]{{{LENGTH},8}}")


@dataclass(frozen=True, slots=True)
class Found:
    """``detail`` tells it from others of the same title; ``keys`` are pressed one after the other to get there."""

    title: str
    url: str
    icon: str
    detail: str = ""
    status: StatusChoices | None = None
    keys: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Group:
    """What was found of one kind; never empty."""

    title: str | Promise
    found: Sequence[Found]


def find(text: str, *, reader: Any, navigation: Sequence[dict[str, Any]]) -> list[Group]:
    """Everything that the reader may see and that is called like the text; of no text, the screens."""
    text = text.replace("\0", "").strip()
    groups = [Group(_("Screens"), _screens(text, navigation))]
    if len(text) >= SHORTEST:
        orders = _orders(text) if access.may(reader, "orders.view") else []
        groups.append(Group(_("Orders"), [_order(order) for order in orders]))
        if access.may(reader, "routing.view"):
            groups.append(Group(_("Plans"), _plans(text, orders)))
            groups.append(Group(_("Articles"), _articles(text)))
        if access.may(reader, "inventory.view"):
            groups.append(Group(_("Facilities"), _facilities(text)))
    return [group for group in groups if group.found]


def _screens(text: str, navigation: Sequence[dict[str, Any]]) -> list[Found]:
    words = text.casefold().split()
    return [
        Found(
            title=str(entry["title"]),
            url=entry["url"],
            icon=entry["icon"],
            detail=str(group["title"]),
            keys=("g", entry["key"]) if entry["key"] else (),
        )
        for group in navigation
        for entry in group["entries"]
        if all(word in f"{group['title']} {entry['title']}".casefold() for word in words)
    ]


def _orders(text: str) -> list[Order]:
    """By their number or a part of it, their id, or the short id of one of their pick jobs. What is called just like
    that comes first, then the newest.
    """
    similar = Order.objects.filter(tenant_order_id__icontains=text).order_by("-id").values("pk")[:FEW]
    wanted = Q(tenant_order_id=text) | Q(pk__in=similar) | Q(pk=_as_id(text))
    if _SHORT_ID.fullmatch(text.upper()):
        jobs = PickJob.objects.filter(short_id=text.upper()).order_by("-id").values("order_id")[:FEW]
        wanted |= Q(pk__in=jobs)
    found = Order.objects.filter(wanted).order_by("-id")
    return sorted(found, key=lambda order: (order.tenant_order_id or "").casefold() != text.casefold())[:FEW]


def _order(order: Order) -> Found:
    return Found(
        title=str(order),
        url=reverse("order", args=(order.pk,)),
        icon="receipt-text",
        status=OrderStatus(order.status),
    )


def _plans(text: str, orders: Collection[Order]) -> list[Found]:
    """Plans of the orders that have not ended, and the one with this id."""
    wanted = Q(order__in=[order.pk for order in orders]) & ~Q(status__in=ENDED)
    plans = RoutingPlan.objects.filter(wanted | Q(pk=_as_id(text))).select_related("order", "facility")
    return [
        Found(
            title=str(plan.order),
            url=reverse("plan", args=(plan.pk,)),
            icon="route",
            detail=plan.facility.name if plan.facility else "",
            status=PlanStatus(plan.status),
        )
        for plan in plans.order_by("-id")[:FEW]
    ]


def _articles(text: str) -> list[Found]:
    found = Article.objects.filter(Q(tenant_article_id__icontains=text) | Q(title__icontains=text))
    return [
        Found(
            title=article.title or article.tenant_article_id,
            url=reverse("article-demand", args=(article.pk,)),
            icon="tags",
            detail=article.tenant_article_id if article.title else "",
        )
        for article in found.order_by("tenant_article_id")[:FEW]
    ]


def _facilities(text: str) -> list[Found]:
    found = Facility.objects.filter(Q(name__icontains=text) | Q(tenant_facility_id__icontains=text))
    return [
        Found(
            title=facility.name,
            url=reverse("facility", args=(facility.pk,)),
            icon="warehouse",
            detail=facility.tenant_facility_id or "",
            status=FacilityStatus(facility.status),
        )
        for facility in found.order_by("name", "id")[:FEW]
    ]


def _as_id(text: str) -> UUID | None:
    with contextlib.suppress(ValueError):
        return UUID(text)
    return None
