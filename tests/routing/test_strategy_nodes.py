"""R1 over HTTP: a strategy with several nodes routes each order by the node that its conditions lead to."""

from __future__ import annotations

from typing import Any

import pytest

from routing.models import DecisionSnapshot
from tests.routing.api_calls import refused, stored
from tests.routing.strategy_calls import fields_of
from tests.scenarios.shop import COMPLETE_STOCK, JSON, Order, Shop

pytestmark = pytest.mark.django_db


def predicate(path: str, operator: str, expected: Any, **more: Any) -> JSON:
    return {"propertyPath": path, "entityOperator": operator, "expectedValue": expected, **more}


def condition(name: str, asked: JSON, leads_to: JSON, **following: Any) -> JSON:
    rule = {"predicateConnector": "AND", "predicates": [dict(asked)]}
    return {
        "nameLocalized": {"en_US": name},
        "active": True,
        "rule": rule,
        "nextNode": leads_to,
        **following,
    }


def node(name: str, *, fences: list[JSON], ratings: list[JSON], **following: Any) -> JSON:
    config = {"fences": fences, "ratings": ratings}
    return {"nameLocalized": {"en_US": name}, "active": True, "config": config, **following}


def fence(implementation: str, *, active: bool = True, mode: str = "static") -> JSON:
    return {
        "type": "StandardFence",
        "implementation": implementation,
        "active": active,
        "activeMode": mode,
    }


def rating(implementation: str, most: int, *, active: bool = True) -> JSON:
    return {
        "type": "StandardRating",
        "implementation": implementation,
        "active": active,
        "maxPenalty": most,
    }


EXPRESS = predicate("$.tags[*].id", "ANY_VALUE_EQUALS", "express")
BULKY = predicate("$.orderLineItems[*].quantity", "GREATER_EQUALS", 10, transformation="SUM")


def three_nodes() -> JSON:
    """Stores first; express orders from warehouses and never waiting; bulky ones only within the country."""
    bulky = node("Bulky", fences=[fence("FACILITY-COUNTRY")], ratings=[])
    express = node(
        "Express",
        fences=[fence(COMPLETE_STOCK)],
        ratings=[rating("PREFER-STORE", 0, active=False), rating("PREFER-WAREHOUSE", 100)],
    )
    chain = condition("Is express", EXPRESS, express, nextCondition=condition("Is bulky", BULKY, bulky))
    return node(
        "Standard",
        fences=[fence("FACILITY-BUSINESSTYPE"), fence(COMPLETE_STOCK, mode="reactive")],
        ratings=[rating("PREFER-STORE", 100)],
        nextCondition=chain,
    )


def in_use(shop: Shop) -> JSON:
    found: JSON = next(s for s in shop.get("routing/strategies")["routingStrategies"] if s["inUse"])
    return found


def put(shop: Shop, root: JSON, *, expect: int = 200) -> Any:
    strategy = {**in_use(shop), "rootNode": root}
    return shop.call("put", f"routing/strategies/{strategy['id']}", strategy, expect=expect)


def tagged(shop: Shop, *tags: str, units: int = 1, **fields: Any) -> Order:
    return shop.order({"SKU": units}, tags=[{"id": tag, "value": "yes"} for tag in tags], **fields)


def way(evaluation: JSON) -> list[tuple[str, str]]:
    return [
        (step["nameLocalized"]["en_US"], step["evaluationResult"]) for step in evaluation["evaluatedPath"]
    ]


@pytest.fixture
def network(shop: Shop) -> Shop:
    """A store, and a warehouse abroad; what they lack may wait."""
    shop.facility("Store")
    shop.facility("Abroad", country="FR")
    shop.call(
        "patch",
        f"facilities/{shop.id_of('Abroad')}",
        {"version": 1, "actions": [{"action": "ModifyFacility", "locationType": "WAREHOUSE"}]},
    )
    for name in ("Store", "Abroad"):
        shop.listing(name, "SKU", behaviour="BACKORDER")
    return shop


def test_a_document_with_three_nodes_and_two_conditions_routes_accordingly(network: Shop) -> None:
    """R1: acceptance of issue 4; nodes inherit the fences and ratings that they do not name."""
    shop = network
    shop.stock("Store", "SKU", 40)
    shop.stock("Abroad", "SKU", 40)
    put(shop, three_nodes())

    assert tagged(shop).facility == "Store"
    assert tagged(shop, "express").facility == "Abroad"
    assert tagged(shop, units=12).facility == "Store"
    assert tagged(shop, "other", units=9).facility == "Store"

    shop.stock("Store", "SKU", 0)
    assert tagged(shop).facility == "Abroad", "the standard node knows no country"
    bulky = tagged(shop, units=12)
    assert (bulky.status, bulky.facility) == ("WAITING", None), (
        "the bulky node inherits the reactive stock fence"
    )


def test_the_node_decides_whether_a_plan_may_wait(network: Shop) -> None:
    """R1, R4: complete stock is static for express orders alone."""
    put(network, three_nodes())
    assert tagged(network).status == "WAITING"
    assert tagged(network, "express").status == "NOT_ROUTABLE"


def test_a_release_follows_the_fences_of_the_plans_own_node(network: Shop) -> None:
    """W2, R1: the stock abroad lets the standard order go, not the bulky one in front of it."""
    put(network, three_nodes())
    bulky = tagged(network, units=12, date="2026-05-01")
    standard = tagged(network, date="2026-05-02")
    assert (bulky.status, standard.status) == ("WAITING", "WAITING")

    network.stock("Abroad", "SKU", 20)

    assert (standard.status, standard.facility) == ("ROUTED", "Abroad")
    assert bulky.status == "WAITING"


def test_log_and_plan_say_which_node_decided(network: Shop) -> None:
    network.stock("Store", "SKU", 40)
    network.stock("Abroad", "SKU", 40)
    put(network, three_nodes())
    order = tagged(network, "express")

    evaluation = network.decision_log(order.plan)["routingStrategyEvaluationResult"]
    assert way(evaluation) == [
        ("Standard", "NODE_ACTIVE"),
        ("Is express", "CONDITION_TRUE"),
        ("Express", "NODE_ACTIVE"),
    ]
    config = evaluation["evaluatedConfig"]
    assert [(one["implementation"], one["activeMode"]) for one in config["fences"]] == [
        ("FACILITY-BUSINESSTYPE", "static"),
        (COMPLETE_STOCK, "static"),
    ]
    ratings = network.decision_log(order.plan)["statistics"]["ratingStatistics"]
    assert [one["name"] for one in ratings] == ["PREFER-WAREHOUSE"]
    assert network.get(f"routingplans/{order.plan['id']}")["activeConfig"] == config


def test_plans_of_several_nodes_are_decided_in_one_chunk_and_keep_their_own(network: Shop) -> None:
    network.stock("Store", "SKU", 40)
    network.stock("Abroad", "SKU", 40)
    put(network, three_nodes())
    orders = [
        tagged(network, *tags, units=units, drain=False)
        for tags, units in (((), 1), (("express",), 1), ((), 12), ((), 2))
    ]
    network.work()
    assert [order.facility for order in orders] == ["Store", "Abroad", "Store", "Store"]
    last = [way(network.decision_log(order.plan)["routingStrategyEvaluationResult"])[-1] for order in orders]
    assert last == [
        ("Is bulky", "CONDITION_FALSE"),
        ("Express", "NODE_ACTIVE"),
        ("Bulky", "NODE_ACTIVE"),
        ("Is bulky", "CONDITION_FALSE"),
    ]
    assert DecisionSnapshot.objects.count() == 1


def test_the_decision_log_stays_true_when_the_strategy_changes(network: Shop) -> None:
    network.stock("Store", "SKU", 4)
    put(network, three_nodes())
    order = tagged(network)
    before = network.decision_log(order.plan)["routingStrategyEvaluationResult"]
    put(network, node("Other", fences=[], ratings=[]))
    assert network.decision_log(order.plan)["routingStrategyEvaluationResult"] == before


def test_a_broken_document_is_refused_with_every_problem_named_by_path(shop: Shop) -> None:
    root = three_nodes()
    root["active"] = False
    root["config"]["fences"][0]["implementation"] = "FACILITY-MOOD"
    express = root["nextCondition"]
    express["rule"]["predicates"][0]["propertyPath"] = "$.tags[*"
    express["nextNode"]["config"]["fallbackFacility"] = {"active": True, "facilityRefs": ["nowhere"]}
    express["nextNode"]["activationTimeFrames"] = [
        {
            "recurrence": "YEARLY",
            "activeFrom": "2026-05-02T00:00:00Z",
            "activeUntil": "2026-05-01T00:00:00Z",
        }
    ]
    bulky = express["nextCondition"]
    bulky["rule"]["predicates"][0] |= {"transformation": "SUBSTRING", "transformationArgs": ["x"]}
    bulky["rule"]["predicateConnector"] = "XOR"
    bulky["nextNode"]["config"]["ratings"] = [rating("PREFER-STORE", -1)]
    bulky["nextNode"]["surprise"] = 1
    in_use(shop)
    before = stored()

    problems = put(shop, root, expect=400)

    path = "rootNode.nextCondition"
    assert fields_of(problems) == {
        "rootNode.active",
        "rootNode.config.fences[0].implementation",
        f"{path}.rule.predicates[0].propertyPath",
        f"{path}.nextNode.config.fallbackFacility.facilityRefs[0]",
        f"{path}.nextNode.activationTimeFrames[0].activeUntil",
        f"{path}.nextCondition.rule.predicates[0].transformationArgs",
        f"{path}.nextCondition.rule.predicateConnector",
        f"{path}.nextCondition.nextNode.config.ratings[0].maxPenalty",
        f"{path}.nextCondition.nextNode.surprise",
    }
    assert stored() == before


ADA = {
    "addresses": [{"country": "DE", "city": "Berlin", "postalCode": "10115", "street": "A", "lastName": "L"}]
}


def order_body(*tags: str, units: int = 1) -> JSON:
    return {
        "orderDate": "2026-05-01T00:00:00Z",
        "consumer": ADA,
        "orderLineItems": [{"article": {"tenantArticleId": "NEVER-SEEN", "title": "New"}, "quantity": units}],
        "tags": [{"id": tag, "value": "yes"} for tag in tags],
    }


def test_a_strategy_is_tried_out_with_an_order_and_nothing_is_written(shop: Shop) -> None:
    """R1: an order in, the decision out."""
    strategy = put(shop, three_nodes())
    before = stored()
    url = f"routing/strategies/{strategy['id']}/evaluation"

    express = shop.call("post", url, order_body("express"))
    standard = shop.call("post", url, order_body(units=9))

    assert way(express)[-1] == ("Express", "NODE_ACTIVE")
    assert express["evaluatedPath"][0]["ref"] == strategy["rootNode"]["id"]
    assert [step["type"] for step in express["evaluatedPath"]] == ["NODE", "CONDITION", "NODE"]
    assert way(standard) == [
        ("Standard", "NODE_ACTIVE"),
        ("Is express", "CONDITION_FALSE"),
        ("Is bulky", "CONDITION_FALSE"),
    ]
    assert [one["implementation"] for one in standard["evaluatedConfig"]["ratings"]] == ["PREFER-STORE"]
    assert stored() == before
    assert shop.get("articles")["total"] == 0


def test_trying_a_strategy_out_refuses_what_is_no_order(shop: Shop) -> None:
    strategy = in_use(shop)
    url = f"routing/strategies/{strategy['id']}/evaluation"
    problems = shop.call("post", url, {"orderDate": "soon"}, expect=400)
    assert {"orderDate", "consumer", "orderLineItems"} <= fields_of(problems)
    shop.call("post", "routing/strategies/nothing/evaluation", order_body(), expect=404)


def test_a_node_shows_the_way_to_it_and_what_it_inherits(shop: Shop) -> None:
    strategy = put(shop, three_nodes())
    bulky = strategy["rootNode"]["nextCondition"]["nextCondition"]["nextNode"]
    url = f"routing/strategies/{strategy['id']}/nodes"

    evaluation = shop.call("post", f"{url}/{bulky['id']}/evaluation")

    assert way(evaluation) == [
        ("Standard", "NODE_ACTIVE"),
        ("Is express", "CONDITION_FALSE"),
        ("Is bulky", "CONDITION_TRUE"),
        ("Bulky", "NODE_ACTIVE"),
    ]
    assert [one["implementation"] for one in evaluation["evaluatedConfig"]["fences"]] == [
        "FACILITY-BUSINESSTYPE",
        COMPLETE_STOCK,
        "FACILITY-COUNTRY",
    ]
    shop.call("post", f"{url}/nothing/evaluation", expect=404)


def test_switched_off_and_out_of_time_branches_are_shown_as_such(shop: Shop) -> None:
    root = three_nodes()
    over = [{"recurrence": "NONRECURRING", "activeUntil": "2020-01-01T00:00:00Z"}]
    root["nextCondition"] |= {"activationTimeFrames": over}
    root["nextCondition"]["nextCondition"]["nextNode"]["active"] = False
    strategy = put(shop, root)
    url = f"routing/strategies/{strategy['id']}/evaluation"
    assert way(shop.call("post", url, order_body("express", units=20))) == [
        ("Standard", "NODE_ACTIVE"),
        ("Is express", "CONDITION_INACTIVE"),
        ("Is bulky", "CONDITION_TRUE"),
        ("Bulky", "NODE_INACTIVE"),
    ]


def test_evaluating_needs_the_permission_to_look(shop: Shop, client: Any) -> None:
    strategy = in_use(shop)
    answer = client.post(f"/api/routing/strategies/{strategy['id']}/evaluation", {}, "application/json")
    refused(answer, 401)
