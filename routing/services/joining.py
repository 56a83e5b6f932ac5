"""M4: putting waiting parts of a plan together again (spec 3)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from uuid import UUID

from django.db import transaction

from backoffice.core.bulk import update_rows
from backoffice.core.errors import NotFound, StateConflict
from backoffice.core.events import publish
from backoffice.core.texts import text
from routing.events import PlansJoined
from routing.models import (
    PLAN_LIFECYCLE,
    ConsolidatedStatus,
    PlanLine,
    PlanStatus,
    RoutingPlan,
    TriggerCause,
    WaitingArticle,
    WaitingRoomSettings,
)
from routing.rank import rank_of
from routing.services.interventions import lock_live_plans, lock_order, release_holdings
from routing.services.taking import wake_those_behind, wake_waiting


def join_plans(*, plan_id: UUID, version: int | None = None, reason: str = "") -> RoutingPlan:
    """Puts waiting parts of what was one plan together again, and returns the oldest of them, which carries all (M4).

    Parts are the plan, what was split off it, what it was split off from, and what else was split off that; those that
    wait, and are to be delivered in the same way. The others become OBSOLETE.

    :raises NotFound: there is no such plan.
    :raises VersionConflict: it changed since ``version``.
    :raises StateConflict: it does not wait, or no part of it waits beside it.
    """
    order_id = RoutingPlan.objects.filter(pk=plan_id).values_list("order_id", flat=True).first()
    if order_id is None:
        raise NotFound.of(RoutingPlan, plan_id)
    with transaction.atomic():
        live = lock_live_plans(lock_order(order_id))
        plan = next((one for one in live if one.id == plan_id), None)
        if plan is None:
            plan = RoutingPlan.objects.get(pk=plan_id)
        if version is not None:
            plan.claim(version)
        if plan.status != PlanStatus.WAITING:
            raise StateConflict(
                text("The plan is %(status)s: only plans that wait can be joined.", status=plan.status),
                field="status",
            )
        parts = waiting_parts(plan, live)
        if not parts:
            raise StateConflict(
                text("Nothing that was split off waits beside the plan: there is nothing to join it with."),
                code="NOTHING_TO_JOIN",
                field="status",
            )
        oldest, *others = sorted([plan, *parts], key=lambda one: one.id)
        _merge(oldest, others)
        facts = {"joined": [str(other.id) for other in others]}
        publish([PlansJoined(plan_id=oldest.id, order_id=oldest.order_id, facts=facts)], reason=reason)
    return oldest


def waiting_parts(plan: RoutingPlan, plans: Collection[RoutingPlan]) -> list[RoutingPlan]:
    """Those of the order's plans that a waiting plan can be joined with."""
    related = {plan.parent_id} - {None}
    return [
        one
        for one in plans
        if one.id != plan.id
        and one.status == PlanStatus.WAITING
        and (one.delivery_type, one.service_level) == (plan.delivery_type, plan.service_level)
        and (one.id in related or one.parent_id == plan.id or one.parent_id in related)
    ]


def _merge(plan: RoutingPlan, others: Sequence[RoutingPlan]) -> None:
    """The others keep their lines, to be read; live plans alone count units (S7)."""
    ids = [other.id for other in others]
    wake_those_behind(ids)
    _carry(plan, ids)
    _index_together(plan, ids)
    release_holdings(ids)
    for other in others:
        PLAN_LIFECYCLE.check(other.status, PlanStatus.OBSOLETE)
        other.touch(
            status=PlanStatus.OBSOLETE,
            consolidated_status=ConsolidatedStatus.OBSOLETE,
            queued_run="",
            queued_at=None,
        )
    everyone = [plan, *others]
    plan.consolidated_status = ConsolidatedStatus.WAITING
    plan.waiting_since = min(one.waiting_since for one in everyone if one.waiting_since is not None)
    plan.overstayed_at = min((one.overstayed_at for one in everyone if one.overstayed_at), default=None)
    plan.facility_blacklist = list(dict.fromkeys(f for one in everyone for f in one.facility_blacklist))
    plan.reason = _reason_together(everyone)
    plan.rank = rank_of(plan, WaitingRoomSettings.load().prioritization)
    plan.touch(
        (
            "consolidated_status",
            "waiting_since",
            "overstayed_at",
            "facility_blacklist",
            "reason",
            "rank",
        )
    )
    WaitingArticle.objects.filter(plan=plan).update(rank=plan.rank)
    wake_waiting([plan], TriggerCause.ENTRY)


def _carry(plan: RoutingPlan, other_ids: Collection[UUID]) -> None:
    """The plan's lines carry what those of the others do."""
    own = {(line.order_line_id, line.bundle_id): line for line in PlanLine.objects.filter(plan=plan)}
    raised: dict[UUID, PlanLine] = {}
    added: list[PlanLine] = []
    for line in PlanLine.objects.filter(plan_id__in=other_ids).order_by("id"):
        key = (line.order_line_id, line.bundle_id)
        if key in own:
            own[key].quantity += line.quantity
            if not own[key]._state.adding:
                raised[own[key].id] = own[key]
            continue
        own[key] = line.carried_by(plan, dated=True)
        added.append(own[key])
    update_rows(list(raised.values()), ("quantity",))
    PlanLine.objects.bulk_create(added)


def _index_together(plan: RoutingPlan, other_ids: Collection[UUID]) -> None:
    rows = {row.article_id: row for row in WaitingArticle.objects.filter(plan=plan)}
    known = set(rows)
    for row in WaitingArticle.objects.filter(plan_id__in=other_ids).order_by("id"):
        mine = rows.setdefault(
            row.article_id,
            WaitingArticle(plan=plan, article_id=row.article_id, quantity=0, missing=0, rank=plan.rank),
        )
        mine.quantity += row.quantity
        mine.missing += row.missing
    for row in rows.values():
        row.alone, row.watched = len(rows) == 1, True
    update_rows([row for id, row in rows.items() if id in known], ("quantity", "missing", "alone", "watched"))
    WaitingArticle.objects.bulk_create([row for id, row in rows.items() if id not in known])


def _reason_together(plans: Sequence[RoutingPlan]) -> dict[str, object]:
    """What they lack at the same place, added up. Of different reasons none is right: the next look finds one."""
    first = plans[0].reason
    if any(
        (one.reason.get("code"), one.reason.get("facility")) != (first.get("code"), first.get("facility"))
        for one in plans
    ):
        return {}
    missing: Counter[str] = Counter()
    for one in plans:
        missing.update(one.reason.get("missing") or {})
    return {**first, "missing": dict(missing)} if missing else dict(first)
