"""W8: PLANNED plans follow the expected stock that they hold: it comes, comes later, or does not come (spec 3).

Inventory moves reservations from buckets to levels, and frees those that will not be served, in the transaction that
books a receipt or changes what is expected. That transaction leaves a :class:`~routing.models.PlannedReview` behind for
each plan concerned, and a task of its own moves the plans: their locks come before those of levels and buckets.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from backoffice.core.nudges import nudge
from inventory.models import ExpectedStock, Facility, Reservation
from inventory.services.expected import lock_expected
from inventory.services.reservations import free, keep_at_most
from routing.engine import Bucket, Decision, Holding, Outcome, Standing, arrive
from routing.models import (
    ConsolidatedStatus,
    PlanLine,
    PlannedReview,
    PlanStatus,
    RunType,
    WaitingRoomSettings,
)
from routing.passes.committing import commit
from routing.passes.expected import day_at, last_day
from routing.passes.loading import Chunk, Row, load_chunk, load_rows, lock_plans
from routing.passes.retries import one_by_one
from routing.passes.settled import UNPICKABLE, Settled

PLANNED_TASK = "routing.planned"

CHUNK = 200
"""Plans per transaction at most."""


def follow_arrivals(*, holders: Collection[UUID]) -> None:
    """What the holders were promised is reserved stock now: their plans are looked at after the commit."""
    if holders:
        plans = PlanLine.objects.filter(id__in=holders).order_by("plan_id").values_list("plan_id", flat=True)
        look_at(plan_ids=list(plans.distinct()))


def look_at(*, plan_ids: Collection[UUID]) -> None:
    """PLANNED plans hold other things than before, or carry less: they are looked at after the commit."""
    if not plan_ids:
        return
    now = timezone.now()
    reviews = [PlannedReview(plan_id=plan_id, created=now) for plan_id in plan_ids]
    PlannedReview.objects.bulk_create(reviews, batch_size=2_000)
    nudge(PLANNED_TASK)


def follow_changes(*, bucket_ids: Collection[int], losers: Collection[UUID]) -> None:
    """Buckets come on another day, and ``losers`` lost units that will not come: their plans are looked at."""
    holders = set(losers)
    if bucket_ids:
        promised = Reservation.objects.filter(expected_stock_id__in=bucket_ids)
        holders |= set(promised.values_list("holder", flat=True))
    follow_arrivals(holders=holders)


def review_planned_plans() -> int:
    """Moves the PLANNED plans that are to be looked at; returns how many it looked at.

    Found in the database: whoever is interrupted leaves the rest to the next sweep (W11).
    """
    looked_at = 0
    last = 0
    while reviews := list(
        PlannedReview.objects.filter(id__gt=last).order_by("id").values_list("id", "plan_id")[:CHUNK]
    ):
        last = reviews[-1][0]
        plan_ids = list(dict.fromkeys(plan_id for _id, plan_id in reviews))
        looked_at += sum(one_by_one(plan_ids, _review, _leave))
    return looked_at


def _review(plan_ids: Sequence[UUID]) -> int:
    """Lock, load, decide, commit: one transaction. What is asked for while it runs is looked at by the next."""
    with transaction.atomic():
        lock_plans(plan_ids)
        reviews = list(PlannedReview.objects.filter(plan_id__in=plan_ids).values_list("id", flat=True))
        rows = [row for row in load_rows(plan_ids) if row.plan.status == PlanStatus.PLANNED]
        if rows:
            _move(rows)
        PlannedReview.objects.filter(id__in=reviews).delete()
        return len(rows)


def _move(rows: Sequence[Row]) -> None:
    chunk = load_chunk(rows, also={row.plan.facility_id for row in rows if row.plan.facility_id})
    settings = WaitingRoomSettings.load()
    holdings = _lock_holdings(rows, chunk)
    found = [
        (row, decision)
        for row, standing in zip(rows, _standings(rows, chunk, holdings, settings), strict=True)
        if (decision := _decide(row, standing, chunk)) is not None
    ]
    _give_back(found, holdings)
    commit(chunk, [_settled(row, decision) for row, decision in found], settings)


def _decide(row: Row, standing: Standing, chunk: Chunk) -> Decision | None:
    by = chunk.policies.of(row.plan)
    pattern = by.patterns.of(row.facts, chunk.world)
    return arrive(row.facts, standing, chunk.world, pattern, row.plan.behaviour)


def _lock_holdings(rows: Sequence[Row], chunk: Chunk) -> dict[UUID, Holding]:
    """What each line holds, by the line's id. The buckets are locked first, after the levels: nothing moves then."""
    own = Reservation.objects.filter(holder__in=[line.id for row in rows for line in row.lines])
    promised = own.filter(expected_stock__isnull=False)
    buckets = lock_expected(list(promised.values_list("expected_stock_id", flat=True)))
    reserved: dict[UUID, int] = defaultdict(int)
    expected: dict[UUID, list[Bucket]] = defaultdict(list)
    for holder, level, bucket_id, units in own.order_by("id").values_list(
        "holder", "level_id", "expected_stock_id", "quantity"
    ):
        if level is not None:
            reserved[holder] += units
        else:
            expected[holder].append(_bucket(buckets[bucket_id], chunk, units))
    return {holder: Holding(reserved[holder], tuple(expected[holder])) for holder in {*reserved, *expected}}


def _bucket(row: ExpectedStock, chunk: Chunk, units: int) -> Bucket:
    assert row.delivery_date is not None, "nothing is reserved of what has no date"
    return Bucket(row.pk, chunk.world.index[row.facility_id], row.delivery_date, units)


def _standings(
    rows: Sequence[Row], chunk: Chunk, holdings: Mapping[UUID, Holding], settings: WaitingRoomSettings
) -> Iterable[Standing]:
    facilities = Facility.objects.in_bulk({row.plan.facility_id for row in rows})
    for row in rows:
        plan = row.plan
        assert plan.facility_id is not None, "a PLANNED plan stands somewhere"
        assert plan.planned_for is not None, "and is planned for a day"
        today = day_at(facilities[plan.facility_id].time_zone, chunk.world.now)
        yield Standing(
            facility=chunk.world.index[plan.facility_id],
            planned_for=plan.planned_for,
            last_day=last_day(settings, today),
            dividable=_dividable(row, chunk),
            holdings={line.id: holdings[line.id] for line in row.lines if line.id in holdings},
        )


def _dividable(row: Row, chunk: Chunk) -> bool:
    """By the strategy of today; a bundle never (S1, S2)."""
    policy = chunk.policies.of(row.plan).policy
    return policy.may_split(row.facts.order) and all(unit.bundle is None for unit in row.facts.units)


def _give_back(found: Sequence[tuple[Row, Decision]], holdings: Mapping[UUID, Holding]) -> None:
    """Frees what goes back with a plan, and what was delayed beyond the limit; who waits for it is woken (W4)."""
    returning = [row for row, decision in found if decision.outcome is Outcome.WAITING]
    free(holders=[line.id for row in returning for line in row.lines])
    keep_at_most(
        units={
            allocation.line.id: allocation.reserved + allocation.promised
            for _row, decision in found
            for allocation in decision.allocations
            if allocation.reserved + allocation.promised < holdings.get(allocation.line.id, Holding()).units
        }
    )


def _settled(row: Row, decision: Decision) -> Settled:
    return Settled(
        row=row,
        decision=decision,
        run_type=RunType.REACTIVATION,
        consolidated=_came_to(row, decision),
        holds=True,
    )


def _came_to(row: Row, decision: Decision) -> ConsolidatedStatus:
    if decision.outcome is Outcome.PLANNED:
        return ConsolidatedStatus.ROUTING_PLAN_CREATED_THEN_PLANNED
    if decision.outcome is Outcome.WAITING:
        return ConsolidatedStatus.WAITING
    if row.plan.order.status in UNPICKABLE:
        return ConsolidatedStatus.LOCKED
    return ConsolidatedStatus.STOCK_UPDATE_RECEIVED_THEN_REACTIVATED


def _leave(plan_id: UUID, error: Exception) -> None:
    """The next sweep finds it again."""
