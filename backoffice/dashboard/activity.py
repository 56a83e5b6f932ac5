"""Work that is stuck or has failed, each with what to do about it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Min, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as say
from django.utils.translation import ngettext

from backoffice.core import access
from backoffice.core.jobs import kind_of, known_kinds
from backoffice.core.models import BackgroundJob, JobStatus, Subscription
from backoffice.core.templatetags.anteroom import age
from backoffice.dashboard import health
from orders.models import PaymentOperation
from routing.models import ReleaseTrigger, RoutingPlan
from routing.readiness import PATIENCE

LOOKED_BACK = timedelta(days=7)
"""How long refusals of a background job stand among what is to be done."""

FEW = 5


@dataclass(frozen=True, slots=True)
class Concern:
    """Something that somebody has to see to. ``advice`` says what to do; ``url`` is where."""

    title: str
    advice: str
    url: str = ""
    action: str = ""
    grave: bool = False


def concerns(user: Any) -> list[Concern]:
    """The gravest first; only what the reader may look at. At most ten queries."""
    now = timezone.now()
    found: list[Concern] = []
    if access.may(user, "routing.view"):
        found += [*_worker(), *_triggers(now), *_queue(now)]
    found += _jobs(user, now)
    if access.may(user, "core.view_webhooks"):
        found += _deliveries()
    if access.may(user, "orders.view"):
        found += _payments()
    return sorted(found, key=lambda concern: not concern.grave)


def _worker() -> Iterator[Concern]:
    if not health.worker().ok:
        yield Concern(
            say("No worker is running"),
            say(
                "Orders and stock are taken in, but nothing is routed or released. Start a worker; what was left is "
                "then done by itself."
            ),
            grave=True,
        )


def _triggers(now: datetime) -> Iterator[Concern]:
    old = ReleaseTrigger.objects.filter(created__lt=now - PATIENCE).aggregate(
        count=Count("id"), since=Min("created")
    )
    if old["count"]:
        title = ngettext(
            "%(count)d trigger has not been served for %(age)s",
            "%(count)d triggers have not been served, the oldest for %(age)s",
            old["count"],
        )
        yield Concern(
            title % {"count": old["count"], "age": age(old["since"])},
            say(
                "Something may let orders go, and nobody looks. If a worker is running its log says what keeps it from "
                "that; more workers help if it cannot keep up."
            ),
            reverse("admin:routing_releasetrigger_changelist"),
            say("The triggers"),
            grave=True,
        )


def _queue(now: datetime) -> Iterator[Concern]:
    old = (
        RoutingPlan.objects.exclude(queued_run="")
        .filter(queued_at__lt=now - PATIENCE)
        .aggregate(count=Count("id"), since=Min("queued_at"))
    )
    if old["count"]:
        title = ngettext(
            "%(count)d plan has awaited a routing decision for %(age)s",
            "%(count)d plans await a routing decision, the oldest for %(age)s",
            old["count"],
        )
        yield Concern(
            title % {"count": old["count"], "age": age(old["since"])},
            say("If a worker is running its log says what keeps it from that."),
            grave=True,
        )


def _jobs(user: Any, now: datetime) -> Iterator[Concern]:
    seen = [kind.name for kind in known_kinds() if access.may(user, kind.view)]
    jobs = BackgroundJob.objects.filter(kind__in=seen)
    idle = Q(lease_until__isnull=True) | Q(lease_until__lt=now)
    stuck = jobs.filter(
        idle, status__in=(JobStatus.PENDING, JobStatus.RUNNING), last_modified__lt=now - PATIENCE
    )
    for job in stuck.order_by("id")[:FEW]:
        yield Concern(
            say("“%(title)s” does not get on") % {"title": kind_of(job).title(job)},
            say("No worker is at it. Once one is, it goes on by itself; or stop it there."),
            reverse("job", args=(job.pk,)),
            say("The job"),
            grave=True,
        )
    refused = jobs.filter(failed__gt=0, finished__gt=now - LOOKED_BACK).exclude(arguments__dryRun=True)
    for job in refused.order_by("-id")[:FEW]:
        title = ngettext(
            "%(count)d was refused in “%(title)s”", "%(count)d were refused in “%(title)s”", job.failed
        )
        yield Concern(
            title % {"count": job.failed, "title": kind_of(job).title(job)},
            say("See why, put it right, and do it again for these."),
            f"{reverse('job', args=(job.pk,))}?status=FAILED",
            say("What was refused"),
        )


def _deliveries() -> Iterator[Concern]:
    counted: Any = Subscription.objects.with_counts()
    troubled = counted.filter(Q(parked__gt=0) | Q(unreachable_since__isnull=False))
    for one in troubled.order_by("-parked", "name", "id")[:FEW]:
        named = {"name": one.name, "count": one.parked, "age": age(one.unreachable_since)}
        if one.parked:
            title = ngettext(
                "%(count)d event could not be delivered to %(name)s",
                "%(count)d events could not be delivered to %(name)s",
                one.parked,
            )
            advice = say("When the receiver is well again, send them once more there.")
        else:
            title = say("%(name)s cannot be reached since %(age)s")
            advice = say("It is tried again by itself. Ask who runs the receiver, or look at the last error.")
        yield Concern(title % named, advice, reverse("webhook", args=(one.pk,)), say("Its deliveries"))


def _payments() -> Iterator[Concern]:
    failing = PaymentOperation.objects.open().exclude(last_error="").count()
    if failing:
        title = ngettext("%(count)d payment operation fails", "%(count)d payment operations fail", failing)
        yield Concern(
            title % {"count": failing},
            say(
                "They are tried again by themselves; pick jobs wait for them. The error says what the gateway wants."
            ),
            f"{reverse('admin:orders_paymentoperation_changelist')}?status__exact=PENDING",
            say("The operations"),
        )
