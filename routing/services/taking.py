"""Taking units out of plans that go on with the rest (M1, M3, M4, O1)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from uuid import UUID

from backoffice.core.bulk import update_rows
from inventory.models import MovementCause
from inventory.services.reservations import keep_at_most
from orders.services.pickjobs import lower_lines
from routing.dates import ask_for_dates, ask_for_dates_of
from routing.models import (
    Overtaking,
    PlanLine,
    PlanStatus,
    RoutingPlan,
    TriggerCause,
    WaitingArticle,
    WaitingRoomSettings,
)
from routing.services.planned import look_at
from routing.triggers import trigger_plans, trigger_those_behind

WRITTEN = ("reason", "consolidated_status", "split_count")
"""What is written of a plan that gives units; the caller may have changed how it came to stand where it does."""


def take_units(
    plans: Sequence[RoutingPlan],
    lines: Sequence[PlanLine],
    units: Mapping[UUID, int],
    *,
    cause: MovementCause = MovementCause.CANCELLATION,
) -> None:
    """Takes ``units``, by plan line, out of locked plans that go on; each keeps something.

    What they held for these units is free again, and their unstarted pick jobs have fewer to pick. A PLANNED plan may
    await nothing more, or nothing that comes as late: it is looked at again (W8).
    """
    if not plans:
        return
    for line in lines:
        line.quantity -= units[line.id]
    lower_lines(units={line.id: units[line.id] for line in lines})
    keep_at_most(units={line.id: line.quantity for line in lines}, cause=cause)
    PlanLine.objects.filter(id__in=[line.id for line in lines if not line.quantity]).delete()
    update_rows([line for line in lines if line.quantity], ("quantity",))
    needs: dict[UUID, Counter[UUID]] = {plan.id: Counter() for plan in plans}
    for plan_id, article, quantity in PlanLine.objects.filter(plan__in=plans).values_list(
        "plan_id", "article_id", "quantity"
    ):
        needs[plan_id][article] += quantity
    for plan in plans:
        lower_reason(plan, needs[plan.id])
        plan.touch(WRITTEN)
    _index_anew([plan for plan in plans if plan.status == PlanStatus.WAITING], needs)
    look_at(plan_ids=[plan.id for plan in plans if plan.status == PlanStatus.PLANNED])


def lower_reason(plan: RoutingPlan, needs: Mapping[UUID, int]) -> None:
    """No more of an article is missing than the plan needs; what it lacks exactly is seen when it is looked at next."""
    if plan.reason.get("missing"):
        missing = {
            article: min(units, needs[UUID(article)])
            for article, units in plan.reason["missing"].items()
            if UUID(article) in needs
        }
        plan.reason = {**plan.reason, "missing": missing}


def _index_anew(waiting: Sequence[RoutingPlan], needs: Mapping[UUID, Mapping[UUID, int]]) -> None:
    """The index of the waiting room (W3): under STRICT who waits behind for what is no longer needed is woken (W4)."""
    rows = list(WaitingArticle.objects.filter(plan__in=waiting))
    ask_for_dates(row.article_id for row in rows)
    kept = [row for row in rows if row.article_id in needs[row.plan_id]]
    gone = [row for row in rows if row.article_id not in needs[row.plan_id]]
    for row in kept:
        row.quantity = needs[row.plan_id][row.article_id]
        row.missing = min(row.missing, row.quantity)
        row.alone = len(needs[row.plan_id]) == 1
        row.watched = True  # of what it watched it may need less than there is now, or none
    WaitingArticle.objects.filter(id__in=[row.pk for row in gone]).delete()
    update_rows(kept, ("quantity", "missing", "alone", "watched"))
    if gone and WaitingRoomSettings.load().overtaking == Overtaking.STRICT:
        trigger_those_behind(row.article_id for row in gone)


def wake_waiting(plans: Collection[RoutingPlan], cause: TriggerCause) -> None:
    """Has waiting plans looked at and dated, since they need other things than before; under STRICT those behind are
    looked at, too (W4, W10).
    """
    waiting = [plan.id for plan in plans if plan.status == PlanStatus.WAITING]
    trigger_plans(waiting, cause)
    ask_for_dates_of(waiting)
    wake_those_behind(waiting)


def wake_those_behind(plan_ids: Collection[UUID]) -> None:
    """Under STRICT whoever waits for the same articles may no longer stand behind these plans (W4)."""
    if not plan_ids or WaitingRoomSettings.load().overtaking != Overtaking.STRICT:
        return
    waited_for = WaitingArticle.objects.filter(plan__in=plan_ids).values_list("article_id", flat=True)
    trigger_those_behind(waited_for.distinct())
