"""Which strategies there are, which one routes, and who changed each last."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar
from uuid import UUID

import django_filters
import django_tables2 as tables
from django import forms
from django.db.models import OuterRef, QuerySet, Subquery
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _

from backoffice.core.templatetags.anteroom import moment
from backoffice.core.ui.screens import ListScreen
from routing.documents.tree import nodes_of
from routing.models import RoutingStrategy, StrategyDraft, StrategyRevision
from routing.services.strategies import strategy_in_use
from routing.views.strategies.common import MANAGE


class StrategyFilter(django_filters.FilterSet):
    q = django_filters.CharFilter(
        label=_("Search"),
        field_name="name_localized",
        lookup_expr="icontains",
        widget=forms.TextInput({"type": "search"}),
    )
    in_use = django_filters.BooleanFilter(
        label=_("Use"),
        widget=forms.Select(choices=[("", _("Any")), ("true", _("In use")), ("false", _("Not in use"))]),
    )

    class Meta:
        model = RoutingStrategy
        fields = ()


@dataclass(frozen=True, slots=True)
class StrategyRow:
    """``drafts`` are the people who have changed it and not saved."""

    strategy: RoutingStrategy
    drafts: list[str]

    @property
    def nodes(self) -> int:
        return sum(1 for _node in nodes_of(self.strategy.document))


class StrategyTable(tables.Table):
    caption = _("Routing strategies")
    exported: ClassVar[Any] = {
        "name": ((_("Strategy"), "strategy__name"),),
        "revision": ((_("Revision"), "strategy__revision"),),
        "changed": ((_("Last changed"), "strategy__changed"), (_("By"), "strategy__changed_by")),
    }

    name = tables.Column(verbose_name=_("Strategy"), accessor="strategy")
    use = tables.Column(verbose_name=_("Use"), accessor="strategy__in_use", empty_values=())
    nodes = tables.Column(
        verbose_name=_("Nodes"), attrs={"th": {"class": "ar-number"}, "td": {"class": "ar-number"}}
    )
    revision = tables.Column(verbose_name=_("Revision"), accessor="strategy")
    changed = tables.Column(verbose_name=_("Last changed"), accessor="strategy")
    drafts = tables.Column(verbose_name=_("Not saved yet"), empty_values=())

    class Meta:
        orderable = False

    def render_name(self, value: RoutingStrategy) -> SafeString:
        return format_html('<a href="{}">{}</a>', reverse("routing-strategy", args=(value.pk,)), value.name)

    def render_use(self, record: StrategyRow) -> SafeString:
        return use_chip(record.strategy)

    def render_revision(self, value: RoutingStrategy) -> SafeString:
        url = reverse("strategy-revisions", args=(value.pk,))
        return format_html('<a href="{}">{}</a>', url, value.revision)

    def render_changed(self, value: Any) -> SafeString:
        return format_html(
            '{}<div class="ar-soft ar-small">{}</div>', moment(value.changed), value.changed_by or "–"
        )

    def render_drafts(self, value: list[str]) -> SafeString | str:
        if not value:
            return format_html('<span class="ar-soft ar-none">{}</span>', "–")
        return format_html(
            '<span class="ar-chip ar-chip-amber">{}</span>', say("Draft: %(who)s") % {"who": ", ".join(value)}
        )


def use_chip(strategy: RoutingStrategy) -> SafeString:
    if strategy.in_use:
        return format_html('<span class="ar-chip ar-chip-green">{}</span>', say("In use"))
    return format_html('<span class="ar-chip">{}</span>', say("Not in use"))


class StrategiesView(ListScreen):
    permissions: ClassVar[dict[str, str]] = {"*": "routing.view"}
    template_name = "routing/strategies/strategies.html"
    filterset_class = StrategyFilter
    table_class = StrategyTable
    keys = ("-in_use", "id")
    extra_context = {
        "empty": {
            "icon": "workflow",
            "title": _("No strategies yet"),
            "text": _("A strategy says which facility fulfils which order."),
        },
        "manage": MANAGE,
    }

    def get_queryset(self) -> QuerySet[RoutingStrategy]:
        strategy_in_use()  # so that a new site has one to show
        last = StrategyRevision.objects.filter(strategy=OuterRef("pk")).order_by("-revision")
        found: QuerySet[RoutingStrategy] = RoutingStrategy.objects.annotate(
            changed=Subquery(last.values("created")[:1]), changed_by=Subquery(last.values("actor")[:1])
        )
        return found

    def rows_of(self, found: Sequence[RoutingStrategy]) -> list[StrategyRow]:
        drafts: dict[UUID, list[str]] = defaultdict(list)
        unsaved = StrategyDraft.objects.filter(strategy__in=found).order_by("owner__email")
        for strategy_id, email in unsaved.values_list("strategy_id", "owner__email"):
            drafts[strategy_id].append(email)
        return [StrategyRow(strategy, drafts[strategy.pk]) for strategy in found]
