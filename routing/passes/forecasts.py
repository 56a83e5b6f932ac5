"""What the dates of an article's lines are worked out from: who waits for it, and what may come where (W10).

A constant number of queries, however many wait. Rows are read as tuples and kept small: a hundred thousand may wait.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

from django.db.models import Max, Sum

from inventory.behaviour import tag_names
from inventory.contexts import group_names
from inventory.models import Article, ExpectedStock, Facility, Reservation, StockLevel
from orders.models import PickLine
from orders.models.pickjob import UNSTARTED
from routing.engine import Line, OrderFacts, Plan, Policy, Unit, World
from routing.engine.dating import IN_STOCK, Arrival, Queued, after_backing, dated, turns
from routing.engine.fences import judges_plans
from routing.engine.fences.same_day import SameDayPossibleFence
from routing.engine.hours import zone_of
from routing.engine.strategy import asks_orders
from routing.engine.verdicts import Patterns
from routing.models import (
    Overtaking,
    PartialRelease,
    PlanLine,
    PlanStatus,
    WaitingArticle,
    WaitingRoomSettings,
)
from routing.passes.loading import load_world
from routing.services.strategies import strategy_in_use

LINE = (
    *("id", "plan_id", "quantity", "bundle_id", "expected_date", "expected_date_source"),
    *("plan__rank", "plan__held_until", "plan__expected_date", "plan__order__order_date"),
    *(
        "plan__delivery_type",
        "plan__service_level",
        "plan__order__collect_facility_id",
        "plan__order__country",
    ),
    *("plan__order__tags", "plan__order__ordering_facility_id", "plan__facility_blacklist"),
    *("plan__order__preselected_facilities", "plan__order__preferred_carriers"),
)


@dataclass(frozen=True, slots=True)
class Forecast:
    """The date of a line as it is worked out now."""

    line: UUID
    plan: UUID
    day: date | None
    source: str


@dataclass(frozen=True, slots=True)
class _Waiting:
    """A line that waits, as it stands: ``stands`` are its date and its source, ``plan_stands`` those of its plan."""

    rank: bytes
    line: UUID
    plan: UUID
    queued: Queued
    preorder_start: date | None
    default: date | None
    stands: tuple[date | None, str]
    plan_stands: date | None


@dataclass(frozen=True, slots=True)
class _Terms:
    """What lines of the same order facts have in common; ``may_wait`` tells whether a default day means anything."""

    places: tuple[int, ...]
    dividable: bool
    preorder_start: date | None
    may_wait: bool


def forecast(article: Article, now: datetime) -> list[Forecast]:
    """The lines of WAITING and PLANNED plans for the article whose date is another than the one that is stored, or
    whose plan's is not the latest of its lines'.
    """
    changed = _planned(article)
    if not WaitingArticle.objects.filter(article=article).exists():
        return changed
    room = _Room.load(article, now)
    queue = sorted(room.lines(), key=lambda one: (one.rank, one.line))
    found = turns([one.queued for one in queue], room.arrivals(), in_turn=room.in_turn)
    others = _latest_of_others(article)
    for one, turn in zip(queue, found, strict=True):
        day, source = dated(turn, one.preorder_start, one.default)
        last = max(filter(None, (day, others.get(one.plan))), default=None)
        if (day, source) != one.stands or last != one.plan_stands:
            changed.append(Forecast(one.line, one.plan, day, source))
    return changed


def _latest_of_others(article: Article) -> dict[UUID, date]:
    """Of plans that need other articles, too, the latest date of those other lines."""
    together = WaitingArticle.objects.filter(article=article, alone=False).values("plan_id")
    lines = PlanLine.objects.filter(plan_id__in=together, expected_date__isnull=False).exclude(
        article=article
    )
    return dict(lines.order_by().values_list("plan_id").annotate(last=Max("expected_date")))


def _planned(article: Article) -> list[Forecast]:
    """Of planned lines the day on which the last of what they hold is expected, also when that has passed (W8)."""
    lines = list(
        PlanLine.objects.filter(article=article, plan__status=PlanStatus.PLANNED).values_list(
            "id", "plan_id", "expected_date", "expected_date_source"
        )
    )
    if not lines:
        return []
    held = Reservation.objects.filter(
        expected_stock__article=article, expected_stock__delivery_date__isnull=False
    )
    days: Mapping[UUID, date] = dict(
        held.order_by().values_list("holder").annotate(last=Max("expected_stock__delivery_date"))
    )
    found = [(line, plan, *dated(days.get(line), None, None), stands) for line, plan, *stands in lines]
    return [
        Forecast(line, plan, day, source)
        for line, plan, day, source, stands in found
        if [day, source] != stands
    ]


class _Room:
    """The waiting room as far as it concerns one article, with the supply that its lines may count on."""

    def __init__(self, article: Article, world: World, policy: Policy, settings: WaitingRoomSettings) -> None:
        self.article, self.world, self.policy, self.settings = article, world, policy, settings
        self._patterns = Patterns(policy.fences)
        self._terms: dict[OrderFacts, _Terms] = {}
        self._contextual = world.is_contextual(article.pk)
        self._groups = group_names(Facility.objects.values_list("id", flat=True)) if self._contextual else {}

    @classmethod
    def load(cls, article: Article, now: datetime) -> _Room:
        levels = list(StockLevel.objects.filter(article=article))
        world = load_world((), (article.pk,), levels, frozenset(), now)
        return cls(article, world, _lasting_policy(now), WaitingRoomSettings.load())

    @property
    def in_turn(self) -> bool:
        """Whether nobody passes an earlier line: under STRICT, or because the first in line takes whatever there is."""
        takes_any = self.settings.partial_release == PartialRelease.QUANTITY and self.policy.max_parts > 0
        return self.settings.overtaking == Overtaking.STRICT or takes_any

    def arrivals(self) -> Sequence[Arrival]:
        """What is free now and what is expected, without what pick lines are still to be backed with (R2)."""
        world, id = self.world, self.article.pk
        found = [Arrival(IN_STOCK, place, units) for place, units in world.stock_of(id).items() if units]
        today = [facility.hours.local(world.now).date() for facility in world.facilities]
        buckets = ExpectedStock.objects.promisable().filter(article=id)
        for facility, day, quantity, received, reserved in buckets.values_list(
            "facility_id", "delivery_date", "quantity", "received", "reserved"
        ):
            place = world.index.get(facility)
            if place is not None and day is not None and day >= today[place]:
                found.append(Arrival(day, place, quantity - received - reserved))
        return after_backing(found, self._owed())

    def _owed(self) -> dict[int, int]:
        """Units that pick lines which nobody has begun to pick lack, by facility."""
        unbacked = PickLine.objects.filter(
            article=self.article, unbacked__gt=0, pick_job__status__in=UNSTARTED, pick_job__plan__isnull=False
        )
        owed = unbacked.order_by().values_list("pick_job__facility_id").annotate(units=Sum("unbacked"))
        return {self.world.index[place]: units for place, units in owed if place in self.world.index}

    def lines(self) -> Iterator[_Waiting]:
        """The lines of waiting plans, in no order."""
        rows = PlanLine.objects.filter(
            article=self.article,
            plan__status=PlanStatus.WAITING,
            plan__waiting_articles__article=self.article,
        )
        days = self.article.backorder_days
        days = self.settings.default_backorder_days if days is None else days
        for row in rows.values_list(*LINE).iterator(chunk_size=2_000):
            line, plan, units, bundle, day, source, rank, held, plan_day, ordered, *about = row
            terms = self._terms_of(self._facts(*about))
            yield _Waiting(
                rank=bytes(rank),
                line=line,
                plan=plan,
                queued=Queued(
                    units,
                    terms.places,
                    terms.dividable and bundle is None,
                    held.astimezone(UTC).date() if held is not None and held > self.world.now else None,
                ),
                preorder_start=terms.preorder_start,
                default=_after(ordered, days) if terms.may_wait else None,
                stands=(day, source),
                plan_stands=plan_day,
            )

    def _facts(
        self,
        delivery_type: str,
        service_level: str,
        collect_facility: UUID | None,
        country: str,
        tags: Sequence[dict[str, str]],
        store: UUID | None,
        blacklist: Sequence[str],
        preselected: Sequence[str],
        carriers: Sequence[str],
    ) -> OrderFacts:
        """Only what matters for the day: so that many orders share it."""
        return OrderFacts(
            delivery_type=delivery_type,
            service_level=service_level,
            collect_facility=collect_facility,
            country=country,
            tags=tag_names(tags) if self._contextual else frozenset(),
            ordering_groups=self._groups.get(store, frozenset()) if store is not None else frozenset(),
            blacklist=frozenset(map(UUID, blacklist)),
            preselected=frozenset(map(UUID, preselected)),
            carriers=frozenset(carriers),
        )

    def _terms_of(self, order: OrderFacts) -> _Terms:
        terms = self._terms.get(order)
        if terms is None:
            terms = self._terms[order] = self._work_out(order)
        return terms

    def _work_out(self, order: OrderFacts) -> _Terms:
        """Where such an order may be supplied, and what the listings there say about waiting (B1, B3)."""
        id = self.article.pk
        plan = Plan(id, b"", order, (Unit((Line(id, id, 1),)),))
        places = self._patterns.of(plan, self.world).permitted
        effective = self.world.effective(id, order)
        listed = [(place, effective[place]) for place in places if place in effective]
        starts = [
            one.preorder_start.astimezone(zone_of(self.world.facilities[place].hours.zone)).date()
            for place, one in listed
            if one.behaviour.preorders and one.preorder_start is not None
        ]
        return _Terms(
            places=places,
            dividable=self.policy.may_split(order),
            preorder_start=min(starts, default=None),
            may_wait=any(one.behaviour.can_wait for _place, one in listed),
        )


def _lasting_policy(now: datetime) -> Policy:
    """The root node's policy with the fences that will say tomorrow what they say today: those that look at nothing but
    the order and the facility. Where the way through the strategy depends on the order, no fence counts.
    """
    document = strategy_in_use().document
    policy = Policy.of_document(document)
    if asks_orders(document, now):
        return replace(policy, fences=())
    lasting = tuple(
        fence
        for fence in policy.fences
        if not judges_plans(fence) and not isinstance(fence, SameDayPossibleFence)
    )
    return replace(policy, fences=lasting)


def _after(ordered: datetime, days: int) -> date | None:
    """That many days after the order, or nothing where the calendar ends."""
    try:
        return ordered.astimezone(UTC).date() + timedelta(days=days)
    except OverflowError:
        return None
