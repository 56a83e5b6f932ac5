"""Preorder starts that move: whatever they hold back, and was not begun, moves with them (B4)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from backoffice.core.bulk import update_rows
from backoffice.core.nudges import nudge
from inventory.behaviour import Context, ListingRules, effective_behaviour
from inventory.contexts import context_rules, group_names
from inventory.models import Listing
from inventory.services.out_of_stock import effective_of
from orders.models import PickJob
from orders.models.pickjob import UNSTARTED
from orders.services.releasetimes import move_release_times
from routing.models import PlanStatus, ReleaseTimeReview, RoutingPlan
from routing.models.plan import RoutingPlanQuerySet
from routing.passes.loading import Row, load_rows, lock_plans
from routing.passes.retries import one_by_one
from routing.passes.starts import latest_ahead

REVIEW_TASK = "routing.review_release_times"

CHUNK = 500
"""Plans per transaction, and reviews taken together, at most."""

GRACE = timedelta(seconds=30)
"""A decision that was under way when a start moved has been written after this time."""

Place = tuple[UUID, UUID]
"""(facility id, article id)"""


def ask_for_review(places: Iterable[tuple[UUID, UUID | None]]) -> None:
    """Has what is held back at these facilities looked at after the commit; ``None`` stands for all articles."""
    now = timezone.now()
    reviews = [
        ReleaseTimeReview(facility_id=facility, article_id=article, created=now)
        for facility, article in dict.fromkeys(places)
    ]
    if reviews:
        ReleaseTimeReview.objects.bulk_create(reviews, batch_size=2_000)
        nudge(REVIEW_TASK)


def review_release_times() -> int:
    """Moves what moved starts hold back, and shows those who wait their new start; returns how many plans moved.

    Done twice it moves nothing twice. A review is done when it was looked at after :data:`GRACE`: a plan that was just
    being decided by the old start is found then.
    """
    moved, last = 0, 0
    while reviews := list(ReleaseTimeReview.objects.filter(id__gt=last).order_by("id")[:CHUNK]):
        last = reviews[-1].pk
        looked_at = timezone.now()
        plan_ids = _concerned(reviews)
        failed: list[UUID] = []
        moved += _move_all(plan_ids, failed)
        if not failed:
            done = [review.pk for review in reviews if review.created <= looked_at - GRACE]
            ReleaseTimeReview.objects.filter(id__in=done).delete()
    return moved


def _move_all(plan_ids: Sequence[UUID], failed: list[UUID]) -> int:
    moved = 0
    for start in range(0, len(plan_ids), CHUNK):
        chunk = plan_ids[start : start + CHUNK]
        moved += sum(one_by_one(chunk, _move, lambda plan_id, _: failed.append(plan_id)))
    return moved


def _concerned(reviews: Sequence[ReleaseTimeReview]) -> list[UUID]:
    """Preordering plans that stand at the facilities, or wait for them. More than needed does no harm."""
    listed = [review for review in reviews if review.article_id is not None]
    found: set[UUID] = set()
    if listed:
        articles = {review.article_id for review in listed}
        here = _at({review.facility_id for review in listed}) & Q(lines__article_id__in=articles)
        found.update(_preordering().filter(here).values_list("id", flat=True))
    facilities = {review.facility_id for review in reviews if review.article_id is None}
    if facilities:
        here = _at(facilities) | Q(order__ordering_facility_id__in=facilities)
        found.update(_preordering().filter(here).values_list("id", flat=True))
    return sorted(found)


def _at(facility_ids: Collection[UUID]) -> Q:
    waits = Q(status=PlanStatus.WAITING, reason__facility__in=[str(facility) for facility in facility_ids])
    return Q(facility_id__in=facility_ids) | waits


def _preordering() -> RoutingPlanQuerySet:
    """Plans that something preordered belongs to, and that nobody has begun to pick."""
    unstarted = Q(pick_job__isnull=True) | Q(pick_job__status__in=UNSTARTED)
    plans: RoutingPlanQuerySet = RoutingPlan.objects.filter(
        unstarted, status__in=(PlanStatus.ROUTED, PlanStatus.WAITING), preorder_start__isnull=False
    )
    return plans


def _move(plan_ids: Sequence[UUID]) -> int:
    """Locks plans, then their pick jobs; who was begun meanwhile keeps its time."""
    with transaction.atomic():
        lock_plans(plan_ids)
        jobs = RoutingPlan.objects.filter(id__in=plan_ids, pick_job__isnull=False).values("pick_job_id")
        locked = PickJob.objects.select_for_update(no_key=True, of=("self",)).filter(id__in=jobs)
        list(locked.order_by("id").values_list("id"))
        unbegun = set(_preordering().filter(id__in=plan_ids).values_list("id", flat=True))
        rows = [row for row in load_rows(plan_ids) if row.plan.id in unbegun]
        now = timezone.now()
        moved = _moved(rows, now)
        update_rows(moved, ("preorder_start", "not_before", "version", "last_modified"))
        move_release_times(
            moved={plan.pick_job_id: plan.not_before for plan in moved if plan.pick_job_id is not None},
            now=now,
        )
        return len(moved)


def _moved(rows: Sequence[Row], now: datetime) -> list[RoutingPlan]:
    """The plans whose start is another than before, changed in memory.

    Where nothing of a plan is preordered any more it keeps its time: that counts from the next decision (B5).
    """
    starts = _Starts(rows)
    moved = []
    for row in rows:
        plan, start = row.plan, starts.of(row)
        if start is None or start == plan.preorder_start:
            continue
        plan.preorder_start = start
        if plan.status == PlanStatus.ROUTED:
            plan.not_before = latest_ahead((start, plan.restocked_at), now)
        plan.version, plan.last_modified = plan.version + 1, now
        moved.append(plan)
    return moved


class _Starts:
    """The preorder starts as they are now, where the plans of ``rows`` stand or wait; four queries."""

    def __init__(self, rows: Sequence[Row]) -> None:
        places = {(place, article) for row in rows for place, article in _places(row)}
        listings = [
            listing
            for listing in Listing.objects.active().filter(
                facility_id__in={facility for facility, _ in places},
                article_id__in={article for _, article in places},
            )
            if (listing.facility_id, listing.article_id) in places
        ]
        rules = context_rules([listing.pk for listing in listings])
        self._listed: Mapping[Place, ListingRules] = {
            (listing.facility_id, listing.article_id): ListingRules(
                effective_of(listing), tuple(rule for rule, _ in rules.get(listing.pk, ()))
            )
            for listing in listings
        }
        self._groups = group_names({facility for facility, _ in places})

    def of(self, row: Row) -> datetime | None:
        """The latest start of what is preordered for the plan; ``None``: nothing is."""
        order = row.facts.order
        starts = []
        for place in _places(row):
            listing = self._listed.get(place)
            if listing is None:
                continue
            groups = self._groups.get(place[0], frozenset()) | order.ordering_groups
            effective, _rule = effective_behaviour(listing, Context(groups, order.tags))
            if effective.behaviour.preorders and effective.preorder_start is not None:
                starts.append(effective.preorder_start)
        return max(starts, default=None)


def _places(row: Row) -> list[Place]:
    """Where the plan's articles come from; if it waits, where the articles are missing that it lacks least of."""
    plan = row.plan
    if plan.facility_id is not None:
        return [(plan.facility_id, article) for article in row.facts.needs]
    facility = plan.reason.get("facility")
    if facility is None:
        return []
    return [(UUID(facility), UUID(article)) for article in plan.reason.get("missing") or ()]
