from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import django_tables2 as tables
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.html import format_html, format_html_join
from django.utils.http import urlencode
from django.utils.safestring import SafeString
from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from backoffice.core.days import day
from backoffice.core.numbers import grouped
from backoffice.core.templatetags.anteroom import age, moment
from inventory.models import Article
from orders.models import DeliveryType, ServiceLevel
from routing.demand import Demand, Supply
from routing.models import DateSource, PlanStatus, RoutingPlan
from routing.planactions import RowButtons

PAIR = {"th": {"class": "ar-number"}, "td": {"class": "ar-number ar-pair"}}
DAYS_SHOWN = 3
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
    kept_columns = ("chosen", "order")
    exported: ClassVar[Any] = {
        "chosen": (),
        "order": (
            (_("Order"), "plan__order"),
            (_("Plan"), "plan__pk"),
            (_("Ordered"), "plan__order__order_date"),
        ),
        "since": ((_("Since"), "plan__since"),),
        "missing": (
            (
                _("Missing"),
                lambda row: [f"{units} × {article.tenant_article_id}" for article, units in row.missing],
            ),
        ),
        "why": (
            (_("Why"), "sentence"),
            (_("Pinned"), "plan__pinned_at"),
            (_("Held until"), "plan__held_until"),
        ),
        "expected": (
            (_("Expected"), "plan__expected_date"),
            (_("Expected because of"), "plan__expected_date_source"),
        ),
        "service": ((_("Delivery"), lambda row: service_of(row.plan)),),
    }

    chosen = tables.Column(verbose_name=_("Choose"), accessor="plan", attrs={"th": {"class": "ar-unsaid"}})
    position = tables.Column(verbose_name=pgettext_lazy("in the queue", "Place"), attrs=NUMBER)
    order = tables.Column(verbose_name=_("Order"), accessor="plan")
    since = tables.Column(verbose_name=_("Age"), accessor="plan")
    missing = tables.Column(verbose_name=_("Missing"), empty_values=())
    why = tables.Column(verbose_name=_("Why"), accessor="sentence")
    expected = tables.Column(verbose_name=_("Expected"), accessor="plan")
    service = tables.Column(
        verbose_name=_("Delivery"),
        accessor="plan",
        attrs={"th": {"class": "ar-roomy"}, "td": {"class": "ar-roomy"}},
    )
    actions = tables.Column(verbose_name="", accessor="plan", attrs={"td": {"class": "ar-row-actions-cell"}})

    class Meta:
        orderable = False
        row_attrs = {"id": lambda record: f"plan-{record.plan.pk}"}

    def render_chosen(self, value: RoutingPlan) -> SafeString:
        return format_html(
            '<input class="form-check-input" type="checkbox" name="ids" value="{}" aria-label="{}">',
            value.pk,
            say("Choose %(order)s") % {"order": value.order},
        )

    def render_position(self, value: int) -> str:
        return grouped(value)

    def render_order(self, value: RoutingPlan) -> SafeString:
        order = value.order
        return format_html(
            '<div><a class="text-nowrap" href="{}">{}</a><div class="ar-soft ar-small ar-when">{}</div></div>',
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
                        grouped(units),
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

    def render_actions(self, record: PlanRow) -> SafeString:
        return self._buttons.of(record.plan, [article for article, _units in record.missing])

    @cached_property
    def _buttons(self) -> RowButtons:
        return RowButtons()


class DemandTable(tables.Table):
    """:class:`routing.demand.Demand`."""

    caption = _("Demand")
    exported: ClassVar[Any] = {
        "article": (
            (_("Article number"), "article__tenant_article_id"),
            (_("Article"), "article__title"),
        ),
        "oldest": ((_("Oldest"), "oldest"),),
        "incoming": (
            (
                _("Coming"),
                lambda row: [f"{units} × {on.isoformat()}" for on, units in row.supply.incoming],
            ),
            (_("Coming without a date"), "supply__unscheduled"),
        ),
    }

    article = tables.Column(verbose_name=_("Article"))
    units = tables.Column(verbose_name=_("Wanted"), attrs=PAIR)
    plans = tables.Column(verbose_name=_("Plans"), attrs=PAIR)
    oldest = tables.Column(verbose_name=_("Oldest"))
    available = tables.Column(verbose_name=_("Available"), accessor="supply__available", attrs=PAIR)
    gap = tables.Column(verbose_name=_("Gap"), attrs=PAIR)
    incoming = tables.Column(verbose_name=_("Coming"), accessor="supply", empty_values=())
    closes_on = tables.Column(verbose_name=_("Enough on"), empty_values=())

    class Meta:
        orderable = False

    def render_article(self, value: Article) -> SafeString:
        return format_html(
            '<div><a href="{}">{}</a><div class="ar-soft ar-small ar-code">{}</div></div>',
            reverse("article-demand", args=(value.pk,)),
            value,
            value.tenant_article_id if value.title else "",
        )

    def render_units(self, value: int) -> str:
        return grouped(value)

    def render_plans(self, record: Demand, value: int) -> SafeString:
        return format_html(
            '<a class="ar-quiet" href="{}">{}</a>', who_waits_for(record.article), grouped(value)
        )

    def render_oldest(self, value: Any) -> SafeString:
        return format_html('<span class="text-nowrap" title="{}">{}</span>', _in_words(value), age(value))

    def render_available(self, value: int) -> SafeString | str:
        return grouped(value) if value else format_html('<span class="ar-soft">{}</span>', "0")

    def render_gap(self, value: int) -> SafeString:
        if not value:
            return format_html('<span class="ar-soft">{}</span>', "0")
        return format_html('<strong class="ar-bad">{}</strong>', grouped(value))

    def render_incoming(self, value: Supply) -> SafeString:
        """The first days; how many more there are, and what nobody counts on."""
        lines = [(grouped(units), day(on)) for on, units in value.incoming[:DAYS_SHOWN]]
        more = sum(units for _on, units in value.incoming[DAYS_SHOWN:])
        if more:
            lines.append((grouped(more), say("later")))
        if value.unscheduled:
            lines.append((grouped(value.unscheduled), say("late, undated or on hold")))
        if not lines:
            return format_html('<span class="ar-soft ar-none">{}</span>', "–")
        items = format_html_join(
            "", '<li><span class="ar-goods-units">{} ×</span> <span class="ar-soft">{}</span></li>', lines
        )
        return format_html('<ul class="ar-goods">{}</ul>', items)

    def render_closes_on(self, record: Demand, value: Any) -> SafeString | str:
        if record.gap:
            return format_html('<span class="ar-soft">{}</span>', say("Not in sight"))
        return format_html(
            '<span class="text-nowrap">{}</span>', say("Now") if value == record.today else day(value)
        )


def who_waits_for(article: Article) -> str:
    """The waiting room, as far as it concerns the article."""
    return f"{reverse('waiting-room')}?{urlencode({'article': article.tenant_article_id})}"


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
    return str(ServiceLevel(plan.service_level).label)


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
    if plan.overstayed_at is not None and plan.status == PlanStatus.WAITING:
        yield "red", say("Waiting too long")
    if overdue(plan):
        yield "red", say("Overdue")


def overdue(plan: RoutingPlan) -> bool:
    return plan.overdue(timezone.now())


def _in_words(since: Any) -> str:
    return say("since %(day)s") % {"day": day(timezone.localtime(since))} if since else ""
