"""What a strategy document may contain: every problem at once, by its path, and nothing is written (spec 5)."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest

from routing import documents
from tests.routing.strategy_calls import (
    URL,
    activate,
    condition,
    fence,
    fields_of,
    in_use,
    node,
    patch,
    put,
    written,
)

FENCES = ("FACILITY-BUSINESSTYPE", "FACILITY-COUNTRY", "STOCK-AVAILABILITY")

pytestmark = pytest.mark.django_db


def test_every_problem_is_named_by_its_path_and_nothing_is_written(api: Any) -> None:
    strategy = in_use(api)
    config = strategy["rootNode"]["config"]
    config["fences"][0]["implementation"] = "FACILITY-MOOD"
    config["fences"][1]["activeMode"] = "reactive"
    config["fences"][2]["active"] = "yes"
    config["fences"].append({"type": "StandardFence", "implementation": "STOCK-AVAILABILITY", "active": True})
    config["ratings"][0]["maxPenalty"] = -1
    config["ratings"][1]["implementation"] = "GUESS"
    config["ratings"].append(
        {
            "type": "StandardRating",
            "implementation": "ZONE",
            "active": True,
            "maxPenalty": 1,
            "configuration": {"colour": "green"},
        }
    )
    config["colour"] = "green"
    del config["orderSplit"]["maxSplitCount"]
    strategy["globalConfiguration"]["stopRoutingAttemptsAfterTime"] = "PT90S"
    strategy["rootNode"]["nextCondition"] = condition({"active": True}, rule={"predicates": []})
    strategy["nameLocalized"] = {}
    before = written()
    problems = put(api, strategy, 400)
    root = "rootNode.config"
    assert fields_of(problems) == {
        "nameLocalized",
        "globalConfiguration.stopRoutingAttemptsAfterTime",
        f"{root}.fences[0].implementation",
        f"{root}.fences[1].activeMode",
        f"{root}.fences[2].active",
        f"{root}.fences[3].implementation",
        f"{root}.ratings[0].maxPenalty",
        f"{root}.ratings[1].implementation",
        f"{root}.ratings[2].configuration",
        f"{root}.colour",
        f"{root}.orderSplit.maxSplitCount",
        "rootNode.nextCondition.rule.predicates",
        "rootNode.nextCondition.nextNode.config",
        "rootNode.nextCondition.nextNode.nameLocalized",
    }
    assert all({"summary", "description", "code"} <= set(problem) for problem in problems)
    assert written() == before


def test_unknown_fence_is_answered_with_the_known(api: Any) -> None:
    strategy = in_use(api)
    strategy["rootNode"]["config"]["fences"][0]["implementation"] = "FACILITY-MOOD"
    (problem,) = put(api, strategy, 400)
    assert problem["code"] == "UNKNOWN_IMPLEMENTATION"
    assert "PRESELECTED-FACILITY" in problem["description"]
    assert "STOCK-AVAILABILITY" in problem["description"]


@pytest.mark.parametrize("kind", ["fence", "rating"])
def test_what_the_engine_does_not_know_may_stand_there_but_not_be_active(
    api: Any, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(f"routing.documents.rules.implemented_{kind}s", lambda: frozenset({"KNOWN"}))
    strategy = in_use(api)
    config = strategy["rootNode"]["config"]
    units = config["fences" if kind == "fence" else "ratings"]
    for unit in units:
        unit["active"] = False
    strategy = put(api, strategy)
    strategy["rootNode"]["config"]["fences" if kind == "fence" else "ratings"][0]["active"] = True
    (problem,) = put(api, strategy, 400)
    assert (problem["field"], problem["code"]) == (f"rootNode.config.{kind}s[0].active", "NOT_IMPLEMENTED")
    assert "KNOWN" in problem["description"]


def test_only_complete_stock_may_be_reactive(api: Any) -> None:
    """F3, F4."""
    strategy = in_use(api)
    for entry in strategy["rootNode"]["config"]["fences"]:
        entry["activeMode"] = "reactive"
    problems = put(api, strategy, 400)
    assert fields_of(problems) == {f"rootNode.config.fences[{i}].activeMode" for i in (0, 1)}
    assert {problem["code"] for problem in problems} == {"MODE_NOT_SUPPORTED"}


def test_stale_version_is_refused_with_both_versions(api: Any) -> None:
    strategy = in_use(api)
    put(api, strategy)
    before = written()
    for problem in (
        put(api, strategy, 409)[0],
        patch(api, strategy, {"id": fence(strategy, FENCES[0])["id"], "active": False}, status=409)[0],
        activate(api, strategy, 409)[0],
    ):
        assert (problem["code"], problem["version"], problem["requestVersion"]) == ("VERSION_CONFLICT", 2, 1)
    assert written() == before


def test_unknown_strategy_is_not_found(api: Any) -> None:
    strategy = in_use(api)
    for id in ("nothing", "0190a0b0-0000-7000-8000-000000000000"):
        assert api.get(f"{URL}/{id}").status_code == 404
        put(api, {**strategy, "id": id}, 404)
        activate(api, {**strategy, "id": id}, 404)
        patch(api, {**strategy, "id": id}, {"id": "x"}, status=404)


@pytest.mark.parametrize("body", [[], "text", None, 1, {}, {"rootNode": [], "version": "1"}])
def test_malformed_bodies_are_refused(api: Any, body: Any) -> None:
    strategy = in_use(api)
    for call, url in (
        (api.put, f"{URL}/{strategy['id']}"),
        (api.patch, f"{URL}/{strategy['id']}"),
        (api.post, f"{URL}/{strategy['id']}/actions"),
        (api.post, URL),
    ):
        answer = call(url, body, format="json")
        assert answer.status_code == 400, (url, answer.content)
        assert isinstance(answer.json(), list)


def test_nesting_without_end_is_refused(api: Any) -> None:
    tree = node()
    for _ in range(60):
        tree = node(nextCondition=condition(tree))
    problems = put(api, {**in_use(api), "rootNode": tree}, 400)
    assert {problem["code"] for problem in problems} == {"TOO_DEEP"}


def test_reading_a_rendered_document_gives_the_document_again() -> None:
    document = documents.default_document()
    document["rootNode"]["config"]["fallbackFacility"] = {"facilityRefs": ["f"]}
    document["rootNode"]["nextCondition"] = condition(node("AVOID-ZERO-STOCK"))
    once = documents.identified(documents.read_document(document))
    assert documents.read_document(documents.rendered(once)) == once
    assert documents.identified(deepcopy(once), previous=once) == once
