"""How the waiting room stands, in figures: a handful of grouped queries, however many plans wait."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from urllib.parse import urlencode

from django.db.models import Case, Count, F, Min, Q, QuerySet, Sum, Value, When
from django.db.models.functions import TruncDate
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from inventory.models import Article, ExpectedStock, ExpectedStockStatus
from routing.engine import ReasonCode
from routing.models import (
    PlanLine,
    PlanStatus,
    ReleaseRun,
    RoutingPlan,
    TriggerCause,
    WaitingArticle,
)
from routing.sentences import names_of, sentence_of

AGES = (1, 3, 7, 14, 30)
"""In days: where one class of age ends and the next begins."""

DAYS = 14
"""How many days the release rate looks back, today included."""

FEW = 6
"""How many rows a short list shows."""

REASONS = {
    ReasonCode.LACKS_STOCK: _("Stock is missing"),
    ReasonCode.BEHIND_OTHERS: _("Others come first"),
    ReasonCode.CANNOT_WAIT: _("Something cannot wait"),
    ReasonCode.FENCED_OUT: _("Kept out by a fence"),
    ReasonCode.NO_CANDIDATE: _("Listed nowhere"),
}


@dataclass(frozen=True, slots=True)
class Bar:
    """``share`` is of the longest bar of its chart, from 0 to 100."""

    label: str
    count: int
    share: int
    units: int | None = None
    url: str = ""


@dataclass(frozen=True, slots=True)
class Standing:
    """Plans of one status and their units."""

    plans: int = 0
    units: int = 0

    def __add__(self, other: Standing) -> Standing:
        return Standing(self.plans + other.plans, self.units + other.units)


def standings() -> dict[str, Standing]:
    """Of every status that is not the end: how many plans and units there are."""
    statuses = (PlanStatus.WAITING, PlanStatus.PLANNED, PlanStatus.NOT_ROUTABLE, PlanStatus.RETRYABLE)
    rows = (
        PlanLine.objects.filter(plan__status__in=statuses)
        .order_by()
        .values("plan__status")
        .annotate(plans=Count("plan", distinct=True), units=Sum("quantity"))
    )
    found = {row["plan__status"]: Standing(row["plans"], row["units"]) for row in rows}
    return {status: found.get(status, Standing()) for status in statuses}


def queued() -> tuple[int, datetime | None]:
    """How many plans await a routing decision, and since when the oldest does."""
    row = RoutingPlan.objects.exclude(queued_run="").aggregate(number=Count("id"), since=Min("queued_at"))
    return row["number"], row["since"]


def by_age(now: datetime) -> list[Bar]:
    """Waiting plans by how long they have been waiting, youngest first."""
    bounds = (0, *AGES)
    whens = [
        When(plan__waiting_since__lte=now - timedelta(days=days), then=Value(days)) for days in reversed(AGES)
    ]
    counted = _counted(Case(*whens, default=Value(0)))
    classes = []
    for since, until in zip(bounds, (*AGES, None), strict=True):
        query = {**({"age": since} if since else {}), **({"ageBelow": until} if until else {})}
        classes.append((_age_label(since, until), since, query))
    return _bars([(label, *counted.get(key, (0, 0)), query) for label, key, query in classes])


def by_reason() -> list[Bar]:
    """Waiting plans by why they wait, the most frequent reason first."""
    counted = _counted(F("plan__reason__code"))
    rows = [
        (str(REASONS.get(code, code or _("Not looked at yet"))), plans, units, {"reason": code or ""})
        for code, (plans, units) in counted.items()
    ]
    return _bars(sorted(rows, key=lambda row: -row[1]))


def _counted(key: Any) -> dict[Any, tuple[int, int]]:
    """Waiting plans and their units, by ``key``."""
    rows = (
        PlanLine.objects.filter(plan__status=PlanStatus.WAITING)
        .order_by()
        .annotate(key=key)
        .values("key")
        .annotate(plans=Count("plan", distinct=True), units=Sum("quantity"))
    )
    return {row["key"]: (row["plans"], row["units"]) for row in rows}


def _age_label(since: int, until: int | None) -> str:
    if until is None:
        return ngettext("%d day or longer", "%d days or longer", since) % since
    if not since:
        return str(_("Less than a day"))
    return str(_("%(since)d to %(until)d days") % {"since": since, "until": until})


def _bars(rows: Sequence[tuple[str, int, int, dict[str, Any]]]) -> list[Bar]:
    longest = max((plans for _label, plans, _units, _query in rows), default=0) or 1
    return [
        Bar(label, plans, _share(plans, longest), units, waiting_room(**query) if plans else "")
        for label, plans, units, query in rows
    ]


def _share(count: int, longest: int) -> int:
    """At least one percent for anything at all, so that it is seen."""
    return max(1, round(100 * count / longest)) if count else 0


def waiting_room(**query: Any) -> str:
    """Where the waiting room shows just these plans."""
    given = {name: value for name, value in query.items() if value != ""}
    try:
        reverse("waiting-room")
    except NoReverseMatch:
        return "/waiting-room/"
    return reverse("waiting-room") + (f"?{urlencode(given)}" if given else "")


@dataclass(frozen=True, slots=True)
class Day:
    """Plans released on one day, and its column in a chart of :data:`DAYS` columns, each 20 wide and at most 84 high,
    that stand on a line at 100.
    """

    date: date
    count: int
    left: int
    height: int

    @property
    def top(self) -> int:
        return 100 - self.height

    @property
    def label(self) -> int:
        """Where its count stands."""
        return self.top - 4


def released_by_day(now: datetime) -> list[Day]:
    """The last days, oldest first. They begin at the reader's midnight."""
    first = timezone.localdate(now) - timedelta(days=DAYS - 1)
    counted = dict(
        ReleaseRun.objects.filter(started__gte=timezone.make_aware(datetime.combine(first, time())))
        .order_by()
        .annotate(day=TruncDate("started"))
        .values("day")
        .annotate(plans=Sum("released"))
        .values_list("day", "plans")
    )
    longest = max(counted.values(), default=0) or 1
    days = []
    for number in range(DAYS):
        day = first + timedelta(days=number)
        count = counted.get(day, 0)
        days.append(Day(day, count, 20 * number, round(0.84 * _share(count, longest))))
    return days


def latest_runs() -> list[Any]:
    """The latest passes that let somebody go, each with ``why``, in words."""
    labels = dict(TriggerCause.choices)
    runs: list[Any] = list(ReleaseRun.objects.filter(released__gt=0).order_by("-started", "-id")[:FEW])
    for run in runs:
        run.why = [str(labels.get(cause, cause)) for cause in run.causes]
    return runs


def oldest_waiting() -> list[Any]:
    """The plans that have waited longest, each with its ``sentence``."""
    plans: list[Any] = list(
        RoutingPlan.objects.waiting()
        .select_related("order")
        .prefetch_related("lines")
        .order_by("waiting_since", "id")[:FEW]
    )
    names = names_of(plans)
    for plan in plans:
        plan.sentence = sentence_of(plan, names)
    return plans


@dataclass(frozen=True, slots=True)
class Demand:
    """An article that plans wait for. In units: what they need, what they lacked when looked at, what is on its way."""

    article: Article
    plans: int
    needed: int
    incoming: int
    next_date: Any
    url: str

    @property
    def gap(self) -> int:
        return max(0, self.needed - self.incoming)


def wanted_articles() -> list[Demand]:
    """What is waited for most, with what is on its way. Three queries."""
    rows = list(
        WaitingArticle.objects.order_by()
        .values("article")
        .annotate(plans=Count("plan"), needed=Sum("quantity"))
        .order_by("-needed", "article")[:FEW]
    )
    ids = [row["article"] for row in rows]
    articles = Article.objects.in_bulk(ids)
    coming: dict[Any, dict[str, Any]] = {
        row["article"]: dict(row)
        for row in open_expected_stock()
        .filter(article__in=ids)
        .order_by()
        .values("article")
        .annotate(
            units=Sum(F("quantity") - F("received") - F("reserved")),
            next=Min("delivery_date", filter=Q(delivery_date__gte=timezone.localdate())),
        )
    }
    return [
        Demand(
            article=articles[row["article"]],
            plans=row["plans"],
            needed=row["needed"],
            incoming=coming.get(row["article"], {}).get("units") or 0,
            next_date=coming.get(row["article"], {}).get("next"),
            url=waiting_room(article=articles[row["article"]].tenant_article_id),
        )
        for row in rows
    ]


def open_expected_stock() -> QuerySet[ExpectedStock]:
    """What is still to come."""
    return ExpectedStock.objects.filter(
        status=ExpectedStockStatus.OPEN, inbound_process__cancelled=False, received__lt=F("quantity")
    )


def late_expected_stock() -> list[ExpectedStock]:
    """What should have come before today, longest overdue first."""
    return list(
        open_expected_stock()
        .filter(delivery_date__lt=timezone.localdate())
        .select_related("article", "facility", "inbound_process")
        .order_by("delivery_date", "id")[:FEW]
    )
