"""Spec 4, "Interventions, simulation, faults": what would happen is what then happens."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.apps import apps

from tests.scenarios.shop import COMPLETE_STOCK, COUNTRY, JSON, Order, Shop
from tests.scenarios.supply import at_noon, configure_waiting_room, enable_future_inventory, expect

BACKORDER = "BACKORDER"


def supply(shop: Shop, facility: str, article: str, units: int, day: str | None = None) -> JSON:
    """Units of an article, there now or expected on a day."""
    given = {"facilityRef": shop.id_of(facility), "tenantArticleId": article, "quantity": units}
    return {**given, "deliveryDate": day} if day else given


def simulate(shop: Shop, *supplies: JSON, expect: int = 200, **body: Any) -> Any:
    """What would happen; nothing is written."""
    before = written()
    given = {**body, **({"supply": list(supplies)} if supplies else {})}
    answer = shop.call("post", "waitingroom/simulations", given, expect=expect, drain=False)
    assert written() == before
    return answer


def written() -> dict[str, list[Any]]:
    """Every row of every table that the domain has."""
    return {
        model._meta.label: list(model._base_manager.order_by("pk").values())
        for model in apps.get_models()
        if model._meta.app_label in ("inventory", "orders", "routing")
    }


def in_words(shop: Shop, answer: JSON, orders: Sequence[Order]) -> dict[str, list[Any]]:
    """(facility, day, units) of every part, by tenantOrderId."""
    names = {plan["id"]: order.tenant_order_id for order in orders for plan in order.plans}
    return {
        names[one["routingPlanRef"]]: [
            (shop.name_of(part["facilityRef"]), part.get("deliveryDate"), units_of(part["lineItems"]))
            for part in one["parts"]
        ]
        for one in answer["released"]
    }


def units_of(lines: Sequence[Mapping[str, Any]]) -> dict[str, int]:
    return {line["tenantArticleId"]: line["quantity"] for line in lines}


def test_i7_what_is_predicted_is_what_happens(shop: Shop) -> None:
    """I7: 12 plans wait; 7 units at A are simulated, and then really arrive: those predicted are those released."""
    shop.listing("A", "SKU", behaviour=BACKORDER)
    needs = (2, 1, 4, 1, 3, 1, 2, 1, 1, 5, 1, 2)
    orders = [
        shop.order({"SKU": units}, date=f"2026-05-{31 - number}", drain=False)
        for number, units in enumerate(needs)
    ]
    shop.work()

    answer = simulate(shop, supply(shop, "A", "SKU", 7))
    assert len(shop.waiting_room()) == 12
    predicted = in_words(shop, answer, orders)

    shop.stock("A", "SKU", 7)
    released = {order.tenant_order_id: order for order in orders if order.status == "ROUTED"}
    assert list(predicted) == [
        order.tenant_order_id for order in reversed(orders) if order.status == "ROUTED"
    ]
    assert predicted == {name: [("A", None, units_of_plan(order.plan))] for name, order in released.items()}
    assert sum(part[2]["SKU"] for (part,) in predicted.values()) == 7
    assert (answer["stillWaiting"], answer["unroutable"]) == (len(shop.waiting_room()), 0)
    assert not simulate(shop, supply(shop, "B", "SKU", 7))["released"]


def units_of_plan(plan: JSON) -> dict[str, int]:
    return {line["article"]["tenantArticleId"]: line["quantity"] for line in plan["orderLineItems"]}


def test_what_is_expected_counts_as_far_as_the_settings_reach(shop: Shop) -> None:
    """W6: only where site and article want it, and within the limit; what is there now is picked at once."""
    with at_noon("2026-04-20"):
        shop.strategy(active=True)
        shop.listing("A", "SKU", behaviour=BACKORDER)
        shop.listing("B", "SKU", behaviour=BACKORDER)
        order = shop.order({"SKU": 5}, date="2026-04-01")
        arrivals = (supply(shop, "A", "SKU", 2), supply(shop, "B", "SKU", 3, "2026-05-01"))

        assert simulate(shop, *arrivals)["released"] == []
        enable_future_inventory(shop, "SKU", True)
        limit = {"quantity": 10, "unit": "DAYS"}
        configure_waiting_room(shop, futureInventoryEnabled=True, futureDateLimit=limit)
        assert simulate(shop, *arrivals)["released"] == []
        configure_waiting_room(shop, futureDateLimit={"quantity": 11, "unit": "DAYS"})

        answer = simulate(shop, *arrivals)

        assert in_words(shop, answer, [order]) == {
            order.tenant_order_id: [("A", None, {"SKU": 2}), ("B", "2026-05-01", {"SKU": 3})]
        }
        assert answer["stillWaiting"] == 0
        expect(shop, "B", {"SKU": 3}, "2026-05-01", drain=False)
        shop.stock("A", "SKU", 2)
        assert order.parts == [("ROUTED", "A", {"SKU": 2}), ("PLANNED", "B", {"SKU": 3})]


def test_a_strategy_is_tried_on_those_who_wait_and_those_who_are_unroutable(shop: Shop) -> None:
    """W2: as if it were activated, and all were rerouted and retried by hand."""
    shop.strategy(country_active=True)
    shop.listing("A", "SKU", behaviour=BACKORDER)
    shop.listing("A", "OTHER")
    waiting = shop.order({"SKU": 2})
    never = shop.order({"OTHER": 1})
    shop.stock("B", "THERE", 1)
    abroad = shop.order({"THERE": 1}, country="FR")
    assert [order.status for order in (waiting, never, abroad)] == ["WAITING", "NOT_ROUTABLE", "NOT_ROUTABLE"]
    (strategy,) = shop.get("routing/strategies")["routingStrategies"]
    fences = strategy["rootNode"]["config"]["fences"]
    for fence in fences:
        if fence["implementation"] == COUNTRY:
            fence["active"] = False

    answer = simulate(shop, strategy=strategy)
    assert in_words(shop, answer, [abroad]) == {abroad.tenant_order_id: [("B", None, {"THERE": 1})]}
    assert (answer["stillWaiting"], answer["unroutable"]) == (1, 1)

    answer = simulate(shop, supply(shop, "A", "SKU", 2), strategy=strategy)
    assert list(in_words(shop, answer, [waiting, abroad])) == [
        waiting.tenant_order_id,
        abroad.tenant_order_id,
    ]

    for fence in fences:
        if fence["implementation"] == COMPLETE_STOCK:
            fence["activeMode"] = "static"
    answer = simulate(shop, strategy=strategy)
    assert (answer["stillWaiting"], answer["unroutable"]) == (0, 2)


def test_what_makes_no_sense_is_refused_with_every_problem(shop: Shop) -> None:
    shop.listing("A", "SKU")
    (problem,) = simulate(shop, expect=400)
    assert problem["field"] == "supply"
    wrong = {**supply(shop, "A", "NOTHING", 1), "facilityRef": "nowhere"}
    problems = simulate(shop, supply(shop, "A", "SKU", 1), wrong, expect=400)
    assert [one["field"] for one in problems] == ["supply[1].facilityRef", "supply[1].tenantArticleId"]
    (problem,) = simulate(shop, strategy={"rootNode": {}, "colour": "red"}, expect=400)[:1]
    assert problem["field"].startswith("strategy.")
    assert simulate(shop, supply(shop, "A", "SKU", 0), expect=400)[0]["field"] == "supply[0].quantity"
