"""A simulation against what then happens, in worlds that nobody thought of (spec 5, W2-W7, W11, W12)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as draw

from inventory.models import Article, Facility
from orders.drafts import BundleDraft, BundleItemDraft, FacilityReference
from orders.models import DeliveryType
from routing.models import PlanLine, PlanStatus, RoutingPlan, TriggerCause, WaitingRoomSettings
from routing.passes.release import serve_waiting_room
from routing.reconcile import find_discrepancies
from routing.services.simulating import Simulation, Supply, simulate
from routing.services.strategies import strategy_in_use
from routing.triggers import trigger_articles
from tests.inventory.inbound_builders import MAY, ordered
from tests.routing.builders import add_stock, facility, listing, order
from tests.scenarios.test_simulation import written

pytestmark = pytest.mark.django_db

PLACES, ARTICLES = ("A", "B", "C"), ("X", "Y")
NOW = datetime(2027, 4, 20, 9, tzinfo=UTC)

EXAMPLES = 12
PHASES = (Phase.explicit, Phase.reuse, Phase.generate)
"""Each example is a database of its own: few of them, and none to make a failure smaller. More, by hand, when passes
change."""

Parts = Counter[tuple[UUID, UUID | None, date | None, UUID]]
"""Units by plan, facility, day, and order line."""

units = draw.integers(1, 4)
places = draw.sampled_from(PLACES)
articles = draw.sampled_from(ARTICLES)


@dataclass(frozen=True)
class Shopping:
    needs: Mapping[str, int]
    collect: str | None
    bundled: bool


@dataclass(frozen=True)
class Case:
    """A waiting room, with the settings and the strategy that it lives by, and what comes."""

    orders: tuple[Shopping, ...]
    there: tuple[tuple[str, str, int], ...]
    comes: tuple[tuple[str, str, int, int | None], ...]
    replenished: bool
    split: bool
    most_parts: int
    future: bool
    partial: str
    overtaking: str


shopping = draw.builds(
    Shopping,
    needs=draw.dictionaries(articles, units, min_size=1),
    collect=draw.sampled_from((None, None, None, "A")),
    bundled=draw.sampled_from((False, False, True)),
)
cases = draw.builds(
    Case,
    orders=draw.lists(shopping, min_size=1, max_size=5).map(tuple),
    there=draw.lists(draw.tuples(places, articles, units), max_size=3).map(tuple),
    comes=draw.lists(
        draw.tuples(places, articles, units, draw.sampled_from((None, None, 3, 9))), min_size=1, max_size=4
    ).map(tuple),
    replenished=draw.sampled_from((False, False, False, True)),
    split=draw.booleans(),
    most_parts=draw.integers(1, 3),
    future=draw.booleans(),
    partial=draw.sampled_from(("NONE", "LINE_ITEM", "QUANTITY")),
    overtaking=draw.sampled_from(("ALLOW", "STRICT")),
)


def furnish(case: Case, work: Callable[[], Any]) -> dict[str, Facility]:
    sites = {name: facility(name) for name in PLACES}
    for name, site in sites.items():
        for sku in ARTICLES:
            if case.replenished and (name, sku) == ("C", "Y"):
                listing(site, sku, "RESTOCK", restockable_in_days=2)
            else:
                listing(site, sku, "BACKORDER")
    Article.objects.update(future_inventory_enabled=True)
    strategy = strategy_in_use()
    document = deepcopy(strategy.document)
    config = document["rootNode"]["config"]
    config["orderSplit"] |= {"active": case.split, "maxSplitCount": case.most_parts}
    for fence in config["fences"]:
        if fence["implementation"] == "STOCK-AVAILABILITY":
            fence |= {"active": True, "activeMode": "reactive"}
    type(strategy).objects.update(document=document)
    WaitingRoomSettings.load()
    WaitingRoomSettings.objects.update(
        future_inventory_enabled=case.future,
        future_date_limit_quantity=15,
        future_date_limit_unit="DAYS",
        partial_release=case.partial,
        overtaking=case.overtaking,
    )
    for day, one in enumerate(case.orders):
        fields: dict[str, Any] = {}
        if one.collect:
            fields |= {
                "delivery_type": DeliveryType.COLLECT,
                "collect_facility": FacilityReference(id=sites[one.collect].id),
            }
        if one.bundled:
            items = tuple(BundleItemDraft(tenant_article_id=sku, quantity=1) for sku in one.needs)
            fields["bundles"] = (BundleDraft(id=uuid4(), items=items),)
        order(one.needs, day=day, **fields)
    work()
    for name, sku, number in case.there:
        add_stock(sites[name], sku, number)
    work()
    return sites


def come(case: Case, sites: Mapping[str, Facility]) -> None:
    for name, sku, number, day in case.comes:
        if day is None:
            add_stock(sites[name], sku, number)
        else:
            ordered(sites[name], (sku, number), on=day)


def parts_of(waited: set[UUID]) -> Parts:
    """What was released of the plans that waited, with their children and the children's children."""
    plans = {plan.id: plan for plan in RoutingPlan.objects.all()}
    found: Parts = Counter()
    given_out = PlanLine.objects.filter(plan__status__in=(PlanStatus.ROUTED, PlanStatus.PLANNED))
    for line in given_out:
        plan = root = plans[line.plan_id]
        while root.id not in waited and root.parent_id is not None:
            root = plans[root.parent_id]
        if root.id in waited:
            found[root.id, plan.facility_id, plan.planned_for, line.order_line_id] += line.quantity
    return found


def predicted(simulation: Simulation) -> Parts:
    found: Parts = Counter()
    for one in simulation.released:
        for part in one.parts:
            for line, number in part.lines:
                found[one.plan.id, part.facility_id, part.day, line.order_line_id] += number
    return found


def supply_of(case: Case, sites: Mapping[str, Facility]) -> list[Supply]:
    known = {article.tenant_article_id: article for article in Article.objects.all()}
    return [
        Supply(sites[name], known[sku], number, None if day is None else MAY[day])
        for name, sku, number, day in case.comes
    ]


BOOKKEEPING = ("routing.ReleaseRun", "routing.ReleaseTrigger", "routing.DatingRequest")
"""What passes note about themselves, and about dates to be worked out again."""


def changed(before: Mapping[str, list[Any]], *, but: Sequence[str] = ()) -> list[str]:
    """Tables with other rows than before."""
    return [name for name, found in written().items() if name not in but and found != before[name]]


@given(case=cases)
@settings(max_examples=EXAMPLES, phases=PHASES, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_what_is_simulated_is_what_happens_and_only_once(
    case: Case, drain: Callable[[], Any], time_machine: Any
) -> None:
    time_machine.move_to(NOW, tick=False)
    with transaction.atomic():
        sites = furnish(case, drain)
        waited = set(RoutingPlan.objects.waiting().values_list("id", flat=True))
        before = written()

        simulation = simulate(supply=supply_of(case, sites))

        assert changed(before) == []
        come(case, sites)
        drain()
        assert predicted(simulation) == parts_of(waited)
        assert simulation.still_waiting == RoutingPlan.objects.waiting().count()
        assert simulation.unroutable == RoutingPlan.objects.unroutable().count()

        done = written()
        trigger_articles((TriggerCause.STOCK_UP, article.id) for article in Article.objects.all())
        assert serve_waiting_room() == 0
        assert changed(done, but=BOOKKEEPING) == []
        assert find_discrepancies() == []
        transaction.set_rollback(True)
