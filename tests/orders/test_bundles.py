"""S2: what a bundle holds, and how it comes out of the lines."""

from __future__ import annotations

from typing import Any

import pytest

from orders.models import Bundle, Order
from tests.orders.conftest import line

pytestmark = pytest.mark.django_db


def held(order_id: str) -> list[dict[int, int]]:
    """For each bundle of the order, units by position of the line."""
    bundles = Bundle.objects.filter(order_id=order_id).order_by("position")
    return [
        dict(bundle.items.order_by("line__position").values_list("line__position", "quantity"))
        for bundle in bundles
    ]


def test_a_bundle_takes_its_units_from_the_lines(place: Any, bundle: Any) -> None:
    answer = place(customServices=[bundle({"4711": 1, "4712": 1})])

    assert held(answer["id"]) == [{0: 1, 1: 1}]
    (service,) = answer["customServices"]
    (row,) = Bundle.objects.all()
    assert service["id"] == str(row.id)
    assert row.service == service["customServiceDefinition"]


def test_an_article_on_several_lines_is_taken_in_their_order(place: Any, bundle: Any) -> None:
    lines = [line("4711", 2), line("4712", 1), line("4711", 3)]
    answer = place(orderLineItems=lines, customServices=[bundle({"4711": 1}), bundle({"4711": 3, "4712": 1})])
    assert held(answer["id"]) == [{0: 1}, {0: 1, 1: 1, 2: 2}]


def test_an_article_that_a_bundle_names_twice_counts_twice(place: Any, bundle: Any) -> None:
    service = bundle({"4711": 1})
    service["articleItems"] *= 2
    assert held(place(customServices=[service])["id"]) == [{0: 2}]


def test_what_is_below_a_bundle_belongs_to_it(place: Any, bundle: Any) -> None:
    answer = place(
        customServices=[bundle({"4711": 1}, bundle({"4712": 1}, bundle({"4711": 1}, bundled=False)))]
    )

    assert held(answer["id"]) == [{0: 2, 1: 1}]
    (service,) = answer["customServices"]
    (nested,) = service["customServiceItems"]
    ids = {service["id"], nested["id"], nested["customServiceItems"][0]["id"]}
    assert len(ids) == 3


def test_a_service_that_bundles_below_one_that_does_not_is_a_bundle(place: Any, bundle: Any) -> None:
    answer = place(customServices=[bundle({"4711": 1}, bundle({"4711": 1, "4712": 1}), bundled=False)])
    assert held(answer["id"]) == [{0: 1, 1: 1}]


def test_services_that_do_not_bundle_leave_the_lines_alone(place: Any, bundle: Any) -> None:
    answer = place(customServices=[bundle({"4711": 2}, bundled=False), bundle({})])
    assert held(answer["id"]) == []
    assert len(answer["customServices"]) == 2


def test_a_bundle_must_fit_what_is_ordered(place: Any, bundle: Any) -> None:
    errors = place(
        expect=400,
        customServices=[bundle({"4711": 1}), bundle({"4712": 1}, bundle({"4711": 2, "0815": 1}))],
    )

    assert [(error["field"], error["code"]) for error in errors] == [
        ("customServices[1].customServiceItems[0].articleItems[0].quantity", "BUNDLE_EXCEEDS_LINES"),
        ("customServices[1].customServiceItems[0].articleItems[1].tenantArticleRef", "ARTICLE_NOT_ORDERED"),
    ]
    assert "1 of the 2 units" in errors[0]["description"]
    assert not Order.objects.exists()


@pytest.mark.parametrize("missing", ["customServiceDefinition", "articleItems", "customServiceItems"])
def test_each_part_of_a_service_is_required(place: Any, bundle: Any, missing: str) -> None:
    service = bundle({"4711": 1}, bundle({"4712": 1}))
    del service["customServiceItems"][0][missing]
    errors = place(expect=400, customServices=[service])
    assert [error["field"] for error in errors] == [f"customServices[0].customServiceItems[0].{missing}"]


def test_unknown_parts_of_a_service_are_named(place: Any, bundle: Any) -> None:
    service = bundle({"4711": 1}, {**bundle({}), "colour": "red"})
    service["articleItems"][0]["size"] = "XL"
    errors = place(expect=400, customServices=[service])
    assert sorted(error["field"] for error in errors) == [
        "customServices[0].articleItems[0].size",
        "customServices[0].customServiceItems[0].colour",
    ]


def test_services_nest_ten_deep_and_no_deeper(place: Any, bundle: Any) -> None:
    service = bundle({"4711": 1})
    for _ in range(9):
        service = bundle({}, service)
    assert held(place(customServices=[service])["id"]) == [{0: 1}]

    (error,) = place(expect=400, customServices=[bundle({}, service)], tenantOrderId="deeper")
    assert error["field"] == "customServices[0]" + ".customServiceItems[0]" * 10
