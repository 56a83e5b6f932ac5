"""O3: what live records refer to is not deleted, and the refusal says which they are (spec 3)."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from backoffice.core.errors import NotFound, StateConflict
from backoffice.core.events import publish
from backoffice.core.texts import text
from inventory.references import facilities_by_ref
from orders.models.pickjob import FINISHED
from routing.documents.tree import nodes_of
from routing.events import StrategyDeleted
from routing.models import DecisionLog, PlanStatus, RoutingPlan, RoutingStrategy
from routing.models.plan import RoutingPlanQuerySet

NAMED = 3
"""How many of the records that stand in the way a refusal names."""

CODE = "STILL_REFERRED_TO"


def refuse_to_delete_facilities(*, facility_ids: Collection[UUID]) -> None:
    """:raises StateConflict: live plans stand at one of them or are to be collected or brought there, or a strategy
    falls back to it (R6).
    """
    _refuse_for_plans("facility", _standing().filter(facility_id__in=facility_ids))
    _refuse_for_plans(
        "facility",
        _undecided().filter(
            Q(order__collect_facility__in=facility_ids) | Q(order__ordering_facility__in=facility_ids)
        ),
    )
    for strategy in RoutingStrategy.objects.order_by("id"):
        refs = {
            ref
            for _path, node in nodes_of(strategy.document)
            for ref in (node["config"].get("fallbackFacility") or {}).get("facilityRefs", ())
        }
        if any(facility.id in facility_ids for facility in facilities_by_ref(refs).values()):
            raise StateConflict(
                text(
                    "The facility is the fallback facility of the routing strategy %(strategy)s "
                    "(%(id)s): name another one there first.",
                    strategy=strategy,
                    id=strategy.id,
                ),
                code=CODE,
            )


def refuse_to_delete_listing(*, facility_id: UUID, article_id: UUID) -> None:
    """:raises StateConflict: a plan is to be fulfilled from the listing."""
    plans = _standing().filter(facility_id=facility_id, lines__article_id=article_id)
    _refuse_for_plans("listing", plans)


def delete_strategy(*, strategy_id: UUID) -> None:
    """Removes a strategy that decided nothing, with its revisions.

    One that did stays: the logs of its decisions are explained by it, also those about plans that have ended.

    :raises NotFound: there is no such strategy.
    :raises StateConflict: it is in use, or decided about plans.
    """
    with transaction.atomic():
        found = RoutingStrategy.objects.select_for_update().filter(pk=strategy_id).first()
        if found is None:
            raise NotFound.of(RoutingStrategy, strategy_id)
        if found.in_use:
            raise StateConflict(
                text("The routing strategy is in use: activate another one first."), code=CODE, field="inUse"
            )
        decided = DecisionLog.objects.filter(snapshot__revision__strategy=found).order_by("-id")
        plans = list(dict.fromkeys(decided.values_list("plan_id", flat=True)[:NAMED]))
        if plans:
            raise StateConflict(
                text(
                    "The routing strategy decided about routing plans (%(plans)s), and explains "
                    "those decisions.",
                    plans=_named(plans),
                ),
                code=CODE,
            )
        found.delete()
        publish([StrategyDeleted(strategy_id=strategy_id)])


def _standing() -> RoutingPlanQuerySet:
    """Plans that are still to be fulfilled from somewhere; what was picked needs nothing any more."""
    plans: RoutingPlanQuerySet = RoutingPlan.objects.filter(
        Q(pick_job__isnull=True) | ~Q(pick_job__status__in=FINISHED),
        status__in=(PlanStatus.ROUTED, PlanStatus.PLANNED),
    )
    return plans


def _undecided() -> RoutingPlanQuerySet:
    """Plans that are to be routed yet, or wait."""
    undecided = (PlanStatus.INITIAL, PlanStatus.WAITING, PlanStatus.RETRYABLE, PlanStatus.NOT_ROUTABLE)
    plans: RoutingPlanQuerySet = RoutingPlan.objects.filter(status__in=undecided)
    return plans


def _refuse_for_plans(what: str, plans: RoutingPlanQuerySet) -> None:
    found = list(plans.order_by("id").values_list("id", flat=True).distinct()[:NAMED])
    if found:
        raise StateConflict(
            text(
                "The %(what)s is still needed by routing plans (%(found)s): reroute or cancel them first.",
                what=what,
                found=_named(found),
            ),
            code=CODE,
        )


def _named(ids: Iterable[UUID]) -> str:
    return ", ".join(map(str, ids))
