"""M4: holding waiting plans back until a date (spec 3). That holds end is found in :mod:`routing.services.due`."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from backoffice.core.api.values import instant
from backoffice.core.errors import Invalid, StateConflict
from backoffice.core.events import publish
from backoffice.core.texts import text
from routing.dates import ask_for_dates_of
from routing.events import PlanHeld, PlanHoldReleased
from routing.models import RoutingPlan, TriggerCause
from routing.services.interventions import lock_waiting_plan
from routing.services.taking import wake_those_behind
from routing.triggers import trigger_plans


def hold_plan(*, plan_id: UUID, until: datetime, version: int | None = None, reason: str = "") -> RoutingPlan:
    """Has a waiting plan passed over ``until`` then; it keeps its place, and others are served meanwhile (M4).

    A plan that is held already is held until then instead.

    :raises NotFound: there is no such plan.
    :raises VersionConflict: it changed since ``version``.
    :raises StateConflict: it does not wait.
    :raises Invalid: that time has passed.
    """
    if until <= timezone.now():
        raise Invalid(text("Hold it until a time that is yet to come."), code="IN_THE_PAST", field="until")
    with transaction.atomic():
        plan = lock_waiting_plan(plan_id, version)
        plan.touch(held_until=until)
        wake_those_behind([plan.id])
        ask_for_dates_of([plan.id])
        facts = {"until": instant(until)}
        publish([PlanHeld(plan_id=plan.id, order_id=plan.order_id, facts=facts)], reason=reason)
    return plan


def release_hold(*, plan_id: UUID, version: int | None = None, reason: str = "") -> RoutingPlan:
    """Ends a plan's hold before its time; it is looked at at once (M4).

    :raises NotFound: there is no such plan.
    :raises VersionConflict: it changed since ``version``.
    :raises StateConflict: it does not wait, or is not held.
    """
    with transaction.atomic():
        plan = lock_waiting_plan(plan_id, version)
        if plan.held_until is None:
            raise StateConflict(text("The plan is not held."), code="NOT_HELD", field="status")
        plan.touch(held_until=None)
        trigger_plans([plan.id], TriggerCause.HOLD_EXPIRED)
        ask_for_dates_of([plan.id])
        publish([PlanHoldReleased(plan_id=plan.id, order_id=plan.order_id)], reason=reason)
    return plan
