from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from backoffice.core.errors import NotFound, StateConflict
from backoffice.core.models import DomainEvent, uuid7
from orders.events import OrderCancelled, OrderForceCancelled, OrderUnlocked
from orders.models import CancelationReason, Order, OrderStatus, PickJobStatus
from orders.models.pickjob import FINISHED, STARTED
from orders.services.cancelling import record_cancelled_units
from tests.factories.orders import OrderFactory, PickJobFactory

pytestmark = pytest.mark.django_db


def act(api: Any, order: Order, name: str, **fields: Any) -> Any:
    return api.post(f"/api/orders/{order.id}/actions", {"name": name, "version": order.version, **fields})


def units(order: Order) -> list[tuple[int, int, int, int]]:
    return list(
        order.lines.order_by("position").values_list("quantity", "cancelled", "fulfilled", "short_picked")
    )


def unchanged(order: Order, *, cancelled: int = 0) -> bool:
    stored = Order.objects.get(id=order.id)
    return (
        (stored.status, stored.version) == (order.status, order.version)
        and all(line[1] == cancelled for line in units(order))
        and not DomainEvent.objects.exists()
    )


@pytest.mark.parametrize("status", ["OPEN", "LOCKED", "PROMISED"])
def test_cancelling_ends_what_was_still_to_be_delivered(api: Any, status: str, published: list[Any]) -> None:
    order = OrderFactory(status=status, lines=2, valid_until=datetime(2026, 5, 2, tzinfo=UTC))
    order.lines.filter(position=1).update(short_picked=1)

    response = act(api, order, "CANCEL")

    assert response.status_code == 200
    assert (response.json()["status"], response.json()["version"]) == ("CANCELLED", 2)
    assert response.json()["id"] == str(order.id)
    assert units(order) == [(3, 3, 0, 0), (3, 2, 0, 1)]
    assert published == [OrderCancelled(order_id=order.id)]
    event = DomainEvent.objects.get()
    assert (event.name, event.resource_id, event.actor) == ("ORDER_CANCELLED", str(order.id), api.user.email)


def test_the_reason_of_a_cancellation_is_kept(api: Any) -> None:
    """The text stays with the order when the reason is gone."""
    order = OrderFactory(lines=1)
    reason = CancelationReason.objects.create(reason="Changed mind", reason_localized={"de_DE": "Doch nicht"})

    act(api, order, "CANCEL", cancelationReasonId=str(reason.id))

    api.delete(f"/api/cancelationreasons/{reason.id}")
    kept = api.get(f"/api/orders/{order.id}").json()["cancelationReason"]
    assert (kept["id"], kept["reason"], kept["action"]) == (str(reason.id), "Changed mind", "CANCELATION")
    assert kept["reasonLocalized"] == {"de_DE": "Doch nicht"}


@pytest.mark.parametrize("name", ["CANCEL", "FORCE_CANCEL"])
@pytest.mark.parametrize("id", ["changed-mind", "01890000-0000-7000-8000-000000000000"])
def test_an_unknown_cancelation_reason_is_refused(api: Any, name: str, id: str) -> None:
    order = OrderFactory(lines=1)
    response = act(api, order, name, cancelationReasonId=id)
    assert response.status_code == 400
    (error,) = response.json()
    assert (error["code"], error["field"]) == ("REASON_UNKNOWN", "cancelationReasonId")
    assert unchanged(order)


def test_a_cancelled_order_frees_its_tenant_order_id(api: Any, place: Any) -> None:
    """I3."""
    first = place()
    api.post(f"/api/orders/{first['id']}/actions", {"name": "CANCEL", "version": 1})
    second = place()
    assert second["id"] != first["id"]
    place(expect=409)


@pytest.mark.parametrize("status", [*STARTED, *FINISHED])
def test_an_order_that_is_being_picked_cannot_be_cancelled(api: Any, status: PickJobStatus) -> None:
    """O2."""
    job = PickJobFactory(status=status)

    response = act(api, job.order, "CANCEL")

    assert response.status_code == 409
    (error,) = response.json()
    assert error["code"] == "PICKING_STARTED"
    assert job.short_id in error["description"]
    assert unchanged(job.order)


def test_jobs_that_were_not_started_or_have_ended_do_not_stand_in_the_way(api: Any) -> None:
    job = PickJobFactory()
    PickJobFactory(order=job.order, status=PickJobStatus.ABORTED)
    assert act(api, job.order, "CANCEL").status_code == 200


@pytest.mark.parametrize("name", ["CANCEL", "FORCE_CANCEL", "UNLOCK"])
def test_a_stale_version_is_refused_with_both_versions(api: Any, name: str) -> None:
    order = OrderFactory(status="LOCKED", lines=1)

    response = act(api, order, name, version=7)

    assert response.status_code == 409
    (error,) = response.json()
    assert (error["code"], error["version"], error["requestVersion"]) == ("VERSION_CONFLICT", 1, 7)
    assert unchanged(order)


@pytest.mark.parametrize("status", ["CANCELLED", "OBSOLETE"])
@pytest.mark.parametrize("name", ["CANCEL", "FORCE_CANCEL", "UNLOCK"])
def test_an_ended_order_stays_as_it_is(api: Any, status: str, name: str) -> None:
    order = OrderFactory(status=status, lines=1)
    response = act(api, order, name)
    assert response.status_code == 409
    assert response.json()[0]["code"] == "STATE_CONFLICT"
    assert unchanged(order)


def test_unlocking_opens_a_locked_order(api: Any, published: list[Any]) -> None:
    """R8."""
    order = OrderFactory(status="LOCKED", lines=1)

    response = act(api, order, "UNLOCK", targetTime="2026-05-04T12:00:00Z")

    assert response.status_code == 200
    assert (response.json()["status"], response.json()["version"]) == ("OPEN", 2)
    assert Order.objects.get().target_time == datetime(2026, 5, 4, 12, tzinfo=UTC)
    assert published == [OrderUnlocked(order_id=order.id)]
    assert DomainEvent.objects.get().name == "ORDER_UNLOCKED"


@pytest.mark.parametrize("status", ["OPEN", "PROMISED"])
def test_only_a_locked_order_can_be_unlocked(api: Any, status: str) -> None:
    order = OrderFactory(status=status, valid_until=datetime(2026, 5, 2, tzinfo=UTC))
    assert act(api, order, "UNLOCK").status_code == 409
    assert unchanged(order)


@pytest.mark.parametrize("name", ["FORCED", "cancel", "", 7, None, ["CANCEL"], {}])
def test_an_unknown_action_is_refused_and_the_known_ones_are_listed(api: Any, name: Any) -> None:
    order = OrderFactory(lines=1)
    response = act(api, order, name)
    assert response.status_code == 400
    (error,) = response.json()
    assert error["field"] == "name"
    assert "CANCEL, FORCE_CANCEL, UNLOCK" in error["description"]
    assert unchanged(order)


@pytest.mark.parametrize(
    "body", [None, [], "CANCEL", {}, {"name": "CANCEL"}, {"name": "CANCEL", "version": -1}]
)
def test_an_action_needs_a_name_and_a_version(api: Any, body: Any) -> None:
    order = OrderFactory(lines=1)
    response = api.post(f"/api/orders/{order.id}/actions", body)
    assert response.status_code == 400
    assert unchanged(order)


@pytest.mark.parametrize("id", ["01890000-0000-7000-8000-000000000000", "R-1", "🛒"])
def test_there_is_nothing_to_do_with_an_order_that_does_not_exist(api: Any, id: str) -> None:
    for name in ("CANCEL", "FORCE_CANCEL", "UNLOCK"):
        response = api.post(f"/api/orders/{id}/actions", {"name": name, "version": 1})
        assert response.status_code == 404
        assert response.json()[0]["code"] == "NOT_FOUND"


# By force (O2)


def test_force_cancelling_spares_what_is_fulfilled(api: Any, published: list[Any]) -> None:
    """O2: of 3 + 3 units, 2 were fulfilled and 1 was short-picked."""
    job = PickJobFactory(status=PickJobStatus.IN_PROGRESS, order=OrderFactory(lines=2))
    order = job.order
    order.lines.filter(position=0).update(fulfilled=2, short_picked=1)

    response = act(api, order, "FORCE_CANCEL")

    assert response.status_code == 200
    assert (response.json()["status"], response.json()["version"]) == ("CANCELLED", 2)
    assert units(order) == [(3, 0, 2, 1), (3, 3, 0, 0)]
    assert published == [OrderForceCancelled(order_id=order.id)]
    assert DomainEvent.objects.get().name == "ORDER_FORCE_CANCELLED"


def test_many_orders_are_force_cancelled_and_one_failure_leaves_the_others_done(api: Any) -> None:
    """O2, M5."""
    first, stale, ended, last = (OrderFactory(lines=1) for _ in range(4))
    Order.objects.filter(id=ended.id).update(status="CANCELLED")
    reason = CancelationReason.objects.create(reason="Fraud")

    response = api.post(
        "/api/orders/actions",
        {
            "name": "BULK_FORCE_CANCEL",
            "orders": [
                {"orderId": str(first.id), "version": 1, "cancelationReasonId": str(reason.id)},
                {"orderId": str(stale.id), "version": 7},
                {"orderId": "R-1", "version": 1},
                {"orderId": str(ended.id), "version": 1},
                {"orderId": str(last.id), "version": 1},
            ],
        },
    )

    assert response.status_code == 200
    results = response.json()
    assert [one["status"] for one in results] == ["UPDATED", "FAILED", "FAILED", "FAILED", "UPDATED"]
    assert [one["orderId"] for one in results][:3] == [str(first.id), str(stale.id), "R-1"]
    assert results[0].keys() == {"orderId", "status"}
    assert "Version 7 was given" in results[1]["summary"]
    assert "There is no order R-1" in results[2]["summary"]
    stored = {order.id: order for order in Order.objects.all()}
    assert stored[first.id].cancelation_reason["reason"] == "Fraud"
    assert (stored[stale.id].status, stored[last.id].status) == ("OPEN", "CANCELLED")
    assert DomainEvent.objects.filter(name="ORDER_FORCE_CANCELLED").count() == 2


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"name": "BULK_FORCE_CANCEL"}, "orders"),
        ({"name": "BULK_FORCE_CANCEL", "orders": []}, "orders"),
        ({"name": "BULK_FORCE_CANCEL", "orders": [{"orderId": "1"}]}, "orders[0].version"),
        ({"name": "BULK_FORCE_CANCEL", "orders": [{"orderId": "1", "version": 1}] * 16}, "orders"),
        ({"name": "BULK_CANCEL", "orders": [{"orderId": "1", "version": 1}]}, "name"),
    ],
)
def test_a_malformed_bulk_is_refused_as_a_whole(api: Any, body: Any, field: str) -> None:
    response = api.post("/api/orders/actions", body)
    assert response.status_code == 400
    assert field in [error["field"] for error in response.json()]


@pytest.mark.parametrize("name", ["CANCEL", "FORCE_CANCEL"])
def test_who_may_only_look_cancels_nothing(api_as: Any, name: str) -> None:
    order, viewer = OrderFactory(lines=1), api_as("VIEWER")
    assert act(viewer, order, name).status_code == 403
    bulk = {"name": "BULK_FORCE_CANCEL", "orders": [{"orderId": str(order.id), "version": 1}]}
    assert viewer.post("/api/orders/actions", bulk).status_code == 403
    assert unchanged(order)


# Units whose plans were cancelled (M3)


def test_cancelled_units_leave_the_rest_of_the_order_alive(published: list[Any]) -> None:
    """I3, and spec 5: the order's version stays."""
    order = OrderFactory(lines=2)
    first, second = order.lines.order_by("position")

    record_cancelled_units(order_id=order.id, units={first.id: 2, second.id: 3})

    assert units(order) == [(3, 2, 0, 0), (3, 3, 0, 0)]
    stored = Order.objects.get()
    assert (stored.status, stored.version) == (OrderStatus.OPEN, 1)
    assert published == []


def test_an_order_of_which_nothing_is_left_is_cancelled(published: list[Any]) -> None:
    order = OrderFactory(lines=2)
    first, second = order.lines.order_by("position")
    record_cancelled_units(order_id=order.id, units={first.id: 3})

    record_cancelled_units(order_id=order.id, units={second.id: 3}, reason="out of fashion")

    stored = Order.objects.get()
    assert (stored.status, stored.version) == (OrderStatus.CANCELLED, 2)
    assert published == [OrderCancelled(order_id=order.id)]
    assert DomainEvent.objects.get().reason == "out of fashion"


def test_an_order_of_which_something_was_delivered_is_not_cancelled() -> None:
    order = OrderFactory(lines=2)
    first, second = order.lines.order_by("position")
    order.lines.filter(id=first.id).update(fulfilled=3)
    record_cancelled_units(order_id=order.id, units={second.id: 3})
    assert Order.objects.get().status == OrderStatus.OPEN


@pytest.mark.parametrize("quantity", [3, -1])
def test_no_more_units_are_cancelled_than_are_left(quantity: int) -> None:
    """S7."""
    order = OrderFactory(lines=2)
    first, second = order.lines.order_by("position")
    order.lines.update(fulfilled=1)
    with pytest.raises(StateConflict, match="2 are left"):
        record_cancelled_units(order_id=order.id, units={first.id: 1, second.id: quantity})
    assert unchanged(order)


def test_units_of_unknown_orders_and_of_foreign_lines_are_refused() -> None:
    order, foreign = OrderFactory(lines=1), OrderFactory(lines=1)
    with pytest.raises(NotFound):
        record_cancelled_units(order_id=uuid7(), units={})
    with pytest.raises(NotFound):
        record_cancelled_units(order_id=order.id, units={foreign.lines.get().id: 1})
    assert unchanged(order)
    assert unchanged(foreign)
