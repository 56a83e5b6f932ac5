from __future__ import annotations

import pytest

from backoffice.core.errors import StateConflict
from backoffice.core.lifecycle import Lifecycle
from backoffice.core.statuses import StatusChoices


class Door(StatusChoices):
    OPEN = "OPEN", "Open", "green", "usable"
    SHUT = "SHUT", "Shut", "amber", "usable"
    GONE = "GONE", "Gone", "gray", "past"


DOORS = Lifecycle("door", {Door.OPEN: {Door.SHUT}, Door.SHUT: {Door.OPEN, Door.GONE}, Door.GONE: set()})


@pytest.mark.parametrize("old", Door)
@pytest.mark.parametrize("new", Door)
def test_only_the_moves_in_the_table_are_allowed(old, new):
    allowed = {(Door.OPEN, Door.SHUT), (Door.SHUT, Door.OPEN), (Door.SHUT, Door.GONE)}
    assert DOORS.allowed(old, new) is ((old, new) in allowed)
    if (old, new) in allowed:
        DOORS.check(old, new)
    else:
        with pytest.raises(StateConflict, match=f"The door is {old} and cannot become {new}"):
            DOORS.check(old, new)


def test_plain_strings_from_the_database_are_as_good_as_members():
    assert DOORS.allowed("OPEN", "SHUT")


def test_a_status_that_leads_nowhere_is_final():
    assert [status for status in Door if DOORS.final(status)] == [Door.GONE]


def test_a_table_that_forgets_a_status_is_refused():
    with pytest.raises(ValueError, match="SHUT"):
        Lifecycle("door", {Door.OPEN: {Door.SHUT}})


def test_a_status_carries_label_colour_and_group():
    assert Door.choices == [("OPEN", "Open"), ("SHUT", "Shut"), ("GONE", "Gone")]
    assert (Door.SHUT.value, Door.SHUT.label, Door.SHUT.colour, Door.SHUT.group) == (
        "SHUT",
        "Shut",
        "amber",
        "usable",
    )
    assert Door("GONE") is Door.GONE
    assert Door.in_group("usable") == (Door.OPEN, Door.SHUT)
