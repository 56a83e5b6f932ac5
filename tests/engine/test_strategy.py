"""R1: which node of a strategy decides, what it inherits, and when a branch is active."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from routing.engine.activation import covers
from routing.engine.jsonpaths import BadPath, check_path
from routing.engine.predicates import COMPARISONS, TRANSFORMATIONS, holds, rule_holds
from routing.engine.strategy import asks_orders, config_of, pick_node, way_to

JSON = dict[str, Any]

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)


def node(name: str, *, active: bool = True, config: JSON | None = None, **following: Any) -> JSON:
    return {
        "id": name,
        "nameLocalized": {"en_US": name},
        "active": active,
        "config": {"fences": [], "ratings": [], **(config or {})},
        **following,
    }


def condition(name: str, leads_to: JSON, *, tag: str = "", active: bool = True, **following: Any) -> JSON:
    """It holds for orders with the tag, by default of the condition's name."""
    asked = {
        "propertyPath": "$.tags[*].id",
        "entityOperator": "ANY_VALUE_EQUALS",
        "expectedValue": tag or name,
    }
    return {
        "id": name,
        "nameLocalized": {"en_US": name},
        "active": active,
        "rule": {"predicates": [asked]},
        "nextNode": leads_to,
        **following,
    }


def fence(implementation: str, **fields: Any) -> JSON:
    return {"type": "StandardFence", "implementation": implementation, "active": True, **fields}


def picked(root: JSON, *tags: str) -> tuple[str, list[str]]:
    """The node that decides an order with these tags, and the way to it."""
    found = pick_node({"rootNode": root}, {"tags": [{"id": tag} for tag in tags]}, NOW)
    return found.node["id"], [f"{step.branch['id']}:{step.result.split('_')[1]}" for step in found.path]


def test_without_conditions_the_root_decides() -> None:
    assert picked(node("root")) == ("root", ["root:ACTIVE"])


def test_the_first_condition_of_the_chain_that_holds_leads_to_its_node_and_on_from_there() -> None:
    """R1: recursively."""
    deeper = node("deeper")
    second = condition("second", node("second-node", nextCondition=condition("inner", deeper)))
    root = node("root", nextCondition=condition("first", node("first-node"), nextCondition=second))

    assert picked(root, "first", "second")[0] == "first-node"
    assert picked(root, "second") == (
        "second-node",
        ["root:ACTIVE", "first:FALSE", "second:TRUE", "second-node:ACTIVE", "inner:FALSE"],
    )
    assert picked(root, "second", "inner")[0] == "deeper"
    assert picked(root, "inner")[0] == "root"


def test_an_inactive_condition_is_passed_over() -> None:
    second = condition("second", node("second-node"), tag="x")
    root = node(
        "root",
        nextCondition=condition("first", node("first-node"), tag="x", active=False, nextCondition=second),
    )
    assert picked(root, "x") == (
        "second-node",
        ["root:ACTIVE", "first:INACTIVE", "second:TRUE", "second-node:ACTIVE"],
    )


def test_at_an_inactive_node_its_parent_decides() -> None:
    """R1 [A]: what lies behind it is left out, too."""
    below = node("off", active=False, nextCondition=condition("inner", node("deeper"), tag="x"))
    root = node("root", nextCondition=condition("c", below, tag="x"))
    assert picked(root, "x") == ("root", ["root:ACTIVE", "c:TRUE", "off:INACTIVE"])


def test_orders_are_asked_only_where_a_condition_of_the_root_is_active() -> None:
    off = condition("off", node("a", nextCondition=condition("inner", node("b"))), active=False)
    assert not asks_orders({"rootNode": node("root")}, NOW)
    assert not asks_orders({"rootNode": node("root", nextCondition=off)}, NOW)
    on = {**off, "nextCondition": condition("on", node("c"))}
    assert asks_orders({"rootNode": node("root", nextCondition=on)}, NOW)


def test_a_node_inherits_what_it_leaves_out_unit_by_unit_and_field_by_field() -> None:
    parent = node(
        "parent",
        config={
            "fences": [fence("A"), fence("B"), fence("C")],
            "ratings": [{"type": "StandardRating", "implementation": "R", "active": True, "maxPenalty": 1}],
            "orderSplit": {"active": True, "maxSplitCount": 3},
            "reroute": {"shipFromStore": {"active": True, "rerouteType": "REROUTE"}, "manualReroute": True},
        },
    )
    child = node(
        "child",
        config={
            "fences": [fence("D"), fence("B", active=False)],
            "reroute": {"shipFromStore": {"rerouteType": "ORDERSPLIT"}},
        },
    )

    config = config_of([parent, child])

    assert [(f["implementation"], f["active"]) for f in config["fences"]] == [
        ("A", True),
        ("B", False),
        ("C", True),
        ("D", True),
    ]
    assert config["ratings"] == parent["config"]["ratings"]
    assert config["orderSplit"] == parent["config"]["orderSplit"]
    assert config["reroute"] == {
        "shipFromStore": {"active": True, "rerouteType": "ORDERSPLIT"},
        "manualReroute": True,
    }
    assert parent["config"]["fences"][1]["active"], "the parent stays as it is"


def test_the_way_to_a_node_is_that_of_an_order_for_which_just_its_conditions_hold() -> None:
    second = condition("second", node("target"))
    root = node("root", nextCondition=condition("first", node("other"), nextCondition=second))
    found = way_to({"rootNode": root}, "target", NOW)
    assert found is not None
    assert found.path == pick_node({"rootNode": root}, {"tags": [{"id": "second"}]}, NOW).path
    assert way_to({"rootNode": root}, "nowhere", NOW) is None


ORDER: JSON = {
    "status": "OPEN",
    "orderDate": "2026-05-01T00:00:00.000Z",
    "tenantOrderId": "WEB-1",
    "tags": [{"id": "channel", "value": "web"}, {"id": "express"}],
    "orderLineItems": [
        {"quantity": 2, "article": {"tenantArticleId": "SHOE-1"}},
        {"quantity": 3, "article": {"tenantArticleId": "SHOE-2"}},
    ],
    "customAttributes": {"gift": True, "floor": "4", "empty": []},
}
QUANTITIES, SKUS = "$.orderLineItems[*].quantity", "$.orderLineItems[*].article.tenantArticleId"


@pytest.mark.parametrize(
    ("path", "operator", "expected", "answer"),
    [
        ("$.status", "VALUE_EQUALS", "OPEN", True),
        ("$.status", "VALUE_NOT_EQUALS", "OPEN", False),
        ("$.nothing", "VALUE_EQUALS", "OPEN", False),
        ("$.nothing", "VALUE_NOT_EQUALS", "OPEN", True),
        ("$.tenantOrderId", "VALUE_CONTAINS", "WEB", True),
        ("$.tenantOrderId", "VALUE_NOT_CONTAINS", "WEB", False),
        ("$.tags[*].id", "VALUE_CONTAINS", "express", True),
        ("$.customAttributes.gift", "VALUE_EQUALS", True, True),
        ("$.customAttributes.gift", "VALUE_EQUALS", "true", True),
        ("$.customAttributes.gift", "VALUE_EQUALS", 1, False),
        ("$.customAttributes.floor", "VALUE_EQUALS", 4, True),
        ("$.customAttributes.floor", "GREATER_EQUALS", 4, True),
        ("$.customAttributes.floor", "LESS_THAN", 10, True),
        ("$.customAttributes.floor", "LESS_EQUALS", 3, False),
        ("$.orderDate", "GREATER_THAN", "2026-04-30T23:00:00-02:00", False),
        ("$.orderDate", "LESS_THAN", "2026-05-01T00:00:01Z", True),
        (QUANTITIES, "GREATER_THAN", 1, False),
        (QUANTITIES, "ANY_VALUE_EQUALS", 3, True),
        (QUANTITIES, "ANY_VALUE_GREATER_THAN", 3, False),
        (QUANTITIES, "ANY_VALUE_GREATER_EQUALS", 3, True),
        (QUANTITIES, "ANY_VALUE_LESS_THAN", 3, True),
        (QUANTITIES, "ANY_VALUE_LESS_EQUALS", 1, False),
        (QUANTITIES, "EVERY_VALUE_EQUALS", 2, False),
        (QUANTITIES, "EVERY_VALUE_GREATER_THAN", 1, True),
        (QUANTITIES, "EVERY_VALUE_GREATER_EQUALS", 3, False),
        (QUANTITIES, "EVERY_VALUE_LESS_THAN", 4, True),
        (QUANTITIES, "EVERY_VALUE_LESS_EQUALS", 2, False),
        (QUANTITIES, "NO_VALUE_EQUALS", 5, True),
        (QUANTITIES, "NO_VALUE_GREATER_THAN", 2, False),
        (QUANTITIES, "NO_VALUE_GREATER_EQUALS", 4, True),
        (QUANTITIES, "NO_VALUE_LESS_THAN", 2, True),
        (QUANTITIES, "NO_VALUE_LESS_EQUALS", 2, False),
        (SKUS, "ANY_VALUE_CONTAINS", "-2", True),
        (SKUS, "ANY_VALUE_NOT_CONTAINS", "-2", True),
        (SKUS, "EVERY_VALUE_CONTAINS", "SHOE", True),
        (SKUS, "EVERY_VALUE_NOT_CONTAINS", "-2", False),
        (SKUS, "NO_VALUE_CONTAINS", "HAT", True),
        (SKUS, "NO_VALUE_NOT_CONTAINS", "SHOE", True),
        ("$.customAttributes.empty", "EVERY_VALUE_EQUALS", "x", False),
        ("$.customAttributes.empty", "NO_VALUE_EQUALS", "x", True),
        ("$.tags[?@.id=='channel'].value", "VALUE_EQUALS", "web", True),
    ],
)
def test_every_operator_of_the_contract(path: str, operator: str, expected: Any, answer: bool) -> None:
    asked = {"propertyPath": path, "entityOperator": operator, "expectedValue": expected}
    assert holds(asked, ORDER) is answer


def test_every_operator_of_the_contract_has_a_meaning() -> None:
    from routing.documents.vocabulary import OPERATORS
    from routing.documents.vocabulary import TRANSFORMATIONS as TRANSFORMATION_NAMES

    for operator in OPERATORS:
        for value in ("$.status", QUANTITIES, "$.nothing", "$.customAttributes"):
            for expected in ({}, {"expectedValue": "x"}, {"expectedValue": 1}, {"expectedValue": False}):
                holds({"propertyPath": value, "entityOperator": operator, **expected}, ORDER)
    assert set(TRANSFORMATIONS) == set(TRANSFORMATION_NAMES)
    assert len(OPERATORS) == 8 + 3 * len(COMPARISONS)


def test_without_an_expected_value_an_operator_asks_whether_there_is_something() -> None:
    assert holds({"propertyPath": "$.tenantOrderId", "entityOperator": "VALUE_NOT_EQUALS"}, ORDER)
    assert holds({"propertyPath": "$.paymentInfo", "entityOperator": "VALUE_EQUALS"}, ORDER)


@pytest.mark.parametrize(
    ("path", "transformation", "arguments", "expected"),
    [
        ("$.orderLineItems", "COUNT", [], 2),
        ("$.orderLineItems[*]", "COUNT", [], 2),
        ("$.nothing", "COUNT", [], 0),
        (QUANTITIES, "SUM", [], 5),
        (QUANTITIES, "LAST", [], 3),
        ("$.tenantOrderId", "SUBSTRING", [0, 3], "WEB"),
        ("$.tenantOrderId", "SUBSTRING", [4], "1"),
    ],
)
def test_values_are_transformed_before_they_are_compared(
    path: str, transformation: str, arguments: list[int], expected: Any
) -> None:
    asked = {
        "propertyPath": path,
        "transformation": transformation,
        "transformationArgs": arguments,
        "entityOperator": "VALUE_EQUALS",
        "expectedValue": expected,
    }
    assert holds(asked, ORDER)


def test_connectors() -> None:
    open_ = {"propertyPath": "$.status", "entityOperator": "VALUE_EQUALS", "expectedValue": "OPEN"}
    locked = {**open_, "expectedValue": "LOCKED"}
    assert rule_holds({"predicateConnector": "OR", "predicates": [locked, open_]}, ORDER)
    assert not rule_holds({"predicateConnector": "AND", "predicates": [open_, locked]}, ORDER)
    assert not rule_holds({"predicates": [open_, locked]}, ORDER), "AND, unless it says otherwise"


@pytest.mark.parametrize(
    "path", ["$.a[", "$.a.", " ", "$[?@.a =~ /(a+)+$/]", "$[?match(@.a, '(a+)+$')]", "$..a..b..c..d"]
)
def test_paths_that_are_none_or_could_stop_everything_are_refused(path: str) -> None:
    with pytest.raises(BadPath):
        check_path(path)


@pytest.mark.parametrize(
    ("start", "end", "recurrence", "now", "answer"),
    [
        ("2026-05-01", "2026-05-31", "NONRECURRING", "2026-05-01", True),
        ("2026-05-01", "2026-05-31", "NONRECURRING", "2026-05-31", True),
        ("2026-05-01", "2026-05-31", "NONRECURRING", "2026-06-01", False),
        ("2026-05-01", "2026-05-31", "NONRECURRING", "2027-05-15", False),
        ("2026-05-01", None, "NONRECURRING", "2026-04-30", False),
        (None, "2026-05-31", "NONRECURRING", "2020-01-01", True),
        (None, None, "NONRECURRING", "2020-01-01", True),
        ("2026-05-01", "2026-05-31", "YEARLY", "2028-05-15", True),
        ("2026-05-01", "2026-05-31", "YEARLY", "2028-06-15", False),
        ("2026-05-01", "2026-05-31", "YEARLY", "2025-05-15", False),
        ("2026-12-01", "2027-01-06", "YEARLY", "2028-01-03", True),
        ("2026-12-01", "2027-01-06", "YEARLY", "2028-12-24", True),
        ("2026-12-01", "2027-01-06", "YEARLY", "2028-02-01", False),
        ("2026-05-01", None, "YEARLY", "2027-12-31", True),
        ("2026-05-01", None, "YEARLY", "2027-04-30", False),
        (None, "2026-05-31", "YEARLY", "2030-02-01", True),
        (None, "2026-05-31", "YEARLY", "2030-06-01", False),
        ("2024-02-29", "2024-03-01", "YEARLY", "2025-02-28", False),
        ("2024-02-29", "2024-03-01", "YEARLY", "2025-03-01", True),
        ("2026-05-01", "2027-06-01", "YEARLY", "2030-08-01", True),
    ],
)
def test_time_frames(start: str | None, end: str | None, recurrence: str, now: str, answer: bool) -> None:
    """R1: both ends belong to the frame; YEARLY ones come again from their first year on."""
    frame: JSON = {"recurrence": recurrence}
    frame |= {"activeFrom": f"{start}T00:00:00.000Z"} if start else {}
    frame |= {"activeUntil": f"{end}T00:00:00.000Z"} if end else {}
    assert covers(frame, datetime.fromisoformat(now).replace(tzinfo=UTC)) is answer


def test_a_node_outside_of_its_time_frame_is_inactive() -> None:
    frames = [{"recurrence": "NONRECURRING", "activeUntil": "2026-04-30T00:00:00.000Z"}]
    late = node("late", activationTimeFrames=frames)
    assert picked(node("root", nextCondition=condition("c", late)), "c")[0] == "root"
