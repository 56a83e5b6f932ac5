"""A reason in one plain sentence (spec 1 "A reason for everything")."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from inventory.models import Article
from routing.engine import ReasonCode
from routing.models import PlanStatus
from routing.passes.queue import route_queue
from routing.rendering import plans_to_render
from routing.sentences import Names, Standing, names_of, sentence, sentence_of
from tests.routing.builders import add_stock, facility, listing, order

BERLIN, PARIS = UUID(int=1), UUID(int=2)
ARTICLES = {str(UUID(int=n)): Article(tenant_article_id=f"SKU-{n}", title="Shoe") for n in range(3, 12)}
NAMES = Names(facilities={str(BERLIN): "Berlin", str(PARIS): "Paris"}, articles=ARTICLES)
WAITING, PLANNED = PlanStatus.WAITING, PlanStatus.PLANNED
ROUTED, NOT_ROUTABLE = PlanStatus.ROUTED, PlanStatus.NOT_ROUTABLE


def missing(**units: int) -> Mapping[str, int]:
    """``missing(SKU_9=2)``"""
    return {str(UUID(int=int(name.removeprefix("SKU_")))): quantity for name, quantity in units.items()}


def said(status: str, code: str, **facts: Any) -> str:
    standing = {
        name: facts.pop(name) for name in ("needs", "collected_at", "may_no_longer_wait") if name in facts
    }
    reason = {"code": code, "facility": str(BERLIN), **facts}
    return sentence(Standing(status, reason, **standing), NAMES)


@pytest.mark.parametrize(
    ("status", "code", "facts", "expected"),
    [
        (ROUTED, "IN_STOCK", {}, "Routed to Berlin: everything is in stock."),
        (
            ROUTED,
            "REPLENISHED",
            {"missing": missing(SKU_9=2)},
            "Routed to Berlin, where 2 of SKU-9 are to be restocked.",
        ),
        (ROUTED, "STOCK_NOT_ASKED", {}, "Routed to Berlin without regard to stock."),
        (
            PLANNED,
            "EXPECTED_STOCK",
            {"missing": missing(SKU_9=1), "date": "2026-05-01"},
            "Planned at Berlin for 1 May 2026: 1 of SKU-9 is expected.",
        ),
        (
            PlanStatus.OBSOLETE,
            "WITH_EXPECTED_STOCK",
            {"parts": 1, "parked": missing(SKU_9=2)},
            "Released as a plan of its own, with stock that is still expected; 2 of SKU-9 wait apart.",
        ),
        (ROUTED, "ARRIVED", {}, "Routed to Berlin: what was expected has come."),
        (
            ROUTED,
            "STOCK_NOT_ASKED",
            {"missing": missing(SKU_9=1)},
            "Routed to Berlin without regard to stock; 1 of SKU-9 is not covered by stock.",
        ),
        (ROUTED, "ASSIGNED_BY_HAND", {}, "Routed to Berlin by hand: everything is in stock."),
        (
            ROUTED,
            "ASSIGNED_BY_HAND",
            {"missing": missing(SKU_9=2)},
            "Routed to Berlin by hand; 2 of SKU-9 are not covered by stock.",
        ),
        (WAITING, "LACKS_STOCK", {"missing": missing(SKU_9=2)}, "Berlin lacks 2 of SKU-9."),
        (
            WAITING,
            "LACKS_STOCK",
            {"missing": missing(SKU_9=2, SKU_7=1, SKU_8=4)},
            "Berlin lacks 2 of SKU-9, 1 of SKU-7 and 4 of SKU-8.",
        ),
        (
            WAITING,
            "LACKS_STOCK",
            {"missing": missing(SKU_9=2, SKU_7=1, SKU_8=4, SKU_5=1, SKU_6=1)},
            "Berlin lacks 2 of SKU-9, 1 of SKU-7, 4 of SKU-8 and 2 more articles.",
        ),
        (
            WAITING,
            "LACKS_STOCK",
            {"missing": missing(SKU_9=2), "may_no_longer_wait": True},
            "Berlin lacks 2 of SKU-9; it would not be allowed to wait any more.",
        ),
        (WAITING, "BEHIND_OTHERS", {}, "What Berlin has is for others, who come first."),
        (
            NOT_ROUTABLE,
            "CANNOT_WAIT",
            {"missing": missing(SKU_9=2)},
            "Berlin lacks 2 of SKU-9, which cannot wait there.",
        ),
        (
            NOT_ROUTABLE,
            "CANNOT_WAIT",
            {"missing": missing(SKU_9=2, SKU_7=1)},
            "Berlin lacks 2 of SKU-9 and 1 of SKU-7, not all of which can wait there.",
        ),
        (
            NOT_ROUTABLE,
            "FENCED_OUT",
            {"fences": ["FACILITY-COUNTRY"]},
            "Every facility is kept out by FACILITY-COUNTRY.",
        ),
        (
            NOT_ROUTABLE,
            "FENCED_OUT",
            {"fences": ["FACILITY-BUSINESSTYPE", "FACILITY-COUNTRY"], "missing": missing(SKU_9=2, SKU_7=1)},
            "Every facility that lists SKU-9 or SKU-7 is kept out by FACILITY-BUSINESSTYPE or FACILITY-COUNTRY.",
        ),
        (
            NOT_ROUTABLE,
            "NO_CANDIDATE",
            {"missing": missing(SKU_9=2)},
            "No facility that is online lists SKU-9.",
        ),
        (
            NOT_ROUTABLE,
            "NO_CANDIDATE",
            {"needs": (UUID(int=9), UUID(int=7))},
            "No facility that is online lists SKU-9 or SKU-7.",
        ),
        (
            NOT_ROUTABLE,
            "NO_CANDIDATE",
            {"needs": (UUID(int=9),), "collected_at": PARIS},
            "Paris is not online, or does not list SKU-9.",
        ),
    ],
)
def test_every_reason_has_its_sentence(status: str, code: str, facts: dict[str, Any], expected: str) -> None:
    assert said(status, code, **facts) == expected


def test_no_code_of_the_engine_is_left_without_words() -> None:
    for code in ReasonCode:
        facts = {
            "missing": missing(SKU_9=2),
            "fences": ["FACILITY-COUNTRY"],
            "needs": (UUID(int=9),),
            "date": "2026-05-01",
        }
        assert said(WAITING, code, **facts) != "Waiting."


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (PlanStatus.INITIAL, "It awaits its first routing decision."),
        (PlanStatus.OBSOLETE, "Another plan has taken its place."),
        (PlanStatus.CANCELED, "It was cancelled."),
    ],
)
def test_where_the_reason_no_longer_matters_the_status_speaks(status: str, expected: str) -> None:
    assert said(status, "IN_STOCK") == expected


def test_what_is_gone_is_said_to_be_gone() -> None:
    standing = Standing(WAITING, {"code": "LACKS_STOCK", "facility": str(UUID(int=99)), "missing": {"x": 1}})
    assert sentence(standing, NAMES) == "A facility that is gone lacks 1 of an article that is gone."


def test_a_plan_without_a_reason_says_its_status() -> None:
    assert sentence(Standing(PlanStatus.PLANNED, {}), NAMES) == "Planned."


@pytest.mark.django_db
def test_a_page_of_plans_is_put_into_words_with_two_queries() -> None:
    berlin, paris = facility("Berlin"), facility("Paris")
    listing(berlin, "SKU-9")
    listing(paris, "SKU-7", behaviour="NONE")
    add_stock(berlin, "SKU-9", 1)
    order({"SKU-9": 1}, day=0)
    for day in range(5):
        order({"SKU-9": 2 + day}, day=day)
        order({"SKU-7": 1}, day=day)
        order({f"SKU-{day}": 1}, day=day)
    route_queue()
    plans = list(plans_to_render().order_by("id"))

    with CaptureQueriesContext(
        connection,
    ) as queries:
        names = names_of(plans)
        sentences = [sentence_of(plan, names) for plan in plans]

    assert len(queries) == 2
    assert sentences[:4] == [
        "Routed to Berlin: everything is in stock.",
        "Berlin lacks 2 of SKU-9.",
        "Paris lacks 1 of SKU-7, which cannot wait there.",
        "No facility that is online lists SKU-0.",
    ]
    assert len(sentences) == 16


@pytest.mark.django_db
def test_a_collect_order_names_its_facility(work: Callable[..., None], shop: Any) -> None:
    shop.listing("B", "SKU", behaviour="BACKORDER")
    collected = shop.order({"SKU": 1}, collect="A")
    assert collected.plan["sentence"] == "A is not online, or does not list SKU."
