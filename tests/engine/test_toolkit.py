"""Rules that people write: toolkit fences and toolkit ratings (F4, R2)."""

from __future__ import annotations

from typing import Any

import pytest

from inventory.behaviour import ListingRules
from routing.engine import Outcome, Plan, Policy, ReasonCode, StockMode, World
from routing.engine.facts import Documents
from routing.engine.fences.toolkit import ToolkitFence
from routing.engine.needs import Need
from routing.engine.ratings.toolkit import ToolkitRating
from tests.engine.builders import BACKORDER, NOW, decided, facility, line, named, plan
from tests.engine.translation import id_of

JSON = dict[str, Any]

FRAGILE = {"tags": [{"id": "fragile", "value": "yes"}]}
NOTHING_SPECIAL = ListingRules(BACKORDER)
ONE = plan(line("X"), line("Y", 2))


def says(entity: str, path: str, operator: str, expected: Any = None, **more: Any) -> JSON:
    return {
        "entity": entity,
        "propertyPath": path,
        "entityOperator": operator,
        "expectedValue": expected,
        **more,
    }


def both(
    left: JSON | list[JSON], right: JSON | list[JSON], scope: str = "WHOLE_ENTITY", **left_more: Any
) -> JSON:
    def part(predicates: JSON | list[JSON]) -> JSON:
        return {"predicates": predicates if isinstance(predicates, list) else [predicates]}

    return {
        "rule": {
            "evaluationScope": scope,
            "operator": "EQUALS",
            "leftPart": {**part(left), **left_more},
            "rightPart": part(right),
        }
    }


def compares(
    left: tuple[str, str], operator: str, right: tuple[str, str], scope: str = "WHOLE_ENTITY", **more: Any
) -> JSON:
    predicate = {
        "leftEntity": left[0],
        "leftPropertyPath": left[1],
        "entityOperator": operator,
        "rightEntity": right[0],
        "rightPropertyPath": right[1],
        **more,
    }
    return {"comparisonRule": {"evaluationScope": scope, "predicates": [predicate]}}


def unit(rule: JSON, name: str = "Ours", **more: Any) -> JSON:
    return {"nameLocalized": {"de_DE": "Unseres", "en_US": name}, "active": True, **rule, **more}


def there(*facilities: JSON, one: Plan = ONE, listings: JSON | None = None, **entities: Any) -> World:
    """A world of facilities with these documents; ``order`` is the order's, with a line X and a line Y."""
    order = {"orderLineItems": [{"article": {"tenantArticleId": item}} for item in "XY"]}
    order |= entities.pop("order", {})
    lines = {
        item.id: {**order, "orderLineItems": [{"article": {"tenantArticleId": name}}]}
        for item, name in zip(one.lines, "XY", strict=False)
    }
    documents = Documents(
        plans={one.id: {"ORDER": (order,), **entities}},
        lines=lines,
        facilities=dict(enumerate(facilities)),
        carriers={0: ({"key": "DHL"}, {"key": "UPS"})},
        listings={id_of(name): {0: listing} for name, listing in (listings or {}).items()},
    )
    shops = [facility(str(number)) for number, _ in enumerate(facilities)]
    return World(now=NOW, facilities=shops, listings={}, available={}, documents=documents)


def passes(rule: JSON, world: World, one: Plan = ONE) -> bool:
    return ToolkitFence(unit(rule)).passes_plan(one, 0, world)


ORDER_IS_FRAGILE = says("ORDER", "$.tags[*].id", "ANY_VALUE_EQUALS", "fragile")
SHOP_TAKES_FRAGILE = says("FACILITY", "$.tags[*].id", "ANY_VALUE_EQUALS", "fragile")


@pytest.mark.parametrize(
    ("order", "shop", "expected"),
    [(FRAGILE, FRAGILE, True), (FRAGILE, {}, False), ({}, FRAGILE, False), ({}, {}, True)],
)
def test_rule_holds_where_both_sides_come_to_the_same(order: JSON, shop: JSON, expected: bool) -> None:
    """F4."""
    rule = both(ORDER_IS_FRAGILE, SHOP_TAKES_FRAGILE)
    assert passes(rule, there(shop, order=order)) is expected


@pytest.mark.parametrize(("connector", "expected"), [("AND", False), ("OR", True), (None, False)])
def test_predicates_of_a_part_are_connected(connector: str | None, expected: bool) -> None:
    """F4: by AND, unless the document says OR."""
    more = {} if connector is None else {"predicateConnector": connector}
    rule = both(
        [ORDER_IS_FRAGILE, says("ORDER", "$.priority", "GREATER_THAN", 5)], SHOP_TAKES_FRAGILE, **more
    )
    assert passes(rule, there(FRAGILE, order=FRAGILE)) is expected


def test_transformations_apply_before_the_comparison() -> None:
    """F4."""
    count = says("ORDER", "$.orderLineItems", "VALUE_EQUALS", 2, transformation="COUNT")
    big = says(
        "FACILITY", "$.name", "VALUE_EQUALS", "Ber", transformation="SUBSTRING", transformationArgs=[0, 3]
    )
    assert passes(both(count, big), there({"name": "Berlin"}))
    assert not passes(both(count, big), there({"name": "Munich"}))


@pytest.mark.parametrize(
    ("listings", "expected"),
    [
        ({"X": {"tags": ["cold"]}, "Y": {"tags": ["cold"]}}, True),
        ({"X": {"tags": ["cold"]}, "Y": {}}, False),
        ({"X": {"tags": ["cold"]}}, False),
    ],
)
def test_every_listing_of_the_plan_must_comply(listings: JSON, expected: bool) -> None:
    """F4: one that is not there does not."""
    cold = says("LISTING", "$.tags", "VALUE_CONTAINS", "cold")
    always = says("FACILITY", "$.name", "VALUE_EQUALS", None)
    assert passes(both(cold, always), there({}, listings=listings)) is expected


def test_any_carrier_and_any_group_will_do() -> None:
    """F4."""
    ups = says("CARRIERCONNECTION", "$.key", "VALUE_EQUALS", "UPS")
    gls = says("CARRIERCONNECTION", "$.key", "VALUE_EQUALS", "GLS")
    north = says("ORDERING_FACILITY_GROUPS", "$.tenantFacilityGroupId", "VALUE_EQUALS", "north")
    groups = ({"tenantFacilityGroupId": "south"}, {"tenantFacilityGroupId": "north"})
    assert passes(both(north, ups), there({}, ORDERING_FACILITY_GROUPS=groups))
    assert not passes(both(north, gls), there({}, ORDERING_FACILITY_GROUPS=groups))
    assert passes(both(north, gls), there({}))


def test_rule_about_lines_must_hold_for_each() -> None:
    """F4: the order is looked at with one line at a time, and the listing is that line's."""
    is_x = says("ORDER", "$.orderLineItems[*].article.tenantArticleId", "ANY_VALUE_EQUALS", "X")
    listed_cold = says("LISTING", "$.tags", "VALUE_CONTAINS", "cold")
    rule = both(is_x, listed_cold, "LINE_ITEM")
    assert passes(rule, there({}, listings={"X": {"tags": ["cold"]}, "Y": {}}))
    assert not passes(rule, there({}, listings={"X": {"tags": ["cold"]}, "Y": {"tags": ["cold"]}}))


@pytest.mark.parametrize(
    ("operator", "left", "right", "expected"),
    [
        ("NO_MATCHES", ["a"], ["b"], True),
        ("NO_MATCHES", ["a", "b"], ["b"], False),
        ("NO_MATCHES", [], ["b"], True),
        ("ALL_MATCHES", ["a", "b"], ["b", "a"], True),
        ("ALL_MATCHES", ["a"], ["b", "a"], False),
        ("LEFT_CONTAINS_RIGHT", ["a", "b"], ["b"], True),
        ("LEFT_CONTAINS_RIGHT", ["a"], ["a", "b"], False),
        ("RIGHT_CONTAINS_LEFT", ["a"], ["a", "b"], True),
        ("RIGHT_CONTAINS_LEFT", ["a", "c"], ["a", "b"], False),
        ("ALL_MATCHES", [5, True], ["5", "true"], True),
        ("ALL_MATCHES", [{"x": 1, "y": 2}], [{"y": 2, "x": 1}], True),
        ("ALL_MATCHES", [5.0], [5], True),
    ],
)
def test_sides_are_compared_value_by_value(operator: str, left: Any, right: Any, expected: bool) -> None:
    """F4."""
    rule = compares(("ORDER", "$.left[*]"), operator, ("FACILITY", "$.right"))
    assert passes(rule, there({"right": right}, order={"left": left})) is expected


def test_both_kinds_of_rule_must_hold() -> None:
    """F4."""
    same = compares(("ORDER", "$.zone"), "ALL_MATCHES", ("FACILITY", "$.zone"))
    rule = {**same, **both(ORDER_IS_FRAGILE, SHOP_TAKES_FRAGILE)}
    assert passes(rule, there({"zone": 1, **FRAGILE}, order={"zone": 1, **FRAGILE}))
    assert not passes(rule, there({"zone": 1}, order={"zone": 1, **FRAGILE}))
    assert not passes(rule, there({"zone": 2, **FRAGILE}, order={"zone": 1, **FRAGILE}))


def test_fence_says_what_it_expected_and_found() -> None:
    """F2."""
    alike = ToolkitFence(unit(both(ORDER_IS_FRAGILE, SHOP_TAKES_FRAGILE)))
    assert alike.explain_plan(ONE, 0, there({}, order=FRAGILE)) == (
        "both sides of the rule alike",
        "left holds, right does not",
    )
    contains = ToolkitFence(
        unit(compares(("FACILITY", "$.zones"), "LEFT_CONTAINS_RIGHT", ("ORDER", "$.zone")))
    )
    world = there({"zones": list(range(7))}, order={"zone": 9})
    assert contains.explain_plan(ONE, 0, world) == (
        "LEFT_CONTAINS_RIGHT",
        "left: 0, 1, 2, 3, 4 …; right: 9",
    )


def test_rule_answers_anew_for_every_order_and_facility() -> None:
    fence = ToolkitFence(unit(both(ORDER_IS_FRAGILE, SHOP_TAKES_FRAGILE)))
    other = plan(line("X"), line("Y"), name="other")
    world = there(FRAGILE, {}, order=FRAGILE)
    plain = there(FRAGILE, {}, one=other)
    assert [fence.passes_plan(ONE, number, world) for number in (0, 1)] == [True, False]
    assert [fence.passes_plan(other, number, plain) for number in (0, 1)] == [False, True]
    assert [fence.passes_plan(ONE, number, world) for number in (0, 1)] == [True, False]


def test_rating_penalises_where_the_rule_does_not_hold() -> None:
    """R2: of a rule about lines, by the share of lines for which it does not."""
    whole = ToolkitRating(unit(both(ORDER_IS_FRAGILE, SHOP_TAKES_FRAGILE)))
    assert whole.scores(ONE, (0, 1), there(FRAGILE, {}, order=FRAGILE)) == (0, 1)
    is_x = says("ORDER", "$.orderLineItems[*].article.tenantArticleId", "ANY_VALUE_EQUALS", "X")
    by_line = ToolkitRating(unit(both(is_x, SHOP_TAKES_FRAGILE, "LINE_ITEM")))
    assert by_line.scores(ONE, (0,), there(FRAGILE)) == (0.5,)


def test_a_node_may_have_several_each_with_its_own_rule() -> None:
    """F4, R2: Policy carries units as the strategy configured them, called as people called them."""
    fragile = unit(both(ORDER_IS_FRAGILE, SHOP_TAKES_FRAGILE), "Fragile", type="ToolkitFence")
    same = compares(("ORDER", "$.zone"), "ALL_MATCHES", ("FACILITY", "$.zone"))
    zone = unit(same, "Zone", type="ToolkitFence")
    cheap = unit(same, "Near", type="ToolkitRating", maxPenalty=7)
    off = {**zone, "active": False}
    policy = Policy.of_document(
        {"rootNode": {"config": {"fences": [fragile, off, zone], "ratings": [cheap]}}}
    )
    assert [fence.implementation for fence in policy.fences] == ["Fragile", "Zone"]
    assert [(one.rating.implementation, one.max_penalty) for one in policy.ratings] == [("Near", 7)]
    assert policy.needs == {Need.DOCUMENTS}
    assert policy.stock is StockMode.OFF


def test_toolkit_fence_decides_and_is_told() -> None:
    """F1, F2, R5."""
    fence = unit(both(ORDER_IS_FRAGILE, SHOP_TAKES_FRAGILE), "Fragile", type="ToolkitFence")
    policy = Policy.of_document({"rootNode": {"config": {"fences": [fence], "ratings": []}}})
    one = plan(line("X"))
    shops = [facility(name) for name in "AB"]
    for documents, winner in (({0: {}, 1: FRAGILE}, "B"), ({}, None)):
        world = World(
            now=NOW,
            facilities=shops,
            listings={id_of("X"): dict.fromkeys((0, 1), NOTHING_SPECIAL)},
            available={},
            documents=Documents(plans={one.id: {"ORDER": (FRAGILE,)}}, facilities=documents),
        )
        decision = decided(one, world, policy)
        assert named(decision, world) == winner
        if winner is None:
            assert (decision.outcome, decision.reason.code) == (Outcome.UNROUTABLE, ReasonCode.FENCED_OUT)
            assert decision.reason.fences == ("Fragile",)


def test_unit_without_an_english_name_goes_by_another() -> None:
    rule = both(ORDER_IS_FRAGILE, SHOP_TAKES_FRAGILE)
    german = {**unit(rule), "nameLocalized": {"de_DE": "Bruch"}}
    assert ToolkitFence(german).implementation == "Bruch"
    nameless = {**unit(rule, referenceId="r-1", type="ToolkitFence"), "nameLocalized": {}}
    assert ToolkitFence(nameless).implementation == "r-1"
