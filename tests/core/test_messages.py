"""Sentences that Anteroom writes beside those of people: kept in English, read as texts."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.utils import translation

from backoffice.core.bulk import insert_rows
from backoffice.core.models import DomainEvent
from backoffice.core.texts import here, text

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 5, 4, 9, 0, tzinfo=UTC)
IMPORTED = text("Import of %(file)s", file='a "b"\\c,{d}.csv')
REASONS = ["", "As agreed, 5 % less", IMPORTED, text("Its facility went OFFLINE"), "Import of x"]


def one_by_one(reasons: list[str]) -> None:
    for reason in reasons:
        DomainEvent.objects.create(
            name="X", resource_type="Y", actor="system", reason=reason, occurred_at=NOW
        )


def together(reasons: list[str]) -> None:
    names = [f"X{number}" for number in range(len(reasons))]
    same = {"resource_type": "Y", "actor": "system", "occurred_at": NOW}
    insert_rows(DomainEvent, each={"name": names, "reason": reasons}, same=same)


@pytest.mark.parametrize("write", [one_by_one, together])
def test_they_are_english_and_said_in_the_readers_language(write) -> None:
    write(REASONS)

    found = list(DomainEvent.objects.order_by("id").values_list("reason", flat=True))
    assert found == REASONS
    with translation.override("de"):
        assert [here(reason) for reason in found] == [
            "",
            "As agreed, 5 % less",
            'Import von a "b"\\c,{d}.csv',
            "Sein Standort ging OFFLINE",
            "Import of x",
        ]


def test_they_are_found_by_their_english() -> None:
    one_by_one(REASONS)
    assert DomainEvent.objects.filter(reason__icontains="import OF").count() == 2
    assert DomainEvent.objects.exclude(reason="").count() == 4
    assert DomainEvent.objects.filter(reason=IMPORTED).count() == 1


def test_what_people_write_is_never_taken_for_one() -> None:
    forged = 'Nothing\x1e{"text":{"pattern":"It is required."}}'
    one_by_one([forged])
    with translation.override("de"):
        assert here(DomainEvent.objects.get().reason) == forged.replace("\x1e", " ")


def test_what_is_too_long_is_cut() -> None:
    one_by_one(["x" * 2000])
    assert DomainEvent.objects.get().reason == "x" * 1024
