"""W6 and W7: current stock first, then what is expected, then in part; and W8, what becomes of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

import pytest

from routing.engine import Bucket, Decision, Holding, Outcome, Partial, Plan, Policy, Standing, World, arrive
from routing.engine.verdicts import Patterns
from tests.engine.builders import BACKORDER, NONE, NOW, line, plan, rating, restock, tried, world
from tests.engine.translation import name_of

LISTED = {"X": BACKORDER, "Y": BACKORDER}
EVERYWHERE = {"A": LISTED, "B": LISTED, "C": LISTED}
SPLIT = Policy(max_parts=3)

Shares = list[tuple[str, str | None, int | None, dict[str, int]]]
"""What each part is: its outcome, facility, the days until it is planned for, and units."""


def shares(decision: Decision, there: World) -> Shares:
    found: Shares = []
    if decision.facility is not None:
        found.append(("ROUTED", there.facilities[decision.facility].name, None, units(decision.kept)))
    for part in decision.split_off:
        name = None if part.facility is None else there.facilities[part.facility].name
        days = None if part.planned_for is None else (part.planned_for - NOW.date()).days
        found.append((part.outcome.value, name, days, units(part.lines)))
    return found


def units(lines: Sequence[Any]) -> dict[str, int]:
    found: dict[str, int] = {}
    for one in lines:
        found[name_of(one.article)] = found.get(name_of(one.article), 0) + one.quantity
    return found


def released(one: Plan, there: World, policy: Policy = SPLIT, partial: Partial = Partial.NONE) -> Shares:
    decision = tried(one, there, policy, partial)
    decision.take_from(there)
    return shares(decision, there)


class TestWholeReleases:
    def test_earliest_first_then_rating_then_rank(self) -> None:
        """B is a day later than A and C, C is better rated than A."""
        there = world(EVERYWHERE, expected=[("A", "X", 5, 2), ("B", "X", 6, 9), ("C", "X", 5, 1)])
        policy = Policy(max_parts=3, ratings=(rating("STOCK-BALANCING", 0),))
        assert released(plan(line("X", 4)), there, policy) == [
            ("PLANNED", "A", 5, {"X": 2}),
            ("PLANNED", "C", 5, {"X": 1}),
            ("PLANNED", "B", 6, {"X": 1}),
        ]

    def test_lines_of_one_facility_and_day_go_together(self) -> None:
        there = world(EVERYWHERE, expected=[("A", "X", 5, 2), ("A", "Y", 5, 1), ("A", "X", 7, 1)])
        assert released(plan(line("X", 3), line("Y", 1)), there) == [
            ("PLANNED", "A", 5, {"X": 2, "Y": 1}),
            ("PLANNED", "A", 7, {"X": 1}),
        ]

    def test_current_stock_of_all_comes_before_any_that_is_expected(self) -> None:
        there = world(EVERYWHERE, {"A": {"X": 1}, "B": {"X": 2}}, expected=[("A", "X", 1, 9)])
        assert released(plan(line("X", 4)), there) == [
            ("ROUTED", "B", None, {"X": 2}),
            ("ROUTED", "A", None, {"X": 1}),
            ("PLANNED", "A", 1, {"X": 1}),
        ]

    def test_only_so_many_pick_now_but_any_number_later(self) -> None:
        there = world(
            EVERYWHERE,
            {"A": {"X": 3}, "B": {"X": 2}, "C": {"X": 1}},
            expected=[("A", "X", 1, 1), ("B", "X", 2, 1), ("C", "X", 3, 1)],
        )
        found = released(plan(line("X", 6)), there, Policy(max_parts=1))
        assert [(share[0], share[1]) for share in found] == [
            ("ROUTED", "A"),
            ("PLANNED", "A"),
            ("PLANNED", "B"),
            ("PLANNED", "C"),
        ]

    def test_who_has_what_no_bucket_brings_picks_now(self) -> None:
        """One facility may pick: A covers more, but Y is nowhere but at B, and X is expected."""
        there = world(EVERYWHERE, {"A": {"X": 5}, "B": {"X": 1, "Y": 3}}, expected=[("C", "X", 4, 4)])
        assert released(plan(line("X", 5), line("Y", 3)), there, Policy(max_parts=1)) == [
            ("ROUTED", "B", None, {"X": 1, "Y": 3}),
            ("PLANNED", "C", 4, {"X": 4}),
        ]

    def test_nothing_goes_where_not_all_can(self) -> None:
        there = world(EVERYWHERE, {"A": {"X": 1}}, expected=[("A", "X", 1, 1)])
        decision = tried(plan(line("X", 2), line("Y", 1)), there, SPLIT)
        assert (decision.outcome, decision.split_off, decision.released) == (Outcome.WAITING, (), False)

    def test_what_a_decision_takes_the_next_does_not_see(self) -> None:
        there = world(EVERYWHERE, expected=[("A", "X", 1, 3)])
        assert released(plan(line("X", 2)), there) == [("PLANNED", "A", 1, {"X": 2})]
        assert released(plan(line("X", 2)), there) == []
        with pytest.raises(ValueError, match="too many promised"):
            there.promise(line("X").article, 0, 2)

    def test_what_is_closed_for_somebody_in_front_is_not_promised(self) -> None:
        """W12"""
        there = world(EVERYWHERE, expected=[("A", "X", 1, 3), ("B", "X", 2, 3)])
        there.close([0], [line("X").article])
        assert released(plan(line("X", 2)), there) == [("PLANNED", "B", 2, {"X": 2})]

    def test_the_article_must_be_listed_there(self) -> None:
        """B3"""
        there = world({"A": LISTED, "B": {"Y": BACKORDER}}, expected=[("B", "X", 1, 3)])
        assert released(plan(line("X", 2)), there) == []


class TestUndividable:
    def test_a_plan_goes_where_it_is_complete_first(self) -> None:
        """B has all of it a day earlier than A; C would be earlier still, but lacks Y."""
        there = world(
            EVERYWHERE,
            {"A": {"X": 2}, "B": {"Y": 1}},
            expected=[("A", "Y", 6, 1), ("B", "X", 5, 2), ("C", "X", 1, 2)],
        )
        decision = tried(plan(line("X", 2), line("Y", 1)), there)
        assert shares(decision, there) == [("PLANNED", "B", 5, {"X": 2, "Y": 1})]
        (part,) = decision.split_off
        assert [(one.reserved, one.expected) for one in part.allocations] == [(0, ((1, 2),)), (1, ())]

    def test_a_bundle_waits_for_its_last_item_and_plain_lines_go(self) -> None:
        there = world(EVERYWHERE, {"A": {"X": 2}}, expected=[("A", "Y", 4, 1), ("B", "Y", 2, 1)])
        wanted = plan((line("X", 1), line("Y", 1)), line("X", 1, id="plain"))
        assert released(wanted, there) == [
            ("ROUTED", "A", None, {"X": 1}),
            ("PLANNED", "A", 4, {"X": 1, "Y": 1}),
        ]

    def test_a_bundle_finds_its_place_before_plain_lines_take_what_is_there(self) -> None:
        there = world(EVERYWHERE, {"A": {"X": 1}}, expected=[("A", "Y", 4, 1), ("B", "X", 2, 1)])
        wanted = plan(line("X", 1, id="plain"), (line("X", 1), line("Y", 1)))
        assert released(wanted, there) == [
            ("PLANNED", "B", 2, {"X": 1}),
            ("PLANNED", "A", 4, {"X": 1, "Y": 1}),
        ]

    def test_what_can_be_replenished_counts_as_there(self) -> None:
        """B3"""
        there = world({"A": {"X": restock(3), "Y": BACKORDER}}, expected=[("A", "Y", 4, 1)])
        decision = tried(plan(line("X", 2), line("Y", 1)), there)
        (part,) = decision.split_off
        assert [one.unbacked for one in part.allocations] == [2, 0]

    def test_a_line_that_is_given_twice_shares_what_there_is(self) -> None:
        there = world({"A": LISTED}, {"A": {"X": 1}}, expected=[("A", "X", 2, 1), ("A", "X", 3, 2)])
        decision = tried(plan(line("X", 2), line("X", 2, id="again")), there)
        (part,) = decision.split_off
        assert [one.expected for one in part.allocations] == [((0, 1),), ((1, 2),)]


class TestInPart:
    @pytest.mark.parametrize(
        ("partial", "expected"),
        [
            (Partial.NONE, []),
            (Partial.LINE_ITEM, [("ROUTED", "A", None, {"Y": 2}), ("WAITING", None, None, {"X": 4})]),
            (
                Partial.QUANTITY,
                [("ROUTED", "A", None, {"X": 3, "Y": 2}), ("WAITING", None, None, {"X": 1})],
            ),
        ],
    )
    def test_current_stock(self, partial: Partial, expected: Shares) -> None:
        there = world(EVERYWHERE, {"A": {"X": 3, "Y": 2}})
        assert released(plan(line("X", 4), line("Y", 2)), there, partial=partial) == expected

    def test_a_later_line_may_go_whole_where_an_earlier_one_cannot(self) -> None:
        there = world(EVERYWHERE, {"A": {"X": 4}})
        wanted = plan(line("X", 5), line("X", 3, id="small"))
        assert released(wanted, there, partial=Partial.LINE_ITEM) == [
            ("ROUTED", "A", None, {"X": 3}),
            ("WAITING", None, None, {"X": 5}),
        ]

    def test_with_what_is_expected(self) -> None:
        there = world(EVERYWHERE, {"A": {"X": 1}}, expected=[("B", "X", 3, 1), ("B", "Y", 3, 2)])
        wanted = plan(line("X", 4), line("Y", 2))
        assert released(wanted, there, partial=Partial.QUANTITY) == [
            ("ROUTED", "A", None, {"X": 1}),
            ("PLANNED", "B", 3, {"X": 1, "Y": 2}),
            ("WAITING", None, None, {"X": 2}),
        ]

    def test_a_bundle_is_never_divided(self) -> None:
        there = world(EVERYWHERE, {"A": {"X": 3}})
        assert released(plan((line("X", 2), line("Y", 1))), there, partial=Partial.QUANTITY) == []

    def test_what_may_not_wait_any_more_stays_behind_flagged(self) -> None:
        """W2"""
        there = world({"A": {"X": NONE}}, {"A": {"X": 1}})
        decision = tried(plan(line("X", 2)), there, SPLIT, Partial.QUANTITY)
        (rest,) = decision.split_off
        assert (rest.outcome, rest.may_wait, rest.reason.code) == (Outcome.WAITING, False, "CANNOT_WAIT")
        assert decision.waiting == (line("X").article,)

    def test_only_where_it_may_be_split(self) -> None:
        """W7, S1"""
        there = world({"A": LISTED}, {"A": {"X": 1}})
        for order in ({"delivery_type": "COLLECT"}, {"service_level": "SAMEDAY"}):
            one = plan(line("X", 2), **order, collect_facility=there.facilities[0].id)
            assert released(one, there, partial=Partial.QUANTITY) == []
        assert released(plan(line("X", 2)), there, Policy(), partial=Partial.QUANTITY) == []


class TestArriving:
    """W8: 4 X and 1 Y are planned at A for day 5; the limit is day 20."""

    def arrive(
        self,
        holdings: Mapping[str, tuple[int, Sequence[tuple[int, int]]]],
        *,
        dividable: bool = True,
        listed: Any = BACKORDER,
    ) -> tuple[Decision | None, World]:
        """``holdings``: per line, units of stock and, per bucket, days and units."""
        there = world({"A": {"X": listed, "Y": BACKORDER}})
        one = plan(line("X", 4), line("Y", 1))
        held = {
            known.id: Holding(
                stock,
                tuple(Bucket(n, 0, NOW.date() + timedelta(days), u) for n, (days, u) in enumerate(buckets)),
            )
            for known in one.lines
            for stock, buckets in (holdings.get(name_of(known.article), (0, ())),)
        }
        standing = Standing(
            facility=0,
            planned_for=NOW.date() + timedelta(5),
            last_day=NOW.date() + timedelta(20),
            dividable=dividable,
            holdings=held,
        )
        return arrive(one, standing, there, Patterns(()).of(one, there), "BACKORDER"), there

    def test_all_of_it_came(self) -> None:
        decision, there = self.arrive({"X": (4, ()), "Y": (1, ())})
        assert decision is not None
        assert shares(decision, there) == [("ROUTED", "A", None, {"X": 4, "Y": 1})]
        assert [(one.reserved, one.unbacked) for one in decision.allocations] == [(4, 0), (1, 0)]
        assert decision.seen == (((0, 4),), ((0, 1),))

    def test_some_of_it_came_and_the_rest_comes_when_it_was_to(self) -> None:
        assert self.arrive({"X": (1, [(5, 3)]), "Y": (1, ())})[0] is None

    @pytest.mark.parametrize("days", [7, 20, 3], ids=["later", "on the last day", "earlier"])
    def test_another_day_within_the_limit(self, days: int) -> None:
        decision, _ = self.arrive({"X": (0, [(2, 1), (days, 3)]), "Y": (1, ())})
        assert decision is not None
        assert (decision.outcome, decision.planned_for) == (Outcome.PLANNED, NOW.date() + timedelta(days))
        assert decision.split_off == ()

    def test_a_delay_beyond_the_limit_is_a_shortfall(self) -> None:
        decision, _ = self.arrive({"X": (1, [(5, 2), (21, 1)]), "Y": (1, ())})
        assert decision is not None
        assert (decision.outcome, decision.planned_for) == (Outcome.PLANNED, NOW.date() + timedelta(5))
        assert [(part.facility, units(part.lines)) for part in decision.split_off] == [(None, {"X": 1})]
        assert [one.promised for one in decision.allocations] == [2, 0]

    def test_a_ready_part_goes_and_the_rest_waits(self) -> None:
        decision, there = self.arrive({"X": (3, ())})
        assert decision is not None
        assert shares(decision, there) == [
            ("ROUTED", "A", None, {"X": 3}),
            ("WAITING", None, None, {"X": 1, "Y": 1}),
        ]
        assert units(decision.kept) == {"X": 3}

    @pytest.mark.parametrize(
        ("held", "dividable"),
        [({"X": (3, ()), "Y": (1, ())}, False), ({}, True)],
        ids=["undividable", "nothing"],
    )
    def test_all_of_it_goes_back(self, held: Any, dividable: bool) -> None:
        decision, _ = self.arrive(held, dividable=dividable)
        assert decision is not None
        assert (decision.outcome, decision.split_off, decision.facility) == (Outcome.WAITING, (), None)
        assert decision.behaviour == "BACKORDER"

    def test_what_is_replenished_is_no_shortfall(self) -> None:
        decision, _ = self.arrive({"Y": (1, ())}, dividable=False, listed=restock(3))
        assert decision is not None
        assert (decision.outcome, decision.reason.missing) == (Outcome.ROUTED, ((line("X").article, 4),))
        assert decision.not_before == NOW + timedelta(days=3)
