"""Purchase orders: what is expected, when, and what becomes of what was promised when that changes (W4, W8)."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from backoffice.core.errors import Invalid, NotFound, StateConflict, VersionConflict
from backoffice.core.models import DomainEvent
from inventory.events import ExpectedStockChanged, ExpectedStockChanging
from inventory.models import ExpectedStock, Facility, InboundProcess, PurchaseOrder, Reservation
from inventory.services.inbound import (
    create_inbound_process,
    delete_inbound_process,
    modify_inbound_process,
)
from inventory.services.purchase_orders import (
    ItemChanges,
    ItemDraft,
    change_items,
    close_open_items,
    modify_purchase_order,
    put_purchase_order,
)
from inventory.services.retiring import delete_facility
from tests.factories.inventory import FacilityFactory
from tests.inventory.inbound_builders import (
    MAY,
    at,
    bucket_of,
    draft,
    expected,
    held_by,
    level,
    ordered,
    promise,
    put,
    receive,
)


def changes(published: list[Any]) -> list[tuple[str, int, int]]:
    """(what, units before, units after) of each bucket that changed, in order."""
    return [
        ("+".join(event.changes), event.old_quantity, event.new_quantity)
        for event in published
        if isinstance(event, ExpectedStockChanged)
    ]


def change(process: InboundProcess, key: str = "X", **values: Any) -> None:
    process.refresh_from_db()
    change_items(
        process_id=process.pk,
        version=process.version,
        changes={bucket_of(process, key).pk: ItemChanges(**values)},  # type: ignore[typeddict-item]
    )


class TestProcesses:
    def test_a_new_process_is_open_and_its_version_the_first(self, facility: Facility) -> None:
        process = create_inbound_process(facility=facility, tenant_inbound_process_id="PO-1")
        assert (process.status, process.version) == ("OPEN", 1)
        ordered_one = ordered(facility, ("X", 5))
        ordered_one.refresh_from_db()
        assert (ordered_one.status, ordered_one.version) == ("OPEN", 1)

    def test_an_order_of_nothing_yet_is_open(self, facility: Facility) -> None:
        process = ordered(facility)
        process.refresh_from_db()
        assert process.status == "OPEN"
        assert put(process, cancelled=True).status == "CLOSED"

    def test_a_taken_tenant_id_is_a_conflict(self, facility: Facility) -> None:
        create_inbound_process(facility=facility, tenant_inbound_process_id="PO-1")
        with pytest.raises(StateConflict):
            ordered(facility, ("X", 5), tenant_inbound_process_id="PO-1")
        assert InboundProcess.objects.count() == 1
        assert not ExpectedStock.objects.exists()

    def test_on_hold_shows_and_promises_nothing_new(self, facility: Facility) -> None:
        process = ordered(facility, ("X", 5))
        assert ExpectedStock.objects.promisable().count() == 1
        modify_inbound_process(process_id=process.pk, version=1, values={"on_hold": True})
        process.refresh_from_db()
        assert (process.status, process.version) == ("ON_HOLD", 2)
        assert not ExpectedStock.objects.promisable().exists()
        modify_inbound_process(process_id=process.pk, version=2, values={"on_hold": False})
        process.refresh_from_db()
        assert process.status == "OPEN"

    def test_deleting_frees_what_was_promised_and_keeps_what_came(
        self, facility: Facility, published: list[Any]
    ) -> None:
        process = ordered(facility, ("X", 5))
        holder = promise(bucket_of(process), 4)
        receive(process, X=2)
        published.clear()

        delete_inbound_process(process_id=process.pk)

        assert not InboundProcess.objects.exists()
        assert not PurchaseOrder.objects.exists()
        assert held_by(holder) == {"stock": 2}
        assert level(facility) == (2, 2)
        assert changes(published) == [("CANCELLED", 3, 0)]

    def test_a_facility_that_orders_are_promised_from_is_not_deleted(self, facility: Facility) -> None:
        process = ordered(facility, ("X", 5))
        promise(bucket_of(process), 4)
        with pytest.raises(StateConflict):
            delete_facility(facility_id=facility.pk, force=True)
        assert ExpectedStock.objects.count() == 1


class TestPurchaseOrders:
    def test_each_dated_item_is_a_bucket(self, facility: Facility, published: list[Any]) -> None:
        process = ordered(facility, ("X", 5), ("Y", 3), on=12)
        assert expected(process) == [
            ("X", 5, 0, 0, MAY[12], "OPEN"),
            ("Y", 3, 0, 0, MAY[12], "OPEN"),
        ]
        assert changes(published) == [("ADDED", 0, 5), ("ADDED", 0, 3)]
        assert [row.free for row in ExpectedStock.objects.promisable().order_by("id")] == [5, 3]

    def test_the_day_is_that_of_the_facility(self) -> None:
        """W6: calendar days in the facility's zone; 22:30 UTC is tomorrow in Vienna, and still today in New York."""
        late = datetime(2027, 5, 1, 22, 30, tzinfo=UTC)
        item = ItemDraft(tenant_article_id="X", quantity=1, own_date=True, requested_at=late)
        vienna = ordered(FacilityFactory(time_zone="Europe/Vienna"), item)
        new_york = ordered(FacilityFactory(time_zone="America/New_York"), item)
        assert bucket_of(vienna).delivery_date == MAY[2]
        assert bucket_of(new_york).delivery_date == MAY[1]

    def test_as_soon_as_possible_can_never_be_promised_from(self, facility: Facility) -> None:
        """Spec 2: nor does the database let it."""
        process = ordered(facility, ("X", 5), on=None)
        assert bucket_of(process).delivery_date is None
        assert not ExpectedStock.objects.promisable().exists()
        with pytest.raises(IntegrityError), transaction.atomic():
            promise(bucket_of(process), 1)
        assert not Reservation.objects.exists()

    def test_a_second_put_keeps_the_items_that_it_names(self, facility: Facility) -> None:
        process = ordered(facility, ("X", 5), ("Y", 3), ("Z", 1))
        x, z = bucket_of(process, "X").pk, bucket_of(process, "Z").pk
        put(process, ("Z", 2), ItemDraft(tenant_article_id="X", quantity=6, item_id=x), ("W", 1))
        assert bucket_of(process, "X").pk == x
        assert bucket_of(process, "Z").pk == z
        assert [row[:2] + row[5:] for row in expected(process)] == [
            ("X", 6, "OPEN"),
            ("Y", 3, "CANCELLED"),
            ("Z", 2, "OPEN"),
            ("W", 1, "OPEN"),
        ]
        assert process.version == 2

    def test_an_item_that_was_left_out_comes_back(self, facility: Facility) -> None:
        process = ordered(facility, ("X", 5))
        put(process)
        assert (process.status, bucket_of(process).status) == ("CLOSED", "CANCELLED")
        put(process, ("X", 5))
        assert (process.status, bucket_of(process).status) == ("OPEN", "OPEN")

    def test_cancelling_the_order_leaves_what_came(self, facility: Facility) -> None:
        process = ordered(facility, ("X", 5), ("Y", 2))
        receive(process, X=5)
        put(process, ("X", 5), ("Y", 2), cancelled=True)
        assert [row[5] for row in expected(process)] == ["RECEIVED", "CANCELLED"]
        assert (process.status, level(facility)) == ("CLOSED", (5, 0))

    def test_a_closed_item_stays_closed_until_it_is_reopened(self, facility: Facility) -> None:
        """An ERP that sends the order again has not heard that somebody gave up on it."""
        process = ordered(facility, ("X", 5))
        change(process, status="CLOSED")
        put(process, ("X", 5), on=9)
        assert expected(process) == [("X", 5, 0, 0, MAY[9], "CLOSED")]
        put(process, ItemDraft(tenant_article_id="X", quantity=5, reopen=True), on=9)
        assert expected(process) == [("X", 5, 0, 0, MAY[9], "OPEN")]

    def test_a_new_date_of_the_order_leaves_items_with_a_date_of_their_own(self, facility: Facility) -> None:
        own = ItemDraft(tenant_article_id="Y", quantity=1, own_date=True, requested_at=at(20))
        never = ItemDraft(tenant_article_id="Z", quantity=1, own_date=True)
        process = ordered(facility, ("X", 5), own, never, on=3)
        process.refresh_from_db()
        modify_purchase_order(process_id=process.pk, version=process.version, changes={"requested_at": at(8)})
        assert [row[4] for row in expected(process)] == [MAY[8], MAY[20], None]

    def test_every_problem_comes_at_once_and_nothing_is_written(self, facility: Facility) -> None:
        process = ordered(facility, ("X", 5))
        other = bucket_of(ordered(facility, ("Y", 1)), "Y").pk
        mine = bucket_of(process).pk
        items = (
            ItemDraft(tenant_article_id="X", quantity=0, item_id=mine),
            ItemDraft(tenant_article_id="X", quantity=1, item_id=mine),
            ItemDraft(tenant_article_id="Y", quantity=1, item_id=other),
        )
        with pytest.raises(Invalid) as refused:
            put(process, *items)
        assert [(problem.field, problem.code) for problem in refused.value.problems] == [
            ("requestedItems[0].quantity.value", "OUT_OF_RANGE"),
            ("requestedItems[1].id", "DUPLICATE"),
            ("requestedItems[2].id", "NOT_FOUND"),
        ]
        process.refresh_from_db()
        assert (process.version, expected(process)[0][1]) == (1, 5)

    def test_an_item_stays_with_its_article(self, facility: Facility) -> None:
        process = ordered(facility, ("X", 5))
        with pytest.raises(Invalid) as refused:
            put(process, ItemDraft(tenant_article_id="Y", quantity=5, item_id=bucket_of(process).pk))
        assert refused.value.field == "requestedItems[0].tenantArticleId"
        assert [row[0] for row in expected(process)] == ["X"]

    def test_a_stale_version_is_refused(self, facility: Facility) -> None:
        process = put(ordered(facility, ("X", 5)), ("X", 6))
        with pytest.raises(VersionConflict):
            put_purchase_order(process_id=process.pk, version=1, draft=draft(("X", 7)))
        assert expected(process)[0][1] == 6


class TestChanges:
    @pytest.mark.parametrize(
        ("values", "told"),
        [
            ({"quantity": 8}, [("RAISED", 5, 8)]),
            ({"quantity": 3}, [("LOWERED", 5, 3)]),
            ({"delivery_date": MAY[9]}, [("ADVANCED", 5, 5)]),
            ({"delivery_date": MAY[11]}, [("DELAYED", 5, 5)]),
            ({"delivery_date": None}, [("DELAYED", 5, 5)]),
            ({"quantity": 6, "delivery_date": MAY[9]}, [("RAISED+ADVANCED", 5, 6)]),
            ({"status": "CLOSED"}, [("CLOSED", 5, 0)]),
            ({"status": "CANCELLED"}, [("CANCELLED", 5, 0)]),
            ({"quantity": 5}, []),
        ],
    )
    def test_who_waits_hears_what_changed(
        self, facility: Facility, published: list[Any], values: Any, told: list[Any]
    ) -> None:
        """W4: expected stock added, raised, advanced, delayed, cancelled."""
        process = ordered(facility, ("X", 5), on=10)
        published.clear()
        change(process, **values)
        assert changes(published) == told

    def test_a_day_for_what_had_none_is_an_advance(self, facility: Facility, published: list[Any]) -> None:
        process = ordered(facility, ("X", 5), on=None)
        published.clear()
        change(process, delivery_date=MAY[9])
        assert changes(published) == [("ADVANCED", 5, 5)]

    def test_the_change_is_on_record(self, facility: Facility) -> None:
        process = ordered(facility, ("X", 5), on=10)
        change(process, delivery_date=MAY[12])
        event = DomainEvent.objects.filter(name="EXPECTED_STOCK_CHANGED").latest("id")
        assert event.resource_id == str(process.pk)
        assert event.facts["deliveryDate"] == ["2027-05-10", "2027-05-12"]
        assert event.facts["changes"] == ["DELAYED"]

    def test_lowering_takes_from_the_last_rank_first(self, facility: Facility, published: list[Any]) -> None:
        """W8: those who lose are told, in the order of their rank, each with its units."""
        process = ordered(facility, ("X", 9))
        bucket = bucket_of(process)
        last = promise(bucket, 3, rank=b"\x03")
        first = promise(bucket, 3, rank=b"\x01")
        second = promise(bucket, 2, rank=b"\x02")

        published.clear()
        change(process, quantity=4)

        assert (held_by(first), held_by(second), held_by(last)) == ({"expected": 3}, {"expected": 1}, {})
        assert expected(process) == [("X", 4, 0, 4, MAY[1], "OPEN")]
        [event] = [event for event in published if isinstance(event, ExpectedStockChanged)]
        assert [(loss.holder, loss.units) for loss in event.losses] == [(second, 1), (last, 3)]

    def test_lowering_what_nobody_holds_frees_nothing(self, facility: Facility, published: list[Any]) -> None:
        process = ordered(facility, ("X", 9))
        holder = promise(bucket_of(process), 3)
        published.clear()
        change(process, quantity=3)
        assert held_by(holder) == {"expected": 3}
        assert [event.losses for event in published if isinstance(event, ExpectedStockChanged)] == [()]

    @pytest.mark.parametrize(
        "values", [{"status": "CLOSED"}, {"status": "CANCELLED"}, {"delivery_date": None}]
    )
    def test_what_is_not_promised_any_more_is_freed(self, facility: Facility, values: Any) -> None:
        process = ordered(facility, ("X", 9))
        holder = promise(bucket_of(process), 3)
        change(process, **values)
        assert held_by(holder) == {}
        assert bucket_of(process).reserved == 0

    def test_another_date_frees_nothing(self, facility: Facility) -> None:
        """Whether it leaves the date limit is not inventory's to say (W8)."""
        process = ordered(facility, ("X", 9))
        holder = promise(bucket_of(process), 3)
        change(process, delivery_date=MAY[30])
        assert held_by(holder) == {"expected": 3}

    def test_another_facility_frees_everything(self, facility: Facility, published: list[Any]) -> None:
        process = ordered(facility, ("X", 9))
        holder = promise(bucket_of(process), 3)
        elsewhere = FacilityFactory()
        published.clear()
        put(process, ItemDraft(tenant_article_id="X", quantity=9, facility_id=elsewhere.pk))
        assert held_by(holder) == {}
        assert bucket_of(process).facility_id == elsewhere.pk
        told = [event for event in published if isinstance(event, ExpectedStockChanged)]
        assert [(event.facility_id, *event.changes, len(event.losses)) for event in told] == [
            (facility.pk, "CANCELLED", 1),
            (elsewhere.pk, "ADDED", 0),
        ]

    def test_holders_hear_of_it_before_anything_is_locked(
        self, facility: Facility, published: list[Any]
    ) -> None:
        process = ordered(facility, ("X", 9))
        holder = promise(bucket_of(process), 3)
        published.clear()
        change(process, quantity=1)
        assert isinstance(published[0], ExpectedStockChanging)
        assert published[0].holders == (holder,)

    def test_closing_ends_what_is_open_and_nothing_else(self, facility: Facility) -> None:
        process = ordered(facility, ("X", 5), ("Y", 2))
        receive(process, X=5)
        process.refresh_from_db()
        close_open_items(process_id=process.pk, version=process.version)
        assert [row[5] for row in expected(process)] == ["RECEIVED", "CLOSED"]
        process.refresh_from_db()
        assert process.status == "CLOSED"

    def test_items_of_other_processes_are_not_found(self, facility: Facility) -> None:
        process, other = ordered(facility, ("X", 5)), ordered(facility, ("X", 7))
        with pytest.raises(NotFound):
            change_items(process_id=process.pk, version=1, changes={bucket_of(other).pk: {"quantity": 1}})
        assert bucket_of(other).quantity == 7

    def test_a_quantity_of_nothing_is_refused(self, facility: Facility) -> None:
        process = ordered(facility, ("X", 5))
        with pytest.raises(Invalid):
            change(process, quantity=0)
        assert bucket_of(process).quantity == 5
