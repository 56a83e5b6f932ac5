"""The same out-of-stock behaviour for many listings: rehearsed first, then done in the background, and taken back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from backoffice.core.errors import Invalid, NotFound, StateConflict
from backoffice.core.models import BackgroundJob, JobItem, JobItemStatus
from backoffice.core.services.jobs import start_job
from backoffice.core.texts import text
from inventory.behaviour import Behaviour, Effective
from inventory.models import Listing
from inventory.services.listing_change import ListingChanges
from inventory.services.listings import modify_listing
from inventory.services.out_of_stock import effective_of, fit

KIND = "LISTING_BEHAVIOUR"


def start_behaviour_change(*, listing_ids: Sequence[UUID], own: Effective, dry_run: bool) -> BackgroundJob:
    """Gives these listings the behaviour, each as it is when its turn comes; context rules stay. A ``dry_run`` writes
    nothing but what would happen.

    :raises Invalid: there are no listings; or the behaviour and its configuration do not fit together.
    """
    if not listing_ids:
        raise Invalid(text("No listing is selected."), code="NOTHING_SELECTED", field="ids")
    own, problems = fit(own)
    if problems:
        raise Invalid.many(problems)
    return _start({"own": as_facts(own)}, [str(id) for id in dict.fromkeys(listing_ids)], dry_run)


def carry_out(*, rehearsed: BackgroundJob) -> BackgroundJob:
    """Does what a dry run has shown, to the listings that it would change.

    :raises StateConflict: it was no dry run, has not come to its end, or would change nothing.
    """
    if not rehearsed.arguments["dryRun"] or not rehearsed.ended:
        raise StateConflict(
            text("Only what a finished dry run has shown can be carried out."), field="status"
        )
    wanted = {name: value for name, value in rehearsed.arguments.items() if name != "dryRun"}
    return _start(wanted, changed_by(rehearsed), dry_run=False)


def rehearse_taking_back(*, done: BackgroundJob) -> BackgroundJob:
    """Starts a dry run of what gives the listings that a job changed their former behaviour.

    :raises StateConflict: it was a dry run, is still under way, or changed nothing.
    """
    if done.arguments["dryRun"] or not done.ended:
        raise StateConflict(text("Only what was done can be taken back."), field="status")
    return _start({"takesBack": str(done.pk)}, changed_by(done), dry_run=True)


def changed_by(job: BackgroundJob) -> list[str]:
    """The ids of the listings that a job has changed, or would change."""
    items = JobItem.objects.filter(job=job, status=JobItemStatus.SUCCEEDED).order_by("id")
    return [item.subject for item in items if item.result["before"] != item.result["after"]]


def work_on_listing(arguments: Mapping[str, Any], subject: str) -> dict[str, Any]:
    """Changes one listing, or rehearses it; what it was and what it is then. One that is so already is left alone.

    :raises NotFound: it is gone.
    :raises StateConflict: it is to be taken back, and somebody has changed it since.
    """
    with transaction.atomic():
        locked = Listing.objects.select_for_update(no_key=True).filter(pk=subject)
        if not list(locked.values_list("pk")):
            raise NotFound.of(Listing, subject)
        listing = Listing.objects.get(pk=subject)
        before = effective_of(listing)
        after = _wanted(arguments, subject, before)
        if after != before:
            changes: ListingChanges = {
                "behaviour": after.behaviour,
                "preorder_start": after.preorder_start,
                "restockable_in_days": after.restockable_in_days,
            }
            modify_listing(listing=listing, version=listing.version, changes=changes)
        rules = listing.context_rules.count()
        if arguments["dryRun"]:
            transaction.set_rollback(True)
    return {"before": as_facts(before), "after": as_facts(after), "rules": rules}


def _wanted(arguments: Mapping[str, Any], subject: str, now: Effective) -> Effective:
    if "takesBack" not in arguments:
        return from_facts(arguments["own"])
    done = JobItem.objects.filter(job=arguments["takesBack"], subject=subject).first()
    if done is None:
        raise StateConflict(text("What it was before is not known any more."))
    if from_facts(done.result["after"]) != now:
        raise StateConflict(text("Somebody has given it another behaviour since."), code="CHANGED_SINCE")
    return from_facts(done.result["before"])


def _start(arguments: dict[str, Any], subjects: Sequence[str], dry_run: bool) -> BackgroundJob:
    if not subjects:
        raise StateConflict(text("There is nothing to change."), field="ids")
    return start_job(kind=KIND, arguments={**arguments, "dryRun": dry_run}, subjects=subjects)


def as_facts(own: Effective) -> dict[str, Any]:
    """As a job keeps it."""
    return {
        "behaviour": own.behaviour.value,
        "preorderStart": own.preorder_start.isoformat() if own.preorder_start else None,
        "restockableInDays": own.restockable_in_days,
    }


def from_facts(facts: Mapping[str, Any]) -> Effective:
    start = facts["preorderStart"]
    return Effective(
        Behaviour(facts["behaviour"]),
        datetime.fromisoformat(start) if start else None,
        facts["restockableInDays"],
    )
