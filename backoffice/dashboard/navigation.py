"""What the rail beside every page leads to, for those who may go there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext_lazy as _

from backoffice.core import access


@dataclass(frozen=True, slots=True)
class Entry:
    """``name`` is the screen's URL name; ``icon`` one of lucide's."""

    title: Any
    name: str
    icon: str
    permission: str


NAVIGATION: tuple[tuple[Any, tuple[Entry, ...]], ...] = (
    (
        "",
        (
            Entry(_("Dashboard"), "dashboard", "layout-dashboard", "routing.view"),
            Entry(_("Waiting room"), "waiting-room", "hourglass", "routing.view"),
            Entry(_("Demand"), "demand", "chart-no-axes-combined", "routing.view"),
            Entry(_("Orders"), "orders", "receipt-text", "orders.view"),
        ),
    ),
    (
        _("Network"),
        (
            Entry(_("Facilities"), "facilities", "warehouse", "inventory.view"),
            Entry(_("Listings"), "listings", "tags", "inventory.view"),
            Entry(_("Stock"), "stock", "boxes", "inventory.view"),
            Entry(_("Incoming"), "incoming", "truck", "inventory.view"),
            Entry(_("Basic configuration"), "routing-rules", "sliders-horizontal", "routing.view"),
        ),
    ),
    (
        _("Activity"),
        (Entry(_("Background jobs"), "jobs", "list-checks", "core.view_events"),),
    ),
    (
        _("Administration"),
        (
            Entry(_("Webhooks"), "webhooks", "webhook", "core.view_webhooks"),
            Entry(_("Admin"), "admin:index", "wrench", "routing.view"),
            Entry(_("API"), "docs", "braces", "routing.view"),
        ),
    ),
)

KEYS = {
    "dashboard": "d",
    "waiting-room": "w",
    "demand": "m",
    "orders": "o",
    "facilities": "f",
    "listings": "l",
    "stock": "s",
    "incoming": "i",
    "routing-rules": "r",
    "jobs": "j",
    "webhooks": "h",
    "admin:index": "a",
    "docs": "p",
}
"""By URL name: the letter that leads to the screen after g."""


def navigation(request: HttpRequest) -> dict[str, Any]:
    """Context processor: ``navigation``, worked out when a page asks for it."""
    return {"navigation": SimpleLazyObject(lambda: entries_for(request))}


def entries_for(request: HttpRequest) -> list[dict[str, Any]]:
    """Groups with their ``title`` and the ``entries`` that the reader may go to."""
    groups = []
    for title, entries in NAVIGATION:
        shown = [_entry(request, entry) for entry in entries if access.may(request.user, entry.permission)]
        if shown:
            groups.append({"title": title, "entries": shown})
    return groups


def _entry(request: HttpRequest, entry: Entry) -> dict[str, Any]:
    url = reverse(entry.name)
    current = request.path == url or (url != "/" and request.path.startswith(url))
    return {
        "title": entry.title,
        "url": url,
        "icon": entry.icon,
        "key": KEYS.get(entry.name, ""),
        "current": current,
    }
