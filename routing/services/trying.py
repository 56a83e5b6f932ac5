"""Trying orders: where they would go if they were placed now, by the passes' own code (spec 1, "True dry run").

Nothing is written and nothing is locked; no article comes about.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from inventory.contexts import group_names
from inventory.models import Article
from orders.drafts import OrderDraft
from orders.rows import OrderRows
from orders.services.placing import orders_as_placed
from routing.engine import Decision, World, decide
from routing.models import Overtaking, RoutingPlan
from routing.outlooks import Outlooks
from routing.passes.arrivals import load_arrivals
from routing.passes.loading import Chunk, Row, load_chunk, row_of
from routing.passes.queue import waited_for
from routing.services.intake import first_lines
from routing.services.settings import waiting_room_settings


@dataclass(frozen=True, slots=True)
class Trial:
    """One order and what would be decided about it; the orders are alternatives, and take nothing from each other."""

    row: Row
    decision: Decision


@dataclass(frozen=True, slots=True)
class Trials:
    """``articles`` are those of the orders, by id, known or not; ``outlooks`` say when they may be counted on."""

    trials: Sequence[Trial]
    chunk: Chunk
    articles: Mapping[UUID, Article]
    outlooks: Outlooks

    @property
    def world(self) -> World:
        return self.chunk.world


def try_orders(*, drafts: Sequence[OrderDraft], without: Collection[UUID] = ()) -> Trials:
    """What would be decided about each of the orders; the number of queries does not depend on how many there are.

    ``without`` are facilities that take no part. Under STRICT an order queues behind those who wait (R10).

    :raises Invalid: a facility does not exist, or a bundle does not fit its lines.
    """
    return try_rows(placed=orders_as_placed(drafts=drafts), without=without)


def try_rows(
    *,
    placed: Sequence[OrderRows],
    without: Collection[UUID] = (),
    document: Mapping[str, Any] | None = None,
) -> Trials:
    """The same for orders as rows, placed or not; ``document`` stands in for that of the strategy in use."""
    ordering = {one.order.ordering_facility_id for one in placed if one.order.ordering_facility_id}
    groups = group_names(ordering)
    rows = [_row(one, without, groups) for one in placed]
    chunk = load_chunk(rows, lock=False, document=document)
    settings = waiting_room_settings()
    if settings.overtaking == Overtaking.STRICT:
        chunk.world.close(range(len(chunk.world.facilities)), waited_for(chunk))
    articles = {line.article.pk: line.article for one in placed for line in one.lines}
    days = {
        id: settings.default_backorder_days if article.backorder_days is None else article.backorder_days
        for id, article in articles.items()
    }
    trials = []
    for row in rows:
        by = chunk.policies.of(row.plan)
        trials.append(Trial(row, decide(row.facts, chunk.world, by.policy, by.patterns)))
    return Trials(trials, chunk, articles, Outlooks(chunk.world, load_arrivals(articles), days))


def _row(one: OrderRows, without: Collection[UUID], groups: Mapping[UUID, frozenset[str]]) -> Row:
    """The order's first plan, as intake would make it."""
    order = one.order
    plan = RoutingPlan(
        order=order,
        rank=b"",
        delivery_type=order.delivery_type,
        service_level=order.service_level,
        facility_blacklist=[str(facility) for facility in without],
    )
    return row_of(plan, first_lines(plan, one), groups)
