"""Every intervention by its name, for one plan or for many (M1-M5): what the API, screens and jobs ask for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from backoffice.core.api.values import instant, parse_instant
from routing.models import RoutingPlan
from routing.services.assigning import assign_plan
from routing.services.cancelling import cancel_plan
from routing.services.choosing import Choice, ChosenArticles
from routing.services.dividing import split_plan
from routing.services.holding import hold_plan, release_hold
from routing.services.joining import join_plans
from routing.services.pinning import pin_plan, unpin_plan
from routing.services.rerouting import reroute_plan
from routing.services.unassigning import unassign_plan


class Name(TextChoices):
    ASSIGN = "ASSIGN", _("Assign to a facility")
    REROUTE = "REROUTE", _("Reroute")
    CANCEL = "CANCEL", _("Cancel")
    PIN = "PIN", _("Pin to the top")
    UNPIN = "UNPIN", _("Unpin")
    HOLD = "HOLD", _("Hold until a date")
    UNHOLD = "UNHOLD", _("Release the hold")
    SPLIT = "SPLIT", _("Split off")
    JOIN = "JOIN", _("Join what was split")
    UNASSIGN = "UNASSIGN", _("Take the assignment back")


UNDONE_BY: Mapping[Name, Name] = {
    Name.ASSIGN: Name.UNASSIGN,
    Name.PIN: Name.UNPIN,
    Name.UNPIN: Name.PIN,
    Name.HOLD: Name.UNHOLD,
    Name.SPLIT: Name.JOIN,
}
"""Which intervention takes another one back, where one does."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Intervention:
    """``facility_id`` and ``service_level`` are for ASSIGN, ``until`` is for HOLD; ``choice`` says which units are
    assigned, cancelled or split off, where not all are.
    """

    name: Name
    facility_id: UUID | None = None
    service_level: str | None = None
    until: datetime | None = None
    choice: Choice | None = None


def intervene(
    *, plan_id: UUID, what: Intervention, version: int | None = None, reason: str = ""
) -> RoutingPlan:
    """Does it, and returns the plan that now stands there: the successor or the new part, where one was made.

    :raises DomainError: what the intervention's own service raises.
    """
    return _SERVICES[what.name](plan_id, what, version, reason)


def _assign(plan_id: UUID, what: Intervention, version: int | None, reason: str) -> RoutingPlan:
    assert what.facility_id is not None
    return assign_plan(
        plan_id=plan_id,
        facility_id=what.facility_id,
        version=version,
        choice=what.choice,
        service_level=what.service_level,
        reason=reason,
    )


def _cancel(plan_id: UUID, what: Intervention, version: int | None, reason: str) -> RoutingPlan:
    return cancel_plan(plan_id=plan_id, version=version, choice=what.choice, reason=reason)


def _hold(plan_id: UUID, what: Intervention, version: int | None, reason: str) -> RoutingPlan:
    assert what.until is not None
    return hold_plan(plan_id=plan_id, until=what.until, version=version, reason=reason)


def _split(plan_id: UUID, what: Intervention, version: int | None, reason: str) -> RoutingPlan:
    assert what.choice is not None
    return split_plan(plan_id=plan_id, choice=what.choice, version=version, reason=reason)


_Service = Callable[[UUID, Intervention, int | None, str], RoutingPlan]


def _plainly(service: Callable[..., RoutingPlan]) -> _Service:
    """For those that need to know nothing but the plan."""
    return lambda plan_id, _what, version, reason: service(plan_id=plan_id, version=version, reason=reason)


_SERVICES: Mapping[Name, _Service] = {
    Name.ASSIGN: _assign,
    Name.REROUTE: _plainly(reroute_plan),
    Name.CANCEL: _cancel,
    Name.PIN: _plainly(pin_plan),
    Name.UNPIN: _plainly(unpin_plan),
    Name.HOLD: _hold,
    Name.UNHOLD: _plainly(release_hold),
    Name.SPLIT: _split,
    Name.JOIN: _plainly(join_plans),
    Name.UNASSIGN: _plainly(unassign_plan),
}


def as_arguments(what: Intervention) -> dict[str, Any]:
    """An intervention in many plans as plain values, for a job; of their units it can choose articles alone."""
    assert what.choice is None or isinstance(what.choice, ChosenArticles)
    given = {
        "name": what.name.value,
        "facilityRef": str(what.facility_id) if what.facility_id is not None else None,
        "serviceLevel": what.service_level,
        "until": instant(what.until),
        "tenantArticleIds": sorted(what.choice.tenant_article_ids) if what.choice is not None else None,
    }
    return {name: value for name, value in given.items() if value is not None}


def from_arguments(given: Mapping[str, Any]) -> Intervention:
    """What :func:`as_arguments` wrote down."""
    return Intervention(
        name=Name(given["name"]),
        facility_id=UUID(given["facilityRef"]) if "facilityRef" in given else None,
        service_level=given.get("serviceLevel"),
        until=parse_instant(given["until"]) if "until" in given else None,
        choice=ChosenArticles(tuple(given["tenantArticleIds"])) if "tenantArticleIds" in given else None,
    )
