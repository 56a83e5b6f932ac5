"""The dialogs of plans' parts and turns, and those of many plans with their jobs (M1, M3, M4, M5)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from backoffice.core.models import BackgroundJob, DomainEvent
from routing.models import PlanLine, RoutingPlan
from tests.routing.api_calls import stored
from tests.routing.pages import HTMX, hidden, rows_of, text_of

pytestmark = pytest.mark.django_db

TURNS = ("pin", "unpin", "hold", "unhold", "split", "join", "unassign")


@pytest.fixture
def screens(screens_as):
    return screens_as("AGENT")


@pytest.fixture
def order(shop):
    """Three of X and a bundle of X and Y wait."""
    for article in ("X", "Y"):
        shop.listing("A", article, behaviour="BACKORDER")
    return shop.order({"X": 4, "Y": 1}, tenant_order_id="R-1", bundles=[{"X": 1, "Y": 1}])


def address(order, action, plan=0):
    return f"/plans/{order.plans[plan]['id']}/{action}/"


def ask(client, order, action, plan=0):
    answer = client.get(address(order, action, plan), headers=HTMX)
    assert answer.status_code == 200
    return answer


def do(client, order, action, plan=0, **given):
    version = hidden(ask(client, order, action, plan), "version")
    return client.post(address(order, action, plan), {"version": version, **given}, headers=HTMX)


def said(answer):
    assert answer.status_code == 200, answer.content.decode()
    assert "closeDialog" in answer["HX-Trigger-After-Swap"]
    return text_of(answer)


def fields():
    """The names of the form's fields for the plain line and for the bundle."""
    line = PlanLine.objects.get(bundle=None)
    bundle = PlanLine.objects.exclude(bundle=None).first()
    return f"units_{line.pk}", f"bundle_{bundle.bundle_id}"


class TestParts:
    def test_lines_and_bundles_are_asked_for(self, screens, order):
        plain, bundle = fields()
        page = ask(screens, order, "assign").content.decode()
        assert f'name="{plain}" value="3" min="0" max="3"' in page
        assert f'name="{bundle}"' in page
        assert "The bundle of 1 × X, 1 × Y" in text_of(ask(screens, order, "assign"))

    def test_a_part_is_assigned(self, shop, screens, order):
        """M1"""
        plain, bundle = fields()
        given = {"facility": shop.id_of("B"), "part": "on", plain: 1, bundle: "on", "reason": "shelf"}
        assert "assigned to B" in said(do(screens, order, "assign", **given))
        assert order.parts == [("WAITING", None, {"X": 2}), ("ROUTED", "B", {"X": 2, "Y": 1})]
        event = DomainEvent.objects.get(name="ROUTING_PLAN_SPLITTED")
        assert (event.actor, event.reason) == (screens.user.email, "shelf")

    def test_a_part_is_cancelled(self, screens, order):
        """M3"""
        plain, _bundle = fields()
        answer = do(screens, order, "cancel", part="on", **{plain: 2})
        assert "2 units of order R-1 were cancelled." in said(answer)
        assert order.parts == [("WAITING", None, {"X": 2, "Y": 1})]

    def test_without_the_tick_all_is_meant(self, screens, order):
        plain, _bundle = fields()
        assert "was cancelled" in said(do(screens, order, "cancel", **{plain: 2}))
        assert order.status == "CANCELED"

    @pytest.mark.parametrize("action", ["assign", "cancel", "split"])
    def test_something_must_be_chosen(self, shop, screens, order, action):
        plain, _bundle = fields()
        before = stored()
        given = {"facility": shop.id_of("B")} if action == "assign" else {}
        for units in ({plain: 0}, {plain: 9}):
            answer = do(screens, order, action, part="on", **units, **given)
            assert answer.status_code == 422
        assert stored() == before

    def test_one_unit_has_no_parts(self, shop, screens):
        shop.listing("A", "X", behaviour="BACKORDER")
        order = shop.order({"X": 1})
        assert 'name="part"' not in ask(screens, order, "cancel").content.decode()

    def test_a_part_is_split_off_and_joined_again(self, screens, order):
        """M4"""
        plain, _bundle = fields()
        assert "is a plan of its own now" in said(do(screens, order, "split", **{plain: 2}))
        assert order.parts == [("WAITING", None, {"X": 2, "Y": 1}), ("WAITING", None, {"X": 2})]
        page = screens.get(f"/plans/{order.plans[1]['id']}/").content.decode()
        assert f"/plans/{order.plans[1]['id']}/join/" in page
        assert "one plan again" in said(do(screens, order, "join", plan=1))
        assert order.parts == [("WAITING", None, {"X": 4, "Y": 1})]
        timeline = text_of(screens.get(f"/orders/{order.id}/"))
        assert "Waiting parts were joined to plan 1 again." in timeline


class TestTurns:
    def test_pinned_held_and_back(self, screens, order):
        """M4: what can be done is offered, and only that."""
        plan = order.plan["id"]

        def offered():
            page = screens.get(f"/plans/{plan}/").content.decode()
            return [name for name in TURNS if f"/plans/{plan}/{name}/" in page]

        assert offered() == ["pin", "hold", "split"]
        assert "is pinned to the top" in said(do(screens, order, "pin", reason="VIP"))
        until = timezone.localtime(timezone.now() + timedelta(days=2)).strftime("%Y-%m-%dT%H:%M")
        assert "is held until" in said(do(screens, order, "hold", until=until))
        assert offered() == ["unpin", "hold", "unhold", "split"]
        row = text_of(screens.get("/waiting-room/"))
        assert "Pinned to the top" in row
        assert "Held until" in row
        assert "not held any more" in said(do(screens, order, "unhold"))
        assert "not pinned any more" in said(do(screens, order, "unpin"))
        timeline = text_of(screens.get(f"/orders/{order.id}/"))
        for words in (
            "The plan was pinned to the top.",
            "The plan was held until",
            "The hold of the plan ended.",
        ):
            assert words in timeline
        assert "VIP" in timeline

    def test_a_time_that_has_passed_is_refused_at_its_field(self, screens, order):
        before = stored()
        answer = do(screens, order, "hold", until="2020-01-01T00:00")
        assert answer.status_code == 400
        assert "yet to come" in text_of(answer)
        assert stored() == before

    def test_an_assignment_is_taken_back(self, shop, screens, order):
        order.assign("B")
        plan = order.plan["id"]
        assert f"/plans/{plan}/unassign/" in screens.get(f"/plans/{plan}/").content.decode()
        assert "its stock is free again" in text_of(ask(screens, order, "unassign"))
        assert "was taken back" in said(do(screens, order, "unassign"))
        shop.work()
        assert order.status == "WAITING"
        assert "to B was taken back" in text_of(screens.get(f"/orders/{order.id}/"))

    @pytest.mark.parametrize("action", TURNS)
    def test_who_may_not_is_told_why(self, screens_as, order, action):
        before = stored()
        viewer = screens_as("VIEWER")
        for refused in (
            viewer.get(address(order, action), headers=HTMX),
            viewer.post(address(order, action), {"version": 2}, headers=HTMX),
        ):
            assert refused.status_code == 403
            assert "routing.intervene" in text_of(refused)
        assert stored() == before


class TestMany:
    @pytest.fixture
    def orders(self, shop):
        shop.listing("A", "X", behaviour="BACKORDER")
        shop.stock("A", "X", 1)
        return [shop.order({"X": 2}, tenant_order_id=f"R-{number}") for number in (1, 2, 3)]

    def choose(self, orders):
        return "&".join(f"ids={order.plan['id']}" for order in orders)

    def test_first_it_is_shown_and_then_it_is_done_and_undone(self, shop, screens, orders):
        """M5"""
        list_page = screens.get("/waiting-room/").content.decode()
        assert list_page.count('name="ids"') == 3
        url = f"/waiting-room/interventions/assign/?{self.choose(orders[:2])}"
        assert url.partition("?")[0] in list_page
        assert "Assign to a facility: 2 plans" in text_of(screens.get(url, headers=HTMX))
        before = stored()

        answer = screens.post(url, {"facility": shop.id_of("A"), "reason": "clear"}, headers=HTMX)
        shop.work()
        assert stored() == before
        page = screens.get(answer["HX-Redirect"])
        assert [row[1:] for row in rows_of(page)] == [
            ["Done", "Would be routed to A. 1 unit is not covered by stock."]
        ] * 2
        assert "Nothing was changed" in text_of(page)
        assert "Do it: 2 plans" in text_of(page)
        job = BackgroundJob.objects.get()

        done = screens.post(f"/waiting-room/interventions/{job.pk}/carry-out/")
        shop.work()
        page = screens.get(done.url)
        assert [row[0] for row in rows_of(page)] == ["R-1", "R-2"]
        assert "Was routed to A." in text_of(page)
        assert [order.status for order in orders] == ["ROUTED", "ROUTED", "WAITING"]
        assert set(DomainEvent.objects.filter(name="ROUTING_PLAN_ROUTED").values_list("actor", "reason")) == {
            (screens.user.email, "clear")
        }

        undo = screens.post(f"{done.url.replace('/jobs/', '/waiting-room/interventions/')}undo/")
        shop.work()
        again = text_of(screens.get(undo.url))
        assert "Take the assignment back: 2 plans (dry run)" in again
        assert "Do it: 2 plans" in again
        assert text_of(screens.get("/jobs/")).count("2 plans") == 3

    def test_all_that_match_are_meant_by_all(self, shop, screens, orders):
        orders[1].intervene("CANCEL")
        url = "/waiting-room/interventions/pin/?q=R&state=waiting&all=1"
        screens.post(url, {}, headers=HTMX)
        assert BackgroundJob.objects.get().total == 2
        assert "2 plans" in text_of(screens.get(url, headers=HTMX))

    def test_a_refusal_says_why(self, shop, screens, orders):
        url = f"/waiting-room/interventions/unpin/?{self.choose(orders)}"
        answer = screens.post(url, {}, headers=HTMX)
        shop.work()
        page = text_of(screens.get(answer["HX-Redirect"]))
        assert "3 refused" in page
        assert "The plan is not pinned." in page
        assert "Do it" not in page

    @pytest.mark.parametrize(
        ("action", "given", "words"),
        [
            ("assign", {}, "This field is required."),
            ("hold", {"until": "2020-01-01T00:00"}, "yet to come"),
            ("split", {}, "This field is required."),
        ],
    )
    def test_what_makes_no_sense_is_said_in_the_dialog(self, screens, orders, action, given, words):
        url = f"/waiting-room/interventions/{action}/?{self.choose(orders)}"
        answer = screens.post(url, given, headers=HTMX)
        assert answer.status_code in (400, 422)
        assert words in text_of(answer)
        assert not BackgroundJob.objects.exists()

    def test_nothing_chosen_is_nothing_done(self, screens, orders):
        answer = screens.post("/waiting-room/interventions/pin/?ids=nonsense", {}, headers=HTMX)
        assert answer.status_code == 400
        assert "No plan is selected." in text_of(answer)
        assert screens.get("/waiting-room/interventions/explode/", headers=HTMX).status_code == 404

    def test_a_job_asks_for_itself_until_it_has_ended_and_may_be_stopped(self, shop, screens, orders):
        url = f"/waiting-room/interventions/cancel/?{self.choose(orders)}"
        page = screens.post(url, {}, headers=HTMX)["HX-Redirect"]
        assert "data-live" in screens.get(page).content.decode()
        part = screens.get(page, headers=HTMX).content.decode()
        assert "<html" not in part
        assert "0 of 3" in text_of(screens.get(page))
        stopped = screens.post(f"{page}stop/", follow=True)
        assert "The job was stopped." in text_of(stopped)
        assert "data-live=" not in stopped.content.decode()
        assert "has ended" not in text_of(screens.post(f"{page}stop/", follow=True))
        assert {plan.status for plan in RoutingPlan.objects.all()} == {"WAITING"}

    def test_who_may_not(self, screens_as, screens, orders):
        viewer = screens_as("VIEWER")
        url = f"/waiting-room/interventions/pin/?{self.choose(orders)}"
        assert 'name="ids"' not in viewer.get("/waiting-room/").content.decode()
        assert viewer.get(url, headers=HTMX).status_code == viewer.post(url, {}).status_code == 403
        page = screens.post(url, {}, headers=HTMX)["HX-Redirect"]
        job = BackgroundJob.objects.get()
        assert viewer.get(page).status_code == 200
        assert "Stop" not in text_of(viewer.get(page))
        for path in (f"{page}stop/", f"/waiting-room/interventions/{job.pk}/carry-out/"):
            refused = viewer.post(path)
            assert refused.status_code == 403
            assert "routing.intervene" in text_of(refused)
        assert screens.get("/jobs/01a1fb8a-0000-7000-8000-000000000000/").status_code == 404
