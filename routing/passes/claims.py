"""Claiming release triggers: how a thousand events become one pass, served by one worker (W4, W11, W12).

A claim leases all pending triggers of an article, and those of every other article that waits together with it in some
plan: so that an earlier plan which needs both is tried before a later one that needs either (W12). Leases end by
themselves, so that a worker that dies loses nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from inventory.models import Listing
from routing.models import Overtaking, ReleaseTrigger, TriggerCause, WaitingArticle, WaitingRoomSettings
from routing.passes.retries import PassInterrupted

HEAD = 1_000
"""How many pending triggers a worker looks at to choose what to serve."""

PLANS = 500
"""How many triggers that name a plan are served together."""


class LeaseLost(PassInterrupted):
    """The lease ran out and somebody else took over: this pass must not go on."""


@dataclass(slots=True)
class Claim:
    """Articles and plans to be served under one lease; ``causes`` counts the triggers by cause.

    ``stirred`` are articles that it does not serve, but of which something has come, None if that may be any: who needs
    an article of the claim, and watches one of these, is looked at, too (W12).
    """

    lease: UUID
    articles: set[UUID]
    plans: set[UUID]
    causes: Counter[str]
    stirred: set[UUID] | None = field(default_factory=set)

    def include(self, article_ids: Collection[UUID]) -> None:
        """Serves what :func:`widen` has leased. Not before the commit: what is undone is found out again (W12)."""
        self.articles |= set(article_ids)
        self.causes[TriggerCause.PLAN_IN_FRONT] += len(article_ids)

    def heed(self, stirred: set[UUID] | None) -> None:
        """From the head of the queue on, looks also at who watches one of these."""
        self.stirred = None if stirred is None or self.stirred is None else self.stirred | stirred


def claim() -> Claim | None:
    """Leases the oldest pending triggers and what must be served together with them; ``None`` if nothing pends.

    An article that another worker serves at this moment is left to it.
    """
    with transaction.atomic():
        head = _head(_unleased())
        if (None, None) in head:
            _spread()
            head = _head(_pending())
        if not head:
            return None
        served = set(_leased().filter(article__isnull=False).values_list("article_id", flat=True))
        needs = _needs([plan for _, plan in head if plan is not None][:PLANS])
        while (chosen := _choice(head, needs, served)) is not None:
            if (claimed := _lease(*chosen)) is not None:
                return claimed
            # Another worker is leasing just these, and has not committed yet: what else is there?
            articles, plans = chosen
            served |= articles
            needs = {plan: needed for plan, needed in needs.items() if plan not in plans}
        return None


def _head(triggers: QuerySet[ReleaseTrigger]) -> list[tuple[UUID | None, UUID | None]]:
    """Articles and plans of the oldest triggers; neither for one that concerns a facility, or everything."""
    return list(triggers.order_by("id").values_list("article_id", "plan_id")[:HEAD])


def _choice(
    head: Sequence[tuple[UUID | None, UUID | None]], needs: Mapping[UUID, set[UUID]], served: set[UUID]
) -> tuple[set[UUID], Collection[UUID]] | None:
    """The articles and plans to serve next; ``None`` if all that pends is ``served`` by others."""
    plans = [plan for plan, articles in needs.items() if served.isdisjoint(articles)]
    articles = list(dict.fromkeys(a for a, _ in head if a is not None and a not in served))
    if plans and (not articles or head[0][1] is not None):
        needed = {article for plan in plans for article in needs[plan]}
        strict = WaitingRoomSettings.load().overtaking == Overtaking.STRICT
        return together(needed if strict else needed & set(articles), set(articles)), plans
    return (together({articles[0]}, set(articles)), ()) if articles else None


def _needs(plan_ids: Sequence[UUID]) -> dict[UUID, set[UUID]]:
    """The articles that each plan waits for; none for one that waits no more."""
    needs: dict[UUID, set[UUID]] = {plan: set() for plan in plan_ids}
    if not needs:
        return needs
    for plan, article in WaitingArticle.objects.filter(plan_id__in=plan_ids).values_list(
        "plan_id", "article_id"
    ):
        needs[plan].add(article)
    return needs


def absorb(claim: Claim) -> bool:
    """Takes triggers of the claim's articles that came since into the claim. True if there were any: the pass must then
    start again at the head of the queue (W12).

    Called while the articles' levels are locked: whoever raises stock writes the trigger under the same lock. That
    plans have begun to watch an article is no stock of it: it is a pass of its own, afterwards.
    """
    found = _pending().filter(article_id__in=claim.articles).exclude(cause=TriggerCause.WATCHED)
    return bool(_take(found, claim))


def contested(
    claim: Claim, plan_ids: Collection[UUID], article_ids: Collection[UUID], *, gone: Collection[UUID] = ()
) -> set[UUID]:
    """Those of the articles, which the claim does not serve, that an earlier plan waits for than one of these.

    Earlier plans that need an article of the claim, too, do not count: their turn has come already. Nor do those that
    are ``gone``, though they are written as waiting: a dry run has released them.
    """
    own = WaitingArticle.objects.filter(article_id__in=claim.articles, plan=OuterRef("plan"))
    held = Q(plan__held_until__gt=timezone.now())
    earlier = WaitingArticle.objects.filter(article=OuterRef("article"), rank__lt=OuterRef("rank"))
    earlier = earlier.exclude(held).exclude(plan_id__in=gone).exclude(Exists(own))
    found = WaitingArticle.objects.filter(
        Exists(earlier.filter(watched=True)) | Exists(earlier.filter(watched=False)),  # an index each
        plan_id__in=plan_ids,
        article_id__in=article_ids,
    )
    return set(found.values_list("article_id", flat=True))


def widen(claim: Claim, article_ids: Collection[UUID]) -> None:
    """Leases these articles, too. Once that is committed, the claim is to :meth:`~Claim.include` them."""
    now = timezone.now()
    ReleaseTrigger.objects.bulk_create(
        [
            ReleaseTrigger(
                cause=TriggerCause.PLAN_IN_FRONT,
                article_id=article,
                created=now,
                lease=claim.lease,
                lease_until=_lease_end(),
            )
            for article in article_ids
        ]
    )


def renew(claim: Claim) -> None:
    """:raises LeaseLost: the lease has passed to another worker."""
    if not ReleaseTrigger.objects.filter(lease=claim.lease).update(lease_until=_lease_end()):
        raise LeaseLost


def settle(claim: Claim) -> None:
    """The claim has been served: its triggers are done."""
    ReleaseTrigger.objects.filter(lease=claim.lease).delete()


def postpone(claim: Claim, plan_ids: Collection[UUID]) -> None:
    """Gives the triggers of these plans back, for a later pass."""
    ReleaseTrigger.objects.filter(lease=claim.lease, plan_id__in=plan_ids).update(
        lease=None, lease_until=None
    )


def set_aside(plan_id: UUID) -> None:
    """Wakes a plan that could not be decided again when a lease would have ended, and not before."""
    ReleaseTrigger.objects.create(
        cause=TriggerCause.ENTRY,
        plan_id=plan_id,
        created=timezone.now(),
        lease=uuid4(),
        lease_until=_lease_end(),
    )


def awaited(article_ids: Collection[UUID]) -> set[UUID]:
    """Those of the articles that have triggers which nobody has served to the end yet (R10).

    While one pends that concerns a facility or everything, all of them are awaited.
    """
    if ReleaseTrigger.objects.filter(article__isnull=True, plan__isnull=True).exists():
        return set(article_ids)
    return set(
        ReleaseTrigger.objects.filter(article_id__in=article_ids)
        .values_list("article_id", flat=True)
        .distinct()
    )


def _lease(articles: Collection[UUID], plans: Collection[UUID]) -> Claim | None:
    claim = Claim(uuid4(), set(articles), set(plans), Counter())
    wanted = Q(article_id__in=claim.articles) | Q(plan_id__in=claim.plans)
    return claim if _take(_pending().filter(wanted), claim) else None


def _take(triggers: QuerySet[ReleaseTrigger], claim: Claim) -> int:
    rows = list(
        triggers.select_for_update(skip_locked=True, of=("self",))
        .order_by("id")
        .values_list("id", "cause", "plan_id")
    )
    if rows:
        ReleaseTrigger.objects.filter(id__in=[row[0] for row in rows]).update(
            lease=claim.lease, lease_until=_lease_end()
        )
        claim.causes.update(cause for _, cause, _ in rows)
    return len(rows)


def _spread() -> None:
    """Turns triggers that concern a facility, or everything, into triggers of the articles that plans wait for."""
    wide = list(
        ReleaseTrigger.objects.select_for_update(skip_locked=True, of=("self",))
        .filter(article__isnull=True, plan__isnull=True)
        .order_by("id")[:HEAD]
    )
    if not wide:
        return
    waited_for = WaitingArticle.objects.order_by().values_list("article_id", flat=True).distinct()
    everything = next((trigger for trigger in wide if trigger.facility_id is None), None)
    if everything is not None:
        causes = dict.fromkeys(waited_for, everything.cause)
    else:
        causes = {}
        for trigger in wide:
            listed = Listing.objects.filter(facility=trigger.facility_id, article=OuterRef("article_id"))
            causes |= dict.fromkeys(waited_for.filter(Exists(listed)), trigger.cause)
    now = timezone.now()
    ReleaseTrigger.objects.bulk_create(
        [ReleaseTrigger(cause=cause, article_id=article, created=now) for article, cause in causes.items()],
        batch_size=2_000,
    )
    ReleaseTrigger.objects.filter(id__in=[trigger.id for trigger in wide]).delete()


def together(seed: set[UUID], pending: set[UUID]) -> set[UUID]:
    """``seed``, and the pending articles that some plan needs together with one of them, and so on (W12)."""
    together, frontier, others = set(seed), set(seed), pending - seed
    while frontier and others:
        plans = WaitingArticle.objects.filter(article_id__in=frontier, alone=False).values("plan_id")
        frontier = set(
            WaitingArticle.objects.filter(article_id__in=others, alone=False, plan_id__in=plans)
            .values_list("article_id", flat=True)
            .distinct()
        )
        together |= frontier
        others -= frontier
    return together


def _pending() -> QuerySet[ReleaseTrigger]:
    """Triggers of articles and plans that nobody serves at this moment."""
    return _unleased().exclude(article__isnull=True, plan__isnull=True)


def _unleased() -> QuerySet[ReleaseTrigger]:
    free = Q(lease_until__isnull=True) | Q(lease_until__lt=timezone.now())
    return ReleaseTrigger.objects.filter(free)


def _leased() -> QuerySet[ReleaseTrigger]:
    return ReleaseTrigger.objects.filter(lease_until__gte=timezone.now())


def _lease_end() -> datetime:
    return timezone.now() + timedelta(seconds=settings.ANTEROOM_TRIGGER_LEASE_SECONDS)
