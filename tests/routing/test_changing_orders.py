"""O1: orders that are changed after they were placed, and what becomes of their plans."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from inventory.models import Article, ExpectedStock, InboundProcess, Reservation
from inventory.services.reservations import free
from orders.models import Order as OrderRow
from orders.models import OrderLine, PickJob, PickJobStatus
from routing.models import PlanLine, RoutingPlan, WaitingArticle
from tests.routing.api_calls import refused, stored
from tests.scenarios.fixtures import books_agree
from tests.scenarios.shop import JSON, Order, Shop
from tests.scenarios.supply import configure_waiting_room

__all__ = ["books_agree"]

pytestmark = pytest.mark.django_db

BACKORDER = "BACKORDER"


def lines_of(order: Order) -> list[JSON]:
    """The lines as a client sends them back."""
    return [{"id": line["id"], "quantity": line["quantity"]} for line in order.document["orderLineItems"]]


def new_line(article: str, quantity: int) -> JSON:
    return {"article": {"tenantArticleId": article, "title": article}, "quantity": quantity}


def patch(order: Order, **changes: Any) -> Any:
    version = OrderRow.objects.get(id=order.id).version
    answer = order.shop.client.patch(
        f"/api/orders/{order.id}", {"version": version, **changes}, format="json"
    )
    order.shop.work()
    return answer


def set_quantities(order: Order, quantities: Mapping[str, int], *extra: JSON) -> Any:
    """PATCHes the lines of these articles to these quantities; the others are left out, ``extra`` lines come."""
    kept = [
        {"id": line["id"], "quantity": quantities[line["article"]["tenantArticleId"]]}
        for line in order.document["orderLineItems"]
        if line["article"]["tenantArticleId"] in quantities
    ]
    return patch(order, orderLineItems=[*kept, *extra])


def carried(order: Order) -> list[tuple[str, dict[str, int]]]:
    """Status and units by article of all plans that the order has had."""
    return [
        (
            plan["status"],
            {line["article"]["tenantArticleId"]: line["quantity"] for line in plan["orderLineItems"]},
        )
        for plan in order.plans
    ]


def started(order: Order) -> PickJob:
    job = PickJob.objects.get(order=order.id)
    PickJob.objects.filter(id=job.id).update(status=PickJobStatus.IN_PROGRESS)
    return job


# Lowering


def test_a_waiting_plan_is_lowered_and_goes_when_that_is_enough(shop: Shop) -> None:
    """O1, W4 "a waiting plan lowered": 2 are there, 3 were wanted, now 2 are."""
    shop.listing("A", "SKU", behaviour=BACKORDER)
    shop.stock("A", "SKU", 2)
    order = shop.order({"SKU": 3})
    assert order.status == "WAITING"

    answer = set_quantities(order, {"SKU": 2})

    assert answer.status_code == 200
    assert answer.json()["version"] == 2
    assert [line["quantity"] for line in answer.json()["orderLineItems"]] == [2]
    assert carried(order) == [("ROUTED", {"SKU": 2})]
    assert shop.available("A", "SKU") == 0


def test_a_lowered_plan_that_goes_on_waiting_is_found_by_what_it_still_needs(shop: Shop) -> None:
    """W3: of 5 X and 1 Y, 2 X stay; the index says so."""
    shop.listing("A", "X", behaviour=BACKORDER)
    shop.listing("A", "Y", behaviour=BACKORDER)
    order = shop.order({"X": 5, "Y": 1})

    assert set_quantities(order, {"X": 2}).status_code == 200

    (row,) = WaitingArticle.objects.all()
    assert (row.article.tenant_article_id, row.quantity, row.missing, row.alone) == ("X", 2, 2, True)
    assert order.place_in_waiting_room["missing"] == [{"tenantArticleId": "X", "title": "X", "quantity": 2}]
    shop.stock("A", "X", 2)
    assert order.status == "ROUTED"


def test_a_routed_plan_frees_what_it_gives_and_who_waits_gets_it(shop: Shop) -> None:
    """O1, W4 "lowered quantity": 3 are reserved, one is given up, one waits for it."""
    shop.listing("A", "SKU", behaviour=BACKORDER)
    shop.stock("A", "SKU", 3)
    order, waiting = shop.order({"SKU": 3}), shop.order({"SKU": 1})
    assert waiting.status == "WAITING"

    assert set_quantities(order, {"SKU": 2}).status_code == 200

    assert carried(order) == [("ROUTED", {"SKU": 2})]
    assert [(one["quantity"], one["unbacked"]) for one in order.pick_job["pickLineItems"]] == [(2, 0)]
    assert waiting.status == "ROUTED"


def test_what_no_stock_covers_goes_first(shop: Shop) -> None:
    """R2: 2 of 3 units are backed; lowered by one, both backed ones stay."""
    shop.strategy(stock_active=False)
    shop.stock("A", "SKU", 2)
    order = shop.order({"SKU": 3})
    assert order.pick_job["pickLineItems"][0]["unbacked"] == 1

    assert set_quantities(order, {"SKU": 2}).status_code == 200

    assert [(one["quantity"], one["unbacked"]) for one in order.pick_job["pickLineItems"]] == [(2, 0)]
    assert shop.available("A", "SKU") == 0


def test_units_are_taken_by_turns_and_of_equals_from_the_last(shop: Shop) -> None:
    """O1: a ROUTED plan and two WAITING ones, of 2 units each; the plan that is ranked last gives first."""
    shop.stock("A", "SKU", 2)
    shop.listing("A", "SKU", behaviour=BACKORDER)
    order = shop.order({"SKU": 2})
    set_quantities(order, {"SKU": 4})
    set_quantities(order, {"SKU": 6})

    set_quantities(order, {"SKU": 5})
    assert carried(order) == [("ROUTED", {"SKU": 2}), ("WAITING", {"SKU": 2}), ("WAITING", {"SKU": 1})]
    set_quantities(order, {"SKU": 3})
    assert carried(order) == [("ROUTED", {"SKU": 2}), ("WAITING", {"SKU": 1}), ("CANCELED", {"SKU": 1})]
    set_quantities(order, {"SKU": 1})
    assert carried(order) == [("ROUTED", {"SKU": 1}), ("CANCELED", {"SKU": 1}), ("CANCELED", {"SKU": 1})]


def test_waiting_plans_give_before_unroutable_ones_and_these_before_routed_ones(shop: Shop) -> None:
    """O1: the WAITING plan gives although it is ranked before the NOT_ROUTABLE one."""
    shop.stock("A", "SKU", 2)
    order = shop.order({"SKU": 2})
    set_quantities(order, {"SKU": 4})
    set_quantities(order, {"SKU": 6})
    assert [status for status, _ in carried(order)] == ["ROUTED", "NOT_ROUTABLE", "NOT_ROUTABLE"]
    _routed, waiting, _last = RoutingPlan.objects.filter(order=order.id).order_by("id")
    RoutingPlan.objects.filter(id=waiting.id).update(status="WAITING", waiting_since=waiting.created)
    article = waiting.lines.get().article
    WaitingArticle.objects.create(
        plan=waiting, article=article, quantity=2, missing=2, rank=waiting.rank, alone=True
    )

    set_quantities(order, {"SKU": 5})
    assert [units["SKU"] for _, units in carried(order)] == [2, 1, 2]
    set_quantities(order, {"SKU": 3})
    assert carried(order) == [("ROUTED", {"SKU": 2}), ("CANCELED", {"SKU": 1}), ("NOT_ROUTABLE", {"SKU": 1})]
    set_quantities(order, {"SKU": 1})
    assert [units["SKU"] for _, units in carried(order)] == [1, 1, 1]


def test_under_strict_who_stands_behind_goes_when_an_article_is_given_up(shop: Shop) -> None:
    """W4 "the plan in front": the first waits for X and Y and keeps X from the second, until it gives X up."""
    configure_waiting_room(shop, overtaking="STRICT")
    for article in ("X", "Y"):
        shop.listing("A", article, behaviour=BACKORDER)
    first = shop.order({"X": 1, "Y": 1}, date="2026-05-01")
    second = shop.order({"X": 1}, date="2026-05-02")
    shop.stock("A", "X", 1)
    assert (first.status, second.status) == ("WAITING", "WAITING")

    assert set_quantities(first, {"Y": 1}).status_code == 200

    assert (first.status, second.status) == ("WAITING", "ROUTED")


def test_under_strict_who_goes_without_stock_that_is_kept_for_others_picks_before_they_do(shop: Shop) -> None:
    """R2, B3, W12: Y may be replenished, so that the second goes without the unit that the first speaks for; it picks
    first, and is given it.
    """
    configure_waiting_room(shop, overtaking="STRICT")
    shop.listing("A", "X", behaviour=BACKORDER)
    shop.listing("A", "Y", behaviour="RESTOCK", config={"restock": {"restockableInDays": 2}})
    shop.stock("A", "Y", 1)
    first = shop.order({"X": 1, "Y": 1}, date="2026-05-01")
    second = shop.order({"X": 1, "Y": 1}, date="2026-05-02")
    assert (first.status, second.status) == ("WAITING", "WAITING")

    assert set_quantities(second, {"Y": 1}).status_code == 200

    assert (first.status, second.status) == ("WAITING", "ROUTED")
    assert [line["unbacked"] for line in second.pick_job["pickLineItems"]] == [0]
    assert shop.available("A", "Y") == 0


def test_planned_plans_give_before_routed_ones_and_the_latest_stock_is_let_go_first(shop: Shop) -> None:
    """O1: 2 are routed, 4 are planned, 2 from each of two deliveries; 3 go, the later delivery's before all."""
    shop.stock("A", "SKU", 2)
    order = shop.order({"SKU": 2})
    shop.listing("A", "SKU", behaviour=BACKORDER)
    set_quantities(order, {"SKU": 6})
    early, late = planned(order, "2026-05-01", "2026-05-10")

    assert set_quantities(order, {"SKU": 3}).status_code == 200

    assert carried(order) == [("ROUTED", {"SKU": 2}), ("PLANNED", {"SKU": 1})]
    for bucket, reserved in ((early, 1), (late, 0)):
        bucket.refresh_from_db()
        assert bucket.reserved == reserved
    assert shop.available("A", "SKU") == 0


def planned(order: Order, *dates: str) -> list[ExpectedStock]:
    """Makes the waiting plan of 4 units a planned one that holds 2 units of each delivery."""
    plan = RoutingPlan.objects.get(order=order.id, status="WAITING")
    WaitingArticle.objects.filter(plan=plan).delete()
    RoutingPlan.objects.filter(id=plan.id).update(
        status="PLANNED", facility_id=order.shop.id_of("A"), planned_for=max(dates)
    )
    line, process = plan.lines.get(), InboundProcess.objects.create(facility_id=order.shop.id_of("A"))
    buckets = [
        ExpectedStock.objects.create(
            inbound_process=process,
            facility_id=order.shop.id_of("A"),
            article_id=line.article_id,
            quantity=2,
            reserved=2,
            delivery_date=date,
        )
        for date in dates
    ]
    for bucket in buckets:
        Reservation.objects.create(holder=line.id, expected_stock=bucket, quantity=2, created=plan.created)
    return buckets


def test_a_line_that_is_left_out_is_taken_out_and_its_plan_cancelled(shop: Shop) -> None:
    """O1: what remains of the order is what was sent; the job of the emptied plan ends as ORDER_MODIFIED."""
    shop.stock("A", "X", 1)
    shop.stock("A", "Y", 1)
    order = shop.order({"X": 1})
    patch(order, orderLineItems=[*lines_of(order), new_line("Y", 1)])
    assert carried(order) == [("ROUTED", {"X": 1}), ("ROUTED", {"Y": 1})]

    answer = set_quantities(order, {"Y": 1})

    assert [line["article"]["tenantArticleId"] for line in answer.json()["orderLineItems"]] == ["Y"]
    assert carried(order) == [("CANCELED", {"X": 1}), ("ROUTED", {"Y": 1})]
    assert [(job["status"], job.get("subStatus")) for job in order.pick_jobs] == [
        ("CANCELED", "ORDER_MODIFIED"),
        ("OPEN", None),
    ]
    assert shop.available("A", "X") == 1
    gone = OrderLine.objects.get(article__tenant_article_id="X")
    assert (gone.removed, gone.quantity, gone.cancelled) == (True, 1, 1)


def test_units_that_are_being_picked_stay_and_the_refusal_says_how_many_can_go(shop: Shop) -> None:
    """O1 "picked units stay": 2 are being picked, 1 waits; at most 1 can go."""
    shop.listing("A", "SKU", behaviour=BACKORDER)
    shop.stock("A", "SKU", 2)
    order = shop.order({"SKU": 2})
    set_quantities(order, {"SKU": 3})
    started(order)
    before = stored()

    problem = refused(set_quantities(order, {"SKU": 1}), 409, "UNITS_PICKED")
    assert "Only 1 units of SKU can still go" in problem["description"]
    assert stored() == before

    assert set_quantities(order, {"SKU": 2}).status_code == 200
    assert carried(order) == [("ROUTED", {"SKU": 2}), ("CANCELED", {"SKU": 1})]


def test_a_line_is_not_lowered_below_what_is_fulfilled(shop: Shop) -> None:
    shop.listing("A", "SKU", behaviour=BACKORDER)
    order = shop.order({"SKU": 3})
    line = OrderLine.objects.get()
    plan_line = RoutingPlan.objects.get().lines.get()
    type(plan_line).objects.update(quantity=1)
    WaitingArticle.objects.update(quantity=1, missing=1)
    OrderLine.objects.filter(id=line.id).update(fulfilled=2)
    before = stored()

    problem = refused(set_quantities(order, {"SKU": 1}), 409, "UNITS_PICKED")
    assert "2 are fulfilled" in problem["description"]
    assert problem["field"] == "orderLineItems[0].quantity"
    refused(patch(order, orderLineItems=[new_line("X", 1)]), 409, "UNITS_PICKED")
    assert stored() == before
    assert not Article.objects.filter(tenant_article_id="X").exists()


def test_nothing_is_left_is_a_cancellation_and_said_so(shop: Shop) -> None:
    shop.listing("A", "X", behaviour=BACKORDER)
    order = shop.order({"X": 1, "Y": 1})
    x = order.document["orderLineItems"][0]["id"]
    cancel_line(order, x)
    refused(set_quantities(order, {"X": 1}), 409, "NOTHING_LEFT")


# Adding


def test_added_units_and_new_lines_become_one_new_plan(shop: Shop) -> None:
    """O1, spec 5 "order modified": the plan that there is stays as it is."""
    shop.stock("A", "X", 5)
    shop.stock("A", "Y", 5)
    order = shop.order({"X": 1})

    answer = set_quantities(order, {"X": 3}, new_line("Y", 2))

    assert answer.status_code == 200
    assert carried(order) == [("ROUTED", {"X": 1}), ("ROUTED", {"X": 2, "Y": 2})]
    assert order.plans[1]["consolidatedStatus"] == "PROCESS_ORDER_MODIFIED_REROUTED_THEN_ROUTED"
    assert [job["status"] for job in order.pick_jobs] == ["OPEN", "OPEN"]
    assert order.document["orderLineItems"][1]["quantity"] == 2


def test_added_units_wait_or_cannot_be_routed_as_any_other(shop: Shop) -> None:
    shop.stock("A", "X", 1)
    order = shop.order({"X": 1})
    set_quantities(order, {"X": 1}, new_line("NONE", 1))
    assert order.plans[1]["consolidatedStatus"] == "PROCESS_ORDER_MODIFIED_REROUTED_THEN_NOT_ROUTABLE"
    shop.listing("A", "Z", behaviour=BACKORDER)
    set_quantities(order, {"X": 1}, new_line("Z", 1))
    assert [plan["consolidatedStatus"] for plan in order.plans[1:]] == ["CANCELED", "WAITING"]


def test_a_locked_order_reserves_what_is_added_and_gets_its_job_when_unlocked(shop: Shop) -> None:
    """R8: lowering a plan without a job works as well."""
    shop.stock("A", "X", 5)
    order = shop.order({"X": 2}, status="LOCKED")
    assert set_quantities(order, {"X": 1}).status_code == 200
    assert set_quantities(order, {"X": 3}).status_code == 200
    assert carried(order) == [("ROUTED", {"X": 1}), ("ROUTED", {"X": 2})]
    assert (order.pick_jobs, shop.available("A", "X")) == ([], 2)

    version = order.document["version"]
    shop.call("post", f"orders/{order.id}/actions", {"name": "UNLOCK", "version": version})
    assert [job["pickLineItems"][0]["quantity"] for job in order.pick_jobs] == [1, 2]


# Bundles


def bundle(**items: int) -> JSON:
    return {
        "customServiceDefinition": {"isBundled": True},
        "articleItems": [{"tenantArticleRef": name, "quantity": units} for name, units in items.items()],
        "customServiceItems": [],
    }


def test_the_lines_of_a_bundle_change_only_together(shop: Shop) -> None:
    """O1, S2: {1 X, 1 Y} is bundled, one more X is not."""
    for article in ("X", "Y"):
        shop.listing("A", article, behaviour=BACKORDER)
    order = shop.order({"X": 2, "Y": 1}, customServices=[bundle(X=1, Y=1)])
    before = stored()
    problem = refused(set_quantities(order, {"X": 2}), 409, "BUNDLE_BROKEN")
    assert "belong to a bundle" in problem["description"]
    assert stored() == before

    assert set_quantities(order, {"X": 1, "Y": 1}).status_code == 200
    refused(set_quantities(order, {"X": 1}), 409, "BUNDLE_BROKEN")
    assert len(order.document["customServices"]) == 1


def test_a_bundle_goes_as_a_whole(shop: Shop) -> None:
    """O1, S2: X lowered by the bundle's unit and Y left out: the service is gone, the plain X stays."""
    for article in ("X", "Y"):
        shop.listing("A", article, behaviour=BACKORDER)
    order = shop.order({"X": 3, "Y": 1}, customServices=[bundle(X=1, Y=1)])

    answer = set_quantities(order, {"X": 1})

    assert answer.status_code == 200, answer.content
    assert "customServices" not in answer.json()
    assert carried(order) == [("WAITING", {"X": 1})]
    assert RoutingPlan.objects.get().lines.get().bundle_id is None


# What is no line


def test_a_new_address_is_judged_anew_where_the_plan_waits_or_could_not_be_routed(shop: Shop) -> None:
    """O1, B5: the country fence kept a French order out; delivered to Germany it is routed."""
    shop.strategy(country_active=True)
    shop.stock("A", "SKU", 1)
    order = shop.order({"SKU": 1}, country="FR")
    assert order.status == "NOT_ROUTABLE"
    consumer = order.document["consumer"]
    consumer["addresses"][0]["country"] = "DE"

    assert patch(order, consumer=consumer).json()["consumer"]["addresses"][0]["country"] == "DE"

    assert order.status == "ROUTED"
    assert order.plan["consolidatedStatus"] == "PROCESS_ORDER_MODIFIED_REROUTED_THEN_ROUTED"


def test_a_waiting_plan_is_looked_at_with_the_new_address(shop: Shop) -> None:
    shop.strategy(country_active=True)
    shop.facility("P", country="FR")
    shop.listing("A", "SKU", behaviour=BACKORDER)
    shop.stock("P", "SKU", 1)
    order = shop.order({"SKU": 1})
    assert order.status == "WAITING"
    consumer = order.document["consumer"]
    consumer["addresses"][0]["country"] = "FR"

    patch(order, consumer=consumer)

    assert (order.status, order.facility) == ("ROUTED", "P")


def test_another_target_time_moves_the_plan_in_the_waiting_room(shop: Shop) -> None:
    """W2: ranked by target time; the pick job of a routed plan is told too."""
    settings = shop.get("configurations/waitingroom")
    shop.call("put", "configurations/waitingroom", {**settings, "prioritization": [{"by": "TARGET_TIME"}]})
    shop.listing("A", "SKU", behaviour=BACKORDER)
    first, second = (
        shop.order({"SKU": 1}, deliveryPreferences={"targetTime": f"2026-06-0{day}T00:00:00Z"})
        for day in (1, 2)
    )
    patch(first, preferredHandlingTime="2026-06-03T00:00:00Z")
    assert [plan["orderRef"] for plan in shop.waiting_room()] == [second.id, first.id]
    assert first.document["deliveryPreferences"]["targetTime"] == "2026-06-03T00:00:00.000Z"

    shop.stock("A", "SKU", 1)
    assert (first.status, second.status) == ("WAITING", "ROUTED")
    patch(second, preferredHandlingTime="2026-06-04T00:00:00Z")
    assert second.pick_job["deliveryinformation"]["targetTime"] == "2026-06-04T00:00:00.000Z"


def test_what_is_only_kept_is_replaced(shop: Shop) -> None:
    order = shop.order({"SKU": 1}, customAttributes={"a": 1})
    answer = patch(order, customAttributes={"b": 2}, pricing={"fees": []}).json()
    assert (answer["customAttributes"], answer["pricing"]) == ({"b": 2}, {"fees": []})
    assert "customAttributes" not in patch(order, customAttributes=None).json()


def test_the_timeline_tells_what_changed_and_why(shop: Shop, screens_as: Any) -> None:
    """ORDER_MODIFIED, once; an update that changes nothing leaves version and timeline alone."""
    shop.listing("A", "SKU", behaviour=BACKORDER)
    order = shop.order({"SKU": 3})
    set_quantities(order, {"SKU": 3})
    assert order.document["version"] == 1

    patch(order, orderLineItems=[{**lines_of(order)[0], "quantity": 2}, new_line("X", 4)], comment="by phone")

    events = [one for one in shop.get("events")["events"] if one["event"] == "ORDER_MODIFIED"]
    assert [one["reason"] for one in events] == ["by phone"]
    page = screens_as("VIEWER").get(f"/orders/{order.id}/").content.decode()
    assert "The order was changed: the lines (1 fewer, 4 more)." in page


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"tags": []}, "tags"),
        ({"orderLineItems": []}, "orderLineItems"),
        ({"orderLineItems": [{"quantity": 1}]}, "orderLineItems[0].article.tenantArticleId"),
        (
            {"orderLineItems": [{"article": {"tenantArticleId": "X", "title": "X"}}]},
            "orderLineItems[0].quantity",
        ),
        ({"orderLineItems": [{"id": "01a1fb8a-0000-7000-8000-000000000000"}]}, "orderLineItems[0].id"),
        ({"orderLineItems": [{"id": "nonsense"}]}, "orderLineItems[0].id"),
        ({"consumer": {"facilityRef": "01a1fb8a-0000-7000-8000-000000000000"}}, "consumer.facilityRef"),
        ({"consumer": {"addresses": [{"city": "Berlin"}]}}, "consumer.addresses[0].street"),
        ({"preferredHandlingTime": "soon"}, "preferredHandlingTime"),
    ],
)
def test_what_makes_no_sense_is_refused(shop: Shop, changes: JSON, field: str) -> None:
    order = shop.order({"SKU": 1})
    before = stored()
    answer = patch(order, **changes)
    assert answer.status_code == 400
    assert field in [problem["field"] for problem in answer.json()]
    assert stored() == before


def test_a_line_stays_with_its_article_and_is_named_once(shop: Shop) -> None:
    order = shop.order({"SKU": 1})
    (line,) = lines_of(order)
    other = {**line, "article": {"tenantArticleId": "X", "title": "X"}}
    refused(patch(order, orderLineItems=[other]), 400, "ARTICLE_FIXED")
    refused(patch(order, orderLineItems=[line, line]), 400, "DUPLICATE")


def test_stale_ended_and_unknown_orders_are_not_changed(shop: Shop, api_as: Any) -> None:
    order = shop.order({"SKU": 1})
    assert patch(order, version=7, customAttributes={}).json()[0]["code"] == "VERSION_CONFLICT"
    body = {"version": 1, "customAttributes": {"a": 1}}
    assert api_as("VIEWER").patch(f"/api/orders/{order.id}", body, format="json").status_code == 403
    order.cancel()
    refused(patch(order, customAttributes={"a": 1}), 409, "STATE_CONFLICT")
    assert shop.client.patch("/api/orders/nonsense", body, format="json").status_code == 404


# One line


def cancel_line(order: Order, line_id: str, *, version: int | None = None, **fields: Any) -> Any:
    seen = order.document["version"] if version is None else version
    path = f"/api/orders/{order.id}/orderlineitems/{line_id}/actions"
    body = {"name": "CANCEL", "version": seen, **fields}
    answer = order.shop.client.post(path, body, format="json")
    order.shop.work()
    return answer


def test_units_of_one_line_are_cancelled(shop: Shop) -> None:
    """M3, O1, W4: what was ordered stays what was ordered; the stock is free."""
    shop.stock("A", "X", 3)
    shop.stock("A", "Y", 1)
    order = shop.order({"X": 3, "Y": 1})
    x, y = (line["id"] for line in order.document["orderLineItems"])

    answer = cancel_line(order, x, quantity=2)

    assert (answer.status_code, answer.json()["version"]) == (200, 2)
    assert carried(order) == [("ROUTED", {"X": 1, "Y": 1})]
    line = OrderLine.objects.get(id=x)
    assert (line.quantity, line.cancelled) == (3, 2)
    assert shop.available("A", "X") == 2
    refused(cancel_line(order, x, quantity=2), 409, "STATE_CONFLICT")
    refused(cancel_line(order, x, version=1), 409, "VERSION_CONFLICT")

    cancel_line(order, x)
    assert carried(order) == [("ROUTED", {"Y": 1})]
    cancel_line(order, y)
    assert order.document["status"] == "CANCELLED"
    assert (order.status, order.pick_job["status"]) == ("CANCELED", "CANCELED")


def test_a_line_that_is_being_picked_is_not_cancelled(shop: Shop) -> None:
    """O2."""
    shop.stock("A", "X", 1)
    shop.stock("A", "Y", 1)
    order, single = shop.order({"X": 1, "Y": 1}), shop.order({"Y": 1})
    assert single.status == "NOT_ROUTABLE"
    started(order)
    before = stored()
    refused(cancel_line(order, order.document["orderLineItems"][0]["id"]), 409, "UNITS_PICKED")
    assert stored() == before


def test_the_last_line_that_is_being_picked_is_not_cancelled_either(shop: Shop) -> None:
    """O2: the order would end with it."""
    shop.stock("A", "X", 1)
    order = shop.order({"X": 1})
    started(order)
    before = stored()
    refused(cancel_line(order, order.document["orderLineItems"][0]["id"]), 409, "PICKING_STARTED")
    assert stored() == before


def test_when_all_else_was_short_picked_the_order_ends_with_its_last_line(shop: Shop) -> None:
    """M3: the finished job is spared; nothing was delivered, and nothing is left to be."""
    shop.stock("A", "X", 1)
    shop.listing("A", "Y", behaviour=BACKORDER)
    order = shop.order({"X": 1})
    patch(order, orderLineItems=[*lines_of(order), new_line("Y", 1)])
    PickJob.objects.update(status=PickJobStatus.PICKED)
    OrderLine.objects.filter(article__tenant_article_id="X").update(short_picked=1)
    free(holders=list(PlanLine.objects.values_list("id", flat=True)))

    cancel_line(order, order.document["orderLineItems"][1]["id"])

    assert order.document["status"] == "CANCELLED"
    assert carried(order) == [("ROUTED", {"X": 1}), ("CANCELED", {"Y": 1})]


def test_what_a_client_keeps_with_a_line_is_replaced(shop: Shop) -> None:
    """The contract's UPDATE_CUSTOM_ATTRIBUTES."""
    order = shop.order({"X": 1})
    path = f"orders/{order.id}/orderlineitems/{order.document['orderLineItems'][0]['id']}/actions"
    body = {"name": "UPDATE_CUSTOM_ATTRIBUTES", "version": 1, "customAttributes": {"engraving": "Ada"}}
    answer = shop.call("post", path, body)
    assert answer["orderLineItems"][0]["customAttributes"] == {"engraving": "Ada"}
    assert answer["version"] == 2
    shop.call("post", path, {"name": "ENGRAVE", "version": 2}, expect=400)
    for unknown in ("nonsense", order.id):
        shop.call(
            "post", f"orders/{order.id}/orderlineitems/{unknown}/actions", {**body, "version": 2}, expect=404
        )
