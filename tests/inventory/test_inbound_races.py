"""A receipt, and somebody who reserves or frees at the same moment: the second waits, and sees what the first did."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from django.db import transaction

from backoffice.core.errors import VersionConflict
from backoffice.core.models import uuid7
from inventory.events import ExpectedStockChanging
from inventory.models import ExpectedStock, Facility, InboundProcess, Reservation
from inventory.services import reservations
from inventory.services.expected import lock_expected
from inventory.services.purchase_orders import close_open_items, put_purchase_order
from inventory.services.reservations import Claim
from tests.inventory.inbound_builders import (
    bucket_of,
    draft,
    expected,
    held_by,
    level,
    ordered,
    promise,
    receive,
)
from tests.inventory.test_races import at_once

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.race, pytest.mark.postgres]


@pytest.fixture
def process(facility: Facility) -> InboundProcess:
    return ordered(facility, ("X", 5))


def promise_what_is_left(bucket_id: int, units: int) -> Callable[[], int]:
    """As a release does: lock, then read, then reserve no more than there is."""

    @transaction.atomic
    def work() -> int:
        bucket = lock_expected([bucket_id])[bucket_id]
        units_left = min(units, bucket.promisable - bucket.reserved)
        if units_left > 0:
            reservations.reserve(claims=[Claim.of_expected(bucket_id, uuid7(), units_left)])
        return max(0, units_left)

    return work


@transaction.atomic
def free(holder: UUID) -> int:
    return reservations.free(holders=[holder])


def test_who_reserves_during_a_receipt_finds_nothing_left(process: InboundProcess) -> None:
    bucket = bucket_of(process)
    _, promised = at_once(lambda: receive(process, X=4), promise_what_is_left(bucket.pk, 5))
    assert promised == 1
    assert expected(process)[0][1:4] == (5, 4, 1)
    assert level(process.facility) == (4, 0)


def test_a_receipt_moves_what_was_reserved_while_it_waited_and_announces_it(
    process: InboundProcess, published: list[Any]
) -> None:
    """The latecomer is announced before anything is locked: whoever it belongs to locks it first."""
    bucket = bucket_of(process)
    early = promise(bucket, 1)
    at_once(promise_what_is_left(bucket.pk, 2), lambda: receive(process, X=5))
    late = Reservation.objects.exclude(holder=early).get()
    assert (held_by(early), held_by(late.holder)) == ({"stock": 1}, {"stock": 2})
    assert level(process.facility) == (5, 3)
    announced = [set(event.holders) for event in published if isinstance(event, ExpectedStockChanging)]
    assert announced == [{early}, {early, late.holder}]


def test_freeing_during_a_receipt_frees_what_it_moved(process: InboundProcess) -> None:
    holder = promise(bucket_of(process), 3)
    _, freed = at_once(lambda: receive(process, X=5), lambda: free(holder))
    assert freed == 3
    assert level(process.facility) == (5, 0)
    assert (held_by(holder), bucket_of(process).reserved) == ({}, 0)


def test_freeing_during_a_partial_receipt_frees_both_kinds(process: InboundProcess) -> None:
    holder = promise(bucket_of(process), 3)
    _, freed = at_once(lambda: receive(process, X=2), lambda: free(holder))
    assert freed == 3
    assert level(process.facility) == (2, 0)
    assert expected(process)[0][1:4] == (5, 2, 0)


def test_a_receipt_after_freeing_moves_nothing(process: InboundProcess) -> None:
    holder = promise(bucket_of(process), 3)
    at_once(lambda: free(holder), lambda: receive(process, X=5))
    assert level(process.facility) == (5, 0)
    assert held_by(holder) == {}


def test_two_receipts_are_both_booked(process: InboundProcess) -> None:
    holder = promise(bucket_of(process), 5)
    at_once(lambda: receive(process, X=2), lambda: receive(process, X=3))
    assert level(process.facility) == (5, 5)
    assert held_by(holder) == {"stock": 5}
    assert expected(process)[0][5] == "RECEIVED"
    process.refresh_from_db()
    assert (process.status, process.version) == ("CLOSED", 3)


def test_closing_during_a_receipt_is_a_conflict(process: InboundProcess) -> None:
    with pytest.raises(VersionConflict):
        at_once(lambda: receive(process, X=2), lambda: close_open_items(process_id=process.pk, version=1))
    assert expected(process)[0][5] == "OPEN"


def test_two_purchase_orders_for_one_version_are_one(process: InboundProcess) -> None:
    def put(units: int) -> Callable[[], Any]:
        return lambda: put_purchase_order(process_id=process.pk, version=1, draft=draft(("X", units)))

    with pytest.raises(VersionConflict):
        at_once(put(7), put(9))
    assert ExpectedStock.objects.get().quantity == 7
