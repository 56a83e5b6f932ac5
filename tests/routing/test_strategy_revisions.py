"""Parts of a strategy are replaced, strategies copied, revisions compared and restored (spec 2, spec 5)."""

from __future__ import annotations

from typing import Any

import pytest

from routing.models import StrategyRevision
from tests.routing.strategy_calls import (
    JSON,
    URL,
    condition,
    fence,
    fields_of,
    in_use,
    node,
    patch,
    put,
    written,
)

pytestmark = pytest.mark.django_db

COUNTRY = "FACILITY-COUNTRY"


def act(api: Any, strategy: JSON, name: str, *, status: int = 200, **fields: Any) -> Any:
    body = {"name": name, "version": strategy["version"], **fields}
    answer = api.post(f"{URL}/{strategy['id']}/actions", body)
    assert answer.status_code == status, answer.content
    return answer.json()


def revision(api: Any, strategy: JSON, number: int, **query: Any) -> JSON:
    answer = api.get(f"{URL}/{strategy['id']}/revisions/{number}", query)
    assert answer.status_code == 200, answer.content
    found: JSON = answer.json()
    return found


def changes(found: JSON) -> list[tuple[str, str, Any, Any]]:
    return [(d["path"], d["change"], d.get("before"), d.get("after")) for d in found["differences"]]


@pytest.fixture
def tree(api: Any) -> JSON:
    """The strategy in use with a condition that leads to a second node; its revision 2."""
    strategy = in_use(api)
    strategy["rootNode"]["nextCondition"] = condition(node(COUNTRY))
    saved: JSON = put(api, strategy)
    return saved


def test_a_copy_is_a_strategy_of_its_own_and_not_in_use(api: Any, tree: JSON) -> None:
    copied = act(api, tree, "COPY", nameLocalized={"en_US": "Trial"})
    assert (copied["name"], copied["inUse"], copied["revision"], copied["version"]) == ("Trial", False, 1, 1)
    assert copied["id"] != tree["id"]
    assert copied["globalConfiguration"] == tree["globalConfiguration"]
    fences = [one["implementation"] for one in copied["rootNode"]["config"]["fences"]]
    assert fences == [one["implementation"] for one in tree["rootNode"]["config"]["fences"]]
    assert (
        copied["rootNode"]["nextCondition"]["nextNode"]["id"]
        != (tree["rootNode"]["nextCondition"]["nextNode"]["id"])
    )
    assert in_use(api) == tree


def test_a_node_is_replaced_and_keeps_its_id_its_fences_ids_and_what_follows(api: Any, tree: JSON) -> None:
    root = tree["rootNode"]
    replacement = node(COUNTRY, nameLocalized={"en_US": "Basis"})

    changed = act(api, tree, "REPLACE_NODE", nodeId=root["id"], node=replacement)

    assert changed["rootNode"]["name"] == "Basis"
    assert changed["rootNode"]["id"] == root["id"]
    assert changed["rootNode"]["nextCondition"] == root["nextCondition"]
    assert [one["id"] for one in changed["rootNode"]["config"]["fences"]] == [fence(tree, COUNTRY)["id"]]
    assert changed["revision"] == tree["revision"] + 1


def test_a_condition_is_replaced_and_leads_to_the_same_node(api: Any, tree: JSON) -> None:
    before = tree["rootNode"]["nextCondition"]
    other = condition(node(), nameLocalized={"en_US": "Other"})
    del other["nextNode"]
    other["rule"]["predicates"][0]["expectedValue"] = "slow"

    changed = act(api, tree, "REPLACE_CONDITION", conditionId=before["id"], condition=other)

    after = changed["rootNode"]["nextCondition"]
    assert (after["id"], after["nextNode"], after["name"]) == (before["id"], before["nextNode"], "Other")
    assert after["rule"] == other["rule"]


def test_the_global_configuration_is_replaced(api: Any, tree: JSON) -> None:
    configuration = {"defaultPrice": 7, "stopRoutingAttemptsAfterTime": "PT8H"}
    changed = act(api, tree, "REPLACE_GLOBAL_CONFIGURATION", globalConfiguration=configuration)
    assert changed["globalConfiguration"] == configuration
    assert changed["rootNode"] == tree["rootNode"]


def test_parts_that_are_broken_are_refused_by_path(api: Any, tree: JSON) -> None:
    root, linked = tree["rootNode"], tree["rootNode"]["nextCondition"]
    before = written()

    broken = node("FACILITY-MOOD", surprise=1)
    broken["config"]["fallbackFacility"] = {"facilityRefs": ["nowhere"]}
    problems = act(api, tree, "REPLACE_NODE", nodeId=root["id"], node=broken, status=400)
    assert fields_of(problems) == {
        "node.config.fences[0].implementation",
        "node.surprise",
        "node.config.fallbackFacility.facilityRefs[0]",
    }
    problems = act(api, tree, "REPLACE_NODE", nodeId=root["id"], node=node(active=False), status=400)
    assert fields_of(problems) == {"node.active"}
    problems = act(api, tree, "REPLACE_NODE", nodeId=linked["id"], node=node(), status=400)
    assert (fields_of(problems), problems[0]["code"]) == ({"nodeId"}, "UNKNOWN_NODE")
    condition_ = {**condition(node()), "nextNode": None}
    problems = act(api, tree, "REPLACE_CONDITION", conditionId=linked["id"], condition=condition_, status=400)
    assert fields_of(problems) == {"condition.nextNode"}
    problems = act(
        api, tree, "REPLACE_GLOBAL_CONFIGURATION", globalConfiguration={"defaultPrice": "x"}, status=400
    )
    assert fields_of(problems) == {"globalConfiguration.defaultPrice"}
    problems = act(api, tree, "COPY", nameLocalized={}, status=400)
    assert fields_of(problems) == {"nameLocalized"}
    assert written() == before


@pytest.mark.parametrize(
    ("name", "fields"),
    [
        ("COPY", {"nameLocalized": {"en_US": "Trial"}}),
        ("REPLACE_NODE", {"nodeId": "x", "node": node()}),
        ("REPLACE_GLOBAL_CONFIGURATION", {"globalConfiguration": {}}),
        ("RESTORE_REVISION", {"revision": 1}),
    ],
)
def test_acting_on_a_stale_version_is_refused(api: Any, tree: JSON, name: str, fields: JSON) -> None:
    before = written()
    (problem,) = act(api, {**tree, "version": 1}, name, status=409, **fields)
    assert (problem["code"], problem["version"], problem["requestVersion"]) == ("VERSION_CONFLICT", 2, 1)
    assert written() == before


def test_revisions_are_listed_with_who_made_them(api: Any, tree: JSON) -> None:
    answer = api.get(f"{URL}/{tree['id']}/revisions").json()
    assert answer["total"] == 2
    assert [one["revision"] for one in answer["revisions"]] == [1, 2]
    last = answer["revisions"][1]
    assert (last["routingStrategyRef"], last["nameLocalized"]) == (tree["id"], tree["nameLocalized"])
    assert last["actor"] == StrategyRevision.objects.get(revision=2).actor != ""
    assert "document" not in last


def test_a_revision_says_what_it_changed(api: Any, tree: JSON) -> None:
    first = revision(api, tree, 1)
    assert (first["differences"], "comparedTo" in first) == ([], False)
    second = revision(api, tree, 2)
    assert second["comparedTo"] == 1
    assert [(d["path"], d["change"]) for d in second["differences"]] == [
        ("rootNode.nextCondition", "ADDED"),
        ("rootNode.nextCondition.nextNode", "ADDED"),
    ]
    assert second["document"]["rootNode"] == tree["rootNode"]


def test_fences_are_compared_by_what_they_are(api: Any, tree: JSON) -> None:
    changed = patch(api, tree, {"id": fence(tree, COUNTRY)["id"], "active": True})
    changed["nameLocalized"]["en_US"] = "Other"
    changed["rootNode"]["config"]["fences"].reverse()
    changed["rootNode"]["config"]["orderSplit"]["maxSplitCount"] = 3
    changed["globalConfiguration"]["stopRoutingAttemptsAfterTime"] = "PT8H"
    del changed["rootNode"]["nextCondition"]
    put(api, changed)

    found = revision(api, tree, 4, compareTo=2)

    assert found["comparedTo"] == 2
    fences = ["FACILITY-BUSINESSTYPE", "FACILITY-COUNTRY", "STOCK-AVAILABILITY"]
    assert changes(found)[:5] == [
        ("nameLocalized.en_US", "CHANGED", "Standard", "Other"),
        ("globalConfiguration.stopRoutingAttemptsAfterTime", "ADDED", None, "PT8H"),
        ("rootNode.config.fences", "MOVED", fences, fences[::-1]),
        ("rootNode.config.fences[FACILITY-COUNTRY].active", "CHANGED", False, True),
        ("rootNode.config.orderSplit.maxSplitCount", "CHANGED", 2, 3),
    ]
    assert [(d["path"], d["change"]) for d in found["differences"][5:]] == [
        ("rootNode.nextCondition", "REMOVED"),
        ("rootNode.nextCondition.nextNode", "REMOVED"),
    ]


def test_a_condition_put_in_front_moves_the_one_behind_it(api: Any, tree: JSON) -> None:
    behind = tree["rootNode"]["nextCondition"]
    front = condition(node(), nameLocalized={"en_US": "Front"}, nextCondition=behind)
    put(api, {**tree, "rootNode": {**tree["rootNode"], "nextCondition": front}})

    found = revision(api, tree, 3)

    assert [(d["path"], d["change"]) for d in found["differences"]] == [
        ("rootNode.nextCondition", "ADDED"),
        ("rootNode.nextCondition.nextNode", "ADDED"),
        ("rootNode.nextCondition.nextCondition", "MOVED"),
    ]


def test_restoring_a_revision_makes_a_new_one_of_it(api: Any, tree: JSON) -> None:
    restored = act(api, tree, "RESTORE_REVISION", revision=1)
    assert (restored["revision"], restored["version"]) == (3, 3)
    assert "nextCondition" not in restored["rootNode"]
    assert restored["rootNode"]["id"] == tree["rootNode"]["id"]
    assert revision(api, tree, 3, compareTo=1)["differences"] == []
    again = act(api, restored, "RESTORE_REVISION", revision=2)
    assert again["rootNode"] == tree["rootNode"]


def test_revisions_that_are_not_there(api: Any, tree: JSON) -> None:
    before = written()
    act(api, tree, "RESTORE_REVISION", revision=9, status=404)
    for number in ("9", "0", "-1", "x", "²"):
        assert api.get(f"{URL}/{tree['id']}/revisions/{number}").status_code == 404
    assert api.get(f"{URL}/{tree['id']}/revisions/2", {"compareTo": "9"}).status_code == 404
    assert api.get(f"{URL}/nothing/revisions").status_code == 404
    assert written() == before


def test_a_revision_that_may_not_be_used_any_more_is_not_restored(api: Any, tree: JSON) -> None:
    kept = StrategyRevision.objects.get(strategy_id=tree["id"], revision=1)
    kept.document["rootNode"]["config"]["fallbackFacility"] = {"facilityRefs": ["gone"]}
    kept.save()
    problems = act(api, tree, "RESTORE_REVISION", revision=1, status=400)
    assert fields_of(problems) == {"rootNode.config.fallbackFacility.facilityRefs[0]"}


def test_who_may_look_may_compare_and_try_out_but_not_act(api: Any, tree: JSON, api_as: Any) -> None:
    viewer = api_as("VIEWER")
    node_id = tree["rootNode"]["id"]
    assert viewer.get(f"{URL}/{tree['id']}/revisions").status_code == 200
    assert viewer.get(f"{URL}/{tree['id']}/revisions/2").status_code == 200
    assert viewer.post(f"{URL}/{tree['id']}/nodes/{node_id}/evaluation").status_code == 200
    before = written()
    body = {"name": "RESTORE_REVISION", "version": tree["version"], "revision": 1}
    assert viewer.post(f"{URL}/{tree['id']}/actions", body).status_code == 403
    assert api_as("PLANNER").post(f"{URL}/{tree['id']}/actions", body).status_code == 403
    assert written() == before
