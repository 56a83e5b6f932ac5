"""How the admin looks, and what its sidebar leads to: the settings of django-unfold."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs

from django.http import HttpRequest
from django.templatetags.static import static
from django.urls import reverse
from django.utils.functional import lazy
from django.utils.translation import gettext_lazy as _

Entry = dict[str, Any]


def environment(request: HttpRequest) -> list[str] | None:
    """The badge beside the title: an embedded site is a trial, with passwords that everybody knows."""
    from django.conf import settings

    return [str(_("Embedded")), "info"] if settings.EMBEDDED else None


def _icon(request: HttpRequest) -> str:
    return static("anteroom/icon.svg")


def _changelist(app: str, model: str, query: str) -> str:
    return reverse(f"admin:{app}_{model}_changelist") + query


_lazy_changelist = lazy(_changelist, str)


def _may_view(app: str, model: str) -> Callable[[HttpRequest], bool]:
    return lambda request: request.user.has_perm(f"{app}.view_{model}")


def _is_active(app: str, model: str, query: str) -> Callable[[HttpRequest], bool]:
    """Of several entries that lead to one list, the one that is narrowed like the list on the screen."""
    wanted = parse_qs(query.lstrip("?"))

    def active(request: HttpRequest) -> bool:
        if not request.path.startswith(reverse(f"admin:{app}_{model}_changelist")):
            return False
        return request.GET.getlist("status__exact") == wanted.get("status__exact", [])

    return active


def _list(title: Any, icon: str, model: str, query: str = "") -> Entry:
    """Leads to the list of ``model`` (``<app>.<model>``), narrowed by ``query``; for those who may see it."""
    app, _dot, name = model.partition(".")
    return {
        "title": title,
        "icon": icon,
        "link": _lazy_changelist(app, name, query),
        "permission": _may_view(app, name),
        "active": _is_active(app, name, query),
    }


def _group(title: Any, *entries: Entry) -> Entry:
    return {"title": title, "separator": True, "items": list(entries)}


NAVIGATION = [
    _group(
        _("Waiting room"),
        _list(_("Waiting"), "hourglass_empty", "routing.routingplan", "?status__exact=WAITING"),
        _list(
            _("Unroutable"),
            "wrong_location",
            "routing.routingplan",
            "?status__exact=NOT_ROUTABLE&status__exact=RETRYABLE",
        ),
        _list(_("Release runs"), "conveyor_belt", "routing.releaserun"),
        _list(_("Settings"), "tune", "routing.waitingroomsettings"),
    ),
    _group(
        _("Orders"),
        _list(_("Orders"), "receipt_long", "orders.order"),
        _list(_("Pick jobs"), "shopping_basket", "orders.pickjob"),
        _list(_("Payments"), "payments", "orders.paymentauthorisation"),
        _list(_("Payment operations"), "sync_alt", "orders.paymentoperation"),
    ),
    _group(
        _("Network"),
        _list(_("Facilities"), "warehouse", "inventory.facility"),
        _list(_("Facility groups"), "workspaces", "inventory.facilitygroup"),
        _list(_("Carriers"), "airport_shuttle", "inventory.carrier"),
        _list(_("Tags"), "label", "inventory.tag"),
        _list(_("Articles"), "category", "inventory.article"),
        _list(_("Listings"), "sell", "inventory.listing"),
        _list(_("Stock levels"), "inventory_2", "inventory.stocklevel"),
        _list(_("Stock records"), "shelves", "inventory.stock"),
        _list(_("Ledger"), "menu_book", "inventory.stockmovement"),
        _list(_("Reservations"), "bookmark", "inventory.reservation"),
        _list(_("Inbound processes"), "local_shipping", "inventory.inboundprocess"),
        _list(_("Purchase orders"), "request_quote", "inventory.purchaseorder"),
        _list(_("Expected stock"), "event_upcoming", "inventory.expectedstock"),
    ),
    _group(
        _("Routing"),
        _list(_("All plans"), "route", "routing.routingplan"),
        _list(_("Decisions"), "fact_check", "routing.decisionlog"),
        _list(_("Strategies"), "account_tree", "routing.routingstrategy"),
    ),
    _group(
        _("Administration"),
        _list(_("Users"), "group", "core.user"),
        _list(_("API tokens"), "key", "core.apitoken"),
        _list(_("Events"), "history", "core.domainevent"),
        _list(_("Subscriptions"), "webhook", "core.subscription"),
        _list(_("Webhook deliveries"), "outbox", "core.webhookdelivery"),
        _list(_("Background jobs"), "schedule", "django_celery_beat.periodictask"),
    ),
]

_GREENS = {
    "50": "oklch(97% .02 177)",
    "100": "oklch(93.5% .04 177)",
    "200": "oklch(88% .06 177)",
    "300": "oklch(80% .08 177)",
    "400": "oklch(72% .1 177)",
    "500": "oklch(60% .1 177)",
    "600": "oklch(42% .075 177)",
    "700": "oklch(37% .065 177)",
    "800": "oklch(32% .055 177)",
    "900": "oklch(27% .045 177)",
    "950": "oklch(21% .035 177)",
}
"""The accent of the screens, in the shades that the theme asks for."""

UNFOLD = {
    "SITE_TITLE": "Anteroom",
    "SITE_HEADER": "Anteroom",
    "SITE_SUBHEADER": _("Orders that cannot ship yet"),
    "SITE_SYMBOL": "meeting_room",
    "SITE_FAVICONS": [{"rel": "icon", "type": "image/svg+xml", "href": _icon}],
    "COLORS": {"primary": _GREENS},
    "ENVIRONMENT": "backoffice.dashboard.admin_site.environment",
    "SHOW_HISTORY": True,
    "SHOW_VIEW_ON_SITE": False,
    "SIDEBAR": {"show_search": True, "show_all_applications": True, "navigation": NAVIGATION},
}
