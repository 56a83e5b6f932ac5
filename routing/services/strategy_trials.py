"""Trying a strategy, be it saved or not, with an order: the whole decision, of which nothing is written (spec 6)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from orders.drafts import OrderDraft
from orders.models import BundleItem, Order
from orders.rows import OrderRows
from orders.services.placing import orders_as_placed
from routing.models import DecisionLog, RoutingPlan, RunType
from routing.services.redeciding import decide_again, may_be_decided_again, unwritten_log
from routing.services.trying import try_rows

MOST_PLANS = 5
"""Plans of an order that are tried: the newest ones."""

Document = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class StrategyTrial:
    """What would be decided about a plan, or about a whole order (``plan`` is ``None``): by the strategy that is tried,
    and by the one in use.
    """

    plan: RoutingPlan | None
    tried: DecisionLog
    in_use: DecisionLog


def try_draft(*, document: Document, draft: OrderDraft) -> StrategyTrial:
    """An order that does not exist, as if it were placed now.

    :raises Invalid: it could not be placed.
    """
    return _try_rows(document, orders_as_placed(drafts=[draft]))


def try_order(*, document: Document, order: Order) -> list[StrategyTrial]:
    """Each plan of the order that is still to be decided or picked, as if it were rerouted now; without any, the whole
    order as if it were placed now.
    """
    plans = RoutingPlan.objects.filter(order=order).select_related("pick_job").order_by("-id")
    open_plans = [plan for plan in plans if may_be_decided_again(plan)][:MOST_PLANS]
    if open_plans:
        return [_try_plan(document, plan) for plan in reversed(open_plans)]
    order = Order.objects.with_line_items().select_related("collect_facility").get(pk=order.pk)
    items = list(BundleItem.objects.filter(bundle__order=order))
    return [_try_rows(document, [OrderRows(order, list(order.line_items), [], items)])]


def _try_plan(document: Document, plan: RoutingPlan) -> StrategyTrial:
    return StrategyTrial(
        plan,
        decide_again(plan_id=plan.pk, rerouted=True, document=document).fresh,
        decide_again(plan_id=plan.pk, rerouted=True).fresh,
    )


def _try_rows(document: Document, placed: Sequence[OrderRows]) -> StrategyTrial:
    tried, in_use = (_log(placed, one) for one in (document, None))
    return StrategyTrial(None, tried, in_use)


def _log(placed: Sequence[OrderRows], document: Document | None) -> DecisionLog:
    trials = try_rows(placed=placed, document=document)
    (trial,) = trials.trials
    return unwritten_log(trial.row, trial.decision, trials.chunk, RunType.DEFAULT)
