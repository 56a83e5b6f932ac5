"""Strategies over HTTP (spec 5), as versioned documents (spec 2, R1), and D0's and D1's way to a reactive fence."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest

from backoffice.core import events
from backoffice.core.models import DomainEvent
from routing import documents
from routing.events import StrategyChanged
from routing.models import RoutingStrategy, StrategyRevision
from routing.services import strategies

URL = "/api/routing/strategies"
NAME = {"en_US": "Standard"}
FENCES = ("FACILITY-BUSINESSTYPE", "FACILITY-COUNTRY", "STOCK-AVAILABILITY")

pytestmark = pytest.mark.django_db

JSON = dict[str, Any]


def in_use(api: Any) -> JSON:
    found = api.get(URL)
    assert found.status_code == 200, found.content
    return next(s for s in found.json()["routingStrategies"] if s["inUse"])


def put(api: Any, strategy: JSON, status: int = 200) -> Any:
    answer = api.put(f"{URL}/{strategy['id']}", strategy)
    assert answer.status_code == status, answer.content
    return answer.json()


def patch(api: Any, strategy: JSON, *actions: JSON, status: int = 200) -> Any:
    body = {"version": strategy["version"], "actions": list(actions)}
    answer = api.patch(f"{URL}/{strategy['id']}", body)
    assert answer.status_code == status, answer.content
    return answer.json()


def activate(api: Any, strategy: JSON, status: int = 200) -> Any:
    body = {"name": "ACTIVATE", "version": strategy["version"]}
    answer = api.post(f"{URL}/{strategy['id']}/actions", body)
    assert answer.status_code == status, answer.content
    return answer.json()


def fence(strategy: JSON, implementation: str) -> JSON:
    fences = strategy["rootNode"]["config"]["fences"]
    return next(fence for fence in fences if fence["implementation"] == implementation)


def condition(node: JSON, **fields: Any) -> JSON:
    return {
        "nameLocalized": {"en_US": "Express"},
        "active": True,
        "rule": {
            "predicateConnector": "AND",
            "predicates": [
                {
                    "propertyPath": "$.tags[*].id",
                    "entityOperator": "ANY_VALUE_EQUALS",
                    "expectedValue": "express",
                }
            ],
        },
        "nextNode": node,
        **fields,
    }


def node(*fences: str, **fields: Any) -> JSON:
    return {
        "nameLocalized": {"en_US": "Node"},
        "active": True,
        "config": {
            "fences": [{"type": "StandardFence", "implementation": f, "active": False} for f in fences],
            "ratings": [],
        },
        **fields,
    }


def fields_of(errors: Any) -> set[str]:
    return {error["field"] for error in errors}


def written() -> tuple[Any, ...]:
    """Everything that a change would write."""
    return (
        list(RoutingStrategy.objects.order_by("id").values()),
        StrategyRevision.objects.count(),
        DomainEvent.objects.count(),
    )


class Heard:
    """The changes that subscribers are told of."""

    def __init__(self) -> None:
        self.changes: list[StrategyChanged] = []

    def __call__(self, batch: list[StrategyChanged]) -> None:
        self.changes += batch


@pytest.fixture
def heard(monkeypatch: pytest.MonkeyPatch) -> Heard:
    listener = Heard()
    monkeypatch.setattr(events, "_subscriptions", [(StrategyChanged, listener)])
    return listener


# What a new site has


def test_new_site_has_one_strategy_in_use(api: Any) -> None:
    body = api.get(URL).json()
    strategy = body["routingStrategies"][0]
    assert (body["total"], strategy["inUse"], strategy["version"], strategy["revision"]) == (1, True, 1, 1)
    assert {
        f["implementation"]: (f["active"], f["activeMode"]) for f in strategy["rootNode"]["config"]["fences"]
    } == {
        "FACILITY-BUSINESSTYPE": (True, "static"),
        "FACILITY-COUNTRY": (False, "static"),
        "STOCK-AVAILABILITY": (True, "reactive"),
    }
    assert strategy["rootNode"]["config"]["orderSplit"] == {
        "active": False,
        "activeForSameday": False,
        "maxSplitCount": 2,
        "shouldUseWaitingRoomForPreBackOrderItems": False,
    }
    assert strategy["globalConfiguration"] == {"defaultPrice": 10, "blacklistAssignedFacilities": False}


def test_first_look_makes_the_strategy_only_once(api: Any) -> None:
    first, second = strategies.strategy_in_use(), strategies.strategy_in_use()
    assert first.id == second.id
    assert (RoutingStrategy.objects.count(), StrategyRevision.objects.count()) == (1, 1)
    assert strategies.current_revision(first).document == first.document


def test_strategy_has_the_shape_of_the_contract(api: Any) -> None:
    strategy = api.get(f"{URL}/{in_use(api)['id']}").json()
    assert set(strategy) == {
        "id",
        "version",
        "created",
        "lastModified",
        "inUse",
        "revision",
        "nameLocalized",
        "name",
        "rootNode",
        "globalConfiguration",
    }
    root = strategy["rootNode"]
    assert {"id", "nameLocalized", "name", "active", "config"} <= set(root)
    assert fence(strategy, "STOCK-AVAILABILITY")["supportedModes"] == ["static", "reactive"]
    assert fence(strategy, "FACILITY-COUNTRY")["supportedModes"] == ["static"]
    assert all(f["id"] and f["name"] for f in root["config"]["fences"])


# Creating


def test_strategy_created_by_name_gets_the_default_document(api: Any) -> None:
    answer = api.post(URL, {"nameLocalized": {"de_DE": "Nur Lager"}})
    assert answer.status_code == 201
    strategy = answer.json()
    assert (strategy["name"], strategy["inUse"], strategy["version"]) == ("Nur Lager", False, 1)
    assert [f["implementation"] for f in strategy["rootNode"]["config"]["fences"]] == list(FENCES)
    assert (
        DomainEvent.objects.filter(name="ROUTING_STRATEGY_CREATED", resource_id=strategy["id"]).count() == 1
    )


def test_strategy_created_with_a_whole_tree(api: Any) -> None:
    tree = node(*FENCES, nextCondition=condition(node("FACILITY-COUNTRY"), nextCondition=condition(node())))
    answer = api.post(
        URL,
        {
            "nameLocalized": NAME,
            "rootNode": tree,
            "globalConfiguration": {"stopRoutingAttemptsAfterTime": "PT8H"},
        },
    )
    assert answer.status_code == 201, answer.content
    strategy = answer.json()
    first = strategy["rootNode"]["nextCondition"]
    ids = {
        branch["id"] for branch in (strategy["rootNode"], first, first["nextNode"], first["nextCondition"])
    }
    assert len(ids) == 4
    assert strategy["globalConfiguration"] == {
        "defaultPrice": 10,
        "stopRoutingAttemptsAfterTime": "PT8H",
    }


def test_copy_of_what_was_read_gets_ids_of_its_own(api: Any) -> None:
    original = in_use(api)
    copy = api.post(URL, original).json()
    assert copy["rootNode"]["id"] != original["rootNode"]["id"]
    assert fence(copy, "STOCK-AVAILABILITY")["id"] != fence(original, "STOCK-AVAILABILITY")["id"]
    assert fence(copy, "STOCK-AVAILABILITY")["activeMode"] == "reactive"


# Replacing


def test_put_of_what_was_read_changes_nothing_but_the_version(api: Any, heard: Heard) -> None:
    before = in_use(api)
    stored = RoutingStrategy.objects.get().document
    after = put(api, before)
    changing = ("version", "lastModified")
    assert {k: v for k, v in after.items() if k not in changing} == {
        k: v for k, v in before.items() if k not in changing
    }
    assert after["version"] == before["version"] + 1
    assert RoutingStrategy.objects.get().document == stored
    assert StrategyRevision.objects.count() == 1
    assert heard.changes == []


def test_put_makes_a_revision_and_tells_who_listens(api: Any, heard: Heard) -> None:
    strategy = in_use(api)
    strategy["rootNode"]["config"]["ratings"] = []
    after = put(api, strategy)
    assert (after["version"], after["revision"]) == (2, 2)
    assert after["rootNode"]["config"]["ratings"] == []
    first, second = StrategyRevision.objects.order_by("revision")
    assert len(first.document["rootNode"]["config"]["ratings"]) == 2
    assert second.document == RoutingStrategy.objects.get().document
    assert second.actor == api.user.email
    assert [(str(c.strategy_id), c.in_use) for c in heard.changes] == [(after["id"], True)]
    event = DomainEvent.objects.get(name="ROUTING_STRATEGY_CHANGED")
    assert (event.resource_id, event.facts) == (after["id"], {"revision": 2})


def test_put_without_global_configuration_leaves_it_as_it_is(api: Any) -> None:
    strategy = in_use(api)
    strategy["globalConfiguration"]["stopRoutingAttemptsAfterTime"] = "P1DT12H"
    strategy = put(api, strategy)
    del strategy["globalConfiguration"]
    kept = put(api, strategy)["globalConfiguration"]
    assert kept["stopRoutingAttemptsAfterTime"] == "P1DT12H"
    given = {**in_use(api), "globalConfiguration": {"defaultPrice": 12.5}}
    assert put(api, given)["globalConfiguration"] == {"defaultPrice": 12.5}


def test_put_as_the_contract_writes_it_keeps_ids(api: Any) -> None:
    before = in_use(api)
    bare = [
        {key: fence[key] for key in ("type", "implementation", "active")}
        for fence in reversed(before["rootNode"]["config"]["fences"])
    ]
    config = {"fences": bare, "ratings": []}
    root = {"nameLocalized": NAME, "active": True, "config": config}
    body = {"nameLocalized": NAME, "version": 1, "rootNode": root}
    after = put(api, {**body, "id": before["id"]})
    assert after["rootNode"]["id"] == before["rootNode"]["id"]
    for implementation in FENCES:
        assert fence(after, implementation)["id"] == fence(before, implementation)["id"]
    assert fence(after, "STOCK-AVAILABILITY")["activeMode"] == "static"


def test_nodes_keep_their_ids_when_they_move(api: Any) -> None:
    express = condition(node("STOCK-AVAILABILITY"))
    strategy = {**in_use(api), "rootNode": node(*FENCES, nextCondition=express)}
    strategy = put(api, strategy)
    moved = deepcopy(strategy)
    old = moved["rootNode"].pop("nextCondition")
    moved["rootNode"]["nextCondition"] = condition(node(), nextCondition=old)
    after = put(api, moved)
    first, second = after["rootNode"]["nextCondition"], after["rootNode"]["nextCondition"]["nextCondition"]
    assert second == strategy["rootNode"]["nextCondition"]
    assert first["id"] != second["id"]
    assert first["nextNode"]["id"] != second["nextNode"]["id"]


def test_ids_are_never_given_twice(api: Any) -> None:
    strategy = in_use(api)
    first = fence(strategy, "FACILITY-COUNTRY")["id"]
    for entry in strategy["rootNode"]["config"]["fences"]:
        entry["id"] = first
    after = put(api, strategy)
    assert len({entry["id"] for entry in after["rootNode"]["config"]["fences"]}) == 3


# Refusing


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
        {"type": "StandardRating", "implementation": "ZONE", "active": True, "maxPenalty": 1}
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
        f"{root}.ratings[2].active",
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


# Fences


def test_complete_stock_becomes_reactive_as_the_seed_has_it(api: Any, heard: Heard) -> None:
    """D1: the action has no name there."""
    strategy = in_use(api)
    stock = fence(strategy, "STOCK-AVAILABILITY")
    strategy = patch(api, strategy, {"action": "ModifyFence", "id": stock["id"], "activeMode": "static"})
    assert fence(strategy, "STOCK-AVAILABILITY")["activeMode"] == "static"
    strategy = patch(api, strategy, {"id": stock["id"], "activeMode": "reactive"})
    assert fence(strategy, "STOCK-AVAILABILITY") == stock
    assert (strategy["version"], strategy["revision"], len(heard.changes)) == (3, 3, 2)


def test_several_fences_change_in_one_request(api: Any) -> None:
    strategy = in_use(api)
    ids = {name: fence(strategy, name)["id"] for name in FENCES}
    after = patch(
        api,
        strategy,
        {"action": "ModifyFence", "id": ids["FACILITY-COUNTRY"], "active": True},
        {"action": "ModifyFence", "id": ids["STOCK-AVAILABILITY"], "active": False, "activeMode": "static"},
    )
    assert fence(after, "FACILITY-COUNTRY")["active"] is True
    stock = fence(after, "STOCK-AVAILABILITY")
    assert (stock["active"], stock["activeMode"]) == (False, "static")
    assert after["version"] == 2


def test_wrong_fence_changes_are_refused_all_at_once(api: Any) -> None:
    strategy = in_use(api)
    country = fence(strategy, "FACILITY-COUNTRY")["id"]
    before = written()
    problems = patch(api, strategy, {"id": "4711"}, {"id": country, "activeMode": "reactive"}, status=400)
    assert {(problem["field"], problem["code"]) for problem in problems} == {
        ("actions[0].id", "UNKNOWN_FENCE"),
        ("actions[1].activeMode", "MODE_NOT_SUPPORTED"),
    }
    malformed = patch(api, strategy, {"action": "Burn", "id": country, "active": 1, "x": 1}, {}, status=400)
    assert fields_of(malformed) == {"actions[0].action", "actions[0].active", "actions[0].x", "actions[1].id"}
    assert written() == before


# Activating


def test_exactly_one_strategy_is_in_use(api: Any, heard: Heard) -> None:
    old = in_use(api)
    new = api.post(URL, {"nameLocalized": {"en_US": "Peak season"}}).json()
    after = activate(api, new)
    assert (after["inUse"], after["version"], after["revision"]) == (True, 2, 1)
    replaced = api.get(f"{URL}/{old['id']}").json()
    assert (replaced["inUse"], replaced["version"]) == (False, 2)
    assert strategies.strategy_in_use().name == "Peak season"
    assert {(str(c.strategy_id), c.in_use) for c in heard.changes} == {(old["id"], False), (new["id"], True)}


def test_activating_what_is_in_use_changes_nothing(api: Any, heard: Heard) -> None:
    strategy = in_use(api)
    assert activate(api, strategy) == strategy
    assert heard.changes == []


def test_unknown_action_is_answered_with_the_known(api: Any) -> None:
    strategy = in_use(api)
    answer = api.post(f"{URL}/{strategy['id']}/actions", {"name": "EXPLODE", "version": 1})
    assert answer.status_code == 400
    assert "ACTIVATE" in answer.json()[0]["description"]


# Who may


def test_viewers_read_and_change_nothing(api: Any, api_as: Any) -> None:
    strategy, viewer = in_use(api), api_as("VIEWER")
    before = written()
    assert viewer.get(URL).status_code == 200
    assert viewer.get(f"{URL}/{strategy['id']}").status_code == 200
    problem = put(viewer, strategy, 403)[0]
    assert "routing.manage_strategies" in problem["description"]
    patch(viewer, strategy, {"id": "x"}, status=403)
    activate(viewer, strategy, 403)
    assert viewer.post(URL, {"nameLocalized": NAME}).status_code == 403
    assert written() == before


def test_network_managers_change_strategies(api_as: Any) -> None:
    manager = api_as("NETWORK_MANAGER")
    put(manager, in_use(manager))


def test_nobody_reads_nothing(anonymous: Any) -> None:
    assert anonymous.get(URL).status_code == 401


# Documents


def test_reading_a_rendered_document_gives_the_document_again() -> None:
    document = documents.default_document()
    document["rootNode"]["config"]["fallbackFacility"] = {"facilityRefs": ["f"]}
    document["rootNode"]["nextCondition"] = condition(node("AVOID-ZERO-STOCK"))
    once = documents.identified(documents.read_document(document))
    assert documents.read_document(documents.rendered(once)) == once
    assert documents.identified(deepcopy(once), previous=once) == once
