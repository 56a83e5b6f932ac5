"""What subscribers are told of orders and pick jobs: each as the API renders it (spec 5, 7)."""

from __future__ import annotations

from collections.abc import Collection

from django.utils.translation import gettext_lazy as _

from backoffice.core.webhooks import Rendered, WebhookEvent, register
from orders.models import Order, PickJob
from orders.rendering import render_order, render_pick_job

ORDERS = {
    "ORDER_CREATED": _("An order was placed."),
    "DELIVERY_PROMISE_CREATED": _("An order was promised: it is reserved, and to be confirmed in time."),
    "DELIVERY_PROMISE_EXTENDED": _("A promise holds until another moment."),
    "ORDER_CREATED_FROM_PROMISE": _("A promise was confirmed: it is an order now."),
    "ORDER_MODIFIED": _("An order was changed."),
    "ORDER_UNLOCKED": _("A locked order was unlocked: it may be picked."),
    "ORDER_ANONYMIZED": _("Nothing of an order tells any more who bought it."),
    "ORDER_CANCELLED": _("An order was cancelled."),
    "ORDER_FORCE_CANCELLED": _("An order was cancelled although its picking had begun."),
    "ORDER_CANCELLED_BY_EXPIRY": _(
        "An order was promised, and cancelled because nobody confirmed it in time."
    ),
}

PICK_JOBS = {
    "PICK_JOB_CREATED": _("A facility has something to pick."),
    "PICK_JOB_PICKING_FINISHED": _("Every line of a pick job was reported."),
    "PICK_JOB_ABORTED": _("A pick job was aborted."),
    "PICK_JOB_CANCELED": _("A pick job was cancelled."),
    "PICK_JOB_REROUTED": _("A pick job ended because its routing plan was routed anew."),
}


def register_all() -> None:
    for load, events in ((load_orders, ORDERS), (load_pick_jobs, PICK_JOBS)):
        register(*(WebhookEvent(name=name, description=said, load=load) for name, said in events.items()))


def load_orders(ids: Collection[str]) -> dict[str, Rendered]:
    """An order concerns the facility where it is collected, and the one that placed it for itself."""
    return {
        str(order.pk): Rendered(
            render_order(order),
            frozenset(id for id in (order.collect_facility_id, order.ordering_facility_id) if id),
        )
        for order in Order.objects.with_line_items().filter(pk__in=ids)
    }


def load_pick_jobs(ids: Collection[str]) -> dict[str, Rendered]:
    return {
        str(job.pk): Rendered(render_pick_job(job), frozenset({job.facility_id}))
        for job in PickJob.objects.with_line_items().filter(pk__in=ids)
    }
