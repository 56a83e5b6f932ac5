"""Reservations of expected stock, beside those of levels: never more than is to come, and freed like any other."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import IntegrityError, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from backoffice.core.errors import StateConflict
from backoffice.core.models import uuid7
from inventory.events import ExpectedStockFreed, StockRaised
from inventory.models import ExpectedStock, Facility, InboundProcess, Reservation, StockLevel
from inventory.services import reservations
from inventory.services.expected import TRIES, lock_expected
from inventory.services.purchase_orders import ItemDraft, close_open_items
from inventory.services.reservations import Claim
from tests.factories.inventory import FacilityFactory, StockLevelFactory, booked
from tests.inventory.inbound_builders import at, bucket_of, held_by, level, ordered, promise, put, receive


@transaction.atomic
def claim(*claims: Claim) -> None:
    reservations.reserve(claims=claims)


@transaction.atomic
def free(*holders: Any) -> int:
    return reservations.free(holders=holders)


class TestReserving:
    def test_one_holder_may_hold_stock_and_several_buckets(self, facility: Facility) -> None:
        process = ordered(facility, ("X", 5), ("Y", 5))
        x, y = bucket_of(process), bucket_of(process, "Y")
        stock = StockLevelFactory(facility=facility, article=x.article, on_hand=2)
        holder = uuid7()
        claim(
            Claim(stock.pk, holder, 2, "plan"),
            Claim.of_expected(x.pk, holder, 3, b"\x01"),
            Claim.of_expected(y.pk, holder, 4, b"\x01"),
        )
        assert held_by(holder) == {"stock": 2, "expected": 7}
        assert (bucket_of(process).reserved, bucket_of(process, "Y").reserved) == (3, 4)
        assert level(facility) == (2, 2)

    def test_no_more_than_is_to_come(self, facility: Facility) -> None:
        """Whoever counts wrong writes nothing at all."""
        process = ordered(facility, ("X", 5))
        promise(bucket_of(process), 3)
        with pytest.raises(IntegrityError):
            claim(Claim.of_expected(bucket_of(process).pk, uuid7(), 3))
        assert bucket_of(process).reserved == 3
        assert Reservation.objects.count() == 1

    def test_a_holder_reserves_from_a_bucket_once(self, facility: Facility) -> None:
        """W11"""
        bucket = bucket_of(ordered(facility, ("X", 5)))
        holder = promise(bucket, 2)
        with pytest.raises(IntegrityError):
            claim(Claim.of_expected(bucket.pk, holder, 1))
        assert held_by(holder) == {"expected": 2}

    def test_extending_adds_to_what_is_held_of_that_bucket(self, facility: Facility) -> None:
        process = ordered(facility, ("X", 5), ("Y", 5))
        x, y = bucket_of(process), bucket_of(process, "Y")
        holder = promise(x, 2)
        with transaction.atomic():
            reservations.extend(
                claims=[Claim.of_expected(x.pk, holder, 1), Claim.of_expected(y.pk, holder, 2)]
            )
        assert Reservation.objects.get(expected_stock=x).quantity == 3
        assert Reservation.objects.get(expected_stock=y).quantity == 2
        assert (bucket_of(process).reserved, bucket_of(process, "Y").reserved) == (3, 2)

    def test_freeing_ends_both_kinds_and_tells_of_each(
        self, facility: Facility, published: list[Any]
    ) -> None:
        """W4: a reservation freed; a bucket's units are no stock."""
        process = ordered(facility, ("X", 5))
        holder = promise(bucket_of(process), 3)
        stock = StockLevelFactory(
            facility=facility, article=bucket_of(process).article, on_hand=2, reserved=2, holder=holder
        )
        other = promise(bucket_of(process), 1)
        published.clear()

        assert free(holder) == 5

        assert (held_by(holder), held_by(other)) == ({}, {"expected": 1})
        assert bucket_of(process).reserved == 1
        assert level(facility) == (2, 0)
        assert [(type(event), event.resource_id) for event in published] == [
            (StockRaised, str(stock.pk)),
            (ExpectedStockFreed, str(bucket_of(process).pk)),
        ]

    def test_it_gives_up_when_others_reserve_all_the_while(
        self, facility: Facility, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        process = ordered(facility, ("X", 9))
        bucket = bucket_of(process)
        asked = []

        def another(bucket_ids: Any) -> Any:
            asked.append(1)
            Reservation.objects.create(holder=uuid7(), expected_stock=bucket, quantity=1, created=at(1))
            return lock_expected(bucket_ids)

        monkeypatch.setattr("inventory.services.expected.lock_expected", another)
        process.refresh_from_db()
        with pytest.raises(StateConflict) as refused:
            close_open_items(process_id=process.pk, version=process.version)
        assert (refused.value.problems[0].code, len(asked)) == ("BUSY", TRIES)
        assert bucket_of(process).status == "OPEN"
        assert not Reservation.objects.exists()


STEPS = st.one_of(
    st.tuples(st.just("order"), st.integers(1, 8), st.one_of(st.none(), st.integers(1, 20))),
    st.tuples(st.just("receive"), st.integers(0, 6), st.booleans()),
    st.tuples(st.just("promise"), st.integers(1, 5), st.binary(min_size=1, max_size=1)),
    st.tuples(st.just("free"), st.integers(0, 9), st.none()),
    st.tuples(st.just("close"), st.none(), st.none()),
    st.tuples(st.just("add"), st.integers(1, 8), st.integers(1, 20)),
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(STEPS, max_size=14))
def test_books_agree_after_any_sequence(db: None, steps: list[Any]) -> None:
    """Level = sum of its movements and of its records; reserved, of levels and buckets, = sum of reservations; no
    bucket is promised beyond what is to come; and a receipt neither frees nor promises a unit (W8).
    """
    with transaction.atomic():
        facility, elsewhere = FacilityFactory(), FacilityFactory()
        process = ordered(facility, ("X", 5), on=3)
        holders: list[Any] = []
        for step, number, extra in steps:
            before = sum(row.quantity for row in Reservation.objects.all())
            _do(process, holders, elsewhere, step, number, extra)
            after = sum(row.quantity for row in Reservation.objects.all())
            if step == "receive":
                assert after == before
            _check(process)
        transaction.set_rollback(True)


def _do(
    process: InboundProcess, holders: list[Any], elsewhere: Facility, step: str, number: Any, extra: Any
) -> None:
    match step:
        case "order":
            put(process, ("X", number), on=extra)
        case "add":
            item = ItemDraft(tenant_article_id="X", quantity=number, own_date=True, requested_at=at(extra))
            put(process, ("X", 5), item)
        case "receive":
            receive(process, at_facility=elsewhere if extra and number % 2 else None, X=number)
        case "promise":
            bucket = ExpectedStock.objects.promisable().order_by("delivery_date", "id").first()
            if bucket is not None:
                holder = holders[0] if holders and number == 5 else uuid7()
                if Reservation.objects.filter(holder=holder, expected_stock=bucket).exists():
                    return
                holders.append(promise(bucket, min(number, bucket.free), rank=extra, holder=holder))
        case "free":
            if holders:
                free(holders[number % len(holders)])
        case "close":
            process.refresh_from_db()
            close_open_items(process_id=process.pk, version=process.version)


def _check(process: InboundProcess) -> None:
    for row in StockLevel.objects.prefetch_related("stocks", "reservations"):
        assert booked(row) == (row.on_hand, row.reserved)
        assert row.on_hand == sum(stock.value for stock in row.stocks.all())
        assert row.reserved == sum(held.quantity for held in row.reservations.all())
        assert row.reserved <= row.on_hand
    for bucket in ExpectedStock.objects.prefetch_related("reservations"):
        assert bucket.reserved == sum(held.quantity for held in bucket.reservations.all())
        assert bucket.reserved <= bucket.promisable
        assert (bucket.status == "RECEIVED") == (
            bucket.received >= bucket.quantity and bucket.status not in ("CLOSED", "CANCELLED")
        )
    for holder in set(Reservation.objects.values_list("holder", flat=True)):
        assert Reservation.objects.filter(holder=holder, level__isnull=False).count() <= 1
