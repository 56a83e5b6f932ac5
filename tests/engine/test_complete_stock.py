"""STOCK-AVAILABILITY, "complete stock" (F3): verdicts unit by unit, a bundle being one."""

from __future__ import annotations

import pytest

from inventory.behaviour import Effective
from routing.engine import Line
from routing.engine.fences.complete_stock import FAILED, PASSED, FacilityVerdict, UnitVerdict, Verdict, judge
from tests.engine.builders import BACKORDER, NONE, line, plan, preorder, preorder_and_restock, restock, world
from tests.engine.translation import id_of

REACTIVE = Verdict.REACTIVE_PASSING_POSSIBLE
BACKORDERED = UnitVerdict(REACTIVE, "BACKORDER_LISTING")
PREORDERED = UnitVerdict(REACTIVE, "PREORDER_LISTING")


def judged(
    *units: Line | tuple[Line, ...],
    listed: dict[str, Effective],
    stock: dict[str, int] | None = None,
    reactive: bool = True,
) -> FacilityVerdict:
    """The verdict on a facility "A" with these listings and this stock."""
    return judge(plan(*units), (0,), world({"A": listed}, {"A": stock or {}}), reactive=reactive)[0]


@pytest.mark.parametrize("behaviour", [NONE, BACKORDER, preorder(5), restock(5)])
@pytest.mark.parametrize("reactive", [True, False])
def test_enough_stock_passes_whatever_the_behaviour(behaviour: Effective, reactive: bool) -> None:
    verdict = judged(line("X", 2), listed={"X": behaviour}, stock={"X": 2}, reactive=reactive)
    assert verdict == FacilityVerdict(Verdict.PASSED, (PASSED,), ())


@pytest.mark.parametrize("behaviour", [restock(5), restock(0), preorder_and_restock(10, 3)])
@pytest.mark.parametrize("reactive", [True, False])
def test_what_can_be_replenished_passes_in_any_quantity(behaviour: Effective, reactive: bool) -> None:
    """B3, E14: and does not count as missing."""
    verdict = judged(line("X", 500), listed={"X": behaviour}, reactive=reactive)
    assert verdict == FacilityVerdict(Verdict.PASSED, (PASSED,), ())


@pytest.mark.parametrize(("behaviour", "expected"), [(BACKORDER, BACKORDERED), (preorder(5), PREORDERED)])
def test_what_can_wait_may_pass_later(behaviour: Effective, expected: UnitVerdict) -> None:
    """E1: with the reason why waiting may help."""
    verdict = judged(line("X", 5), listed={"X": behaviour}, stock={"X": 2})
    assert verdict == FacilityVerdict(REACTIVE, (expected,), ((id_of("X"), 3),))
    assert verdict.lacking == 3


@pytest.mark.parametrize("behaviour", [BACKORDER, preorder(5)])
def test_static_fence_has_no_hope(behaviour: Effective) -> None:
    """E4."""
    verdict = judged(line("X"), listed={"X": behaviour}, reactive=False)
    assert verdict == FacilityVerdict(Verdict.FAILED, (FAILED,), ((id_of("X"), 1),))


def test_what_cannot_wait_fails() -> None:
    """E3."""
    verdict = judged(line("X", 2), listed={"X": NONE}, stock={"X": 1})
    assert verdict == FacilityVerdict(Verdict.FAILED, (FAILED,), ((id_of("X"), 1),))


def test_what_is_not_listed_fails_and_its_stock_does_not_count() -> None:
    """B3."""
    verdict = judged(line("X"), line("Y"), listed={"X": BACKORDER}, stock={"X": 1, "Y": 9})
    assert verdict == FacilityVerdict(Verdict.FAILED, (PASSED, FAILED), ((id_of("Y"), 1),))


def test_a_facility_is_as_good_as_its_worst_line() -> None:
    listed = {"X": BACKORDER, "Y": NONE, "Z": NONE}
    waiting = judged(line("X"), line("Y"), listed=listed, stock={"Y": 1})
    assert (waiting.verdict, waiting.units) == (REACTIVE, (BACKORDERED, PASSED))
    failing = judged(line("X"), line("Y"), line("Z"), listed=listed, stock={"Y": 1})
    assert (failing.verdict, failing.units) == (Verdict.FAILED, (BACKORDERED, PASSED, FAILED))


def test_lines_of_one_article_share_what_there_is() -> None:
    """3 units do for the line of 2 and not for the other one too."""
    verdict = judged(line("X", 2, id="1"), line("X", 2, id="2"), listed={"X": BACKORDER}, stock={"X": 3})
    assert verdict == FacilityVerdict(REACTIVE, (PASSED, BACKORDERED), ((id_of("X"), 1),))


def test_missing_units_of_several_lines_are_added_up() -> None:
    verdict = judged(
        line("X", 2, id="1"), line("Y"), line("X", 3, id="2"), listed={"X": BACKORDER, "Y": NONE}
    )
    assert verdict.missing == ((id_of("X"), 5), (id_of("Y"), 1))
    assert verdict.lacking == 6


def test_bundle_with_all_in_stock_passes() -> None:
    verdict = judged((line("X"), line("Y")), listed={"X": NONE, "Y": NONE}, stock={"X": 1, "Y": 1})
    assert verdict == FacilityVerdict(Verdict.PASSED, (PASSED,), ())


def test_bundle_waits_for_its_missing_item() -> None:
    """E23: one verdict for the bundle."""
    verdict = judged((line("X"), line("Y")), listed={"X": NONE, "Y": BACKORDER}, stock={"X": 1})
    assert verdict == FacilityVerdict(REACTIVE, (BACKORDERED,), ((id_of("Y"), 1),))


def test_bundle_fails_with_one_missing_item_that_cannot_wait() -> None:
    """E23b."""
    verdict = judged((line("X"), line("Y")), listed={"X": BACKORDER, "Y": NONE})
    assert verdict == FacilityVerdict(Verdict.FAILED, (FAILED,), ((id_of("X"), 1), (id_of("Y"), 1)))


def test_bundle_may_be_part_in_stock_part_replenished() -> None:
    verdict = judged((line("X"), line("Y")), listed={"X": NONE, "Y": restock(3)}, stock={"X": 1})
    assert verdict == FacilityVerdict(Verdict.PASSED, (PASSED,), ())


def test_bundle_may_be_part_replenished_and_wait_for_the_rest() -> None:
    """B3: what is replenished is not missing."""
    verdict = judged((line("X"), line("Y")), listed={"X": restock(3), "Y": BACKORDER})
    assert verdict == FacilityVerdict(REACTIVE, (BACKORDERED,), ((id_of("Y"), 1),))


def test_bundle_that_waits_for_a_preorder_says_so() -> None:
    verdict = judged((line("X"), line("Y")), listed={"X": BACKORDER, "Y": preorder(5)})
    assert verdict.units == (PREORDERED,)


def test_bundle_shares_stock_with_the_lines_before_it() -> None:
    units = (line("X", 2, id="1"), (line("X", 1, id="2"), line("Y")))
    verdict = judged(*units, listed={"X": BACKORDER, "Y": NONE}, stock={"X": 2, "Y": 1})
    assert verdict == FacilityVerdict(REACTIVE, (PASSED, BACKORDERED), ((id_of("X"), 1),))


def test_each_facility_is_judged_by_what_it_has_and_how_it_lists_it() -> None:
    """Those that differ in neither share a verdict; "E" lists nothing."""
    listings = {"A": {"X": BACKORDER}, "B": {"X": NONE}, "C": {"X": BACKORDER}, "D": {"X": BACKORDER}}
    there = world({**listings, "E": {}}, {"D": {"X": 1}})
    lacking_two = ((id_of("X"), 2),)
    verdicts = judge(plan(line("X", 2)), range(5), there, reactive=True)
    assert list(verdicts.values()) == [
        FacilityVerdict(REACTIVE, (BACKORDERED,), lacking_two),
        FacilityVerdict(Verdict.FAILED, (FAILED,), lacking_two),
        FacilityVerdict(REACTIVE, (BACKORDERED,), lacking_two),
        FacilityVerdict(REACTIVE, (BACKORDERED,), ((id_of("X"), 1),)),
        FacilityVerdict(Verdict.FAILED, (FAILED,), lacking_two),
    ]
    assert [verdict.lacking for verdict in verdicts.values()] == [2, 2, 2, 1, 2]
    assert verdicts[0] is verdicts[2]
