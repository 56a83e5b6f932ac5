"""Changes of many listings as a kind of background job: what people read of them, and what they can do next."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as say
from django.utils.translation import ngettext

from backoffice.core.jobs import JobKind, NextStep, ToldItem
from backoffice.core.models import BackgroundJob, JobItem, JobItemStatus
from backoffice.core.texts import here, restored
from inventory.models import Listing
from inventory.services.bulk_behaviour import KIND, changed_by, from_facts, work_on_listing
from inventory.wording import behaviour_words


def _title(job: BackgroundJob) -> str:
    count = ngettext("%(count)d listing", "%(count)d listings", job.total) % {"count": job.total}
    if "takesBack" in job.arguments:
        shown = say("Former behaviour: %(count)s") % {"count": count}
    else:
        behaviour = behaviour_words(from_facts(job.arguments["own"]))
        shown = say("%(behaviour)s: %(count)s") % {"behaviour": behaviour, "count": count}
    return say("%(title)s (dry run)") % {"title": shown} if job.arguments["dryRun"] else shown


def _tell(job: BackgroundJob, items: Sequence[JobItem]) -> list[ToldItem]:
    """One query, however many items there are."""
    listings = Listing.objects.select_related("article", "facility").in_bulk(
        [UUID(item.subject) for item in items]
    )
    told = []
    for item in items:
        listing = listings.get(UUID(item.subject))
        if listing is None:
            told.append(ToldItem(say("A listing that is not there"), _words(item)))
            continue
        title = say("%(article)s at %(facility)s") % {
            "article": listing.article,
            "facility": listing.facility,
        }
        told.append(ToldItem(title, _words(item), reverse("listing", args=(listing.pk,))))
    return told


def _words(item: JobItem) -> str:
    if item.status == JobItemStatus.FAILED:
        return " ".join(here(restored(problem)) for problem in item.result["problems"])
    if item.status == JobItemStatus.PENDING:
        return ""
    return _outcome(item.result)


def _outcome(result: dict[str, Any]) -> str:
    before, after = (behaviour_words(from_facts(result[name])) for name in ("before", "after"))
    if result["before"] == result["after"]:
        said = say("Is so already: %(behaviour)s.") % {"behaviour": after}
    else:
        said = say("%(before)s → %(after)s.") % {"before": before, "after": after}
    rules = result["rules"]
    more = ngettext("%(count)d context rule stays.", "%(count)d context rules stay.", rules) % {
        "count": rules
    }
    return f"{said} {more}" if rules else said


def _next_steps(job: BackgroundJob) -> list[NextStep]:
    if not job.ended or not job.succeeded:
        return []
    count = len(changed_by(job))
    if not count:
        return []
    if job.arguments["dryRun"]:
        label = ngettext("Do it: %(count)d listing", "Do it: %(count)d listings", count)
        url = reverse("carry-out-behaviour", args=(job.pk,))
        return [NextStep(label % {"count": count}, url, primary=True)]
    return [NextStep(say("Undo …"), reverse("take-back-behaviour", args=(job.pk,)))]


BEHAVIOUR_CHANGES = JobKind(
    name=KIND,
    view="inventory.view",
    manage="inventory.manage_listings",
    work=work_on_listing,
    title=_title,
    tell=_tell,
    next_steps=_next_steps,
)
"""The same behaviour for many listings, rehearsed first, then done in the background (spec 6, "Listings")."""
