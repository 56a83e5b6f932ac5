"""Facilities, listings and stock as tables."""

from __future__ import annotations

from typing import Any, ClassVar
from uuid import UUID

import django_tables2 as tables
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _

from backoffice.core.numbers import grouped
from backoffice.core.templatetags.anteroom import by_whom, chip, moment
from backoffice.core.texts import here
from backoffice.core.ui.icons import drawn
from inventory.models import Facility, FacilityService, FacilityStatus, Listing, ListingStatus, StockMovement
from inventory.places import country_names
from inventory.services.out_of_stock import effective_of
from inventory.wording import behaviour_words

NUMBER = {"th": {"class": "ar-number"}, "td": {"class": "ar-number"}}
PAIR = {"th": {"class": "ar-number"}, "td": {"class": "ar-number ar-pair"}}
"""Numbers that are short enough to stand two to a line on a phone."""

NOTHING = format_html('<span class="ar-soft ar-none">{}</span>', "–")


ARTICLE = (
    (_("Article number"), "article__tenant_article_id"),
    (_("Article"), "article__title"),
)
"""What a column that shows an article gives to a file."""

FACILITY = (
    (_("Facility number"), "facility__tenant_facility_id"),
    (_("Facility"), "facility__name"),
)

NONE_OF_THEM = format_html('<span class="ar-soft">{}</span>', "0")


class Number(tables.Column):
    """Units, or another count; none of them is quiet."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"attrs": NUMBER, "default": NONE_OF_THEM, **kwargs})

    def render(self, value: int) -> SafeString | str:
        return grouped(value) if value else NONE_OF_THEM


class Screened(tables.Table):
    """``request`` is the reader's."""

    class Meta:
        orderable = False


def titled(url: str, title: str, number: str | None) -> SafeString:
    """A link by name, with the client's number below."""
    if not number or number == title:
        return format_html('<div><a href="{}">{}</a></div>', url, title or number)
    return format_html(
        '<div><a href="{}">{}</a><div class="ar-soft ar-small ar-code">{}</div></div>', url, title, number
    )


def services_words(services: list[str]) -> str:
    labels = dict(FacilityService.choices)
    return " · ".join(str(labels.get(service, service)) for service in services) or "–"


class FacilityTable(Screened):
    """:func:`inventory.rows.facility_rows`."""

    caption = _("Facilities")
    exported: ClassVar[Any] = {
        "name": ((_("Facility"), "name"), (_("Number"), "tenant_facility_id")),
        "place": ((_("City"), "city"), (_("Country"), "country")),
        "services": ((_("Services"), "services"),),
    }

    name = tables.Column(verbose_name=_("Facility"))
    place = tables.Column(verbose_name=_("Place"), accessor="city", empty_values=())
    type = tables.Column(verbose_name=_("Type"), accessor="location_type")
    services = tables.Column(verbose_name=_("Services"), empty_values=())
    listings = Number(verbose_name=_("Listings"), accessor="listing_count")
    rank = tables.Column(verbose_name=_("Rank"), attrs=NUMBER)
    status = tables.Column(verbose_name=_("Status"))

    def render_name(self, record: Facility) -> SafeString:
        return titled(reverse("facility", args=(record.pk,)), record.name, record.tenant_facility_id)

    def render_place(self, record: Facility) -> str:
        country = country_names().get(record.country, record.country)
        return ", ".join(part for part in (record.city, country) if part)

    def render_services(self, record: Facility) -> str:
        return services_words(record.services)

    def render_listings(self, record: Any, value: int) -> SafeString | str:
        if not value:
            return NOTHING
        url = f"{reverse('listings')}?facility={record.pk}"
        return format_html('<a class="ar-quiet" href="{}">{}</a>', url, grouped(value))

    def render_status(self, record: Facility) -> SafeString:
        return chip(FacilityStatus(record.status))


class ListingTable(Screened):
    """:func:`inventory.rows.listing_rows`."""

    kept_columns = ("chosen", "article")
    caption = _("Listings")
    exported: ClassVar[Any] = {
        "chosen": (),
        "article": ARTICLE,
        "facility": FACILITY,
        "behaviour": (
            (_("Without stock"), "out_of_stock_behaviour"),
            (_("Preorder start"), "preorder_start"),
            (_("Restockable in days"), "restockable_in_days"),
        ),
    }

    chosen = tables.Column(verbose_name=_("Choose"), accessor="pk")
    article = tables.Column(verbose_name=_("Article"))
    facility = tables.Column(verbose_name=_("Facility"))
    status = tables.Column(verbose_name=_("Status"))
    behaviour = tables.Column(verbose_name=_("Without stock"), accessor="out_of_stock_behaviour")
    rules = Number(verbose_name=_("Context rules"), accessor="rule_count")
    available = Number(verbose_name=_("Available"))

    def render_chosen(self, record: Listing) -> SafeString:
        said = say("Choose %(article)s at %(facility)s") % {
            "article": record.article,
            "facility": record.facility,
        }
        return format_html(
            '<input class="form-check-input" type="checkbox" name="ids" value="{}" aria-label="{}">',
            record.pk,
            said,
        )

    def render_article(self, record: Listing) -> SafeString:
        return titled(
            reverse("listing", args=(record.pk,)), record.article.title, record.article.tenant_article_id
        )

    def render_facility(self, record: Listing) -> SafeString:
        return linked_facility(record.facility)

    def render_status(self, record: Listing) -> SafeString:
        return chip(ListingStatus(record.status))

    def render_behaviour(self, record: Listing) -> str:
        return behaviour_words(effective_of(record))

    def render_rules(self, value: int) -> SafeString | str:
        return grouped(value) if value else NOTHING


class LevelTable(Screened):
    """:func:`inventory.rows.level_rows`."""

    caption = _("Stock levels")
    exported: ClassVar[Any] = {
        "article": ARTICLE,
        "facility": FACILITY,
        "available": ((_("Available"), "free"), (_("Listed"), "counts")),
        "incoming": ((_("Incoming"), "incoming"), (_("Next delivery"), "next_delivery")),
    }

    article = tables.Column(verbose_name=_("Article"))
    facility = tables.Column(verbose_name=_("Facility"))
    on_hand = Number(verbose_name=_("On hand"), attrs=PAIR)
    reserved = Number(verbose_name=_("Reserved"), attrs=PAIR)
    safety_stock = Number(verbose_name=_("Safety"), attrs=PAIR)
    available = tables.Column(verbose_name=_("Available"), attrs=PAIR)
    incoming = tables.Column(verbose_name=_("Incoming"), attrs=NUMBER)
    actions = tables.Column(verbose_name="", accessor="pk", attrs={"td": {"class": "ar-row-actions-cell"}})

    def render_article(self, record: Any) -> SafeString:
        return titled(
            reverse("stock-level", args=(record.pk,)), record.article.title, record.article.tenant_article_id
        )

    def render_facility(self, record: Any) -> SafeString:
        return linked_facility(record.facility)

    def render_available(self, record: Any, value: int) -> SafeString:
        if not record.counts:
            why = say("No active listing: this stock does not count")
            return format_html('<span class="ar-chip" title="{}">{}</span>', why, say("Not listed"))
        kind = "" if value else "ar-soft"
        return format_html('<strong class="{}">{}</strong>', kind, grouped(value))

    def render_incoming(self, record: Any, value: int) -> SafeString:
        if not value:
            return NOTHING
        when = date_format(record.next_delivery, "DATE_FORMAT") if record.next_delivery else say("no date")
        return format_html('<div>{}<div class="ar-soft ar-small">{}</div></div>', grouped(value), when)

    def render_actions(self, record: Any) -> SafeString:
        return format_html(
            '<div class="ar-row-actions"><button type="button" class="btn btn-sm btn-quiet" id="adjust-{}" hx-get="{}" '
            'hx-target="#dialog">{}{}<span class="visually-hidden"> {}</span></button></div>',
            record.pk,
            reverse("stock-adjust", args=(record.pk,)),
            drawn("pencil", 14),
            say("Adjust"),
            say("%(article)s at %(facility)s") % {"article": record.article, "facility": record.facility},
        )


class MovementTable(Screened):
    """The ledger of one level: what came, went, was claimed and let go."""

    caption = _("Movements")
    exported: ClassVar[Any] = {"cause": ((_("Cause"), "cause"), (_("Reason"), "reason"))}

    created = tables.Column(verbose_name=_("When"))
    cause = tables.Column(verbose_name=_("Cause"))
    on_hand_delta = tables.Column(verbose_name=_("On hand"), attrs=NUMBER)
    reserved_delta = tables.Column(verbose_name=_("Reserved"), attrs=NUMBER)
    actor = tables.Column(verbose_name=_("By"), empty_values=())
    reference = tables.Column(verbose_name=_("Reference"), empty_values=())

    def render_created(self, value: Any) -> SafeString | str:
        return moment(value)

    def render_cause(self, record: StockMovement) -> SafeString:
        label = record.get_cause_display()
        if not record.reason:
            return format_html("{}", label)
        return format_html('<div>{}<div class="ar-soft ar-small">{}</div></div>', label, here(record.reason))

    def render_on_hand_delta(self, value: int) -> SafeString:
        return signed(value)

    def render_reserved_delta(self, value: int) -> SafeString:
        """Neither good nor bad news, so without a colour."""
        return signed(value, coloured=False)

    def render_actor(self, value: str) -> str:
        return by_whom(value)

    def render_reference(self, value: str) -> SafeString:
        return short_reference(value)


def linked_facility(facility: Facility) -> SafeString:
    return format_html(
        '<a class="ar-quiet" href="{}">{}</a>', reverse("facility", args=(facility.pk,)), facility.name
    )


def signed(units: int, *, coloured: bool = True) -> SafeString:
    """``+5`` or ``−3``: the sign says it, colour only helps."""
    if not units:
        return NOTHING
    kind = "" if not coloured else "ar-plus" if units > 0 else "ar-minus"
    sign = "+" if units > 0 else "−"
    return format_html('<span class="{}">{}{}</span>', kind, sign, grouped(abs(units)))


def short_reference(text: str) -> SafeString:
    """An id by its last characters, which tell ids of the same minute apart; whole on hover."""
    if not text:
        return NOTHING
    try:
        shown = f"…{str(UUID(text))[-8:]}"
    except ValueError:
        shown = text
    return format_html('<span class="ar-code text-nowrap" title="{}">{}</span>', text, shown)
