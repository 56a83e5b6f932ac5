"""How the waiting room stands, in figures: a handful of grouped queries, however many plans wait."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, TypeVar
from urllib.parse import urlencode

from django.db.models import Case, Count, F, Min, Q, QuerySet, Sum, Value, When
from django.db.models.functions import TruncDate, TruncHour
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

K = TypeVar("K")

AGES = (1, 3, 7, 14, 30)
"""In days: where one class of age ends and the next begins."""

DAYS, HOURS = 14, 24
"""How far the release rate looks back, by days or by hours, the one that runs included."""

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


@dataclass(frozen=True, slots=True)
class Crowd:
    """Waiting plans that have waited for as many ``days`` at least, for the same reason, by the same behaviour."""

    days: int
    code: str
    behaviour: str
    standing: Standing
    overstaying: int
    """Of the plans, how many an alert told of: they have waited longer than the site's ``maxWaitDays``."""


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


def waiting_crowds(now: datetime) -> list[Crowd]:
    """All waiting plans. One query."""
    whens = [
        When(plan__waiting_since__lte=now - timedelta(days=days), then=Value(days)) for days in reversed(AGES)
    ]
    rows = (
        PlanLine.objects.filter(plan__status=PlanStatus.WAITING)
        .order_by()
        .annotate(days=Case(*whens, default=Value(0)), code=F("plan__reason__code"))
        .values("days", "code", "plan__behaviour")
        .annotate(
            plans=Count("plan", distinct=True),
            units=Sum("quantity"),
            overstaying=Count("plan", distinct=True, filter=Q(plan__overstayed_at__isnull=False)),
        )
    )
    return [
        Crowd(
            days=row["days"],
            code=row["code"] or "",
            behaviour=row["plan__behaviour"],
            standing=Standing(row["plans"], row["units"]),
            overstaying=row["overstaying"],
        )
        for row in rows
    ]


def by_age(crowds: Sequence[Crowd]) -> list[Bar]:
    """Waiting plans by how long they have been waiting, youngest first."""
    standings = _added((crowd.days, crowd.standing) for crowd in crowds)
    groups = []
    for since, until in zip((0, *AGES), (*AGES, None), strict=True):
        query = {"age": since or "", "ageBelow": until or ""}
        groups.append((_age_label(since, until), standings[since], query))
    return _bars(groups)


def by_reason(crowds: Sequence[Crowd]) -> tuple[list[Bar], list[Bar]]:
    """Waiting plans by why they wait, and by the behaviour that lets them; the most frequent first."""
    reasons = _added((crowd.code, crowd.standing) for crowd in crowds)
    behaviours = _added((crowd.behaviour, crowd.standing) for crowd in crowds)
    named = dict(OutOfStockBehaviour.choices)
    return (
        _bars(
            [(REASONS.get(key, _("Another reason")), reasons[key], {"reason": key}) for key in _most(reasons)]
        ),
        _bars([(named.get(key, key), behaviours[key], {"behaviour": key}) for key in _most(behaviours)]),
    )


def _added(standings: Iterable[tuple[K, Standing]]) -> Mapping[K, Standing]:
    total: defaultdict[K, Standing] = defaultdict(Standing)
    for key, standing in standings:
        total[key] += standing
    return total


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


def released_by_day(now: datetime) -> list[tuple[date, int]]:
    """Plans released on each of the last :data:`DAYS`, oldest first. They begin at the reader's midnight."""
    first = timezone.localdate(now) - timedelta(days=DAYS - 1)
    start = timezone.make_aware(datetime.combine(first, time()))
    counted = _released(start, TruncDate("started"))
    return [(day, counted.get(day, 0)) for day in (first + timedelta(days=number) for number in range(DAYS))]


def released_by_hour(now: datetime) -> list[tuple[datetime, int]]:
    """Plans released in each of the last :data:`HOURS`, this one included, oldest first."""
    this = now.replace(minute=0, second=0, microsecond=0)
    first = this - timedelta(hours=HOURS - 1)
    counted = _released(first, TruncHour("started", tzinfo=UTC))
    hours = (first + timedelta(hours=number) for number in range(HOURS))
    return [(hour, counted.get(hour, 0)) for hour in hours]


def _released(since: datetime, moment: Any) -> dict[Any, int]:
    runs = ReleaseRun.objects.filter(started__gte=since, released__gt=0).order_by()
    return dict(
        runs.annotate(at=moment).values("at").annotate(plans=Sum("released")).values_list("at", "plans")
    )


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


def late_standing() -> Standing:
    """Deliveries that should have come before today, and their units."""
    late = open_expected_stock().filter(delivery_date__lt=timezone.localdate())
    row = late.aggregate(number=Count("id"), total=Sum("units"))
    return Standing(row["number"], row["total"] or 0)


def late_expected_stock() -> list[ExpectedStock]:
    """What should have come before today, longest overdue first."""
    return list(
        open_expected_stock()
        .filter(delivery_date__lt=timezone.localdate())
        .select_related("article", "facility", "inbound_process")
        .order_by("delivery_date", "id")[:FEW]
    )
