"""Many rows in one statement: what is written is what is read, whatever it is made of."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import DataError, IntegrityError, connection, transaction
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from backoffice.core import bulk
from backoffice.core.bulk import add_to_rows, insert_rows, update_rows
from backoffice.core.models import DomainEvent, uuid7
from inventory.models import Reservation, StockLevel
from tests.factories.inventory import FacilityFactory, StockLevelFactory

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 5, 4, 9, 0, 0, 123456, tzinfo=UTC)
AWKWARD = [
    '"',
    "\\",
    '\\"',
    "{}",
    "a,b",
    "NULL",
    "null",
    "",
    "'",
    "%s %(c0)s",
    "line\nbreak\ttab",
    "ß✓🦉",
    " x ",
]


def tell(names: list[str], **each: list[Any]) -> None:
    columns = {"name": names, "resource_id": [str(n) for n in range(len(names))], **each}
    insert_rows(DomainEvent, each=columns, same={"actor": "system", "occurred_at": NOW})


class Anything(TestCase):
    @given(
        st.lists(
            st.tuples(
                st.text(st.characters(exclude_characters="\0", codec="utf-8"), max_size=20),
                st.none() | st.uuids(),
                st.dictionaries(st.sampled_from(AWKWARD), st.sampled_from([None, True, 1, 1.5, *AWKWARD])),
            ),
            min_size=1,
            max_size=6,
        )
    )
    def test_is_read_as_it_was_written(self, rows: list[tuple[str, UUID | None, dict[str, Any]]]) -> None:
        names, processes, facts = (list(column) for column in zip(*rows, strict=True))
        tell(names, process_id=processes, facts=facts)
        found = DomainEvent.objects.values_list("name", "process_id", "facts")
        assert list(found.order_by("id")) == rows


@pytest.mark.parametrize("size", [1, 2, 3, 5_000])
def test_rows_are_written_in_their_order_in_batches(size: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bulk, "ROWS", size)
    tell(AWKWARD)
    events = list(DomainEvent.objects.order_by("id"))
    assert [event.name for event in events] == AWKWARD
    assert {(event.actor, event.reason, event.occurred_at) for event in events} == {("system", "", NOW)}
    assert all(event.facts == {} and event.process_id is None for event in events)


def test_one_statement_writes_them_all(django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(1):
        tell(AWKWARD)
    with django_assert_num_queries(0):
        tell([])


def test_bytes_and_missing_values_are_written() -> None:
    level = StockLevelFactory()
    holders, ranks = [uuid7(), uuid7()], [b'\x00\\\xff"', b""]
    insert_rows(
        Reservation,
        each={"holder": holders, "rank": ranks, "quantity": [1, 2**40]},
        same={"level": level.id, "created": NOW},
    )
    made = Reservation.objects.order_by("id")
    assert [(r.holder, bytes(r.rank), r.quantity) for r in made] == [
        (holders[0], ranks[0], 1),
        (holders[1], ranks[1], 2**40),
    ]
    assert {(r.level_id, r.expected_stock_id, r.version) for r in made} == {(level.id, None, 1)}


def test_what_only_python_calls_equal_is_not_alike() -> None:
    tell(["yes", "one"], facts=[{"of": True}, {"of": 1}])

    found = DomainEvent.objects.filter(name__in=("yes", "one")).order_by("id").values_list("facts", flat=True)
    assert [repr(facts["of"]) for facts in found] == ["True", "1"]


def test_constraints_hold() -> None:
    level, holder = StockLevelFactory(), uuid7()
    for quantities in ([1, 1], [0, 1]):
        with pytest.raises(IntegrityError), transaction.atomic():
            insert_rows(
                Reservation,
                each={"holder": [holder, holder], "quantity": quantities},
                same={"level": level.id, "created": NOW},
            )
    assert not Reservation.objects.exists()


def test_text_that_is_too_long_is_refused_and_never_cut() -> None:
    if connection.vendor != "postgresql":
        pytest.skip("SQLite does not bound text")
    for names in (["x" * 65], ["x" * 65, "y"]):
        with pytest.raises(DataError), transaction.atomic():
            tell(names)
    assert not DomainEvent.objects.exists()


def test_each_row_is_updated_with_its_own_values() -> None:
    facilities = [FacilityFactory() for _ in range(3)]
    for number, facility in enumerate(facilities):
        facility.name, facility.tags, facility.version = f'"{number}\\', [{"id": str(number)}], 7
        facility.latitude = None if number else 1.5
        facility.last_modified = NOW + timedelta(hours=number)
    other = FacilityFactory()

    written = update_rows(facilities, ("name", "tags", "version", "latitude", "last_modified"))

    assert written == 3
    for facility in facilities:
        saved = type(facility).objects.get(pk=facility.pk)
        assert (saved.name, saved.tags, saved.version) == (facility.name, facility.tags, 7)
        assert (saved.latitude, saved.last_modified) == (facility.latitude, facility.last_modified)
    assert type(other).objects.get(pk=other.pk).name == other.name


def test_what_is_alike_in_all_rows_is_updated_too() -> None:
    levels = [StockLevelFactory(on_hand=1), StockLevelFactory(on_hand=2)]
    for level in levels:
        level.on_hand = 5
    assert update_rows(levels, ("on_hand",)) == 2
    assert update_rows(levels[:1], ("on_hand",)) == 1
    assert update_rows([], ("on_hand",)) == 0
    assert set(StockLevel.objects.values_list("on_hand", flat=True)) == {5}


def test_numbers_are_added_to_what_each_row_has() -> None:
    levels = [StockLevelFactory(on_hand=10 * number, reserved=number) for number in (1, 2, 3)]
    keys = [level.pk for level in levels]
    assert add_to_rows(StockLevel, keys[:2], each={"on_hand": [5, -5], "reserved": [-1, -1]}) == 2
    assert add_to_rows(StockLevel, [], each={"on_hand": [], "reserved": []}) == 0
    found = StockLevel.objects.order_by("id").values_list("on_hand", "reserved")
    assert list(found) == [(15, 0), (15, 1), (30, 3)]


def test_a_sum_that_may_not_be_is_refused() -> None:
    level = StockLevelFactory(on_hand=1)
    with pytest.raises(IntegrityError), transaction.atomic():
        add_to_rows(StockLevel, [level.pk], each={"on_hand": [-2]})
