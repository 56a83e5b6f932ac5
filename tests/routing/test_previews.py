"""The dry run of changed routing rules: it says what would come about, and writes nothing."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from backoffice.core.errors import Invalid
from inventory.models import Facility
from routing import documents
from routing.documents.routingrules import other_nodes, rules_of, with_rules
from routing.models import Overtaking, RoutingPlan, WaitingRoomSettings
from routing.passes.queue import route_queue
from routing.services import previews, strategies
from routing.services.previews import Fates, preview_strategy
from routing.services.rerouting import reroute_plan, retry_not_routable
from tests.routing.api_calls import stored
from tests.routing.builders import add_stock, facility, listing, order, statuses
from tests.routing.strategy_calls import condition, node, written

pytestmark = pytest.mark.django_db


def document(**changes: Any) -> dict[str, Any]:
    """The document in use with other rules."""
    now = strategies.strategy_in_use().document
    return with_rules(now, replace(rules_of(now), **changes))


def save(changed: dict[str, Any]) -> None:
    strategy = strategies.strategy_in_use()
    strategies.replace_strategy(
        strategy_id=strategy.id,
        version=strategy.version,
        name_localized=strategy.name_localized,
        document=changed,
    )


def now(*plans: RoutingPlan) -> tuple[int, int, int]:
    """How many are routed, waiting and not routable."""
    found = statuses(*plans)
    return found.count("ROUTED"), found.count("WAITING"), found.count("NOT_ROUTABLE")


def numbers(found: Fates) -> tuple[int, int, int]:
    return found.routed, found.waiting, found.unroutable


@pytest.fixture
def berlin() -> Facility:
    place = facility("Berlin")
    listing(place, "CAN")
    listing(place, "CANNOT", behaviour="NONE")
    return place


@pytest.fixture
def unroutable(berlin: Facility) -> list[RoutingPlan]:
    """Decided under static complete stock, without any: the items of the first three could wait."""
    save(document(mode="static"))
    plans = [order({sku: 2}, day=day) for day, sku in enumerate(("CAN", "CAN", "CAN", "CANNOT"))]
    route_queue()
    assert now(*plans) == (0, 0, 4)
    return plans


@pytest.fixture
def waiting(berlin: Facility) -> list[RoutingPlan]:
    plans = [order({"CAN": 2}, day=day) for day in range(3)]
    route_queue()
    assert now(*plans) == (0, 3, 0)
    return plans


@pytest.mark.parametrize("chunk", [1, 500])
def test_preview_says_what_a_retry_then_does(
    berlin: Facility, unroutable: list[RoutingPlan], chunk: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """R4, R5: three units are enough for one plan, and given away once, also from chunk to chunk."""
    monkeypatch.setattr(previews, "CHUNK", chunk)
    add_stock(berlin, "CAN", 3)
    changed = document(mode="reactive")

    preview = preview_strategy(changed)

    assert numbers(preview.unroutable) == (1, 2, 1)
    assert preview.unroutable.complete
    save(changed)
    retry_not_routable()
    route_queue()
    assert now(*unroutable) == (1, 2, 1)


def test_waiting_plans_are_counted_as_if_rerouted(waiting: list[RoutingPlan]) -> None:
    """W2, M2: by itself the change leaves them where they are."""
    changed = document(mode="static")

    preview = preview_strategy(changed)

    assert numbers(preview.waiting) == (0, 0, 3)
    save(changed)
    route_queue()
    assert now(*waiting) == (0, 3, 0)
    for plan in waiting:
        reroute_plan(plan_id=plan.id)
    route_queue()
    assert now(*waiting) == (0, 0, 3)


def test_what_is_in_the_queue_is_decided_first(berlin: Facility, unroutable: list[RoutingPlan]) -> None:
    add_stock(berlin, "CAN", 2)
    order({"CAN": 2}, day=4)

    preview = preview_strategy(document(mode="reactive"))

    assert numbers(preview.queued) == (1, 0, 0)
    assert numbers(preview.unroutable) == (0, 3, 1)


def test_without_complete_stock_everything_is_routed(
    unroutable: list[RoutingPlan],
) -> None:
    """R7, with and without the waiting room."""
    assert numbers(preview_strategy(document(complete_stock=False)).unroutable) == (4, 0, 0)
    keeps = document(complete_stock=False, use_waiting_room=True)
    assert numbers(preview_strategy(keeps).unroutable) == (1, 3, 0)


def test_under_strict_nobody_is_given_what_others_wait_for(
    berlin: Facility, waiting: list[RoutingPlan]
) -> None:
    """R10"""
    WaitingRoomSettings.objects.update(overtaking=Overtaking.STRICT)
    add_stock(berlin, "CAN", 1)
    order({"CAN": 1}, day=4)

    assert numbers(preview_strategy(document()).queued) == (0, 1, 0)


def test_preview_writes_nothing(berlin: Facility, waiting: list[RoutingPlan]) -> None:
    add_stock(berlin, "CAN", 5)
    order({"CAN": 2}, day=4)
    before = stored(), written()

    with CaptureQueriesContext(connection) as queries:
        preview_strategy(document(mode="static"))

    assert (stored(), written()) == before
    verbs = {query["sql"].split()[0] for query in queries}
    assert verbs <= {"SELECT", "WITH"}, verbs


def test_only_the_first_are_looked_at(waiting: list[RoutingPlan], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(previews, "MOST", 2)

    found = preview_strategy(document()).waiting

    assert (found.total, found.looked_at, found.complete) == (3, 2, False)
    assert numbers(found) == (0, 2, 0)


def test_preview_takes_no_more_queries_for_more_plans(berlin: Facility, waiting: list[RoutingPlan]) -> None:
    def count() -> int:
        with CaptureQueriesContext(connection) as queries:
            preview_strategy(document())
        return len(queries)

    few = count()
    for day in range(10, 20):
        order({"CAN": 2}, day=day)
    route_queue()
    assert count() == few


def test_preview_refuses_what_is_no_document(berlin: Facility) -> None:
    wrong = document()
    wrong["rootNode"]["config"]["fences"][0]["implementation"] = "MOON"
    with pytest.raises(Invalid) as refused:
        preview_strategy(wrong)
    assert refused.value.field == "rootNode.config.fences[0].implementation"


def test_rules_are_read_as_they_were_written() -> None:
    before = documents.identified(documents.default_document())
    wanted = replace(
        rules_of(before), complete_stock=False, mode="static", use_waiting_room=True, split=True, max_parts=5
    )

    changed = with_rules(before, wanted)

    assert rules_of(changed) == wanted
    assert rules_of(before) != wanted
    ids = [[fence["id"] for fence in one["rootNode"]["config"]["fences"]] for one in (before, changed)]
    assert ids[0] == ids[1]
    assert documents.read_document(changed)


def test_a_node_without_complete_stock_gets_it() -> None:
    bare = {**documents.default_document(), "rootNode": node()}
    assert not rules_of(bare).complete_stock

    changed = with_rules(bare, replace(rules_of(bare), complete_stock=True, mode="reactive"))

    assert rules_of(documents.read_document(changed)).mode == "reactive"
    assert rules_of(changed).complete_stock


def test_other_nodes_keep_their_rules() -> None:
    before = {**documents.default_document(), "rootNode": node(nextCondition=condition(node()))}
    changed = with_rules(before, replace(rules_of(before), complete_stock=True))

    assert other_nodes(changed) == 1
    assert changed["rootNode"]["nextCondition"] == before["rootNode"]["nextCondition"]


def test_each_plan_is_tried_by_the_node_that_its_order_leads_to(berlin: Facility) -> None:
    """R1: under the changed rules express orders may not wait, the others may; both are in one chunk."""
    order({"CAN": 2}, day=0, tags=({"id": "express", "value": "yes"},))
    order({"CAN": 2}, day=1)
    static = node("STOCK-AVAILABILITY")
    static["config"]["fences"][0] |= {"active": True, "activeMode": "static"}
    changed = document(mode="reactive")
    changed["rootNode"]["nextCondition"] = condition(static)

    preview = preview_strategy(changed)

    assert numbers(preview.queued) == (0, 1, 1)
