"""How the waiting room stands, in figures: a handful of grouped queries, however many plans wait."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from urllib.parse import urlencode

from django.db.models import Case, Count, F, Min, QuerySet, Sum, Value, When
from django.db.models.functions import TruncDate
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from inventory.models import Article, ExpectedStock, OutOfStockBehaviour
from routing.demand import Demand, demand_of, demanded
from routing.models import (
    PlanLine,
    PlanStatus,
    ReleaseRun,
    RoutingPlan,
    TriggerCause,
)
from routing.sentences import REASONS, names_of, sentence_of

AGES = (1, 3, 7, 14, 30)
"""In days: where one class of age ends and the next begins."""

DAYS = 14
"""How many days the release rate looks back, today included."""

FEW = 6
"""How many rows a short list shows."""


@dataclass(frozen=True, slots=True)
class Bar:
    """A group of plans; ``share`` is of the largest group of its chart, from 0 to 100; ``url`` lists them."""

    label: str
    plans: int
    units: int
    share: int
    url: str


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


def overstaying() -> int:
    """Waiting plans that an alert told of: they have waited longer than the site's ``maxWaitDays``."""
    return RoutingPlan.objects.waiting_too_long().count()


def by_age(now: datetime) -> list[Bar]:
    """Waiting plans by how long they have been waiting, youngest first."""
    whens = [
        When(plan__waiting_since__lte=now - timedelta(days=days), then=Value(days)) for days in reversed(AGES)
    ]
    counted = _waiting_by(since=Case(*whens, default=Value(0)))
    groups = []
    for since, until in zip((0, *AGES), (*AGES, None), strict=True):
        query = {"age": since or "", "ageBelow": until or ""}
        groups.append((_age_label(since, until), counted.get((since,), Standing()), query))
    return _bars(groups)


def by_reason() -> tuple[list[Bar], list[Bar]]:
    """Waiting plans by why they wait, and by the behaviour that lets them; the most frequent first."""
    reasons: defaultdict[str, Standing] = defaultdict(Standing)
    behaviours: defaultdict[str, Standing] = defaultdict(Standing)
    counted = _waiting_by(code=F("plan__reason__code"), behaviour=F("plan__behaviour"))
    for (code, behaviour), standing in counted.items():
        reasons[code or ""] += standing
        behaviours[behaviour] += standing
    named = dict(OutOfStockBehaviour.choices)
    return (
        _bars(
            [(REASONS.get(key, _("Another reason")), reasons[key], {"reason": key}) for key in _most(reasons)]
        ),
        _bars([(named.get(key, key), behaviours[key], {"behaviour": key}) for key in _most(behaviours)]),
    )


def _waiting_by(**keys: Any) -> dict[tuple[Any, ...], Standing]:
    """Waiting plans and their units, by the values of the expressions."""
    rows = (
        PlanLine.objects.filter(plan__status=PlanStatus.WAITING)
        .order_by()
        .annotate(**{f"by_{name}": expression for name, expression in keys.items()})
        .values(*(f"by_{name}" for name in keys))
        .annotate(plans=Count("plan", distinct=True), units=Sum("quantity"))
    )
    return {tuple(row[f"by_{name}"] for name in keys): Standing(row["plans"], row["units"]) for row in rows}


def _most(groups: Mapping[str, Standing]) -> list[str]:
    """The keys that stand for something, those of the largest groups first."""
    return sorted((key for key in groups if key), key=lambda key: (-groups[key].plans, key))


def _age_label(since: int, until: int | None) -> str:
    if until is None:
        return ngettext("%d day or longer", "%d days or longer", since) % since
    if not since:
        return str(_("Less than a day"))
    return str(_("%(since)d to %(until)d days") % {"since": since, "until": until})


def _bars(groups: Sequence[tuple[Any, Standing, dict[str, Any]]]) -> list[Bar]:
    longest = max((standing.plans for _label, standing, _query in groups), default=0) or 1
    return [
        Bar(
            str(label),
            standing.plans,
            standing.units,
            _share(standing.plans, longest),
            waiting_room(**query) if standing.plans else "",
        )
        for label, standing, query in groups
    ]


def _share(count: int, longest: int) -> int:
    """At least one percent for anything at all, so that it is seen."""
    return max(1, round(100 * count / longest)) if count else 0


def waiting_room(**query: Any) -> str:
    """Where the waiting room shows just these plans."""
    given = {name: value for name, value in query.items() if value != ""}
    return reverse("waiting-room") + (f"?{urlencode(given)}" if given else "")


@dataclass(frozen=True, slots=True)
class Day:
    """Plans released on one day, and its column in a chart of :data:`DAYS` columns, each 20 wide and at most 120 high,
    that stand on a line at 136.
    """

    date: date
    count: int
    left: int
    height: int

    @property
    def top(self) -> int:
        return 136 - self.height

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
        days.append(Day(day, count, 20 * number, round(1.2 * _share(count, longest))))
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


def wanted_articles() -> list[Demand]:
    """What is waited for most, with what is there and on its way. Three queries."""
    return demand_of(list(demanded(Article.objects.all()).order_by("-units", "id")[:FEW]))


def open_expected_stock() -> QuerySet[ExpectedStock]:
    """What is still to come."""
    return ExpectedStock.objects.outstanding()


def late_expected_stock() -> list[ExpectedStock]:
    """What should have come before today, longest overdue first."""
    return list(
        open_expected_stock()
        .filter(delivery_date__lt=timezone.localdate())
        .select_related("article", "facility", "inbound_process")
        .order_by("delivery_date", "id")[:FEW]
    )
