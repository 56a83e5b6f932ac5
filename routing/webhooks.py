"""What subscribers are told of routing plans: the plan as the API renders it (spec 5, 7)."""

from __future__ import annotations

from collections.abc import Collection

from django.utils.translation import gettext_lazy as _

from backoffice.core.webhooks import Rendered, WebhookEvent, register
from routing.rendering import plans_to_render, render_plans

PLANS = {
    "ROUTING_PLAN_WAITING": _("A routing plan entered the waiting room."),
    "ROUTING_PLAN_ROUTED": _("A routing plan was given to a facility."),
    "ROUTING_PLAN_RELEASED": _("A routing plan left the waiting room because it could."),
    "ROUTING_PLAN_DATE_CHANGED": _("The day on which a routing plan's turn should come has changed."),
    "ROUTING_PLAN_NOT_ROUTABLE": _("A routing plan cannot be routed."),
    "ROUTING_PLAN_SPLITTED": _("Parts of a routing plan became plans of their own."),
    "ROUTING_PLAN_FALLBACK": _("A routing plan was given to the fallback facility."),
    "ROUTING_PLAN_CANCELLED": _("A routing plan was cancelled."),
    "ROUTING_PLAN_REROUTEPLAN_CREATED": _("A routing plan was replaced by another one."),
}


def register_all() -> None:
    register(*(WebhookEvent(name=name, description=said, load=load_plans) for name, said in PLANS.items()))


def load_plans(ids: Collection[str]) -> dict[str, Rendered]:
    plans = list(plans_to_render().filter(pk__in=ids))
    return {
        str(plan.pk): Rendered(payload, frozenset({plan.facility_id} if plan.facility_id else ()))
        for plan, payload in zip(plans, render_plans(plans), strict=True)
    }
