from __future__ import annotations

from decimal import Decimal
from typing import Any, ClassVar

import django_tables2 as tables
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _

from backoffice.core.admin_columns import money
from backoffice.core.numbers import grouped
from backoffice.core.templatetags.anteroom import chip, moment
from orders.addresses import delivery_address, recipient
from orders.models import Order, OrderStatus

NUMBER = {"th": {"class": "ar-number"}, "td": {"class": "ar-number"}}
PAIR = {"th": {"class": "ar-number"}, "td": {"class": "ar-number ar-pair"}}
"""A number that stands beside the next one where the table stacks."""


class OrderTable(tables.Table):
    """Orders that :func:`orders.views.listed_orders` gave."""

    caption = _("Orders")
    exported: ClassVar[Any] = {
        "number": ((_("Order"), str),),
        "consumer": (
            (_("For"), lambda order: _named(order)[0]),
            (_("Place"), lambda order: _named(order)[1]),
        ),
        "delivery": (
            (_("Delivery"), "delivery_type"),
            (_("Service level"), "service_level"),
            (_("Collected at"), "collect_facility__name"),
        ),
        "value": ((_("Value"), "value"), (_("Currency"), "currency")),
        "status": ((_("Status"), "status"), (_("Promised until"), "valid_until")),
    }

    number = tables.Column(verbose_name=_("Order"), accessor="tenant_order_id", empty_values=())
    order_date = tables.Column(verbose_name=_("Ordered"))
    consumer = tables.Column(verbose_name=_("For"), empty_values=())
    delivery = tables.Column(verbose_name=_("Delivery"), accessor="delivery_type")
    line_count = tables.Column(verbose_name=_("Lines"), attrs=PAIR)
    unit_count = tables.Column(verbose_name=_("Units"), attrs=PAIR)
    live_count = tables.Column(verbose_name=_("To deliver"), attrs=PAIR)
    value = tables.Column(verbose_name=_("Value"), attrs=NUMBER)
    status = tables.Column(verbose_name=_("Status"))

    class Meta:
        orderable = False

    def render_number(self, record: Order) -> SafeString:
        return format_html(
            '<a class="text-nowrap" href="{}">{}</a>', reverse("order", args=(record.pk,)), record
        )

    def render_order_date(self, value: Any) -> SafeString | str:
        return moment(value)

    def render_consumer(self, record: Order) -> SafeString | str:
        name, town = _named(record)
        if not name or not town:
            return name or town or "–"
        return format_html('<span>{} <span class="ar-soft text-nowrap">{}</span></span>', name, town)

    def render_delivery(self, record: Order) -> str:
        if record.collect_facility is not None:
            return say("Collect at %(facility)s") % {"facility": record.collect_facility}
        return str(record.get_service_level_display())

    def render_line_count(self, value: int) -> str:
        return grouped(value)

    def render_unit_count(self, value: int) -> str:
        return grouped(value)

    def render_live_count(self, value: int) -> SafeString | str:
        return grouped(value) if value else format_html('<span class="ar-soft">{}</span>', "0")

    def render_value(self, record: Order, value: Decimal) -> str:
        return money(value, record.currency)

    def render_status(self, record: Order) -> SafeString:
        shown = chip(OrderStatus(record.status))
        if record.status != OrderStatus.PROMISED:
            return shown
        until = format_html(
            '<span class="ar-soft ar-small text-nowrap">{}</span>', moment(record.valid_until)
        )
        return format_html("<span>{} {}</span>", shown, until)


def _named(order: Order) -> tuple[str, str]:
    """Who the order is for, and where they are."""
    if order.ordering_facility is not None:
        return str(order.ordering_facility), ""
    address = delivery_address(order.consumer)
    town = ", ".join(str(address[part]) for part in ("city", "country") if address.get(part))
    return recipient(address) or order.consumer_id, town
