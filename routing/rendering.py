"""Routing plans as JSON, for the API and for webhooks (spec 5)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db.models import Prefetch, QuerySet
from django.utils import timezone

from backoffice.core.api.values import instant
from orders.addresses import delivery_address
from orders.models import DeliveryType
from orders.models.pickjob import FINISHED
from orders.rendering import NO_WORKFLOW, render_order_line
from routing.models import PlanLine, PlanStatus, RoutingPlan
from routing.models.plan import SHIPMENT_STATUS
from routing.sentences import Names, Reason, names_of, sentence_of

LATEST_RUNS = 20
"""How many decisions a plan refers to, beside its first."""


def plans_to_render() -> QuerySet[RoutingPlan]:
    """Plans with what their rendering needs: a constant number of queries for any number of plans."""
    lines = PlanLine.objects.select_related("order_line__article").order_by("order_line__position", "id")
    relatives = RoutingPlan.objects.order_by("id")
    return RoutingPlan.objects.select_related("order", "pick_job", "reroute_predecessor").prefetch_related(
        Prefetch("lines", lines),
        Prefetch("children", relatives.only("id", "parent_id")),
        Prefetch("reroute_successors", relatives.only("id", "reroute_predecessor_id")),
    )


class PlanRenderer:
    """Renders plans; :meth:`prepare` looks up what a whole page of them mentions (two queries)."""

    def __init__(self) -> None:
        self.names = Names()

    def prepare(self, plans: Sequence[RoutingPlan]) -> None:
        self.names = names_of(plans)

    def render(self, plan: RoutingPlan) -> dict[str, Any]:
        """The contract's RoutingPlan, and what is ours: ``shipmentStatus``, ``reason``, ``sentence``, ``notBefore``,
        ``plannedFor`` and ``late``, and since when, how and until when it waits.
        """
        order = plan.order
        return {
            "id": str(plan.id),
            "version": plan.version,
            "created": instant(plan.created),
            "lastModified": instant(plan.last_modified),
            "orderRef": str(plan.order_id),
            "processId": str(plan.order_id),
            "orderDate": instant(order.order_date),
            "priority": order.priority,
            "status": plan.status,
            "consolidatedStatus": plan.consolidated_status,
            "routingRun": plan.routing_run,
            "finalizeRun": 0,
            "decisionLogs": [_log_reference(plan, run) for run in _runs(plan.routing_run)],
            "splitCount": plan.split_count,
            "orderLineItems": [render_plan_line(line, dated=plan.dated) for line in plan.lines.all()],
            "deliveryPreferences": _delivery_preferences(plan),
            **_lineage(plan),
            **_given(
                {
                    "tenantOrderId": order.tenant_order_id,
                    "facilityRef": _ref(plan.facility_id),
                    "pickJobRef": _ref(plan.pick_job_id),
                    "runType": plan.run_type,
                    "firstRoutingAttempt": instant(plan.first_routing_attempt),
                    "facilityBlackList": plan.facility_blacklist,
                    "targetAddress": dict(delivery_address(order.consumer)),
                    "shipmentStatus": shipment_status(plan),
                    "notBefore": instant(plan.not_before),
                    "plannedFor": plan.planned_for.isoformat() if plan.planned_for else None,
                    "late": plan.late(timezone.now()) or None,
                    "waitingSince": instant(plan.waiting_since),
                    "reason": render_reason(plan.reason, self.names),
                    **(_date(plan) if plan.dated else {}),
                }
            ),
            "sentence": sentence_of(plan, self.names),
            "anonymized": order.anonymised,
            "workflowInformation": NO_WORKFLOW,
        }

    def render_waiting(self, plan: RoutingPlan, position: int) -> dict[str, Any]:
        """A plan in the waiting room: the same, with its place there and what it lacks (spec 5 ``GET waitingroom``)."""
        missing = render_missing(plan.reason, self.names)
        return {
            **self.render(plan),
            "position": position,
            "waitingSince": instant(plan.waiting_since),
            "outOfStockBehaviour": plan.behaviour or "NONE",
            "missing": missing,
            "reasons": [plan.reason["code"]] if plan.reason else [],
            "mayNoLongerWait": plan.may_no_longer_wait,
            **_date(plan),
            "pinned": plan.pinned_at is not None,
            "heldUntil": instant(plan.held_until),
            "waitingTooLong": plan.overstayed_at is not None,
            "preorderStart": instant(plan.preorder_start),
            "overdue": plan.overdue(timezone.now()),
        }


def render_plans(plans: Iterable[RoutingPlan]) -> list[dict[str, Any]]:
    """All of them, in their order; they come from :func:`plans_to_render`."""
    rows = list(plans)
    renderer = PlanRenderer()
    renderer.prepare(rows)
    return [renderer.render(plan) for plan in rows]


def render_plan(plan: RoutingPlan) -> dict[str, Any]:
    return render_plans([plan])[0]


def render_plan_line(line: PlanLine, *, dated: bool) -> dict[str, Any]:
    """An order line with the units of it that the plan carries; the id is the order line's. Lines of plans that wait or
    are planned are ``dated`` (W10).
    """
    return {
        **render_order_line(line.order_line),
        "quantity": line.quantity,
        **_given(
            {
                "bundleRef": _ref(line.bundle_id),
                **(_date(line) if dated else {}),
            }
        ),
    }


def _date(dated: RoutingPlan | PlanLine) -> dict[str, Any]:
    day = dated.expected_date
    return {
        "expectedDate": day.isoformat() if day else None,
        "expectedDateSource": dated.expected_date_source or None,
    }


def render_reason(reason: Reason, names: Names) -> dict[str, Any]:
    """Why the plan stands where it stands, in codes; :mod:`routing.sentences` says it in words."""
    if not reason:
        return {}
    return {
        "code": reason["code"],
        **_given(
            {
                "facilityRef": reason.get("facility"),
                "missing": render_missing(reason, names),
                "fences": reason.get("fences"),
                "parts": reason.get("parts"),
                "parked": render_units(reason.get("parked") or {}, names),
                "date": reason.get("date"),
            }
        ),
    }


def render_missing(reason: Reason, names: Names) -> list[dict[str, Any]]:
    """The articles that are missing at the facility that the reason names, with units."""
    return render_units(reason.get("missing") or {}, names)


def render_units(units: Mapping[str, int], names: Names) -> list[dict[str, Any]]:
    """Units per article; an article that is gone is left out."""
    return [
        {"tenantArticleId": article.tenant_article_id, "title": article.title, "quantity": quantity}
        for id, quantity in units.items()
        if (article := names.articles.get(id)) is not None
    ]


def shipment_status(plan: RoutingPlan) -> str | None:
    """Kibo's name for the plan's status; ``None`` while it was never decided (spec 2)."""
    if plan.status == PlanStatus.ROUTED and plan.pick_job is not None and plan.pick_job.status in FINISHED:
        return "FULFILLED"
    return SHIPMENT_STATUS.get(PlanStatus(plan.status))


def log_url(plan_id: object, run: int) -> str:
    return f"/api/routingplans/{plan_id}/decisionlogs/{run}"


def _log_reference(plan: RoutingPlan, run: int) -> dict[str, Any]:
    return {"routingRun": run, "finalizeRun": 0, "url": log_url(plan.id, run)}


def _runs(latest: int) -> list[int]:
    """The first run and the latest ones (spec 5)."""
    return sorted({1, *range(max(1, latest - LATEST_RUNS + 1), latest + 1)}) if latest else []


def _lineage(plan: RoutingPlan) -> dict[str, Any]:
    """Where the plan comes from, and what became of it."""
    children, successors = plan.children.all(), plan.reroute_successors.all()
    before = plan.reroute_predecessor
    rerouted_from = (
        {}
        if before is None
        else {
            "reRoutedRoutingPlanRef": str(before.id),
            "reRoutedFacilityRef": _ref(before.facility_id),
            "reRoutedPickJobRef": _ref(before.pick_job_id),
        }
    )
    return {
        "predecessorRerouteRoutingPlanRefs": [] if before is None else [str(before.id)],
        "successorRerouteRoutingPlanRefs": [str(successor.id) for successor in successors],
        **_given(
            {
                **rerouted_from,
                "parentRoutingPlanRef": _ref(plan.parent_id),
                "childRoutingPlanRef": _ref(children[0].id) if children else None,
            }
        ),
    }


def _delivery_preferences(plan: RoutingPlan) -> dict[str, Any]:
    """The order's, with the service level that an assignment may have changed (M1)."""
    preferences = dict(plan.order.delivery_preferences)
    if plan.delivery_type == DeliveryType.COLLECT:
        return preferences
    shipping = {**preferences.get("shipping", {}), "serviceLevel": plan.service_level}
    return {**preferences, "shipping": shipping}


def _ref(id: object) -> str | None:
    return None if id is None else str(id)


def _given(values: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in values.items() if value not in (None, "", [], {})}
