# ruff: noqa: N815 - filters are named as in query strings
"""What passes of the waiting room can be narrowed by."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

import django_filters
from django import forms
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from inventory.models import Article
from routing.models import ReleaseRun, TriggerCause

MOST_ARTICLES = 20
"""How many articles that match a text are looked for in the runs."""


class ReleaseRunScreenFilter(django_filters.FilterSet):
    """Days are those of the reader's zone; both ends count."""

    article = django_filters.CharFilter(
        label=_("Article"),
        method="woken_for",
        widget=forms.TextInput({"type": "search", "placeholder": _("Number or title")}),
    )
    cause = django_filters.ChoiceFilter(
        label=_("Woken by"), method="woken_by", choices=TriggerCause.choices, empty_label=_("Anything")
    )
    show = django_filters.ChoiceFilter(
        label=_("Show"),
        method="with_result",
        choices=(("RELEASED", _("Who let somebody go")), ("NOBODY", _("Who let nobody go"))),
        empty_label=_("Everything"),
    )
    dayFrom = django_filters.DateFilter(
        label=_("From"), method="since", widget=forms.DateInput({"type": "date"}, "%Y-%m-%d")
    )
    dayTo = django_filters.DateFilter(
        label=_("To"), method="until", widget=forms.DateInput({"type": "date"}, "%Y-%m-%d")
    )

    class Meta:
        model = ReleaseRun
        fields = ()

    def woken_for(self, runs: QuerySet[ReleaseRun], _name: str, text: str) -> QuerySet[ReleaseRun]:
        """Ids are looked for in the list's text, because not every database can look into JSON lists."""
        text = text.strip()
        articles = Article.objects.filter(
            Q(tenant_article_id__iexact=text) | Q(title__icontains=text)
        ).order_by("id")
        wanted = Q(pk__in=())
        for id in articles.values_list("id", flat=True)[:MOST_ARTICLES]:
            wanted |= Q(articles__icontains=str(id))
        return runs.filter(wanted)

    def woken_by(self, runs: QuerySet[ReleaseRun], _name: str, cause: str) -> QuerySet[ReleaseRun]:
        return runs.filter(causes__has_key=cause)

    def with_result(self, runs: QuerySet[ReleaseRun], _name: str, wanted: str) -> QuerySet[ReleaseRun]:
        return runs.filter(released__gt=0) if wanted == "RELEASED" else runs.filter(released=0)

    def since(self, runs: QuerySet[ReleaseRun], _name: str, day: date) -> QuerySet[ReleaseRun]:
        return runs.filter(started__gte=_midnight(day))

    def until(self, runs: QuerySet[ReleaseRun], _name: str, day: date) -> QuerySet[ReleaseRun]:
        return runs.filter(started__lt=_midnight(day + timedelta(days=1)))


class ReleasedPlanFilter(django_filters.FilterSet):
    """All of them: there is nothing to narrow."""


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time()))
