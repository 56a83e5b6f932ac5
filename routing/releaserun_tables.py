"""Passes of the waiting room, and the plans that one let go, as tables."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

import django_tables2 as tables
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from backoffice.core.numbers import grouped
from backoffice.core.templatetags.anteroom import chip, moment
from inventory.models import Article
from routing.models import PlanStatus, ReleaseRun, RoutingPlan, TriggerCause
from routing.tables import NUMBER, PAIR

ARTICLES_SHOWN = 2


@dataclass(frozen=True, slots=True)
class RunRow:
    """A run with the articles that are shown of it; it may have been woken for more."""

    run: ReleaseRun
    articles: Sequence[Article]


def why(run: ReleaseRun) -> str:
    """What woke it, in words, the most frequent first; how often, where more than once."""
    labels = dict(TriggerCause.choices)
    return ", ".join(
        f"{labels.get(cause, cause)} × {grouped(count)}" if count > 1 else str(labels.get(cause, cause))
        for cause, count in sorted(run.causes.items(), key=lambda one: (-one[1], one[0]))
    )


def took(run: ReleaseRun) -> str:
    if run.seconds < 1:
        return say("%(count)s ms") % {"count": grouped(round(run.seconds * 1000))}
    return say("%(count)s s") % {"count": grouped(round(run.seconds, 1))}


class ReleaseRunTable(tables.Table):
    """Of :class:`RunRow`."""

    caption = _("Release runs")
    exported: ClassVar[Any] = {
        "started": ((_("Started"), "run__started"),),
        "why": ((_("Woken by"), lambda row: why(row.run)),),
        "articles": (
            (_("Articles"), lambda row: [one.tenant_article_id for one in row.articles]),
            (_("How many articles"), lambda row: len(row.run.articles)),
        ),
        "took": ((_("Seconds"), "run__seconds"),),
    }

    started = tables.Column(verbose_name=_("Started"), accessor="run")
    why = tables.Column(verbose_name=_("Woken by"), accessor="run")
    articles = tables.Column(verbose_name=_("Articles"), empty_values=())
    considered = tables.Column(verbose_name=_("Looked at"), accessor="run__considered", attrs=PAIR)
    released = tables.Column(verbose_name=_("Released"), accessor="run__released", attrs=PAIR)
    waiting = tables.Column(verbose_name=_("Still waiting"), accessor="run__still_waiting", attrs=PAIR)
    backed = tables.Column(verbose_name=_("Units backed"), accessor="run__backed_units", attrs=PAIR)
    took = tables.Column(verbose_name=_("Took"), accessor="run", attrs=NUMBER)

    class Meta:
        orderable = False

    def render_started(self, value: ReleaseRun) -> SafeString:
        url = reverse("release-run", args=(value.pk,))
        return format_html('<a href="{}">{}</a>', url, moment(value.started))

    def render_why(self, value: ReleaseRun) -> str:
        return why(value)

    def render_articles(self, record: RunRow) -> SafeString:
        shown = format_html_join(
            ", ",
            '<a class="ar-quiet ar-code" href="{}">{}</a>',
            ((reverse("article-demand", args=(one.pk,)), one.tenant_article_id) for one in record.articles),
        )
        rest = len(record.run.articles) - len(record.articles)
        if not rest:
            return shown or format_html('<span class="ar-soft ar-none">{}</span>', "–")
        more = ngettext("and %(count)d more", "and %(count)d more", rest) % {"count": rest}
        return format_html('<span>{} <span class="ar-soft">{}</span></span>', shown, more)

    def render_considered(self, value: int) -> SafeString | str:
        return _number(value)

    def render_released(self, value: int) -> SafeString | str:
        return format_html("<strong>{}</strong>", grouped(value)) if value else _number(value)

    def render_waiting(self, value: int) -> SafeString | str:
        return _number(value)

    def render_backed(self, value: int) -> SafeString | str:
        return _number(value)

    def render_took(self, value: ReleaseRun) -> SafeString | str:
        if value.finished is None:
            return format_html('<span class="ar-chip ar-chip-amber">{}</span>', say("Not finished"))
        return took(value)


@dataclass(frozen=True, slots=True)
class ReleasedRow:
    """A plan that a run let go. ``facts`` are what was told of it then; ``plan`` is as it is now, if it still is."""

    at: datetime
    plan: RoutingPlan | None
    where: str


class ReleasedPlanTable(tables.Table):
    caption = _("Plans that were released")
    exported: ClassVar[Any] = {
        "order": ((_("Order"), "plan__order"), (_("Plan"), "plan__pk")),
        "now": ((_("Now"), "plan__status"),),
    }

    order = tables.Column(verbose_name=_("Order"), accessor="plan", empty_values=())
    outcome = tables.Column(verbose_name=_("What came of it"), accessor="where")
    now = tables.Column(verbose_name=_("Now"), accessor="plan", empty_values=())
    at = tables.Column(verbose_name=_("When"))

    class Meta:
        orderable = False

    def render_order(self, value: RoutingPlan | None) -> SafeString | str:
        if value is None:
            return say("A plan that is gone")
        return format_html('<a href="{}">{}</a>', reverse("plan", args=(value.pk,)), value.order)

    def render_now(self, value: RoutingPlan | None) -> SafeString | str:
        return chip(PlanStatus(value.status)) if value is not None else "–"

    def render_at(self, value: datetime) -> SafeString | str:
        return moment(value)


def _number(value: int) -> SafeString | str:
    return grouped(value) if value else format_html('<span class="ar-soft">{}</span>', "0")
