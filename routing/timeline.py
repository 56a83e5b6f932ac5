"""What happened to an order, in sentences: its domain events, newest first."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import chain
from types import MappingProxyType
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _

from backoffice.core.actor import SYSTEM
from backoffice.core.models import DomainEvent
from inventory.models import Facility
from orders.models import PickJob
from routing.models import PlanStatus, RoutingPlan
from routing.sentences import Names, Standing, articles_by_id, sentence

LENGTH = 50
"""How many events are read at once."""

AT_ONCE = timedelta(seconds=2)
"""What one actor did within this time was one act."""

_WAITED = "ROUTING_PLAN_WAITING"
_UNROUTABLE = "ROUTING_PLAN_NOT_ROUTABLE"
_ROUTED = "ROUTING_PLAN_ROUTED"
_RELEASED = "ROUTING_PLAN_RELEASED"

SENTENCES: Mapping[str, Any] = MappingProxyType(
    {
        "ORDER_CREATED": _("The order was placed."),
        "ORDER_CANCELLED": _("The order was cancelled."),
        "ORDER_UNLOCKED": _("The order was unlocked."),
        _WAITED: _("%(plan)s went to the waiting room. %(why)s"),
        _UNROUTABLE: _("%(plan)s could not be routed. %(why)s"),
        _ROUTED: _("%(plan)s was routed to %(facility)s."),
        _RELEASED: _("%(plan)s was released from the waiting room to %(facility)s."),
        "ROUTING_PLAN_CANCELLED": _("%(plan)s was cancelled."),
        "ROUTING_PLAN_REROUTEPLAN_CREATED": _("%(plan)s was replaced by %(successor)s."),
        "ROUTING_PLAN_REROUTE_REQUESTED": _("A new decision about %(plan_within)s was asked for."),
        "PICK_JOB_CREATED": _("%(job)s was created at %(facility)s."),
        "PICK_JOB_CANCELED": _("%(job)s was cancelled."),
        "PICK_JOB_REROUTED": _("%(job)s was withdrawn, because its plan goes another way."),
        "PICK_JOB_ABORTED": _("%(job)s was aborted."),
        "PICK_JOB_OBSOLETE": _("%(job)s became obsolete."),
        "PICK_JOB_EXPIRED": _("%(job)s expired."),
        "PICK_JOB_REJECTED": _("%(job)s was rejected."),
    }
)


@dataclass(frozen=True, slots=True)
class Act:
    """What one actor did at one time; ``actor`` is empty where Anteroom did it by itself."""

    at: datetime
    actor: str
    reason: str
    sentences: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Chapter:
    """A part of the timeline, newest first; ``older`` is the event behind which the next part begins, or None."""

    acts: list[Act]
    older: int | None


@dataclass(frozen=True, slots=True)
class Cast:
    """What the sentences speak of: an order's plans in the order of their making, and its pick jobs."""

    plans: Sequence[RoutingPlan]
    jobs: Sequence[PickJob]
    names: Names = field(default_factory=Names)

    def plan(self, id: str) -> RoutingPlan | None:
        return next((plan for plan in self.plans if str(plan.id) == id), None)

    def job(self, id: str) -> PickJob | None:
        return next((job for job in self.jobs if str(job.id) == id), None)

    def title(self, id: str) -> str:
        """What the plan is called: by its number, if there are several."""
        number = next((n for n, plan in enumerate(self.plans, 1) if str(plan.id) == id), 0)
        return (
            say("Plan %(number)d") % {"number": number} if number and len(self.plans) > 1 else say("The plan")
        )


def chapter(order_id: UUID, cast: Cast, *, before: int | None = None) -> Chapter:
    """The latest events of the order, or the latest before the event ``before``; three queries."""
    told = DomainEvent.objects.filter(process_id=order_id).order_by("-id")
    if before is not None:
        told = told.filter(id__lt=before)
    events = list(told[: LENGTH + 1])
    older = events[LENGTH - 1].pk if len(events) > LENGTH else None
    events = events[:LENGTH]
    cast = replace(cast, names=_names(events, cast))
    return Chapter(list(_acts(_without_doubles(events), cast)), older)


def _names(events: Iterable[DomainEvent], cast: Cast) -> Names:
    standings = [_standing(event, cast) for event in events]
    facilities = chain(
        (event.facts.get("facilityRef") for event in events),
        (standing.reason.get("facility") or standing.collected_at for standing in standings),
        (job.facility_id for job in cast.jobs),
    )
    wanted = {str(id) for id in facilities if id}
    articles = {
        str(id) for standing in standings for id in (*(standing.reason.get("missing") or ()), *standing.needs)
    }
    return Names(
        facilities={
            str(id): name for id, name in Facility.objects.filter(id__in=wanted).values_list("id", "name")
        },
        articles=articles_by_id(articles),
    )


def _standing(event: DomainEvent, cast: Cast) -> Standing:
    """Where the plan stood when it was decided: the event's facts are the reason that it had then."""
    status = PlanStatus.WAITING if event.name == _WAITED else PlanStatus.NOT_ROUTABLE
    plan = cast.plan(event.resource_id)
    reason = event.facts if event.name in (_WAITED, _UNROUTABLE) else {}
    if plan is None:
        return Standing(status=status, reason=reason)
    return replace(Standing.of(plan), status=status, reason=reason, may_no_longer_wait=False)


def _without_doubles(events: Iterable[DomainEvent]) -> Iterable[DomainEvent]:
    """A release tells that the plan was routed; nobody needs to be told twice."""
    events = list(events)
    released = {(event.resource_id, event.occurred_at) for event in events if event.name == _RELEASED}
    return (
        event
        for event in events
        if event.name != _ROUTED or (event.resource_id, event.occurred_at) not in released
    )


def _acts(events: Iterable[DomainEvent], cast: Cast) -> Iterable[Act]:
    """Events of one actor at one time are one act, whose sentences are in the order in which they came true."""
    together: list[DomainEvent] = []
    for event in events:
        if together and not _same_act(together[-1], event):
            yield _act(together, cast)
            together = []
        together.append(event)
    if together:
        yield _act(together, cast)


def _same_act(later: DomainEvent, earlier: DomainEvent) -> bool:
    return later.actor == earlier.actor and later.occurred_at - earlier.occurred_at < AT_ONCE


def _act(events: Sequence[DomainEvent], cast: Cast) -> Act:
    latest = events[0]
    return Act(
        at=latest.occurred_at,
        actor="" if latest.actor == SYSTEM.name else latest.actor,
        reason=next((event.reason for event in events if event.reason), ""),
        sentences=tuple(dict.fromkeys(_sentence(event, cast) for event in reversed(events))),
    )


def _sentence(event: DomainEvent, cast: Cast) -> str:
    text = SENTENCES.get(event.name)
    if text is None:
        return event.name.replace("_", " ").capitalize() + "."
    return str(text) % _words(event, cast)


def _words(event: DomainEvent, cast: Cast) -> dict[str, str]:
    job = cast.job(event.resource_id)
    title = cast.title(event.resource_id)
    facility = event.facts.get("facilityRef") or (job.facility_id if job is not None else None)
    successor = str(event.facts.get("successor", ""))
    return {
        "plan": title,
        "plan_within": title[:1].lower() + title[1:],
        "successor": cast.title(successor) if cast.plan(successor) else say("another"),
        "job": say("Pick job %(id)s") % {"id": job.short_id} if job is not None else say("A pick job"),
        "facility": cast.names.facility(facility),
        "why": sentence(_standing(event, cast), cast.names) if event.facts.get("code") else "",
    }
