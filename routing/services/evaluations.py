"""Trying a strategy out: which node would decide an order (R1). Nothing is written."""

from __future__ import annotations

from django.utils import timezone

from backoffice.core.errors import NotFound
from backoffice.core.texts import text
from orders.drafts import OrderDraft
from orders.rendering import render_order
from orders.services.placing import orders_as_placed
from routing.engine import Picked, pick_node
from routing.engine.strategy import way_to
from routing.models import RoutingStrategy


def evaluate_strategy(*, strategy: RoutingStrategy, draft: OrderDraft) -> Picked:
    """The node that would decide such an order if it were placed now, and the way to it.

    :raises Invalid: it could not be placed.
    """
    (rows,) = orders_as_placed(drafts=(draft,))
    return pick_node(strategy.document, render_order(rows.order), timezone.now())


def evaluate_node(*, strategy: RoutingStrategy, node_id: str) -> Picked:
    """The way of an order that gets to the node, and what is configured there now, with what it inherits.

    :raises NotFound: the strategy has no such node.
    """
    picked = way_to(strategy.document, node_id, timezone.now())
    if picked is None:
        raise NotFound(text("The strategy %(id)s has no node %(node_id)s.", id=strategy.pk, node_id=node_id))
    return picked
