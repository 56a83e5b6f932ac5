"""The services that routing calls for hundreds of plans at once."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError
from django.utils import timezone

from backoffice.core.errors import NotFound, StateConflict
from backoffice.core.models import DomainEvent, uuid7
from orders import shortids
from orders.events import ENDED_AS, PickJobCreated, PickJobEnded
from orders.models import Order, PickJob, PickJobStatus, PickJobSubStatus, PickLine
from orders.models.pickjob import FINISHED, STARTED, UNSTARTED
from orders.services import pickjobs
from orders.services.pickjobs import PickJobDraft, PickLineDraft, back_lines, create_pick_jobs, end_pick_jobs
from tests.factories.inventory import FacilityFactory
from tests.factories.orders import OrderFactory, PickJobFactory

pytestmark = pytest.mark.django_db


def draft_for(order: Order, facility: Any, *, unbacked: int = 0, **fields: Any) -> PickJobDraft:
    return PickJobDraft(
        facility_id=facility.id,
        order_id=order.id,
        reference=uuid7(),
        order_date=order.order_date,
        tenant_order_id=order.tenant_order_id,
        lines=tuple(
            PickLineDraft(
                order_line_id=line.id,
                article_id=line.article_id,
                reference=uuid7(),
                quantity=line.quantity,
                unbacked=unbacked,
            )
            for line in order.lines.all()
        ),
        **fields,
    )


# Creating


def test_a_job_is_created_with_its_lines(published: list[Any]) -> None:
    order, facility = OrderFactory(lines=2), FacilityFactory()
    draft = draft_for(order, facility, unbacked=1, service_level="SAMEDAY", target_time=order.order_date)

    (created,) = create_pick_jobs(drafts=[draft])

    job = PickJob.objects.get()
    assert job.id == created
    assert (job.facility, job.order, job.reference) == (facility, order, draft.reference)
    assert (job.status, job.sub_status, job.version) == ("OPEN", "", 1)
    assert (job.channel, job.service_level, job.target_time) == ("SHIPPING", "SAMEDAY", order.order_date)
    assert job.tenant_order_id == order.tenant_order_id
    assert [(line.quantity, line.unbacked, line.picked) for line in job.line_items] == [(3, 1, 0), (3, 1, 0)]
    assert {line.reference for line in job.line_items} == {line.reference for line in draft.lines}
    assert published == [
        PickJobCreated(
            pick_job_id=job.id, order_id=order.id, facility_id=facility.id, reference=draft.reference
        )
    ]
    event = DomainEvent.objects.get()
    assert (event.name, event.resource_id, event.process_id) == ("PICK_JOB_CREATED", str(job.id), order.id)


def test_a_job_that_may_not_begin_yet_waits_for_its_time() -> None:
    """B3, B4."""
    order, facility, now = OrderFactory(lines=1), FacilityFactory(), timezone.now()
    ids = create_pick_jobs(
        drafts=[
            draft_for(order, facility, not_before=now + timedelta(days=10)),
            draft_for(order, facility, not_before=now - timedelta(days=10)),
        ]
    )
    later, earlier = (PickJob.objects.get(id=id) for id in ids)
    assert (later.sub_status, earlier.sub_status) == (PickJobSubStatus.WAITING_FOR_RELEASE_TIME, "")


def test_jobs_are_created_with_a_fixed_number_of_statements(django_assert_num_queries: Any) -> None:
    order, facilities = OrderFactory(lines=1), [FacilityFactory(), FacilityFactory()]
    for number in (1, 40):
        drafts = [draft_for(order, facilities[index % 2]) for index in range(number)]
        # two savepoints and their release, short ids in use, jobs, lines, events, who subscribed
        with django_assert_num_queries(9):
            ids = create_pick_jobs(drafts=drafts)
        jobs = PickJob.objects.in_bulk(ids)
        assert [jobs[id].reference for id in ids] == [draft.reference for draft in drafts]


def test_without_drafts_nothing_is_asked(django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(0):
        assert create_pick_jobs(drafts=[]) == []
        assert end_pick_jobs(pick_job_ids=[], status=PickJobStatus.CANCELED) == []
        back_lines(backed={})


def test_a_plan_has_one_standing_job() -> None:
    """W11."""
    draft = draft_for(OrderFactory(lines=1), FacilityFactory())
    create_pick_jobs(drafts=[draft])
    with pytest.raises(IntegrityError):
        create_pick_jobs(drafts=[draft])


# Short ids


def test_short_ids_are_legible_and_differ_within_a_facility() -> None:
    facility, other = FacilityFactory(), FacilityFactory()
    names = shortids.short_ids([facility.id] * 300 + [other.id] * 300)
    assert all(len(name) == 4 and not set(name) & set("0O1I") for name in names)
    assert len(set(names[:300])) == len(set(names[300:])) == 300


def test_short_ids_of_open_jobs_are_not_given_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """Within one facility; those of jobs that are no longer picked are."""
    monkeypatch.setattr(shortids, "ALPHABET", "23")
    facility, other = FacilityFactory(), FacilityFactory()
    every = {f"{a}{b}{c}{d}" for a in "23" for b in "23" for c in "23" for d in "23"}
    free = {"2222", "3233", "3333"}
    order = OrderFactory()
    for name in every - free:
        PickJobFactory(order=order, facility=facility, short_id=name, status=PickJobStatus.IN_PROGRESS)
    PickJobFactory(order=order, facility=facility, short_id="2222", status=PickJobStatus.CLOSED)

    assert set(shortids.short_ids([facility.id] * 3)) == free
    assert set(shortids.short_ids([other.id] * 16)) == every


def test_a_facility_with_no_short_id_left_gets_longer_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shortids, "ALPHABET", "23")
    names = shortids.short_ids([FacilityFactory().id] * 17)
    assert {len(name) for name in names} == {5}
    assert len(set(names)) == 17


def test_a_short_id_that_another_transaction_took_meanwhile_is_drawn_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    standing = PickJobFactory(short_id="ABCD")
    drawn = iter([["ABCD"], ["ABCE"]])
    monkeypatch.setattr(pickjobs, "short_ids", lambda _facilities: next(drawn))
    (id,) = create_pick_jobs(drafts=[draft_for(standing.order, standing.facility)])
    assert PickJob.objects.get(id=id).short_id == "ABCE"


# Ending


@pytest.mark.parametrize("status", list(ENDED_AS))
def test_jobs_that_were_not_started_end(status: PickJobStatus, published: list[Any]) -> None:
    jobs = [PickJobFactory(status=one) for one in UNSTARTED]

    ended = end_pick_jobs(
        pick_job_ids={job.id for job in jobs},
        status=status,
        sub_status=PickJobSubStatus.MANUAL_REROUTE,
        reason="why not",
    )

    assert [(job.status, job.sub_status, job.version) for job in ended] == [(status, "MANUAL_REROUTE", 2)] * 2
    stored = PickJob.objects.order_by("id")
    assert [(job.status, job.sub_status, job.version) for job in stored] == [
        (status, "MANUAL_REROUTE", 2)
    ] * 2
    assert [event.resource_id for event in published] == [str(job.id) for job in jobs]
    assert all(isinstance(event, PickJobEnded) and event.status == status for event in published)
    assert set(DomainEvent.objects.values_list("name", "reason")) == {(ENDED_AS[status].name, "why not")}


@pytest.mark.parametrize("status", [*STARTED, *FINISHED, PickJobStatus.CANCELED])
def test_a_job_that_was_started_or_has_ended_stops_the_whole_bulk(status: PickJobStatus) -> None:
    """O2. The refusal names the job."""
    untouched, started = PickJobFactory(), PickJobFactory(status=status)

    with pytest.raises(StateConflict) as refused:
        end_pick_jobs(pick_job_ids=[untouched.id, started.id], status=PickJobStatus.CANCELED)

    assert started.short_id in refused.value.message
    assert str(started.id) in refused.value.message
    assert set(PickJob.objects.values_list("status", "version")) == {("OPEN", 1), (status, 1)}
    assert not DomainEvent.objects.exists()


def test_a_job_that_does_not_exist_is_missed() -> None:
    job = PickJobFactory()
    with pytest.raises(NotFound):
        end_pick_jobs(pick_job_ids=[job.id, uuid7()], status=PickJobStatus.CANCELED)
    assert PickJob.objects.get().status == PickJobStatus.OPEN


def test_jobs_end_with_a_fixed_number_of_statements(django_assert_num_queries: Any) -> None:
    order = OrderFactory()
    for number in (1, 40):
        jobs = [PickJobFactory(order=order) for _ in range(number)]
        with django_assert_num_queries(7):  # savepoint, lock, read, write, events, who subscribed, release
            end_pick_jobs(pick_job_ids=[job.id for job in jobs], status=PickJobStatus.REROUTED)


# Backing


def test_stock_backs_lines_of_unstarted_jobs() -> None:
    """R2."""
    job = PickJobFactory(order__lines=2, lines__unbacked=3)
    first, second = job.line_items

    back_lines(backed={first.id: 3, second.id: 1})

    assert [line.unbacked for line in PickJob.objects.get().line_items] == [0, 2]
    assert PickJob.objects.get().version == 2


def test_lines_are_backed_with_a_fixed_number_of_statements(django_assert_num_queries: Any) -> None:
    order = OrderFactory(lines=2)
    for number in (1, 20):
        jobs = [PickJobFactory(order=order, lines__unbacked=2) for _ in range(number)]
        backed = dict.fromkeys(PickLine.objects.filter(pick_job__in=jobs).values_list("id", flat=True), 1)
        with django_assert_num_queries(7):  # savepoint, jobs, lock, lines, lines, jobs, release
            back_lines(backed=backed)


@pytest.mark.parametrize("units", [3, -1])
def test_no_more_is_backed_than_is_unbacked(units: int) -> None:
    job = PickJobFactory(order__lines=2, lines__unbacked=2)
    first, second = job.line_items
    with pytest.raises(StateConflict):
        back_lines(backed={first.id: 1, second.id: units})
    assert set(PickLine.objects.values_list("unbacked", flat=True)) == {2}


def test_lines_of_started_jobs_and_unknown_lines_are_not_backed() -> None:
    started = PickJobFactory(status=PickJobStatus.IN_PROGRESS, lines__unbacked=2)
    with pytest.raises(StateConflict):
        back_lines(backed={started.line_items[0].id: 1})
    with pytest.raises(NotFound):
        back_lines(backed={uuid7(): 1})
    assert PickLine.objects.get().unbacked == 2
