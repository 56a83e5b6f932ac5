"""Testing a strategy with an order, and what it would make of today's plans; nothing is written (spec 1, spec 6)."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from backoffice.core.models import BackgroundJob
from routing.documents.routingrules import RoutingRules, with_rules
from routing.services import strategies
from routing.services.strategy_drafts import change_draft
from tests.routing.api_calls import stored
from tests.routing.pages import HTMX, MOST_QUERIES, rows_of, text_of
from tests.routing.strategy_calls import written
from tests.routing.test_strategy_nodes import three_nodes


@pytest.fixture
def screens(screens_as):
    return screens_as("NETWORK_MANAGER")


@pytest.fixture
def strategy(shop):
    """In use: complete stock is reactive. SKU may be backordered at A."""
    shop.listing("A", "SKU", behaviour="BACKORDER")
    shop.listing("B", "SKU")
    return strategies.strategy_in_use()


@pytest.fixture
def peak(strategy):
    """Not in use, with conditions."""
    return strategies.create_strategy(name_localized={"en_US": "Peak"}, document={"rootNode": three_nodes()})


def url(strategy, *parts):
    return "/".join([f"/network/routing-strategies/{strategy.pk}", *parts, ""])


def make_static(client, strategy):
    rules = RoutingRules(
        complete_stock=True,
        mode="static",
        use_waiting_room=False,
        split=False,
        split_same_day=False,
        max_parts=2,
    )

    def edit(document):
        document.update(with_rules(document, rules))

    change_draft(strategy_id=strategy.pk, owner_id=client.user.pk, edit=edit)


def try_lines(client, strategy, **asked):
    return client.get(url(strategy, "test"), {"lines": "1 x SKU", "service": "DELIVERY", **asked})


def verdicts(answer):
    return {row[0]: row[1:] for row in rows_of(answer)}


class TestMadeUp:
    def test_the_decision_is_told_like_that_of_a_plan(self, screens, strategy):
        before = stored(), written()
        answer = try_lines(screens, strategy)

        said = text_of(answer)
        assert "If it were placed now" in said
        assert "By this strategy, which is in use Waiting A lacks 1 of SKU." in said
        assert verdicts(answer) == {
            "A": ["Passed", "May wait 0 of 1 SKU · backorder"],
            "B": ["Passed", "Failed 0 of 1 SKU · missing"],
        }
        assert "By the strategy in use Waiting" not in said
        assert (stored(), written()) == before

    def test_what_is_not_saved_is_tried_beside_what_is_in_use(self, screens, strategy):
        make_static(screens, strategy)
        answer = try_lines(screens, strategy)

        said = text_of(answer)
        assert "With what you have not saved Not routable" in said
        assert "By the strategy in use Waiting" in said
        assert "It would be decided otherwise." in said
        assert (
            verdicts(answer)["A"][1]
            == "Failed 0 of 1 SKU · missing in use: May wait (0 of 1 SKU · backorder)"
        )

    def test_the_way_through_the_tree_is_told(self, screens, peak):
        said = text_of(try_lines(screens, peak, tags="express"))
        assert "Standard asks on Is express holds Express decides" in said
        said = text_of(try_lines(screens, peak, lines="10 x SKU"))
        assert "Standard asks on Is express does not hold Is bulky holds Bulky decides" in said
        said = text_of(try_lines(screens, peak))
        assert "Is bulky does not hold Standard decides" in said

    def test_a_collect_order_goes_to_its_facility(self, screens, shop, strategy):
        answer = try_lines(screens, strategy, service="COLLECT", facility=shop.id_of("B"))
        assert list(verdicts(answer)) == ["B"]

    def test_what_came_to_the_same_says_so(self, screens, shop, strategy):
        shop.stock("A", "SKU", 1)
        make_static(screens, strategy)
        said = text_of(try_lines(screens, strategy))
        assert "It would come to the same." in said

    @pytest.mark.parametrize(
        ("wrong", "said"),
        [
            ({"lines": "2 x NOWHERE"}, "There is no article NOWHERE."),
            ({"lines": "0 x SKU"}, "Ask for one unit at least"),
            ({"lines": ""}, "This field is required."),
            ({"lines": "\n".join(["SKU"] * 51)}, "at most 50 are tried"),
            ({"service": "COLLECT"}, "Choose where it is collected."),
            ({"latitude": "50"}, "Give both coordinates, or neither."),
            ({"service": "ROCKET"}, "Select a valid choice"),
            ({"lines": "\x00"}, "Null characters are not allowed."),
        ],
    )
    def test_what_makes_no_sense_is_told_at_its_field(self, screens, strategy, wrong, said):
        answer = try_lines(screens, strategy, **wrong)
        assert answer.status_code == 200
        assert said in text_of(answer)
        assert "If it were placed now" not in text_of(answer)

    def test_it_takes_few_queries(self, screens, strategy):
        make_static(screens, strategy)
        with CaptureQueriesContext(connection) as queries:
            try_lines(screens, strategy, lines="SKU\nSKU\nSKU")
        assert len(queries) <= 60


class TestExisting:
    def test_each_plan_is_tried_as_if_it_were_rerouted(self, screens, shop, strategy):
        order = shop.order({"SKU": 1}, tenant_order_id="R-1")
        make_static(screens, strategy)
        before = stored(), written()

        for asked in ("R-1", order.id, order.plan["id"]):
            said = text_of(screens.get(url(strategy, "test"), {"order": asked}))
            assert "Plan 1, if it were rerouted now" in said
            assert "With what you have not saved Not routable" in said
        assert (stored(), written()) == before

    def test_what_is_over_is_tried_as_if_it_were_placed_anew(self, screens, shop, strategy):
        order = shop.order({"SKU": 1}, tenant_order_id="R-1")
        order.cancel()
        shop.stock("A", "SKU", 1)
        said = text_of(screens.get(url(strategy, "test"), {"order": "R-1"}))
        assert "If it were placed now" in said
        assert "Routed to A" in said

    def test_an_order_that_is_not_there_is_told(self, screens, strategy):
        said = text_of(screens.get(url(strategy, "test"), {"order": "R-99"}))
        assert "There is no order with this number." in said

    def test_a_viewer_may_test(self, screens_as, strategy):
        assert "Waiting" in text_of(try_lines(screens_as("VIEWER"), strategy))


class TestImpact:
    @pytest.fixture
    def plans(self, shop, strategy):
        """Two wait, one is unroutable."""
        shop.order({"SKU": 1}, tenant_order_id="R-1")
        shop.order({"SKU": 1}, tenant_order_id="R-2")
        shop.listing("A", "NEVER")
        shop.order({"NEVER": 1}, tenant_order_id="R-3")
        return shop

    def test_the_numbers_are_worked_out_when_the_page_is_there(self, screens, plans, strategy):
        make_static(screens, strategy)
        page = screens.get(url(strategy, "impact"))
        assert "Look at 3 plans one by one, in the background" in text_of(page)
        before = stored(), written()

        numbers = screens.get(url(strategy, "impact"), {"part": "numbers"}, headers=HTMX)

        assert rows_of(numbers)[1] == ["Waiting 2 if rerouted by hand", "0", "0", "2"]
        assert (stored(), written()) == before

    def test_many_are_looked_at_in_the_background_alone(self, screens, plans, strategy, monkeypatch):
        monkeypatch.setattr("routing.views.strategies.impact.AT_ONCE", 2)
        page = screens.get(url(strategy, "impact"))
        assert "3 plans are concerned: look at them in the background." in text_of(page)
        assert "part=numbers" not in page.content.decode()
        alone = screens.get(url(strategy, "impact"), {"part": "numbers"}, headers=HTMX)
        assert rows_of(alone) == []

    def test_plan_by_plan_in_the_background(self, screens, plans, strategy):
        make_static(screens, strategy)
        before = stored(), written()
        answer = screens.post(url(strategy, "impact", "start"))
        job = BackgroundJob.objects.get()
        assert answer.url == f"/jobs/{job.pk}/"
        plans.work()

        page = screens.get(answer.url)
        said = text_of(page)
        assert "Impact of “Standard, not saved”: 3 plans" in said
        assert "2 plans would change from Waiting to Not routable." in said
        assert "1 plan would stay." in said
        assert "Nothing was changed" in said
        told = {row[0]: row[2] for row in rows_of(page)}
        assert told == {
            "R-1": "Is: Waiting. Would then be: Not routable.",
            "R-2": "Is: Waiting. Would then be: Not routable.",
            "R-3": "Would stay: Not routable.",
        }
        assert (stored(), written()) == before
        assert "3 of 3" in text_of(screens.get(url(strategy, "impact")))

    def test_where_plans_would_go_is_told(self, screens, plans, strategy):
        free = strategies.create_strategy(
            name_localized={"en_US": "Free for all"},
            document={
                "rootNode": {
                    "nameLocalized": {"en_US": "All"},
                    "active": True,
                    "config": {"fences": [], "ratings": []},
                }
            },
        )
        screens.post(url(free, "impact", "start"))
        plans.work()
        page = screens.get(f"/jobs/{BackgroundJob.objects.get().pk}/")
        assert "2 plans would change from Waiting to Routed." in text_of(page)
        assert "1 plan would change from Not routable to Routed." in text_of(page)
        assert "Is: Waiting. Would be routed to A." in text_of(page)

    def test_without_plans_there_is_nothing_to_look_at(self, screens, strategy):
        said = text_of(screens.post(url(strategy, "impact", "start"), follow=True))
        assert "nothing would change" in said
        assert not BackgroundJob.objects.exists()

    def test_it_takes_few_queries(self, screens, plans, strategy):
        with CaptureQueriesContext(connection) as queries:
            screens.get(url(strategy, "impact"))
        assert len(queries) <= MOST_QUERIES
