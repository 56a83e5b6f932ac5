"""New orders become plans that await their first decision; these plans are the queue (spec 3, R1)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from uuid import UUID

from django.utils import timezone

from backoffice.core.nudges import nudge
from orders.models import Order, OrderLine
from orders.rows import OrderRows
from routing.models import PlanLine, QueuedRun, RoutingPlan
from routing.rank import rank_of
from routing.services.settings import waiting_room_settings
from routing.triggers import ROUTE_TASK


def create_initial_plans(*, placed: Sequence[OrderRows]) -> list[RoutingPlan]:
    """One INITIAL plan per order, with all of its lines. Called in the transaction that places the orders.

    Units of a line that belong to a bundle become a plan line of their own, so that a bundle can be told apart (S2).
    """
    prioritization = waiting_room_settings().prioritization
    now = timezone.now()
    plans, lines = [], []
    for rows in placed:
        order = rows.order
        plan = RoutingPlan(
            order=order,
            queued_run=QueuedRun.INTAKE,
            queued_at=now,
            delivery_type=order.delivery_type,
            service_level=order.service_level,
        )
        plan.rank = rank_of(plan, prioritization)
        plans.append(plan)
        lines += first_lines(plan, rows)
    RoutingPlan.objects.bulk_create(plans, batch_size=2_000)
    PlanLine.objects.bulk_create(lines, batch_size=2_000)
    nudge(ROUTE_TASK)
    return plans


def create_added_plan(*, order: Order, raised: Mapping[UUID, int]) -> RoutingPlan:
    """An INITIAL plan of units that were added to an order, by order line (O1). Called in that transaction.

    They are plain units: a bundle is what it was when the order was placed.
    """
    plan = RoutingPlan(
        order=order,
        queued_run=QueuedRun.ORDER_MODIFIED,
        queued_at=timezone.now(),
        delivery_type=order.delivery_type,
        service_level=order.service_level,
    )
    plan.rank = rank_of(plan, waiting_room_settings().prioritization)
    plan.save(force_insert=True)
    lines = OrderLine.objects.filter(id__in=raised).order_by("position")
    PlanLine.objects.bulk_create([_line(plan, line, raised[line.id], None) for line in lines])
    nudge(ROUTE_TASK)
    return plan


def first_lines(plan: RoutingPlan, placed: OrderRows) -> list[PlanLine]:
    """The lines of an order's first plan."""
    bundled: dict[UUID, list[tuple[UUID, int]]] = defaultdict(list)
    for item in placed.items:
        bundled[item.line_id].append((item.bundle_id, item.quantity))
    return [part for line in placed.lines for part in _parts_of(plan, line, bundled.get(line.id, ()))]


def _parts_of(plan: RoutingPlan, line: OrderLine, bundled: Iterable[tuple[UUID, int]]) -> Iterator[PlanLine]:
    """The order line as lines of its first plan: the units of each bundle by themselves, then the plain ones (S2)."""
    left = line.quantity
    for bundle, quantity in bundled:
        yield _line(plan, line, quantity, bundle)
        left -= quantity
    if left:
        yield _line(plan, line, left, None)


def _line(plan: RoutingPlan, line: OrderLine, quantity: int, bundle: UUID | None) -> PlanLine:
    return PlanLine(
        plan=plan, order_line_id=line.id, article_id=line.article_id, quantity=quantity, bundle_id=bundle
    )
