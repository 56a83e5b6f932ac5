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
    """``name`` is the screen's URL name; ``icon`` one of lucide's; ``key`` is the letter that leads there after g."""

    title: Any
    name: str
    icon: str
    permission: str
    key: str = ""


NAVIGATION: tuple[tuple[Any, tuple[Entry, ...]], ...] = (
    (
        "",
        (
            Entry(_("Dashboard"), "dashboard", "layout-dashboard", "routing.view", "d"),
            Entry(_("Waiting room"), "waiting-room", "hourglass", "routing.view", "w"),
            Entry(_("Demand"), "demand", "chart-no-axes-combined", "routing.view", "m"),
            Entry(_("Orders"), "orders", "receipt-text", "orders.view", "o"),
            Entry(_("Pick jobs"), "pick-jobs", "scan-barcode", "orders.view", "b"),
        ),
    ),
    (
        _("Network"),
        (
            Entry(_("Facilities"), "facilities", "warehouse", "inventory.view", "f"),
            Entry(_("Groups"), "groups", "group", "inventory.view", "g"),
            Entry(_("Listings"), "listings", "tags", "inventory.view", "l"),
            Entry(_("Stock"), "stock", "boxes", "inventory.view", "s"),
            Entry(_("Incoming"), "incoming", "truck", "inventory.view", "i"),
            Entry(_("Basic configuration"), "routing-rules", "sliders-horizontal", "routing.view", "r"),
            Entry(_("Routing strategies"), "routing-strategies", "workflow", "routing.view", "y"),
        ),
    ),
    (
        _("Activity"),
        (
            Entry(_("Overview"), "activity", "activity", "core.view_events", "v"),
            Entry(_("Release runs"), "release-runs", "door-open", "routing.view"),
            Entry(_("Background jobs"), "jobs", "list-checks", "core.view_events", "j"),
            Entry(_("Imports"), "imports", "file-up", "core.import_files", "n"),
            Entry(_("Events"), "events", "history", "core.view_events", "e"),
        ),
    ),
    (
        _("Administration"),
        (
            Entry(_("Site settings"), "waiting-room-settings", "settings-2", "routing.view", "t"),
            Entry(_("Installation"), "installation", "server-cog", "core.view_installation"),
            Entry(_("Users"), "users", "users", "core.manage_users", "u"),
            Entry(_("API tokens"), "tokens", "key-round", "core.manage_tokens", "k"),
            Entry(_("Webhooks"), "webhooks", "webhook", "core.view_webhooks", "h"),
            Entry(_("Admin"), "admin:index", "wrench", "routing.view", "a"),
            Entry(_("API"), "docs", "braces", "routing.view", "p"),
        ),
    ),
)


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
    return {"title": entry.title, "url": url, "icon": entry.icon, "key": entry.key, "current": current}
