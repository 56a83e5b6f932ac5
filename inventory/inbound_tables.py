"""What is on its way, as tables."""

from __future__ import annotations

from datetime import date
from typing import Any, ClassVar

import django_tables2 as tables
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _

from backoffice.core.numbers import grouped
from backoffice.core.templatetags.anteroom import by_whom, chip, moment
from backoffice.core.ui.icons import drawn
from inventory.models import ExpectedStock, ExpectedStockStatus, InboundStatus, Receipt, ReceiptStatus
from inventory.tables import FACILITY, NOTHING, PAIR, Number, Screened, linked_facility, titled


def due_words(day: date | None, *, open_still: bool) -> SafeString | str:
    """The day on which something should come; a word says that it should have come already."""
    if not open_still:
        return NOTHING if day is None else date_format(day, "DATE_FORMAT")
    if day is None:
        return format_html('<span class="ar-soft">{}</span>', say("no date"))
    if day < timezone.localdate():
        return format_html(
            '<span>{} <span class="ar-chip ar-chip-red">{}</span></span>',
            date_format(day, "DATE_FORMAT"),
            say("Late"),
        )
    return date_format(day, "DATE_FORMAT")


class IncomingTable(Screened):
    """:func:`inventory.rows.inbound_rows`."""

    caption = _("Incoming")
    exported: ClassVar[Any] = {
        "order": ((_("Purchase order"), str), (_("Supplier"), "purchase_order__supplier")),
        "facility": FACILITY,
    }

    order = tables.Column(verbose_name=_("Purchase order"), accessor="pk")
    facility = tables.Column(verbose_name=_("Facility"))
    next_day = tables.Column(verbose_name=_("Next delivery"), empty_values=())
    outstanding = Number(verbose_name=_("To come"), attrs=PAIR)
    received = Number(verbose_name=_("Received"), attrs=PAIR)
    promised = Number(verbose_name=_("Promised"), attrs=PAIR)
    status = tables.Column(verbose_name=_("Status"))

    def render_order(self, record: Any) -> SafeString:
        order = getattr(record, "purchase_order", None)
        url = reverse("inbound-process", args=(record.pk,))
        supplier = order.supplier if order else ""
        return titled(url, supplier or str(record), str(record) if supplier else None)

    def render_facility(self, record: Any) -> SafeString:
        return linked_facility(record.facility)

    def render_next_day(self, record: Any, value: date | None) -> SafeString | str:
        return due_words(value, open_still=bool(record.outstanding))

    def render_status(self, record: Any) -> SafeString:
        return chip(InboundStatus(record.status))


class ItemTable(Screened):
    """The items of one purchase order."""

    caption = _("Items")

    article = tables.Column(verbose_name=_("Article"))
    delivery_date = tables.Column(verbose_name=_("Delivery"), empty_values=())
    quantity = Number(verbose_name=_("Ordered"), attrs=PAIR)
    received = Number(verbose_name=_("Received"), attrs=PAIR)
    outstanding = Number(verbose_name=_("To come"), attrs=PAIR)
    reserved = Number(verbose_name=_("Promised"), attrs=PAIR)
    status = tables.Column(verbose_name=_("Status"))
    actions = tables.Column(verbose_name="", accessor="pk", attrs={"td": {"class": "ar-row-actions-cell"}})

    def render_article(self, record: ExpectedStock) -> SafeString:
        elsewhere = record.facility_id != record.inbound_process.facility_id
        where = format_html('<div class="ar-soft ar-small">{}</div>', record.facility) if elsewhere else ""
        title, number = record.article.title, record.article.tenant_article_id
        below = format_html('<div class="ar-soft ar-small ar-code">{}</div>', number) if title else ""
        return format_html("<div>{}{}{}</div>", title or number, below, where)

    def render_delivery_date(self, record: ExpectedStock, value: date | None) -> SafeString | str:
        return due_words(value, open_still=record.status == ExpectedStockStatus.OPEN)

    def render_status(self, record: ExpectedStock) -> SafeString:
        return chip(ExpectedStockStatus(record.status))

    def render_actions(self, record: ExpectedStock) -> SafeString | str:
        if record.status != ExpectedStockStatus.OPEN:
            return ""
        buttons = format_html_join("", _BUTTON, (self._button(record, *button) for button in _BUTTONS))
        return format_html('<div class="ar-row-actions">{}</div>', buttons)

    def _button(self, record: ExpectedStock, key: str, name: str, icon: str, title: Any) -> tuple[Any, ...]:
        url = reverse(name, args=(record.inbound_process_id, record.pk))
        return (key, record.pk, url, drawn(icon, 14), title, record.article)


_BUTTON = (
    '<button type="button" class="btn btn-sm btn-quiet" id="{}-{}" hx-get="{}" hx-target="#dialog">'
    '{}{}<span class="visually-hidden"> {}</span></button>'
)
_BUTTONS = (
    ("change", "inbound-item", "pencil", _("Change")),
    ("close", "inbound-item-close", "ban", _("Close")),
)


class ReceiptTable(Screened):
    """What came of one inbound process; receipts with their lines."""

    caption = _("Receipts")

    received_at = tables.Column(verbose_name=_("Received"))
    facility = tables.Column(verbose_name=_("Facility"))
    items = tables.Column(verbose_name=_("Units"), accessor="pk")
    actor = tables.Column(verbose_name=_("By"), empty_values=())
    status = tables.Column(verbose_name=_("Status"))

    def render_received_at(self, value: Any) -> SafeString | str:
        return moment(value)

    def render_facility(self, record: Receipt) -> SafeString:
        return linked_facility(record.facility)

    def render_items(self, record: Receipt) -> SafeString:
        return format_html_join(
            "", '<div class="text-nowrap">{}</div>', ((_line_words(line),) for line in record.lines.all())
        )

    def render_actor(self, value: str) -> str:
        return by_whom(value)

    def render_status(self, record: Receipt) -> SafeString:
        return chip(ReceiptStatus(record.status))


def _line_words(line: Any) -> str:
    said = f"{grouped(line.accepted_quantity)} × {line.article.tenant_article_id}"
    if not line.rejected_quantity:
        return said
    return say("%(accepted)s, %(rejected)s rejected") % {
        "accepted": said,
        "rejected": grouped(line.rejected_quantity),
    }
