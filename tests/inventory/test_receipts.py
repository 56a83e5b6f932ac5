"""Receipts: what came becomes stock, and what was promised of it becomes reserved stock (W8)."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from backoffice.core.actor import Actor, acting_as
from backoffice.core.errors import Invalid, NotFound, StateConflict, VersionConflict
from backoffice.core.models import uuid7
from inventory.events import ExpectedStockChanged, ExpectedStockMoved, ReceiptBooked, StockRaised
from inventory.models import (
    ExpectedStock,
    Facility,
    InboundProcess,
    MovementCause,
    Receipt,
    Reservation,
    Stock,
    StockLevel,
    StockMovement,
)
from inventory.services import levels
from inventory.services.inbound import create_inbound_process, modify_inbound_process
from inventory.services.purchase_orders import ItemDraft, close_open_items
from inventory.services.receiving import ReceiptDraft, ReceivedItem, add_receipt
from tests.factories.inventory import FacilityFactory, StockLevelFactory
from tests.inventory.inbound_builders import (
    MAY,
    ORDERED,
    at,
    bucket_of,
    expected,
    held_by,
    level,
    ordered,
    promise,
    put,
    receive,
)


def status(process: InboundProcess) -> str:
    process.refresh_from_db()
    return process.status


def of_type(published: list[Any], kind: type) -> list[Any]:
    return [event for event in published if isinstance(event, kind)]


class TestStock:
    def test_what_came_is_on_hand_and_in_the_ledger(self, facility: Facility) -> None:
        process = ordered(facility, ("X", 5))

        with acting_as(Actor("ines")):
            receipt = receive(process, X=5)

        assert level(facility) == (5, 0)
        [movement] = StockMovement.objects.all()
        assert (movement.on_hand_delta, movement.reserved_delta) == (5, 0)
        assert (movement.cause, movement.reference, movement.actor) == (
            MovementCause.RECEIPT,
            str(receipt.pk),
            "ines",
        )
        assert Stock.objects.get().value == 5
        assert expected(process) == [("X", 5, 5, 0, MAY[1], "RECEIVED")]
        assert status(process) == "CLOSED"

    def test_each_receipt_makes_a_stock_record_of_its_own(self, facility: Facility) -> None:
        process = ordered(facility, ("X", 5))
        receive(process, X=2)
        receive(process, X=3)
        assert sorted(Stock.objects.values_list("value", flat=True)) == [2, 3]

    def test_a_partial_receipt_leaves_the_rest_expected(self, facility: Facility) -> None:
        process = ordered(facility, ("X", 5), ("Y", 1))
        receive(process, X=2)
        assert expected(process) == [("X", 5, 2, 0, MAY[1], "OPEN"), ("Y", 1, 0, 0, MAY[1], "OPEN")]
        assert bucket_of(process).outstanding == 3
        assert status(process) == "PARTIAL_DELIVERY"
        receive(process, X=3)
        assert status(process) == "PARTIAL_DELIVERY"
        receive(process, Y=1)
        assert status(process) == "CLOSED"
        assert level(facility) == (5, 0)

    def test_over_receipt_is_free_stock(self, facility: Facility, published: list[Any]) -> None:
        process = ordered(facility, ("X", 5))
        holder = promise(bucket_of(process), 5)
        published.clear()

        receive(process, X=7)

        assert level(facility) == (7, 5)
        assert held_by(holder) == {"stock": 5}
        assert expected(process) == [("X", 5, 7, 0, MAY[1], "RECEIVED")]
        [raised] = of_type(published, StockRaised)
        assert raised.cause == "RECEIPT"

    def test_raising_the_order_to_what_came_expects_nothing_more(self, facility: Facility) -> None:
        process = ordered(facility, ("X", 5))
        receive(process, X=7)
        put(process, ("X", 7))
        assert (bucket_of(process).status, bucket_of(process).outstanding) == ("RECEIVED", 0)
        put(process, ("X", 9))
        assert (bucket_of(process).status, bucket_of(process).outstanding) == ("OPEN", 2)

    def test_what_nobody_ordered_is_stock(self, facility: Facility) -> None:
        process = ordered(facility, ("X", 5))
        receive(process, NEW=4)
        assert level(facility, "NEW") == (4, 0)
        assert expected(process) == [("X", 5, 0, 0, MAY[1], "OPEN")]

    def test_the_earliest_of_two_items_is_filled_first(self, facility: Facility) -> None:
        process = ordered(facility, ("X", 5))
        put(
            process,
            ("X", 5),
            ItemDraft(tenant_article_id="X", quantity=4, own_date=True, requested_at=at(9)),
            ItemDraft(tenant_article_id="X", quantity=4, own_date=True),
            on=20,
        )
        receive(process, X=6)
        assert expected(process) == [
            ("X", 5, 2, 0, MAY[20], "OPEN"),
            ("X", 4, 4, 0, MAY[9], "RECEIVED"),
            ("X", 4, 0, 0, None, "OPEN"),
        ]

    def test_at_another_facility_it_is_booked_there_and_the_bucket_is_left(self, facility: Facility) -> None:
        elsewhere = FacilityFactory()
        process = ordered(facility, ("X", 5))
        holder = promise(bucket_of(process), 5)

        receive(process, at_facility=elsewhere, X=5)

        assert level(elsewhere) == (5, 0)
        assert level(facility) == (0, 0)
        assert expected(process) == [("X", 5, 0, 5, MAY[1], "OPEN")]
        assert held_by(holder) == {"expected": 5}

    def test_what_was_rejected_stays_expected(self, facility: Facility) -> None:
        process = ordered(facility, ("X", 5))
        add_receipt(
            process_id=process.pk,
            draft=ReceiptDraft(
                received_at=ORDERED, items=[ReceivedItem(tenant_article_id="X", accepted=0, rejected=5)]
            ),
        )
        assert level(facility) == (0, 0)
        assert bucket_of(process).outstanding == 5
        assert not StockMovement.objects.exists()

    def test_a_receipt_that_is_not_finished_is_only_noted(
        self, facility: Facility, published: list[Any]
    ) -> None:
        process = ordered(facility, ("X", 5))
        published.clear()
        add_receipt(
            process_id=process.pk,
            draft=ReceiptDraft(
                received_at=ORDERED,
                status="IN_PROGRESS",
                items=[ReceivedItem(tenant_article_id="X", accepted=5)],
            ),
        )
        assert Receipt.objects.get().lines.get().accepted_quantity == 5
        assert level(facility) == (0, 0)
        assert (status(process), published) == ("OPEN", [])

    def test_after_closing_what_comes_is_free(self, facility: Facility) -> None:
        process = ordered(facility, ("X", 5))
        process.refresh_from_db()
        close_open_items(process_id=process.pk, version=process.version)
        receive(process, X=2)
        assert level(facility) == (2, 0)
        assert expected(process) == [("X", 5, 2, 0, MAY[1], "CLOSED")]

    def test_a_receipt_costs_the_same_for_many_articles(
        self, facility: Facility, django_assert_num_queries: Any
    ) -> None:
        one = ordered(facility, ("A", 2))
        keys = {f"K{n}": 2 for n in range(30)}
        many = ordered(facility, *keys.items())
        promise(bucket_of(one, "A"), 1)
        for key in keys:
            promise(bucket_of(many, key), 1)
        with CaptureQueriesContext(connection) as first:
            receive(one, A=2)
        with django_assert_num_queries(len(first)):
            receive(many, **keys)


def test_receipts_that_come_with_the_process_lock_their_levels_in_order(facility: Facility) -> None:
    """All at once and by ascending id, whatever the order of the receipts: two such imports never wait in a circle."""
    first = StockLevelFactory(facility=facility)
    second = StockLevelFactory(facility=facility)
    keys = [second.article.tenant_article_id, first.article.tenant_article_id]
    receipts = [
        ReceiptDraft(received_at=ORDERED, items=[ReceivedItem(tenant_article_id=key, accepted=1)])
        for key in keys
    ]
    with pytest.MonkeyPatch.context() as patched:
        locked: list[list[int]] = []
        lock_levels = levels.lock_levels
        patched.setattr(levels, "lock_levels", lambda ids: (locked.append(sorted(ids)), lock_levels(ids))[1])
        create_inbound_process(facility=facility, receipts=receipts)
    assert locked[0] == [first.pk, second.pk]
    assert [level(facility, key) for key in keys] == [(1, 0), (1, 0)]


class TestRefusals:
    def test_negative_units_are_refused_and_nothing_is_written(self, facility: Facility) -> None:
        process = ordered(facility, ("X", 5))
        with pytest.raises(Invalid) as refused:
            receive(process, X=-1, Y=2)
        assert [problem.field for problem in refused.value.problems] == [
            "receivedItems[0].acceptedQuantity.value"
        ]
        assert not Receipt.objects.exists()
        assert not StockLevel.objects.exists()

    def test_on_hold_nothing_is_booked(self, facility: Facility) -> None:
        process = ordered(facility, ("X", 5))
        modify_inbound_process(process_id=process.pk, version=1, values={"on_hold": True})
        with pytest.raises(StateConflict) as refused:
            receive(process, X=5)
        assert refused.value.problems[0].code == "ON_HOLD"
        assert not Receipt.objects.exists()
        assert level(facility) == (0, 0)

    def test_an_unknown_process_is_not_found(self) -> None:
        with pytest.raises(NotFound):
            add_receipt(process_id=uuid7(), draft=ReceiptDraft(received_at=ORDERED, items=[]))

    def test_a_stale_version_is_refused_where_one_is_given(self, facility: Facility) -> None:
        process = ordered(facility, ("X", 5))
        with pytest.raises(VersionConflict):
            add_receipt(process_id=process.pk, version=7, draft=ReceiptDraft(received_at=ORDERED, items=[]))
        assert not Receipt.objects.exists()


class TestReservations:
    def test_what_was_promised_is_reserved_stock_then(self, facility: Facility, published: list[Any]) -> None:
        """W8; the ledger names the holder."""
        process = ordered(facility, ("X", 5))
        bucket = bucket_of(process)
        holder = promise(bucket, 3)
        kept = Reservation.objects.get()
        published.clear()

        receive(process, X=5)

        assert level(facility) == (5, 3)
        moved = Reservation.objects.get()
        assert (moved.pk, moved.quantity, moved.expected_stock_id) == (kept.pk, 3, None)
        assert StockMovement.objects.get(reserved_delta=3).reference == str(holder)
        [event] = of_type(published, ExpectedStockMoved)
        assert (event.holder, event.quantity, event.expected_stock_id) == (holder, 3, bucket.pk)
        assert [event.receipt_id for event in of_type(published, ReceiptBooked)] == [Receipt.objects.get().pk]
        assert not of_type(published, ExpectedStockChanged)

    def test_all_of_it_reserved_raises_nothing(self, facility: Facility, published: list[Any]) -> None:
        process = ordered(facility, ("X", 5))
        promise(bucket_of(process), 5)
        receive(process, X=5)
        assert not of_type(published, StockRaised)

    def test_when_less_came_the_best_rank_is_served_first(self, facility: Facility) -> None:
        process = ordered(facility, ("X", 9))
        bucket = bucket_of(process)
        last = promise(bucket, 3, rank=b"\x03")
        first = promise(bucket, 3, rank=b"\x01")
        second = promise(bucket, 3, rank=b"\x02")

        receive(process, X=4)

        assert held_by(first) == {"stock": 3}
        assert held_by(second) == {"stock": 1, "expected": 2}
        assert held_by(last) == {"expected": 3}
        assert expected(process) == [("X", 9, 4, 5, MAY[1], "OPEN")]

        receive(process, X=2)

        assert held_by(second) == {"stock": 3}
        assert held_by(last) == {"expected": 3}
        assert level(facility) == (6, 6)

    def test_without_ranks_the_first_to_reserve_is_served_first(self, facility: Facility) -> None:
        process = ordered(facility, ("X", 4))
        first, second = promise(bucket_of(process), 2), promise(bucket_of(process), 2)
        receive(process, X=2)
        assert (held_by(first), held_by(second)) == ({"stock": 2}, {"expected": 2})

    def test_a_holder_of_stock_and_expected_stock_then_holds_one_reservation(
        self, facility: Facility
    ) -> None:
        """An undividable plan holds both kinds (W6)."""
        process = ordered(facility, ("X", 5))
        bucket = bucket_of(process)
        holder = uuid7()
        StockLevelFactory(facility=facility, article=bucket.article, on_hand=2, reserved=2, holder=holder)
        promise(bucket, 3, holder=holder)

        receive(process, X=1)
        assert held_by(holder) == {"stock": 3, "expected": 2}
        receive(process, X=4)

        [kept] = Reservation.objects.filter(holder=holder)
        assert (kept.quantity, kept.expected_stock_id) == (5, None)
        assert level(facility) == (7, 5)

    def test_a_holder_of_two_buckets_then_holds_one_reservation(self, facility: Facility) -> None:
        process = ordered(
            facility,
            ("X", 2),
            ItemDraft(tenant_article_id="X", quantity=2, own_date=True, requested_at=ORDERED),
        )
        holder = uuid7()
        for bucket in ExpectedStock.objects.filter(inbound_process=process):
            promise(bucket, 2, holder=holder)
        receive(process, X=3)
        assert held_by(holder) == {"stock": 3, "expected": 1}
        assert Reservation.objects.filter(holder=holder).count() == 2
