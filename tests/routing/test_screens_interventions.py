"""The dialogs in which a person moves a plan: what they ask, what they do, and what they say when refused (M1-M3)."""

from __future__ import annotations

import html
import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from backoffice.core.models import DomainEvent
from inventory.models import Facility
from orders.models import Order, PickJob, PickJobStatus
from routing.models import RoutingPlan
from tests.routing.api_calls import stored
from tests.routing.pages import HTMX, MOST_QUERIES, hidden, text_of

ACTIONS = ("assign", "reroute", "cancel")


@pytest.fixture
def screens(screens_as):
    return screens_as("AGENT")


@pytest.fixture
def order(shop):
    """Two of SKU and one of MUG, of which nothing is in stock but one SKU at B: it waits."""
    for place in ("A", "B"):
        shop.listing(place, "SKU", behaviour="BACKORDER")
        shop.listing(place, "MUG", behaviour="BACKORDER")
    shop.stock("B", "SKU", 1)
    return shop.order({"SKU": 2, "MUG": 1}, tenant_order_id="R-1")


def url(order, action):
    return f"/plans/{order.plan['id']}/{action}/"


def ask(client, order, action):
    answer = client.get(url(order, action), headers=HTMX)
    assert answer.status_code == 200
    return answer


def do(client, order, action, **given):
    """Answers the dialog as it was asked a moment ago."""
    version = hidden(ask(client, order, action), "version")
    return client.post(url(order, action), {"version": version, **given}, headers=HTMX)


def options(answer):
    """Groups of the facility's options, with their texts."""
    groups = re.findall(r'<optgroup label="([^"]*)">(.*?)</optgroup>', answer.content.decode(), flags=re.S)
    return {
        html.unescape(name): [
            html.unescape(text) for text in re.findall(r"<option[^>]*>(.*?)</option>", body)
        ]
        for name, body in groups
    }


def succeeded(answer):
    """The dialog closes, lists are asked for again, and the note says what happened."""
    assert answer.status_code == 200, answer.content.decode()
    events = answer["HX-Trigger-After-Swap"]
    assert "closeDialog" in events
    assert "changed" in events
    assert 'hx-swap-oob="beforeend:#toasts"' in answer.content.decode()
    return text_of(answer)


class TestAssign:
    def test_options_say_what_is_there(self, shop, screens, order):
        shop.facility("Full")
        shop.stock("Full", "SKU", 9)
        shop.stock("Full", "MUG", 9)
        shop.facility("Closing", status="SUSPENDED")
        shop.facility("Closed", status="OFFLINE")

        assert options(ask(screens, order, "assign")) == {
            "Everything is there": ["Full – all 3 units"],
            "A part is there": ["B – 1 of 3 units, lacks 1 × SKU, 1 × MUG"],
            "Nothing is there": ["A", "Closing (suspended)"],
        }

    def test_stock_of_an_inactive_listing_does_not_count(self, shop, screens, order):
        """B3"""
        shop.change_listing("B", "SKU", status="INACTIVE")
        assert options(ask(screens, order, "assign"))["Nothing is there"] == ["A", "B"]

    def test_what_the_plan_holds_counts_as_there(self, shop, screens, order):
        order.assign("B")
        assert options(ask(screens, order, "assign"))["A part is there"] == [
            "B – 1 of 3 units, lacks 1 × SKU, 1 × MUG"
        ]

    def test_a_waiting_plan_is_routed_there(self, shop, screens, order):
        answer = do(screens, order, "assign", facility=shop.id_of("A"), reason="by phone")

        assert "Order R-1 was assigned to A." in succeeded(answer)
        assert (order.status, order.facility) == ("ROUTED", "A")
        event = DomainEvent.objects.filter(name="ROUTING_PLAN_ROUTED").last()
        assert (event.actor, event.reason) == (screens.user.email, "by phone")

    def test_a_routed_plan_is_replaced(self, shop, screens, order):
        order.assign("A")
        said = text_of(ask(screens, order, "assign"))
        assert f"Its pick job {order.pick_job['shortId']} at A ends" in said

        succeeded(do(screens, order, "assign", facility=shop.id_of("B")))

        assert [plan["status"] for plan in order.plans] == ["OBSOLETE", "ROUTED"]
        assert order.facility == "B"

    def test_without_a_facility_nothing_happens(self, screens, order):
        before = stored()
        answer = do(screens, order, "assign", reason="because <b>")

        assert answer.status_code == 422
        assert "This field is required." in text_of(answer)
        assert 'value="because &lt;b&gt;"' in answer.content.decode()
        assert stored() == before

    def test_a_facility_that_closed_meanwhile_is_refused(self, shop, screens, order):
        version = hidden(ask(screens, order, "assign"), "version")
        shop.set_status("A", "OFFLINE")
        given = {"version": version, "facility": shop.id_of("A")}
        answer = screens.post(url(order, "assign"), given, headers=HTMX)
        assert answer.status_code == 422
        assert "takes no orders any more" in text_of(answer)
        assert order.status == "WAITING"

    def test_only_same_day_plans_may_change_their_delivery(self, shop, screens, order):
        """M1"""
        assert 'name="service_level"' not in ask(screens, order, "assign").content.decode()
        hurried = shop.order({"SKU": 2}, deliveryPreferences={"shipping": {"serviceLevel": "SAMEDAY"}})
        dialog = ask(screens, hurried, "assign").content.decode()
        assert "Same day, as ordered" in dialog

        succeeded(do(screens, hurried, "assign", facility=shop.id_of("A"), service_level="DELIVERY"))

        assert RoutingPlan.objects.get(pk=hurried.plan["id"]).service_level == "DELIVERY"

    def test_the_dialog_takes_few_queries_however_many_facilities(self, shop, screens, order):
        address = url(order, "assign")

        def queries():
            with CaptureQueriesContext(connection) as found:
                assert screens.get(address, headers=HTMX).status_code == 200
            return len(found)

        few = queries()
        Facility.objects.bulk_create([Facility(name=f"F{n}", country="DE") for n in range(20)])
        assert queries() == few <= MOST_QUERIES


class TestReroute:
    def test_a_waiting_plan_is_decided_again(self, screens, order):
        runs = order.plan["routingRun"]
        assert "with the strategy and the stock of today" in text_of(ask(screens, order, "reroute"))

        answer = do(screens, order, "reroute", reason="new rules")

        assert "Order R-1 is being decided again." in succeeded(answer)
        order.shop.work()
        assert order.plan["routingRun"] > runs
        assert DomainEvent.objects.get(name="ROUTING_PLAN_REROUTE_REQUESTED").reason == "new rules"

    def test_a_routed_plan_gives_way_to_another(self, screens, order):
        order.assign("A")
        assert "its stock is free again" in text_of(ask(screens, order, "reroute"))
        succeeded(do(screens, order, "reroute"))
        assert [plan["status"] for plan in order.plans] == ["OBSOLETE", "INITIAL"]


class TestCancel:
    def test_the_question_has_the_number_in_it(self, screens, order):
        said = text_of(ask(screens, order, "cancel"))
        assert "Cancel 3 units of order R-1?" in said
        assert "They will not be delivered; this cannot be undone." in said
        assert "Nothing of the order is left then: it is cancelled as well." in said
        assert "Keep it" in said
        assert "btn-danger" in ask(screens, order, "cancel").content.decode()

    def test_a_plan_and_its_order_are_cancelled(self, screens, order):
        answer = do(screens, order, "cancel", reason="double")
        assert "The plan of order R-1 was cancelled." in succeeded(answer)
        assert order.status == "CANCELED"
        assert Order.objects.get(pk=order.id).status == "CANCELLED"

    def test_the_rest_of_an_order_goes_on(self, screens, order):
        line = RoutingPlan.objects.get(pk=order.plan["id"]).lines.first()
        line.order_line.quantity += 1
        line.order_line.save()
        assert "The rest of the order goes on." in text_of(ask(screens, order, "cancel"))
        line.order_line.quantity -= 1
        line.order_line.save()

    def test_an_order_that_was_fulfilled_in_part_stays(self, screens, order):
        line = RoutingPlan.objects.get(pk=order.plan["id"]).lines.first().order_line
        line.quantity, line.fulfilled = line.quantity + 1, 1
        line.save()
        said = text_of(ask(screens, order, "cancel"))
        line.quantity, line.fulfilled = line.quantity - 1, 0
        line.save()
        assert "order is left" not in said
        assert "goes on" not in said


@pytest.mark.parametrize("action", ACTIONS)
class TestEveryDialog:
    def give(self, shop, action):
        return {"facility": shop.id_of("A")} if action == "assign" else {}

    def test_who_may_not_is_told_why(self, screens_as, shop, order, action):
        before = stored()
        viewer = screens_as("VIEWER")
        for refused in (
            viewer.get(url(order, action), headers=HTMX),
            viewer.post(url(order, action), {"version": 1, **self.give(shop, action)}, headers=HTMX),
        ):
            assert refused.status_code == 403
            assert "routing.intervene" in text_of(refused)
            assert refused["HX-Retarget"] == "#toasts"
        assert stored() == before

    def test_a_conflict_says_who_changed_what(self, screens_as, shop, order, action):
        mine, theirs = screens_as("AGENT"), screens_as("PLANNER")
        address = url(order, action)
        version = hidden(ask(mine, order, action), "version")
        succeeded(do(theirs, order, "assign", facility=shop.id_of("B")))
        before = stored()

        given = {"version": version, "reason": "mine", **self.give(shop, action)}
        answer = mine.post(address, given, headers=HTMX)

        assert answer.status_code == 409
        said = text_of(answer)
        assert f"{theirs.user.email} changed this plan in the meantime." in said
        assert "Now: Routed. Routed to B by hand; 1 of SKU and 1 of MUG are not covered by stock." in said
        assert 'value="mine"' in answer.content.decode()
        assert stored() == before
        current = RoutingPlan.objects.get(pk=order.plan["id"]).version
        assert hidden(answer, "version") == str(current), "what was typed can be applied all the same"
        assert "Apply it all the same" in said
        assert f'hx-get="{address}"' in answer.content.decode(), "or one starts over"

    def test_what_was_typed_is_applied_all_the_same(self, screens_as, shop, order, action):
        mine, theirs = screens_as("AGENT"), screens_as("PLANNER")
        given = {"version": hidden(ask(mine, order, action), "version"), **self.give(shop, action)}
        succeeded(do(theirs, order, "assign", facility=shop.id_of("B")))
        again = mine.post(url(order, action), given, headers=HTMX)

        given["version"] = hidden(again, "version")

        succeeded(mine.post(url(order, action), given, headers=HTMX))

    def test_a_conflict_with_a_pass_names_nobody(self, screens, shop, order, action):
        address = url(order, action)
        version = hidden(ask(screens, order, action), "version")
        shop.stock("B", "SKU", 2)

        answer = screens.post(address, {"version": version, **self.give(shop, action)}, headers=HTMX)

        assert answer.status_code == 409
        assert (
            "Anteroom itself changed this plan in the meantime. Now: Waiting. B lacks 1 of MUG."
            in text_of(answer)
        )

    def test_what_cannot_be_moved_says_so(self, screens, shop, order, action):
        shop.stock("B", "SKU", 2)
        shop.stock("B", "MUG", 1)
        assert order.status == "ROUTED"
        PickJob.objects.update(status=PickJobStatus.IN_PROGRESS)
        before = stored()

        answer = do(screens, order, action, **self.give(shop, action))

        assert answer.status_code == 409
        assert "has started" in text_of(answer)
        assert stored() == before
        PickJob.objects.update(status=PickJobStatus.OPEN)

    def test_there_is_no_dialog_of_no_plan(self, screens, shop, order, action):
        address = f"/plans/01a1fb8a-0000-7000-8000-000000000000/{action}/"
        assert screens.get(address, headers=HTMX).status_code == 404
        assert screens.post(address, {"version": 1}, headers=HTMX).status_code == 404

    def test_without_a_version_nothing_happens(self, screens, shop, order, action):
        before = stored()
        answer = screens.post(url(order, action), self.give(shop, action), headers=HTMX)
        assert answer.status_code == 422
        assert stored() == before
