"""Strategies over HTTP (spec 5), as versioned documents (spec 2, R1), and D0's and D1's way to a reactive fence."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest

from backoffice.core import events
from backoffice.core.models import DomainEvent
from routing.events import StrategyChanged
from routing.models import RoutingStrategy, StrategyRevision
from routing.services import strategies
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

NAME = {"en_US": "Standard"}
FENCES = ("FACILITY-BUSINESSTYPE", "FACILITY-COUNTRY", "STOCK-AVAILABILITY")

pytestmark = pytest.mark.django_db


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
