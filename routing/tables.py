from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import django_tables2 as tables
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import number_format
from django.utils.html import format_html, format_html_join
from django.utils.http import urlencode
from django.utils.safestring import SafeString
from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _
from lucide.templatetags.lucide import lucide

from backoffice.core.templatetags.anteroom import age, day, moment
from inventory.models import Article
from orders.models import DeliveryType
from routing.models import DateSource, PlanStatus, RoutingPlan

NUMBER = {"th": {"class": "ar-number"}, "td": {"class": "ar-number"}}


@dataclass(frozen=True, slots=True)
class PlanRow:
    """A plan with what its row says. ``position`` is its place in the waiting room, if it waits; ``missing`` are
    articles with units.
    """

    plan: RoutingPlan
    sentence: str
    missing: Sequence[tuple[Article, int]]
    position: int | None = None


class PlanTable(tables.Table):
    """Plans that cannot go (yet), with ``since``: when that began."""

    caption = _("Plans")

    position = tables.Column(verbose_name=_("Place"), attrs=NUMBER)
    order = tables.Column(verbose_name=_("Order"), accessor="plan")
    since = tables.Column(verbose_name=_("Age"), accessor="plan")
    missing = tables.Column(verbose_name=_("Missing"), empty_values=())
    why = tables.Column(verbose_name=_("Why"), accessor="sentence")
    expected = tables.Column(verbose_name=_("Expected"), accessor="plan")
    service = tables.Column(verbose_name=_("Delivery"), accessor="plan")
    actions = tables.Column(verbose_name="", accessor="plan", attrs={"td": {"class": "ar-row-actions-cell"}})

    class Meta:
        orderable = False
        row_attrs = {"id": lambda record: f"plan-{record.plan.pk}"}

    def render_position(self, value: int) -> str:
        return number_format(value)

    def render_order(self, value: RoutingPlan) -> SafeString:
        order = value.order
        return format_html(
            '<div><a class="text-nowrap" href="{}">{}</a><div class="ar-soft ar-small text-nowrap">{}</div></div>',
            reverse("plan", args=(value.pk,)),
            order,
            moment(order.order_date),
        )

    def render_since(self, value: Any) -> SafeString:
        return format_html(
            '<span class="text-nowrap" title="{}">{}</span>', _in_words(value.since), age(value.since)
        )

    def render_missing(self, record: PlanRow) -> SafeString | str:
        if not record.missing:
            return format_html('<span class="ar-soft ar-none">{}</span>', "–")
        state = self.request.GET.get("state")
        tab = {"state": state} if state else {}
        return format_html(
            '<ul class="ar-goods">{}</ul>',
            format_html_join(
                "",
                '<li><span class="ar-goods-units">{} ×</span> <span><a class="ar-code" href="?{}">{}</a> '
                '<span class="ar-goods-title ar-soft ar-small">{}</span></span></li>',
                (
                    (
                        number_format(units),
                        urlencode({**tab, "article": article.tenant_article_id}),
                        article.tenant_article_id,
                        article.title,
                    )
                    for article, units in record.missing
                ),
            ),
        )

    def render_why(self, record: PlanRow, value: str) -> SafeString:
        codes = [article.tenant_article_id for article, _units in record.missing]
        return format_html("<div>{}{}</div>", unbroken(value, codes), flags_of(record.plan))

    def render_expected(self, value: RoutingPlan) -> SafeString | str:
        if value.expected_date is None:
            return format_html('<span class="ar-soft ar-none">{}</span>', "–")
        return format_html(
            '<div><span class="text-nowrap">{}</span><div class="ar-soft ar-small">{}</div></div>',
            day(value.expected_date),
            DateSource(value.expected_date_source).label,
        )

    def render_service(self, value: RoutingPlan) -> str:
        return service_of(value)

    def render_actions(self, value: RoutingPlan) -> SafeString:
        """Icons, and words where there is room for them: on a phone, where a row is a card."""
        return format_html(
            '<div class="ar-row-actions">{}</div>',
            format_html_join(
                "",
                '<button class="btn btn-sm btn-plain ar-icon-button" type="button" id="{}-{}" hx-get="{}" '
                'hx-target="#dialog" title="{}" aria-label="{}">{}<span class="ar-icon-button-word">{}</span></button>',
                (
                    (
                        name,
                        value.pk,
                        reverse(f"plan-{name}", args=(value.pk,)),
                        word,
                        f"{word}: {value.order}",
                        lucide(icon, size=15, aria_hidden="true"),
                        word,
                    )
                    for name, icon, word in (
                        ("assign", "map-pin", say("Assign")),
                        ("reroute", "route", say("Reroute")),
                        ("cancel", "circle-x", say("Cancel")),
                    )
                ),
            ),
        )


def unbroken(sentence: str, codes: Sequence[str]) -> SafeString:
    """The sentence, in which no line ends within one of the codes."""
    if not codes:
        return format_html("{}", sentence)
    any_code = "|".join(re.escape(code) for code in sorted(codes, key=len, reverse=True))
    parts = re.split(f"({any_code})", sentence)
    return format_html_join(
        "",
        "{}",
        ((format_html('<span class="text-nowrap">{}</span>', p) if p in codes else p,) for p in parts),
    )


def service_of(plan: RoutingPlan) -> str:
    """How the plan is to be delivered."""
    if plan.delivery_type == DeliveryType.COLLECT:
        return say("Collect")
    return str(plan.get_service_level_display())


def flags_of(plan: RoutingPlan) -> SafeString | str:
    """What is special about a plan, as chips; nothing about most."""
    flags = list(_flags(plan))
    if not flags:
        return ""
    return format_html(
        '<div class="ar-chips">{}</div>',
        format_html_join("", '<span class="ar-chip ar-chip-{}">{}</span>', flags),
    )


def _flags(plan: RoutingPlan) -> Any:
    if plan.pinned_at is not None:
        yield "blue", say("Pinned to the top")
    if plan.held_until is not None and plan.held_until > timezone.now():
        yield "violet", say("Held until %(day)s") % {"day": day(timezone.localtime(plan.held_until))}
    if plan.may_no_longer_wait:
        yield "orange", say("May not wait any more")
    if plan.status == PlanStatus.RETRYABLE:
        yield "orange", say("Retried by itself")
    if plan.queued_run:
        yield "gray", say("Being decided")
    if overdue(plan):
        yield "red", say("Overdue")


def overdue(plan: RoutingPlan) -> bool:
    """It was to go before today (B4, W8, W10)."""
    expected: date | None = plan.expected_date
    return expected is not None and expected < timezone.now().date()


def _in_words(since: Any) -> str:
    return say("since %(day)s") % {"day": day(timezone.localtime(since))} if since else ""
