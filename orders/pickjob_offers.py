"""What a person may do with a pick job as it stands, as buttons (P1)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as say
from django.utils.translation import pgettext

from orders.models import PickJob, PickJobStatus
from orders.pickactions import MOVES, PickAction


@dataclass(frozen=True, slots=True)
class Offer:
    """A button that leads to ``url``: to a page, or with ``asks`` to a dialog; with ``acts`` it does it at once."""

    action: PickAction
    icon: str
    words: str
    url: str
    asks: bool = False
    acts: bool = False
    primary: bool = False


def offers(job: PickJob, now: datetime) -> list[Offer]:
    """In the order of their usefulness. What would be refused is not offered.

    What only other systems say of a job (REJECT, EXPIRE, OBSOLETE) is the API's.
    """
    return [offer for offer in _all(job) if _fits(offer.action, job, now)]


def _fits(action: PickAction, job: PickJob, now: datetime) -> bool:
    if action is PickAction.START and job.not_before is not None and job.not_before > now:
        return False  # B4
    return job.status in MOVES[action][0]


def _all(job: PickJob) -> Iterator[Offer]:
    def url(name: str) -> str:
        return reverse(f"pick-job-{name}", args=(job.pk,))

    yield Offer(PickAction.START, "play", say("Start"), url("start"), acts=True, primary=True)
    yield Offer(PickAction.RESTART, "play", say("Resume"), url("resume"), acts=True, primary=True)
    yield Offer(PickAction.PICK, "scan-barcode", pgettext("an act", "Pick"), url("pick"), primary=True)
    yield Offer(PickAction.PAUSE, "pause", say("Pause"), url("pause"), acts=True)
    if job.status == PickJobStatus.PICKED:
        yield Offer(PickAction.CLOSE, "package-check", say("Close"), url("close"), asks=True, primary=True)
    else:
        yield Offer(PickAction.CLOSE, "package-minus", say("Close short"), url("close"), asks=True)
    yield Offer(PickAction.RESTOW, "archive-restore", say("Restowed"), url("restow"), asks=True)
    yield Offer(PickAction.RESET, "rotate-ccw", say("Reset"), url("reset"), asks=True)
    yield Offer(PickAction.ABORT, "undo-2", say("Give up"), url("abort"), asks=True)
    yield Offer(PickAction.CANCEL, "circle-x", say("Cancel"), url("cancel"), asks=True)
