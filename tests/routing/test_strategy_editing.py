"""Changing a document step by step, and telling what counts at a node and where it comes from (R1)."""

from __future__ import annotations

from copy import deepcopy

import pytest

from backoffice.core.errors import Invalid
from routing import documents
from routing.documents import editing
from routing.documents.differences import differences
from routing.documents.inheriting import lineage, section_at, units_at
from routing.documents.tree import branches_of
from routing.wording.changes import told_differences
from tests.routing.test_strategy_nodes import BULKY, EXPRESS, condition, fence, node, rating, three_nodes

COUNTRY, STOCK = "StandardFence:FACILITY-COUNTRY", "StandardFence:STOCK-AVAILABILITY"
SERVICE = "StandardFence:FACILITY-BUSINESSTYPE"
STORES, WAREHOUSES = "StandardRating:PREFER-STORE", "StandardRating:PREFER-WAREHOUSE"


@pytest.fixture
def document():
    """Standard, under it Express and Bulky."""
    root = three_nodes()
    read = documents.read_document({"rootNode": root, "globalConfiguration": {}})
    return documents.identified(read)


def ids(document):
    """By name; of the nodes, and of the conditions."""
    return {branch["nameLocalized"]["en_US"]: branch["id"] for _kind, _path, branch in branches_of(document)}


def at(document, name, kind="fences"):
    """Key, whether the node says it itself, whether it overrides, and who says it."""
    nodes = lineage(document, ids(document)[name])
    return [
        (one.key, one.own, one.overrides, one.origin["nameLocalized"]["en_US"])
        for one in units_at(nodes, kind)
    ]


def own(document, name, kind="fences"):
    nodes = lineage(document, ids(document)[name])
    return nodes[-1]["config"][kind]


def test_what_a_node_has_from_above_is_told_with_where_from(document):
    assert at(document, "Express") == [
        (SERVICE, False, False, "Standard"),
        (STOCK, True, True, "Express"),
    ]
    assert at(document, "Bulky") == [
        (SERVICE, False, False, "Standard"),
        (STOCK, False, False, "Standard"),
        (COUNTRY, True, False, "Bulky"),
    ]
    assert at(document, "Express", "ratings") == [
        (STORES, True, True, "Express"),
        (WAREHOUSES, True, False, "Express"),
    ]


def test_changing_what_comes_from_above_makes_it_the_nodes_own(document):
    editing.set_unit(document, ids(document)["Bulky"], "fences", SERVICE, {"active": False})

    assert at(document, "Bulky")[0] == (SERVICE, True, True, "Bulky")
    assert own(document, "Standard")[0]["active"] is True
    editing.remove_unit(document, ids(document)["Bulky"], "fences", SERVICE)
    assert at(document, "Bulky")[0] == (SERVICE, False, False, "Standard")


def test_fences_move_among_those_whose_place_the_node_decides(document):
    root = ids(document)["Standard"]
    assert editing.movable_units(document, root, "fences") == [SERVICE, STOCK]
    editing.move_unit(document, root, "fences", STOCK, editing.UP)
    assert [key for key, *_rest in at(document, "Standard")] == [STOCK, SERVICE]
    editing.move_unit(document, root, "fences", STOCK, editing.UP)
    assert [key for key, *_rest in at(document, "Standard")] == [STOCK, SERVICE], (
        "the first stays where it is"
    )

    with pytest.raises(Invalid):
        editing.move_unit(document, ids(document)["Express"], "fences", STOCK, editing.DOWN)


def test_nothing_is_there_twice_and_what_is_not_there_cannot_be_changed(document):
    bulky = ids(document)["Bulky"]
    with pytest.raises(Invalid):
        editing.add_unit(document, bulky, "fences", editing.new_fence("STOCK-AVAILABILITY"))
    with pytest.raises(Invalid):
        editing.set_unit(document, bulky, "ratings", "StandardRating:ZONE", {"active": True})
    with pytest.raises(Invalid):
        editing.remove_unit(document, bulky, "fences", STOCK)
    with pytest.raises(Invalid):
        editing.set_unit(document, "nobody", "fences", STOCK, {})


def test_two_ratings_of_a_kind_are_told_apart():
    ratings = [rating("ZONE", 10), rating("ZONE", 20), rating("CAPACITY", 5)]
    root = node("Standard", fences=[], ratings=ratings)
    document = documents.identified(documents.read_document({"rootNode": root, "globalConfiguration": {}}))
    second = "StandardRating:ZONE#2"
    editing.set_unit(document, document["rootNode"]["id"], "ratings", second, {"maxPenalty": 30})
    editing.move_unit(document, document["rootNode"]["id"], "ratings", second, editing.DOWN)
    assert [one["maxPenalty"] for one in document["rootNode"]["config"]["ratings"]] == [10, 5, 30]
    editing.remove_unit(document, document["rootNode"]["id"], "ratings", "StandardRating:ZONE")
    assert [one["maxPenalty"] for one in document["rootNode"]["config"]["ratings"]] == [5, 30]


def test_settings_are_told_with_where_they_come_from(document):
    split = {
        "active": True,
        "activeForSameday": False,
        "maxSplitCount": 3,
        "shouldUseWaitingRoomForPreBackOrderItems": False,
    }
    editing.set_section(document, ids(document)["Standard"], "orderSplit", split)
    found = section_at(lineage(document, ids(document)["Express"]), "orderSplit")
    assert (found.values, found.own, found.origin["id"]) == (split, False, ids(document)["Standard"])

    editing.set_section(document, ids(document)["Express"], "orderSplit", {**split, "active": False})
    found = section_at(lineage(document, ids(document)["Express"]), "orderSplit")
    assert (found.values["active"], found.own) == (False, True)

    editing.set_section(document, ids(document)["Express"], "orderSplit", None)
    assert section_at(lineage(document, ids(document)["Express"]), "orderSplit").values == split
    assert section_at(lineage(document, ids(document)["Express"]), "reroute").origin is None


def test_conditions_move_and_go_with_what_they_lead_to(document):
    names = ids(document)
    editing.move_condition(document, names["Is bulky"], editing.UP)
    first = document["rootNode"]["nextCondition"]
    assert (first["id"], first["nextCondition"]["id"]) == (names["Is bulky"], names["Is express"])
    assert "nextCondition" not in first["nextCondition"]

    editing.remove_condition(document, names["Is bulky"])
    assert ids(document).keys() == {"Standard", "Is express", "Express"}
    editing.remove_condition(document, names["Is express"])
    assert "nextCondition" not in document["rootNode"]


def test_a_new_condition_is_tried_last(document):
    new = condition("Abroad", EXPRESS, node("Far", fences=[], ratings=[]))
    editing.add_condition(document, ids(document)["Standard"], new)
    chain = document["rootNode"]["nextCondition"]
    assert chain["nextCondition"]["nextCondition"]["nameLocalized"] == {"en_US": "Abroad"}


def test_what_is_replaced_keeps_what_follows_it(document):
    before = deepcopy(document["rootNode"]["nextCondition"])
    editing.replace_branch(
        document, "node", ids(document)["Standard"], {**node("Other", fences=[], ratings=[]), "id": "x"}
    )
    assert document["rootNode"]["nextCondition"] == before
    assert document["rootNode"]["id"] != "x"


def told(before, after):
    found = differences(before, after)
    return [
        (place.title, one.change.value, one.what, one.before, one.after)
        for place in told_differences(found, before, after, {"f-1": "Berlin"})
        for one in place.differences
    ]


def test_differences_are_told_in_words(document):
    after = deepcopy(document)
    names = ids(document)
    editing.set_unit(after, names["Standard"], "fences", STOCK, {"activeMode": "static"})
    editing.set_unit(after, names["Standard"], "ratings", STORES, {"maxPenalty": 40})
    editing.add_unit(after, names["Express"], "fences", editing.new_fence("FACILITY-COUNTRY"))
    editing.set_branch(after, "condition", names["Is bulky"], {"active": False})
    after["globalConfiguration"]["stopRoutingAttemptsAfterTime"] = "PT8H"

    assert told(document, after) == [
        ("The strategy", "ADDED", "For all nodes › Retry what is unroutable for", "", "PT8H"),
        ("Node “Standard”", "CHANGED", "Fence “Complete stock” › Mode", "reactive", "static"),
        ("Node “Standard”", "CHANGED", "Rating “Prefer stores” › Penalty at most", "100", "40"),
        ("Node “Express”", "ADDED", "Fence “Same country”", "", "Same country: on"),
        ("Condition “Is bulky”", "CHANGED", "Switched on", "on", "off"),
    ]


def test_what_comes_goes_and_moves_is_told(document):
    after = deepcopy(document)
    names = ids(document)
    editing.remove_condition(after, names["Is express"])
    editing.move_unit(after, names["Standard"], "fences", STOCK, editing.UP)
    told_now = told(document, after)

    assert (
        "Node “Standard”",
        "MOVED",
        "Fences",
        "Service of the facility, Complete stock",
        "Complete stock, Service of the facility",
    ) in told_now
    removed = {title: before for title, change, _what, before, _after in told_now if change == "REMOVED"}
    assert removed == {
        "Condition “Is express”": "Is express: the order's tags: any of them is “express”",
        "Node “Express”": "Complete stock: on, static; Prefer stores: off, penalty up to 0; "
        "Prefer warehouses: on, penalty up to 100",
    }
    assert any(change == "MOVED" and title == "Condition “Is bulky”" for title, change, *_rest in told_now)


def test_rules_of_conditions_are_compared_field_by_field(document):
    after = deepcopy(document)
    editing.set_branch(
        after,
        "condition",
        ids(document)["Is bulky"],
        {"rule": {"predicateConnector": "AND", "predicates": [{**BULKY, "expectedValue": 20}]}},
    )
    assert told(document, after) == [
        ("Condition “Is bulky”", "CHANGED", "Rule › Predicate 1 › Value", "10", "20")
    ]


def test_a_rating_may_be_listed_with_its_fence_of_the_same_name():
    """Ratings and fences share names: STOCK-AVAILABILITY is both."""
    root = node("Standard", fences=[fence("STOCK-AVAILABILITY")], ratings=[rating("STOCK-AVAILABILITY", 10)])
    read = documents.identified(documents.read_document({"rootNode": root, "globalConfiguration": {}}))
    after = deepcopy(read)
    editing.set_unit(
        after, read["rootNode"]["id"], "ratings", "StandardRating:STOCK-AVAILABILITY", {"active": False}
    )
    assert told(read, after) == [
        ("Node “Standard”", "CHANGED", "Rating “Stock availability” › Switched on", "on", "off")
    ]
