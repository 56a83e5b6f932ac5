"""Loading all that a chunk of plans may need, with a number of queries that does not depend on the chunk."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from operator import itemgetter
from typing import Any, NamedTuple
from uuid import UUID

from django.utils import timezone

from inventory.behaviour import Effective, ListingRules, tag_names
from inventory.contexts import context_rules, group_names
from inventory.models import (
    FacilityStatus,
    Listing,
    ListingStatus,
    StockLevel,
)
from inventory.services.levels import lock_levels_of_articles
from inventory.services.out_of_stock import effective_of
from orders.addresses import delivery_address
from routing.engine import Bucket, Line, OrderFacts, Plan, Unit, World
from routing.engine.needs import NOTHING, Need
from routing.models import PlanLine, RoutingPlan, StrategyRevision, WaitingRoomSettings
from routing.passes.documents import load_documents
from routing.passes.expected import FreeBucket, free_buckets, lock_free_buckets
from routing.passes.facilityfacts import IDLE, facility_rows, facts_of, workloads
from routing.passes.policies import Policies
from routing.passes.shelves import load_shelves
from routing.passes.supposing import Supposed
from routing.services.strategies import current_revision, strategy_in_use

UNREAD = (
    "created",
    "last_modified",
    "parent",
    "reroute_predecessor",
    "expected_date",
    "expected_date_source",
    *(
        f"order__{name}"
        for name in (
            "version",
            "created",
            "last_modified",
            "valid_until",
            "consumer_id",
            "delivery_type",
            "service_level",
            "delivery_preferences",
            "custom_services",
            "payment_info",
            "currency",
            "cancelation_reason",
            "details",
            "custom_attributes",
            "anonymised",
        )
    ),
)
"""What no decision looks at. Rules that people wrote are shown whole orders (:mod:`routing.passes.documents`)."""


@dataclass(frozen=True, slots=True)
class Row:
    """A plan as the database and as the engine knows it. The row's ``order`` has been fetched."""

    plan: RoutingPlan
    lines: tuple[PlanLine, ...]
    facts: Plan


@dataclass(slots=True)
class Chunk:
    """Plans, by rank, with the world that they are decided in. ``levels`` are the locked levels' ids."""

    rows: list[Row]
    world: World
    policies: Policies
    revision: StrategyRevision
    levels: dict[tuple[UUID, UUID], int]
    articles: frozenset[UUID]


def lock_plans(plan_ids: Collection[UUID]) -> None:
    """Locks plans by ascending id, in a statement of its own; what guards them is read afterwards."""
    list(
        RoutingPlan.objects.select_for_update(no_key=True, of=("self",))
        .filter(id__among=plan_ids)
        .order_by("id")
        .values_list("id")
    )


def lock_plans_if_free(plan_ids: Collection[UUID]) -> bool:
    """Locks plans by ascending id, unless somebody else has the first of them by id; whether it did."""
    free = RoutingPlan.objects.select_for_update(no_key=True, skip_locked=True, of=("self",))
    if not free.filter(id=min(plan_ids)).values_list("id"):
        return False
    lock_plans(plan_ids)
    return True


def load_rows(plan_ids: Collection[UUID]) -> list[Row]:
    """The plans with their orders and lines, by rank."""
    found = RoutingPlan.objects.filter(id__among=plan_ids).select_related("order").defer(*UNREAD)
    plans = list(found.in_release_order())
    lines: dict[UUID, list[PlanLine]] = defaultdict(list)
    for line in PlanLine.objects.filter(plan_id__among=plan_ids).order_by("id"):
        lines[line.plan_id].append(line)
    groups = group_names({p.order.ordering_facility_id for p in plans if p.order.ordering_facility_id})
    return [row_of(plan, lines[plan.id], groups) for plan in plans]


def load_chunk(
    rows: Sequence[Row],
    *,
    lock: bool = True,
    also: Iterable[UUID] = (),
    now: datetime | None = None,
    document: Mapping[str, Any] | None = None,
    given_back: Mapping[int, int] | None = None,
    expecting: WaitingRoomSettings | None = None,
    supposed: Supposed | None = None,
) -> Chunk:
    """Locks the levels of all articles that the rows need, then loads the world. ``also`` are facilities that take part
    though they are not ONLINE (M1); ``document`` stands in for that of the strategy in use. With ``expecting``, the
    settings that say how far ahead, the world has buckets of expected stock, too, locked after the levels (W6).

    A dry run is the same without ``lock``; ``given_back`` are reserved units by level that it counts as there, and
    ``supposed`` is what else it takes for granted. With a ``document`` its revision is one that nobody keeps.
    """
    articles = frozenset(line.article for row in rows for line in row.facts.lines)
    if lock:
        levels = lock_levels_of_articles(articles)
    else:
        levels = list(StockLevel.objects.filter(article_id__in=articles).order_by("id"))
        for level in levels:
            level.reserved -= (given_back or {}).get(level.id, 0)
    if supposed is not None:
        levels = supposed.levels(levels, articles)
    strategy = strategy_in_use()
    now = now or timezone.now()
    buckets: list[FreeBucket] = []
    if expecting is not None:
        buckets = (lock_free_buckets if lock else free_buckets)(articles, expecting, now)
    if expecting is not None and supposed is not None:
        buckets = supposed.free(buckets, articles)
    policies = Policies.load([row.plan for row in rows], document or strategy.document, now)
    world = load_world(rows, articles, levels, frozenset(also), now, policies.needs, buckets)
    if supposed is not None:
        supposed.book(world)
    return Chunk(
        rows=list(rows),
        world=world,
        policies=policies,
        revision=current_revision(strategy)
        if document is None
        else StrategyRevision(strategy=strategy, document=document),
        levels={(level.facility_id, level.article_id): level.id for level in levels},
        articles=articles,
    )


def row_of(plan: RoutingPlan, lines: Sequence[PlanLine], groups: Mapping[UUID, frozenset[str]]) -> Row:
    """``groups`` are the names of the groups of facilities that order for themselves (B2)."""
    order = plan.order
    facts = OrderFacts(
        delivery_type=plan.delivery_type,
        service_level=plan.service_level,
        collect_facility=order.collect_facility_id,
        country=order.country,
        latitude=order.latitude,
        longitude=order.longitude,
        tags=tag_names(order.tags),
        ordering_groups=groups.get(order.ordering_facility_id, frozenset())
        if order.ordering_facility_id
        else frozenset(),
        blacklist=frozenset(UUID(facility) for facility in plan.facility_blacklist),
        preselected=frozenset(UUID(facility) for facility in order.preselected_facilities),
        carriers=frozenset(order.preferred_carriers),
        postal_code=delivery_address(order.consumer).get("postalCode", ""),
    )
    return Row(plan, tuple(lines), Plan(plan.id, bytes(plan.rank), facts, units_of(lines)))


def units_of(lines: Sequence[PlanLine]) -> tuple[Unit, ...]:
    """Plain lines one by one; the lines of a bundle together, where its first one stands (S2)."""
    together: dict[UUID, list[Line]] = {}
    bundles: dict[UUID, UUID | None] = {}
    for line in lines:
        key = line.bundle_id or line.id
        together.setdefault(key, []).append(Line(line.id, line.article_id, line.quantity))
        bundles[key] = line.bundle_id
    return tuple(Unit(tuple(parts), bundles[key]) for key, parts in together.items())


class ActiveListing(NamedTuple):
    """What a pass asks of each listing: of thousands in a large network, for every chunk of plans."""

    id: UUID
    facility_id: UUID
    article_id: UUID
    out_of_stock_behaviour: str
    preorder_start: datetime | None
    restockable_in_days: int | None

    @property
    def configured(self) -> tuple[Any, ...]:
        """Of which there are few that differ."""
        return self[3:]


def load_world(
    rows: Sequence[Row],
    articles: Collection[UUID],
    levels: Sequence[StockLevel],
    also: frozenset[UUID],
    now: datetime,
    needs: frozenset[Need] = NOTHING,
    buckets: Sequence[FreeBucket] = (),
) -> World:
    active = Listing.objects.filter(article_id__in=articles, status=ListingStatus.ACTIVE)
    listings = [ActiveListing(*row) for row in active.values_list(*ActiveListing._fields)]
    places = {listing.facility_id for listing in listings} | also
    facilities = [
        row for row in facility_rows(places) if row.status == FacilityStatus.ONLINE or row.id in also
    ]
    index = {facility.id: number for number, facility in enumerate(facilities)}
    groups = group_names(index)
    rules = context_rules(active.values_list("id", flat=True))
    listed: dict[UUID, dict[int, ListingRules]] = defaultdict(dict)
    here = [(index[listing.facility_id], listing) for listing in listings if listing.facility_id in index]
    known: dict[tuple[Any, ...], Effective] = {}
    for place, listing in sorted(here, key=itemgetter(0)):
        effective = known.get(listing.configured) or known.setdefault(
            listing.configured, effective_of(listing)
        )
        listed[listing.article_id][place] = ListingRules(
            effective, tuple(rule for rule, _ in rules.get(listing.id, ()))
        )
    available: dict[UUID, dict[int, int]] = defaultdict(dict)
    for level in levels:
        number = index.get(level.facility_id)
        if number is not None:
            available[level.article_id][number] = level.available
    expected: dict[UUID, list[Bucket]] = defaultdict(list)
    for bucket in buckets:
        number = index.get(bucket.facility_id)
        if number is not None:
            expected[bucket.article_id].append(Bucket(bucket.id, number, bucket.date, bucket.units))
    busy = workloads(facilities, now) if Need.WORKLOAD in needs else {}
    return World(
        now=now,
        facilities=[
            facts_of(row, groups.get(row.id, frozenset()), busy.get(row.id, IDLE)) for row in facilities
        ],
        listings=listed,
        available=available,
        expected=expected,
        shelves=load_shelves(levels, index, needs, now) if needs else None,
        documents=load_documents(rows, list(index), listings) if Need.DOCUMENTS in needs else None,
    )
