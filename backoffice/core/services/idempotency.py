"""Requests that may be repeated without being done twice (spec 5, "Idempotency").

A request with a key is claimed by a row before it is done, and its answer is kept in the transaction that does it: if
the process dies before the commit nothing was done, and after it the answer is there. A claim is a lease, so that a
dead process does not keep a key; who lost the lease meanwhile cannot keep an answer any more, and with it nothing else.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.utils import timezone

from backoffice.core.errors import StateConflict
from backoffice.core.models import KeptAnswer, User, uuid7
from backoffice.core.texts import text

LEASE = timedelta(minutes=2)
"""Longer than any request may take."""


class KeyReused(StateConflict):
    code = "IDEMPOTENCY_KEY_REUSED"
    summary = text("The key was used for another request")


class StillUnderWay(StateConflict):
    code = "STILL_UNDER_WAY"
    summary = text("The first request with this key is still under way")


@dataclass(frozen=True, slots=True)
class Claim:
    """The right to do a request, and the duty to say what came of it."""

    answer_id: int
    claim: UUID


def claim_request(*, user: User, key: str, fingerprint: str) -> Claim | KeptAnswer:
    """A claim if the request is to be done now, else the answer that it had.

    :raises KeyReused: the key was used for another request in the last 24 hours.
    :raises StillUnderWay: the same request is being done by somebody else.
    """
    now, mine = timezone.now(), uuid7()
    KeptAnswer.objects.outdated(now).filter(user=user, key=key).delete()
    KeptAnswer.objects.bulk_create(
        [
            KeptAnswer(
                user=user, key=key, fingerprint=fingerprint, claim=mine, leased_until=now + LEASE, created=now
            )
        ],
        ignore_conflicts=True,
    )
    standing = KeptAnswer.objects.filter(user=user, key=key).first()
    if standing is None:  # given up in this instant
        raise _under_way()
    if standing.claim == mine:
        return Claim(standing.pk, mine)
    if standing.fingerprint != fingerprint:
        raise KeyReused(
            text(
                "This Idempotency-Key came with another path or body before: use a new key for a new request."
            ),
            field="Idempotency-Key",
        )
    if standing.status is not None:
        return standing
    if standing.leased_until > now or not _take_over(standing, mine):
        raise _under_way()
    return Claim(standing.pk, mine)


def keep_answer(*, claim: Claim, status: int, body: str, headers: Mapping[str, str]) -> None:
    """Keeps the answer, in the transaction that did what it tells of.

    :raises StillUnderWay: the lease ran out, and somebody else does the request; the transaction must not commit.
    """
    kept = KeptAnswer.objects.filter(pk=claim.answer_id, claim=claim.claim, status=None).update(
        status=status, body=body, headers=dict(headers)
    )
    if not kept:
        raise _under_way()


def give_up(*, claim: Claim) -> None:
    """The request was not done, and may be repeated at once."""
    KeptAnswer.objects.filter(pk=claim.answer_id, claim=claim.claim, status=None).delete()


def purge_outdated() -> int:
    """Deletes answers that need not be kept any more. Returns how many."""
    return KeptAnswer.objects.outdated().delete()[0]


def _take_over(standing: KeptAnswer, mine: UUID) -> bool:
    taken = KeptAnswer.objects.filter(pk=standing.pk, claim=standing.claim, status=None).update(
        claim=mine, leased_until=timezone.now() + LEASE
    )
    return bool(taken)


def _under_way() -> StillUnderWay:
    return StillUnderWay(
        text("A request with this Idempotency-Key is still being worked on: ask again in a few seconds."),
        field="Idempotency-Key",
    )
