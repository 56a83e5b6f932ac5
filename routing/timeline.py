"""What happened to an order, in sentences: its domain events, newest first."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from itertools import chain
from types import MappingProxyType
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _

from backoffice.core.actor import SYSTEM
from backoffice.core.api.values import parse_instant
from backoffice.core.days import day, minute
from backoffice.core.models import DomainEvent
from backoffice.core.texts import here
from inventory.models import Facility
from orders.models import PickJob
from routing.models import DateSource, PlanStatus, RoutingPlan
from routing.sentences import Names, Standing, articles_by_id, sentence

LENGTH = 50
"""How many events are read at once."""

AT_ONCE = timedelta(seconds=2)
"""What one actor did within this time was one act."""

_WAITED = "ROUTING_PLAN_WAITING"
_UNROUTABLE = "ROUTING_PLAN_NOT_ROUTABLE"
_ROUTED = "ROUTING_PLAN_ROUTED"
_RELEASED = "ROUTING_PLAN_RELEASED"
_RETRYABLE = "ROUTING_PLAN_RETRYABLE"
_FELL_BACK = "ROUTING_PLAN_FALLBACK"
_PLANNED = "ROUTING_PLAN_PLANNED"

SENTENCES: Mapping[str, Any] = MappingProxyType(
    {
        "ORDER_CREATED": _("The order was placed."),
        "DELIVERY_PROMISE_CREATED": _("The order was promised."),
        "DELIVERY_PROMISE_EXTENDED": _("The promise was extended."),
        "ORDER_CREATED_FROM_PROMISE": _("The promise was confirmed: it is an order now."),
        "ORDER_CANCELLED": _("The order was cancelled."),
        "ORDER_CANCELLED_BY_EXPIRY": _("The promise expired: the order was cancelled."),
        "ORDER_FORCE_CANCELLED": _("The order was cancelled by force: what was fulfilled stays so."),
        "ORDER_MODIFIED": _("The order was changed: %(changes)s."),
        "ORDER_ANONYMIZED": _("The order was anonymised: nothing tells any more who bought it."),
        "ORDER_UNLOCKED": _("The order was unlocked."),
        _WAITED: _("%(plan)s went to the waiting room. %(why)s"),
        _UNROUTABLE: _("%(plan)s could not be routed. %(why)s"),
        _ROUTED: _("%(plan)s was routed to %(facility)s."),
        _RELEASED: _("%(plan)s was released from the waiting room to %(facility)s."),
        _PLANNED: _("%(plan)s was planned at %(facility)s for %(day)s, when the last of it is expected."),
        "ROUTING_PLAN_SPLITTED": _("Parts of %(plan_within)s became plans of their own."),
        _RETRYABLE: _("%(plan)s could not be routed yet, and is tried again by itself. %(why)s"),
        _FELL_BACK: _(
            "%(plan)s could not be routed for too long, and went to the fallback facility %(facility)s."
        ),
        "ROUTING_PLAN_DATE_CHANGED": _("%(plan)s is expected %(date)s."),
        "ROUTING_PLAN_CANCELLED": _("%(plan)s was cancelled."),
        "ROUTING_PLAN_LOWERED": _("Units of %(plan_within)s were cancelled: %(units)s."),
        "ROUTING_PLAN_PINNED": _("%(plan)s was pinned to the top."),
        "ROUTING_PLAN_UNPINNED": _("%(plan)s was unpinned."),
        "ROUTING_PLAN_HELD": _("%(plan)s was held until %(until)s."),
        "ROUTING_PLAN_HOLD_RELEASED": _("The hold of %(plan_within)s ended."),
        "ROUTING_PLAN_JOINED": _("Waiting parts were joined to %(plan_within)s again."),
        "ROUTING_PLAN_UNASSIGNED": _("The assignment of %(plan_within)s to %(facility)s was taken back."),
        "ROUTING_PLAN_WAITS_TOO_LONG": _(
            "%(plan)s has waited for %(days)s days, longer than the %(most)s that are allowed."
        ),
        "ROUTING_PLAN_REROUTEPLAN_CREATED": _("%(plan)s was replaced by %(successor)s."),
        "ROUTING_PLAN_REROUTE_REQUESTED": _("A new decision about %(plan_within)s was asked for."),
        "PICK_JOB_CREATED": _("%(job)s was created at %(facility)s."),
        "PICK_JOB_RELEASE_TIME_REACHED": _("%(job)s may be picked now."),
        "PICK_JOB_RELEASE_TIME_CHANGED": _("%(job)s may be picked at another time than before."),
        "PICK_JOB_OPENED": _("%(job)s was opened: its payment is authorised."),
        "PICK_JOB_PICKING_COMMENCED": _("%(job)s was started at %(facility)s."),
        "PICK_JOB_PICKING_PAUSED": _("%(job)s was paused."),
        "PICK_JOB_PICKING_RESTARTED": _("%(job)s was resumed."),
        "PICK_JOB_RESET": _("%(job)s was reset: its picking starts anew."),
        "PICK_JOB_PICKING_FINISHED": _("%(job)s was picked: %(picked)s of %(quantity)s."),
        "PICK_JOB_CLOSED": _("%(job)s was closed."),
        "PICK_JOB_RESTOWED": _("%(job)s was restowed: what had been picked was put back."),
        "PICK_JOB_CANCELED": _("%(job)s was cancelled."),
        "PICK_JOB_REROUTED": _("%(job)s was withdrawn, because its plan goes another way."),
        "PICK_JOB_ABORTED": _("%(job)s was aborted."),
        "PICK_JOB_OBSOLETE": _("%(job)s became obsolete."),
        "PICK_JOB_EXPIRED": _("%(job)s expired."),
        "PICK_JOB_REJECTED": _("%(job)s was rejected."),
        "PAYMENT_AUTHORISED": _("%(money)s were authorised for %(paid_for)s."),
        "PAYMENT_CAPTURED": _("%(money)s were captured for %(paid_for)s."),
        "PAYMENT_VOIDED": _("The authorisation of %(money)s was voided."),
        "PAYMENT_REDUCED": _("A payment authorisation was reduced to %(money)s."),
        "PAYMENT_REQUESTED": _("The payment system was told to %(operation)s %(money)s."),
        "PAYMENT_FAILED": _(
            "The payment gateway was to %(operation)s %(money)s, in vain. It is tried again."
        ),
        "PAYMENT_EXPIRING": _("The authorisation of %(money)s expires soon."),
        "PAYMENT_EXPIRED": _("The authorisation of %(money)s has expired."),
    }
)

_CHANGED: Mapping[str, Any] = {
    "consumer": _("the consumer"),
    "customAttributes": _("its own attributes"),
    "preferredHandlingTime": _("the target time"),
    "pricing": _("the pricing"),
    "orderLineItems": _("the lines"),
}
"""Parts of an order as the event names them; units stand behind the lines, which come last."""


_STATUS_AFTER = MappingProxyType({_WAITED: PlanStatus.WAITING, _RETRYABLE: PlanStatus.RETRYABLE})


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
        if number and len(self.plans) > 1:
            return say("Plan %(number)d") % {"number": number}
        return say("The plan")

    def title_within(self, id: str) -> str:
        """The same within a sentence."""
        number = next((n for n, plan in enumerate(self.plans, 1) if str(plan.id) == id), 0)
        if number and len(self.plans) > 1:
            return say("plan %(number)d") % {"number": number}
        return say("the plan")


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


def told(events: Sequence[DomainEvent], cast: Cast) -> list[str]:
    """What each event says; the queries of :func:`chapter`, less one."""
    cast = replace(cast, names=_names(events, cast))
    return [_sentence(event, cast) for event in events]


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
            str(id): name
            for id, name in Facility.with_retired.filter(id__in=wanted).values_list("id", "name")
        },
        articles=articles_by_id(articles),
    )


def _standing(event: DomainEvent, cast: Cast) -> Standing:
    """Where the plan stood when it was decided: the event's facts are the reason that it had then."""
    status = _STATUS_AFTER.get(event.name, PlanStatus.NOT_ROUTABLE)
    plan = cast.plan(event.resource_id)
    reason = event.facts if event.name in (_WAITED, _UNROUTABLE, _RETRYABLE) else {}
    if plan is None:
        return Standing(status=status, reason=reason)
    return replace(Standing.of(plan), status=status, reason=reason, may_no_longer_wait=False)


def _without_doubles(events: Iterable[DomainEvent]) -> Iterable[DomainEvent]:
    """A release or a fallback tells that the plan was routed, that it is planned that it was released; nobody needs to
    be told twice.
    """
    events = list(events)
    planned = {(event.resource_id, event.occurred_at) for event in events if event.name == _PLANNED}
    events = [
        event
        for event in events
        if event.name != _RELEASED or (event.resource_id, event.occurred_at) not in planned
    ]
    released = {
        (event.resource_id, event.occurred_at) for event in events if event.name in (_RELEASED, _FELL_BACK)
    }
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
        reason=here(next((event.reason for event in events if event.reason), "")),
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
        "changes": _changes(event.facts),
        "plan": title,
        "plan_within": cast.title_within(event.resource_id),
        "successor": cast.title(successor) if cast.plan(successor) else say("another"),
        "job": say("Pick job %(id)s") % {"id": job.short_id} if job is not None else say("A pick job"),
        "facility": cast.names.facility(facility),
        "day": _day(event),
        "date": _date(event.facts),
        **_payment_words(event, cast),
        "until": _moment(event.facts.get("until")),
        "units": str(event.facts.get("units", "")),
        "days": str(event.facts.get("days", "")),
        "most": str(event.facts.get("maxWaitDays", "")),
        "picked": str(event.facts.get("picked", "")),
        "quantity": str(event.facts.get("quantity", "")),
        "why": sentence(_standing(event, cast), cast.names) if event.facts.get("code") else "",
    }


def _day(event: DomainEvent) -> str:
    """The day that a plan is planned for."""
    written = event.facts.get("plannedFor")
    return day(date.fromisoformat(written)) if written else ""


def _date(facts: Mapping[str, Any]) -> str:
    """When a plan is expected to go, and who says so (W10)."""
    if not facts.get("after"):
        return say("some day, nobody knows when")
    source = dict(DateSource.choices).get(facts.get("source") or "", "")
    on = day(date.fromisoformat(facts["after"]))
    return say("on %(day)s (%(source)s)") % {"day": on, "source": source}


def _moment(text: Any) -> str:
    """In the reader's zone."""
    return minute(parse_instant(text)) if text else ""


def _payment_words(event: DomainEvent, cast: Cast) -> dict[str, str]:
    reference = str(event.facts.get("reference", ""))
    operations = {
        "AUTHORISE": say("authorise"),
        "REDUCE": say("reduce an authorisation to"),
        "VOID": say("void"),
    }
    return {
        "money": f"{event.facts.get('amount', '')} {event.facts.get('currency', '')}".strip(),
        "paid_for": cast.title_within(reference) if reference else say("the order"),
        "operation": operations.get(str(event.facts.get("kind")), ""),
    }


def _changes(facts: Mapping[str, Any]) -> str:
    """What changed of an order, in words: "consumer, lines (2 units fewer, 1 more)"."""
    units = [
        text % {"units": facts[name]}
        for name, text in (("lowered", say("%(units)d fewer")), ("raised", say("%(units)d more")))
        if facts.get(name)
    ]
    changed = sorted(facts.get("changed", ()), key=lambda name: (name == "orderLineItems", name))
    words = [str(_CHANGED.get(name, name)) for name in changed]
    return ", ".join(words) + (f" ({', '.join(units)})" if units else "")
