"""What is left when all is quiet, in terms that do not depend on who did it, in which order, and under which ids."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable, Mapping
from typing import Any
from uuid import UUID

from backoffice.core.models import DomainEvent
from inventory.models import ExpectedStock, Reservation, StockLevel
from orders.models import PickJob
from routing.models import PlanLine, PlannedReview, ReleaseTrigger, RoutingPlan, WaitingArticle
from routing.reconcile import find_discrepancies

ONCE = ("ROUTING_PLAN_RELEASED", "ROUTING_PLAN_PLANNED", "ROUTING_PLAN_SPLITTED")
"""What happens to a plan of these tests at most once."""

State = Mapping[str, Any]


def quiet() -> bool:
    """Nothing is left to do for those who release, route, and follow what was planned."""
    return not (
        ReleaseTrigger.objects.exists()
        or RoutingPlan.objects.queued().exists()
        or PlannedReview.objects.exists()
    )


def checked_state() -> State:
    """The final state, once it is sure that the books agree and nothing happened twice."""
    assert find_discrepancies() == []
    assert _events_that_happened_twice() == []
    return _final_state()


def _final_state() -> State:
    """Each order's plans, with what they hold and their pick jobs; levels; expected stock. Equal if nothing differs but
    ids, times, and how often somebody looked in vain.
    """
    return {
        "orders": _orders(),
        "levels": list(
            StockLevel.objects.order_by("facility__name", "article__tenant_article_id").values_list(
                "facility__name", "article__tenant_article_id", "on_hand", "reserved"
            )
        ),
        "expected": list(ExpectedStock.objects.order_by("id").values_list("id", "received", "reserved")),
    }


def _events_that_happened_twice() -> list[tuple[str, str]]:
    """(event, plan) that is told of more than once though it can only happen once."""
    told = DomainEvent.objects.filter(name__in=ONCE).values_list("name", "resource_id")
    return [event for event, times in Counter(told).items() if times > 1]


def _orders() -> dict[str, list[Hashable]]:
    lines, jobs, waits, events = _lines(), _jobs(), _waits(), _events()
    orders: dict[str, list[Any]] = defaultdict(list)
    for plan in RoutingPlan.objects.select_related("order", "facility"):
        described = (
            plan.status,
            plan.consolidated_status,
            plan.facility.name if plan.facility else "",
            str(plan.planned_for or ""),
            plan.remainder,
            plan.parent_id is not None,
            lines[plan.id],
            jobs[plan.id],
            waits[plan.id],
            events[plan.id],
        )
        orders[str(plan.order.tenant_order_id)].append(described)
    return {order: sorted(plans) for order, plans in orders.items()}


def _lines() -> Mapping[UUID, Hashable]:
    """By plan: article and units, and how many of them are reserved where, or expected in which bucket."""
    held: dict[UUID, list[Any]] = defaultdict(list)
    for holder, *what in Reservation.objects.values_list(
        "holder", "level__facility__name", "expected_stock_id", "quantity"
    ):
        held[holder].append((what[0] or "", what[1] or 0, what[2]))
    return _by_plan(
        (plan, (article, units, tuple(sorted(held[line]))))
        for plan, line, article, units in PlanLine.objects.values_list(
            "plan_id", "id", "article__tenant_article_id", "quantity"
        )
    )


def _jobs() -> Mapping[UUID, Hashable]:
    return _by_plan(
        (plan, tuple(what))
        for plan, *what in PickJob.objects.values_list(
            "reference", "status", "facility__name", "lines__article__tenant_article_id", "lines__quantity"
        )
    )


def _waits() -> Mapping[UUID, Hashable]:
    return _by_plan(
        (plan, tuple(what))
        for plan, *what in WaitingArticle.objects.values_list(
            "plan_id", "article__tenant_article_id", "quantity", "alone"
        )
    )


def _events() -> Mapping[UUID, Hashable]:
    told = DomainEvent.objects.filter(name__in=ONCE).values_list("resource_id", "name")
    return _by_plan((UUID(plan), (name,)) for plan, name in told)


def _by_plan(facts: Iterable[tuple[UUID, tuple[Any, ...]]]) -> Mapping[UUID, Hashable]:
    found: dict[UUID, list[Any]] = defaultdict(list)
    for plan, fact in facts:
        found[plan].append(fact)
    return defaultdict(tuple, {plan: tuple(sorted(several)) for plan, several in found.items()})
