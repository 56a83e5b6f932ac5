"""P1: what can be done with a pick job when; every request goes through the API."""

from __future__ import annotations

from datetime import timedelta
from itertools import product
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from backoffice.core.models import DomainEvent
from inventory.models import MovementCause, Reservation, Stock, StockLevel, StockMovement
from inventory.services.levels import Booking, book
from inventory.services.reservations import Claim, reserve
from orders import events
from orders.models import PICK_JOB_LIFECYCLE, Order, OrderLine, PickJob, PickJobStatus, PickLine
from orders.pickactions import MOVES, PickAction
from tests.factories.orders import OrderFactory, PickJobFactory

pytestmark = pytest.mark.django_db

BY_ACTION = [action for action in PickAction if action not in ("REJECT", "EXPIRE", "RESTOW")]
BY_STATUS = {
    PickAction.REJECT: "REJECTED",
    PickAction.EXPIRE: "EXPIRED",
    PickAction.RESTOW: "RESTOWED",
}
ENDS_AS = {**{action: target for action, (_, target) in MOVES.items()}}


def stocked(job: PickJob, *, on_hand: int = 10, reserved: int | None = None) -> StockLevel:
    """The level of the job's first line, with one record, of which the job has its units reserved."""
    line = job.lines.get()
    level = StockLevel.objects.create(facility=job.facility, article=line.article)
    Stock.objects.create(level=level, value=on_hand)
    book([Booking(level.id, MovementCause.STOCK_UPDATE, on_hand=on_hand)])
    units = line.quantity if reserved is None else reserved
    if units:
        reserve(claims=[Claim(level.id, line.reference, units)])
    PickLine.objects.filter(pk=line.pk).update(unbacked=line.quantity - units)
    return level


def act(api: Any, job: PickJob, name: str, **body: Any) -> Any:
    version = body.pop("version", None) or PickJob.objects.get(pk=job.pk).version
    return api.post(f"/api/pickjobs/{job.pk}/actions", {"name": name, "version": version, **body})


def patch(api: Any, job: PickJob, *actions: dict[str, Any], version: int | None = None) -> Any:
    version = version or PickJob.objects.get(pk=job.pk).version
    return api.patch(f"/api/pickjobs/{job.pk}", {"version": version, "actions": list(actions)})


def picked(job: PickJob, units: int, **fields: Any) -> list[dict[str, Any]]:
    return [{"id": str(line.pk), "picked": units, **fields} for line in job.lines.order_by("id")]


def do(api: Any, job: PickJob, action: PickAction) -> Any:
    if action in BY_STATUS:
        return patch(api, job, {"action": "ModifyPickJob", "status": BY_STATUS[action]})
    return act(api, job, action, **({"lineItems": picked(job, 3)} if action == "PICK" else {}))


def stored() -> Any:
    return [
        list(model.objects.order_by("pk").values())
        for model in (PickJob, PickLine, Order, OrderLine, StockLevel, Stock, StockMovement, DomainEvent)
    ]


def problem_of(answer: Any, status: int) -> Any:
    assert answer.status_code == status, answer.content
    (problem,) = answer.json()
    return problem


# The table


ALLOWED = {
    (PickJobStatus.OPEN, PickAction.START),
    (PickJobStatus.IN_PROGRESS, PickAction.PICK),
    (PickJobStatus.IN_PROGRESS, PickAction.PAUSE),
    (PickJobStatus.PAUSED, PickAction.RESTART),
    (PickJobStatus.IN_PROGRESS, PickAction.RESET),
    (PickJobStatus.PAUSED, PickAction.RESET),
    (PickJobStatus.IN_PROGRESS, PickAction.CLOSE),
    (PickJobStatus.PICKED, PickAction.CLOSE),
    *product(
        (
            PickJobStatus.OPEN,
            PickJobStatus.WAITING_FOR_INPUT,
            PickJobStatus.IN_PROGRESS,
            PickJobStatus.PAUSED,
        ),
        (PickAction.ABORT, PickAction.CANCEL, PickAction.OBSOLETE),
    ),
    *product((PickJobStatus.OPEN, PickJobStatus.WAITING_FOR_INPUT), (PickAction.REJECT, PickAction.EXPIRE)),
    *product((PickJobStatus.ABORTED, PickJobStatus.CANCELED), (PickAction.RESTOW,)),
}


@pytest.mark.parametrize(("status", "action"), list(product(PickJobStatus, PickAction)))
def test_an_action_fits_some_statuses_and_is_refused_in_all_others(
    api: Any, status: PickJobStatus, action: PickAction
) -> None:
    """P1: every pair of status and action; a refusal writes nothing."""
    job = PickJobFactory(status=status, lines__picked=1)
    stocked(job)
    before = stored()

    answer = do(api, job, action)

    if (status, action) not in ALLOWED:
        problem = problem_of(answer, 409)
        assert (problem["code"], problem["field"]) == ("STATE_CONFLICT", "status")
        assert status in problem["description"]
        assert stored() == before
        return
    assert answer.status_code == 200, answer.content
    assert answer.json()["status"] == ENDS_AS[action]
    assert answer.json()["version"] == 2
    job.refresh_from_db()
    assert (job.status, job.version) == (ENDS_AS[action], 2)


def test_no_action_leads_where_the_lifecycle_does_not() -> None:
    """P1: the actions' table stays within the table of statuses."""
    steps = [(origin, target) for origins, target in MOVES.values() for origin in origins]
    assert [step for step in steps if not PICK_JOB_LIFECYCLE.allowed(*step)] == []
    assert PICK_JOB_LIFECYCLE.final(PickJobStatus.CLOSED)
    assert not PICK_JOB_LIFECYCLE.allowed(PickJobStatus.PICKED, PickJobStatus.CANCELED)


# Starting


def test_a_job_is_not_started_before_its_time(api: Any) -> None:
    """B4, E12: START is a 409 that says when."""
    job = PickJobFactory(
        not_before=timezone.now() + timedelta(days=10), sub_status="WAITING_FOR_RELEASE_TIME"
    )
    before = stored()

    problem = problem_of(act(api, job, "START"), 409)

    assert (problem["code"], problem["field"]) == ("TOO_EARLY", "notBefore")
    assert f"{job.not_before:%Y-%m-%d}" in problem["description"]
    assert stored() == before


def test_a_job_whose_time_has_come_is_started_and_waits_for_nothing(api: Any) -> None:
    """B4: the sub-status goes with the start; lines are IN_PROGRESS, as in the contract."""
    job = PickJobFactory(
        not_before=timezone.now() - timedelta(seconds=1), sub_status="WAITING_FOR_RELEASE_TIME"
    )
    answer = act(api, job, "START").json()
    assert (answer["status"], answer.get("subStatus")) == ("IN_PROGRESS", None)
    assert [line["status"] for line in answer["pickLineItems"]] == ["IN_PROGRESS"]


def test_a_reset_job_begins_anew(api: Any) -> None:
    job = PickJobFactory(order=OrderFactory(lines=2), status=PickJobStatus.IN_PROGRESS)
    act(api, job, "PICK", lineItems=picked(job, 2, stockEmptied=True)[:1])
    assert [line.picked for line in job.lines.order_by("id")] == [2, 0]

    answer = act(api, job, "RESET").json()

    assert answer["status"] == "OPEN"
    assert [(line["status"], line["picked"], line["stockEmptied"]) for line in answer["pickLineItems"]] == [
        ("OPEN", 0, False)
    ] * 2


# Reporting


def test_a_job_is_picked_once_every_line_is_reported(api: Any, published: list[Any]) -> None:
    """P1, spec 5: PICK reports lines; the last one makes the job PICKED."""
    job = PickJobFactory(order=OrderFactory(lines=2), status=PickJobStatus.IN_PROGRESS)
    first, second = picked(job, 3)

    half = act(api, job, "PICK", lineItems=[first]).json()
    assert half["status"] == "IN_PROGRESS"
    assert [line["status"] for line in half["pickLineItems"]] == ["CLOSED", "OPEN"]
    assert not any(isinstance(event, events.PickJobFinished) for event in published)
    whole = act(api, job, "PICK", lineItems=[second]).json()

    assert (whole["status"], whole.get("subStatus")) == ("PICKED", None)
    assert [line["picked"] for line in whole["pickLineItems"]] == [3, 3]
    (finished,) = (event for event in published if isinstance(event, events.PickJobFinished))
    assert set(finished.picked.values()) == {3}
    assert set(finished.missing.values()) == {0}
    assert list(OrderLine.objects.values_list("fulfilled", "short_picked")) == [(3, 0)] * 2


def test_a_report_may_be_corrected_until_the_job_is_picked(api: Any) -> None:
    job = PickJobFactory(order=OrderFactory(lines=2), status=PickJobStatus.IN_PROGRESS)
    first, second = picked(job, 3)
    act(api, job, "PICK", lineItems=[{**first, "picked": 1}])
    act(api, job, "PICK", lineItems=[first, second])
    assert list(job.lines.values_list("picked", flat=True)) == [3, 3]
    assert list(OrderLine.objects.values_list("fulfilled", flat=True)) == [3, 3]


def test_picked_units_leave_the_stock_and_their_reservation_ends(api: Any) -> None:
    """P1: on hand and reserved fall together; the record, the level and the ledger agree."""
    job = PickJobFactory(status=PickJobStatus.IN_PROGRESS)
    level = stocked(job, on_hand=10)

    act(api, job, "PICK", lineItems=picked(job, 3))

    level.refresh_from_db()
    assert (level.on_hand, level.reserved, level.recount_since) == (7, 0, None)
    assert list(Stock.objects.values_list("value", "version")) == [(7, 2)]
    assert Reservation.objects.count() == 0
    movement = StockMovement.objects.latest("id")
    assert (movement.cause, movement.on_hand_delta, movement.reserved_delta) == ("PICK", -3, -3)
    assert movement.reference == str(job.id)


def test_picking_more_than_there_was_finds_it_first(api: Any) -> None:
    """P1: one unit on hand, three picked: two were found."""
    job = PickJobFactory(status=PickJobStatus.IN_PROGRESS)
    level = stocked(job, on_hand=1, reserved=1)

    act(api, job, "PICK", lineItems=picked(job, 3))

    level.refresh_from_db()
    assert (level.on_hand, level.reserved) == (0, 0)
    moved = StockMovement.objects.order_by("id").values_list("cause", "on_hand_delta", "reserved_delta")
    assert list(moved)[-2:] == [("FOUND", 2, 0), ("PICK", -3, -1)]
    assert Stock.objects.get().value == 0


def test_picking_where_nothing_was_ever_stocked_finds_everything(api: Any) -> None:
    job = PickJobFactory(status=PickJobStatus.IN_PROGRESS)
    act(api, job, "PICK", lineItems=picked(job, 3))
    level = StockLevel.objects.get()
    assert (level.on_hand, level.reserved, Stock.objects.get().value) == (0, 0, 0)


def test_picks_take_from_the_oldest_record(api: Any) -> None:
    job = PickJobFactory(status=PickJobStatus.IN_PROGRESS)
    level = stocked(job, on_hand=2, reserved=0)
    Stock.objects.create(level=level, value=5)
    book([Booking(level.id, MovementCause.STOCK_UPDATE, on_hand=5)])
    act(api, job, "PICK", lineItems=picked(job, 3))
    assert list(Stock.objects.order_by("id").values_list("value", flat=True)) == [0, 4]


def test_what_was_picked_at_places_adds_up(api: Any) -> None:
    job = PickJobFactory(status=PickJobStatus.IN_PROGRESS)
    (line,) = job.lines.all()
    places = [{"tenantPartialStockId": "a", "picked": 2}, {"tenantPartialStockId": "b", "picked": 1}]
    answer = act(api, job, "PICK", lineItems=[{"id": str(line.id), "partialStockLocations": places}])
    assert answer.json()["pickLineItems"][0]["picked"] == 3


@pytest.mark.parametrize(
    ("report", "field", "code"),
    [
        ({"picked": 4}, "lineItems[1].picked", "OUT_OF_RANGE"),
        ({"picked": -1}, "lineItems[1].picked", "MIN_VALUE"),
        ({}, "lineItems[1].picked", "REQUIRED"),
        ({"picked": 1, "id": "01a1fb8a-0000-7000-8000-000000000000"}, "lineItems[1].id", "NOT_FOUND"),
        ({"picked": 1, "wrong": 1}, "lineItems[1].wrong", "UNKNOWN_FIELD"),
    ],
)
def test_a_report_that_makes_no_sense_is_refused(
    api: Any, report: dict[str, Any], field: str, code: str
) -> None:
    """More than ordered is a 400; nothing of the request is done."""
    job = PickJobFactory(order=OrderFactory(lines=2), status=PickJobStatus.IN_PROGRESS)
    first, second = picked(job, 3)
    bad = {"id": second["id"], **report}
    before = stored()

    problem = problem_of(act(api, job, "PICK", lineItems=[first, bad]), 400)

    assert (problem["field"], problem["code"]) == (field, code)
    assert stored() == before


def test_why_units_are_missing_is_kept(api: Any) -> None:
    job = PickJobFactory(status=PickJobStatus.IN_PROGRESS)
    reason = {"reasonLocalized": {"en_US": "Broken"}}
    answer = act(api, job, "PICK", lineItems=picked(job, 1, shortPickReason=reason)).json()
    assert answer["pickLineItems"][0]["shortPickReason"] == reason
    assert api.get(f"/api/pickjobs/{job.pk}").json() == answer


def test_finishing_takes_a_fixed_number_of_statements(known_api: Any) -> None:
    def finish(number: int) -> int:
        job = PickJobFactory(order=OrderFactory(lines=number), status=PickJobStatus.IN_PROGRESS)
        with CaptureQueriesContext(connection) as queries:
            answer = act(known_api, job, "PICK", version=1, lineItems=picked(job, 2))
        assert answer.json()["status"] == "PICKED"
        return len(queries)

    finish(1)
    assert finish(2) == finish(20)


# Closing


def test_closing_a_picked_job_only_closes_it(api: Any, published: list[Any]) -> None:
    """Spec 5: nothing is booked a second time."""
    job = PickJobFactory(status=PickJobStatus.IN_PROGRESS)
    level = stocked(job)
    act(api, job, "PICK", lineItems=picked(job, 1))
    moved = StockMovement.objects.count()
    published.clear()

    answer = act(api, job, "CLOSE").json()

    assert (answer["status"], answer["subStatus"]) == ("CLOSED", "SHORT_PICKED")
    level.refresh_from_db()
    assert (level.on_hand, StockMovement.objects.count()) == (7, moved)
    assert [type(event) for event in published] == [events.PickJobMoving, events.PickJobClosed]


def test_closing_a_job_in_progress_books_it_and_nobody_looks_for_the_rest(
    api: Any, published: list[Any]
) -> None:
    """Spec 5: lines that were not reported count as they stand; P2's reroute is skipped."""
    job = PickJobFactory(order=OrderFactory(lines=2), status=PickJobStatus.IN_PROGRESS)
    act(api, job, "PICK", lineItems=picked(job, 2)[:1])

    answer = act(api, job, "CLOSE").json()

    assert (answer["status"], answer["subStatus"]) == ("CLOSED", "SHORT_PICKED")
    (finished,) = (event for event in published if isinstance(event, events.PickJobFinished))
    assert finished.reroutable is False
    assert sorted(OrderLine.objects.values_list("fulfilled", "short_picked")) == [(0, 3), (2, 1)]


def test_closing_a_job_of_which_nothing_was_picked_aborts_it(api: Any, published: list[Any]) -> None:
    """Spec 5: and it is given up, like any aborted job (P1)."""
    job = PickJobFactory(status=PickJobStatus.IN_PROGRESS)
    level = stocked(job)

    answer = act(api, job, "CLOSE").json()

    assert (answer["status"], answer["subStatus"]) == ("ABORTED", "ZERO_PICKED")
    assert [type(event) for event in published][-2:] == [events.PickJobAborted, events.PickJobGivenUp]
    level.refresh_from_db()
    assert level.on_hand == 10
    assert list(OrderLine.objects.values_list("fulfilled", "short_picked")) == [(0, 0)]


# PATCH


def test_a_patch_reports_lines_and_finishes_the_job(api: Any) -> None:
    """The contract's older way: lines, then the status."""
    job = PickJobFactory(order=OrderFactory(lines=2))
    lines = [{"action": "ModifyPickLineItem", "status": "CLOSED", **line} for line in picked(job, 3)]
    answer = patch(
        api,
        job,
        {"action": "ModifyPickJob", "status": "IN_PROGRESS", "customAttributes": {"cart": 7}},
        *lines,
        {"action": "ModifyPickJob", "status": "PICKED"},
    ).json()
    assert (answer["status"], answer["version"], answer["customAttributes"]) == ("PICKED", 2, {"cart": 7})
    assert list(OrderLine.objects.values_list("fulfilled", flat=True)) == [3, 3]


def test_a_patch_cannot_finish_a_job_with_open_lines(api: Any) -> None:
    job = PickJobFactory(order=OrderFactory(lines=2), status=PickJobStatus.IN_PROGRESS)
    first, second = picked(job, 3)
    before = stored()
    line = {"action": "ModifyPickLineItem", "status": "CLOSED", **first}
    problem = problem_of(patch(api, job, line, {"action": "ModifyPickJob", "status": "PICKED"}), 409)
    assert problem["code"] == "LINES_OPEN"
    assert second["id"] in problem["description"]
    assert stored() == before


@pytest.mark.parametrize(
    ("action", "status", "target"),
    [
        ("RestartPickJob", PickJobStatus.PAUSED, "IN_PROGRESS"),
        ("ResetPickJob", PickJobStatus.PAUSED, "OPEN"),
        ("AbortPickJob", PickJobStatus.PAUSED, "ABORTED"),
    ],
)
def test_the_older_names_of_actions_do_the_same(
    api: Any, action: str, status: PickJobStatus, target: str
) -> None:
    job = PickJobFactory(status=status)
    assert patch(api, job, {"action": action}).json()["status"] == target


def test_taking_a_job_over_changes_nothing_about_it(api: Any) -> None:
    """Who does what is in the timeline; the action is accepted among others."""
    job = PickJobFactory()
    take_over, begin = (
        {"action": "ModifyPickJobLastEditor"},
        {"action": "ModifyPickJob", "status": "IN_PROGRESS"},
    )
    assert patch(api, job, take_over, begin).json()["status"] == "IN_PROGRESS"


@pytest.mark.parametrize(
    "status", ["REROUTED", "WAITING_FOR_INPUT", "CANCELED", "OBSOLETE", "ABORTED", "MAGIC"]
)
def test_other_statuses_are_not_set_by_clients(api: Any, status: str) -> None:
    job = PickJobFactory()
    before = stored()
    problem = problem_of(patch(api, job, {"action": "ModifyPickJob", "status": status}), 400)
    assert problem["field"] == "actions[0].status"
    assert stored() == before


def test_a_patch_names_what_it_does_not_know(api: Any) -> None:
    job = PickJobFactory()
    for action in ({"action": "Fly"}, {}, {"action": ["ModifyPickJob"]}):
        problem = problem_of(patch(api, job, action), 400)
        assert (problem["field"], problem["code"]) == ("actions[0].action", "ACTION_UNKNOWN")
    problem = problem_of(patch(api, job, {"action": "ModifyPickJob", "colour": "red"}), 400)
    assert problem["field"] == "actions[0].colour"


# Who may, and who comes too late


def test_an_old_version_is_a_conflict_that_names_both(api: Any) -> None:
    job = PickJobFactory(version=3)
    before = stored()
    for answer in (
        act(api, job, "START", version=2),
        patch(api, job, {"action": "AbortPickJob"}, version=2),
    ):
        problem = problem_of(answer, 409)
        assert (problem["code"], problem["version"], problem["requestVersion"]) == ("VERSION_CONFLICT", 3, 2)
    assert stored() == before


@pytest.mark.parametrize(
    ("body", "field", "code"),
    [
        ({"version": 1}, "name", "REQUIRED"),
        ({"version": 1, "name": "FLY"}, "name", "ACTION_UNKNOWN"),
        ({"version": 1, "name": "ADD_TARGET_TIME"}, "name", "NOT_SUPPORTED"),
        ({"name": "START"}, "version", "REQUIRED"),
        ({"version": 1, "name": "START", "speed": 9}, "speed", "UNKNOWN_FIELD"),
        ({"version": 1, "name": "PICK", "lineItems": []}, "lineItems", "MIN_LENGTH"),
        ([], "name", "REQUIRED"),
    ],
)
def test_a_body_of_another_shape_is_refused(api: Any, body: Any, field: str, code: str) -> None:
    job = PickJobFactory()
    problem = problem_of(api.post(f"/api/pickjobs/{job.pk}/actions", body), 400)
    assert (problem["field"], problem["code"]) == (field, code)


@pytest.mark.parametrize("id", ["nonsense", "01a1fb8a-0000-7000-8000-000000000000"])
def test_there_is_no_such_job(api: Any, id: str) -> None:
    assert api.post(f"/api/pickjobs/{id}/actions", {"name": "START", "version": 1}).status_code == 404
    body = {"version": 1, "actions": [{"action": "AbortPickJob"}]}
    assert api.patch(f"/api/pickjobs/{id}", body).status_code == 404


def test_whoever_may_only_look_picks_nothing(api_as: Any, anonymous: Any) -> None:
    job = PickJobFactory()
    before = stored()
    viewer = api_as("VIEWER")
    assert viewer.get(f"/api/pickjobs/{job.pk}").status_code == 200
    for client, status in ((anonymous, 401), (viewer, 403)):
        assert act(client, job, "START").status_code == status
        assert patch(client, job, {"action": "AbortPickJob"}).status_code == status
    assert stored() == before
    assert act(api_as("AGENT"), job, "START").status_code == 200
