"""The admin changes things by way of services: versions, permissions and refusals hold there as well."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.messages import get_messages
from django.db.models import F, Model
from django.test import Client, TestCase
from django.urls import reverse

from backoffice.core.access import Role
from backoffice.core.models import DomainEvent
from backoffice.dashboard.demo.passes import run_passes
from backoffice.dashboard.demo.seed import seed
from inventory.models import Article, Facility, FacilityGroup, Listing, Stock, StockLevel
from orders.models import Order
from routing.models import PlanStatus, RoutingPlan, RoutingStrategy, WaitingArticle, WaitingRoomSettings
from routing.reconcile import find_discrepancies
from tests.dashboard.test_admin_pages import browser, url_of


def fields_of(client: Client, url: str) -> dict[str, Any]:
    """What a browser would send back if nothing were changed on the page."""
    context = client.get(url).context
    formsets = [inline.formset for inline in context["inline_admin_formsets"]]
    forms = [context["adminform"].form, *(part for f in formsets for part in (f.management_form, *f.forms))]
    sent: dict[str, Any] = {}
    for bound in (bound for form in forms for bound in form):
        widget, value = bound.field.widget, bound.value()
        for name, part in _named(widget, bound.html_name, value):
            if part is not None and part is not False and part != "":
                sent[name] = part
    return sent


def _named(widget: Any, name: str, value: Any) -> list[tuple[str, Any]]:
    if hasattr(widget, "widgets"):
        return [(f"{name}_{index}", part) for index, part in enumerate(widget.decompress(value))]
    return [(name, value)]


def submit(client: Client, row: Model, **changes: Any) -> Any:
    url = url_of(type(row), "change", row.pk)
    return client.post(url, {**fields_of(client, url), **changes})


def act(client: Client, row: Model, action: str, **fields: Any) -> Any:
    """Submits the dialog of an action on the row's page."""
    meta = row._meta
    url = reverse(f"admin:{meta.app_label}_{meta.model_name}_{action}", args=(row.pk,))
    return client.post(url, {"_form_submitted": "on", **fields})


def act_on_all(client: Client, rows: Any, action: str, **fields: Any) -> Any:
    ids = [str(row.pk) for row in rows]
    return client.post(
        url_of(rows.model, "changelist"), {"action": action, "_selected_action": ids, **fields}
    )


def said(response: Any) -> str:
    return "; ".join(str(message) for message in get_messages(response.wsgi_request))


def last_event(row: Model) -> DomainEvent:
    return DomainEvent.objects.filter(resource_id=str(row.pk)).order_by("-id")[0]


def delivered_stock() -> Stock:
    """What the first delivery of a scarce article brought to Venlo."""
    return Stock.objects.filter(
        level__article__tenant_article_id="CLO-201", level__facility__tenant_facility_id="DC-VENLO"
    ).earliest("id")


@pytest.mark.xdist_group("demo-editing")
class TestEditing(TestCase):
    @classmethod
    def setUpTestData(cls) -> None:
        seed()

    def test_stock_record_that_is_raised_releases_who_waits(self) -> None:
        plan = WaitingArticle.objects.filter(article__tenant_article_id="CLO-201", alone=True)[0].plan
        stock = delivered_stock()

        response = submit(browser(Role.PLANNER), stock, value=stock.value + 50)

        assert response.status_code == 302
        assert StockLevel.objects.get(pk=stock.level_id).on_hand >= 50
        run_passes()
        plan.refresh_from_db()
        assert plan.status == PlanStatus.ROUTED
        assert find_discrepancies() == []
        changed = DomainEvent.objects.filter(name="INVENTORY_FACILITY_STOCK_CHANGED").order_by("-id")[0]
        assert changed.actor == "planner@anteroom.local"

    def test_page_that_somebody_overtook_is_refused(self) -> None:
        stock = delivered_stock()
        client = browser(Role.PLANNER)
        seen = fields_of(client, url_of(Stock, "change", stock.pk))
        Stock.objects.filter(pk=stock.pk).update(version=F("version") + 1)

        response = client.post(url_of(Stock, "change", stock.pk), {**seen, "value": 99})

        assert "the current version is" in said(response)
        stock.refresh_from_db()
        assert stock.value != 99

    def test_who_may_not_manage_stock_only_looks(self) -> None:
        stock = delivered_stock()
        url = url_of(Stock, "change", stock.pk)

        for role in (Role.VIEWER, Role.AGENT):
            client = browser(role)
            assert client.get(url).status_code == 200
            assert client.post(url, {"value": 99, "seen_version": stock.version}).status_code == 403
            assert client.post(url_of(Stock, "delete", stock.pk), {"post": "yes"}).status_code == 403
        stock.refresh_from_db()
        assert stock.value != 99

    def test_listing_changes_its_behaviour_and_drops_what_it_does_not_use(self) -> None:
        listing = Listing.objects.filter(out_of_stock_behaviour="PREORDER").first()
        assert listing is not None

        response = submit(browser(Role.PLANNER), listing, out_of_stock_behaviour="BACKORDER")

        assert response.status_code == 302, said(response)
        listing.refresh_from_db()
        assert (listing.out_of_stock_behaviour, listing.preorder_start) == ("BACKORDER", None)
        assert listing.version == 2

    def test_listing_that_lacks_its_configuration_is_refused_with_a_message(self) -> None:
        listing = Listing.objects.filter(out_of_stock_behaviour="BACKORDER").first()
        assert listing is not None

        response = submit(browser(Role.PLANNER), listing, out_of_stock_behaviour="RESTOCK")

        assert "RESTOCK needs outOfStockConfig" in said(response)
        listing.refresh_from_db()
        assert listing.out_of_stock_behaviour == "BACKORDER"

    def test_facility_is_created_changed_and_kept_while_orders_need_it(self) -> None:
        client = browser(Role.NETWORK_MANAGER)
        values = {"name": "Graz", "status": "ONLINE", "location_type": "STORE", "rank": 5, "country": "AT"}
        response = client.post(url_of(Facility, "add"), {**values, "services": ["PICKUP"], "time_zone": ""})
        assert response.status_code == 302, said(response)
        created = Facility.objects.get(name="Graz")
        assert (created.time_zone, created.services) == ("Europe/Vienna", ["PICKUP"])

        assert submit(client, created, status="SUSPENDED").status_code == 302
        created.refresh_from_db()
        assert (created.status, created.version) == ("SUSPENDED", 2)
        assert last_event(created).actor == "network@anteroom.local"

        client.post(url_of(Facility, "delete", created.pk), {"post": "yes"})
        assert not Facility.objects.filter(name="Graz").exists()
        used = Facility.objects.get(tenant_facility_id="DC-LEIPZIG")
        response = client.post(url_of(Facility, "delete", used.pk), {"post": "yes"})
        assert said(response)
        assert Facility.objects.filter(pk=used.pk).exists()

    def test_group_gets_members(self) -> None:
        group = FacilityGroup.objects.get(tenant_facility_group_id="alps")
        added = Facility.objects.get(tenant_facility_id="ST-KOELN")
        client = browser(Role.NETWORK_MANAGER)
        members = [*group.facilities.values_list("pk", flat=True), added.pk]

        response = submit(client, group, english_name="South", members=[str(id) for id in members])

        assert response.status_code == 302, said(response)
        group.refresh_from_db()
        assert group.name == "South"
        assert added in group.facilities.all()

    def test_article_gets_backorder_days(self) -> None:
        article = Article.objects.get(tenant_article_id="TEN-203")
        before = article.version

        assert submit(browser(Role.PLANNER), article, backorder_days=9).status_code == 302

        article.refresh_from_db()
        assert (article.backorder_days, article.version) == (9, before + 1)

    def test_waiting_room_settings_change_by_way_of_their_service(self) -> None:
        settings = WaitingRoomSettings.load()
        client = browser(Role.NETWORK_MANAGER)

        response = submit(client, settings, overtaking="STRICT", future_date_limit_quantity=6)
        assert response.status_code == 302, said(response)
        settings.refresh_from_db()
        assert (settings.overtaking, settings.future_date_limit_quantity) == ("STRICT", 6)
        assert last_event(settings).actor == "network@anteroom.local"

        response = submit(client, settings, prioritization='[{"by": "SHOE_SIZE"}]')
        assert "SHOE_SIZE" in said(response)

    def test_settings_are_not_the_planners(self) -> None:
        settings = WaitingRoomSettings.load()

        response = browser(Role.PLANNER).post(
            url_of(WaitingRoomSettings, "change", settings.pk), {"overtaking": "STRICT"}
        )

        assert response.status_code == 403

    def test_complete_stock_is_switched_and_its_mode_changed(self) -> None:
        strategy = RoutingStrategy.objects.get(in_use=True)
        client = browser(Role.NETWORK_MANAGER)

        assert act(client, strategy, "make_static", reason="Peak").headers["HX-Redirect"]
        assert act(client, strategy, "switch_complete_stock").headers["HX-Redirect"]

        strategy.refresh_from_db()
        fence = next(
            fence
            for fence in strategy.document["rootNode"]["config"]["fences"]
            if fence["implementation"] == "STOCK-AVAILABILITY"
        )
        assert (fence["active"], fence["activeMode"]) == (False, "static")
        assert strategy.revision == 3

    def test_strategy_is_activated_by_those_who_may(self) -> None:
        other = RoutingStrategy.objects.get(in_use=False)

        assert act(browser(Role.PLANNER), other, "activate").status_code == 403
        act(browser(Role.NETWORK_MANAGER), other, "activate", reason="Peak season")

        other.refresh_from_db()
        assert other.in_use

    def test_plan_is_assigned_from_its_page_with_a_reason(self) -> None:
        plan = RoutingPlan.objects.waiting().first()
        assert plan is not None
        store = Facility.objects.get(tenant_facility_id="ST-HAMBURG")

        response = act(
            browser(Role.AGENT),
            plan,
            "assign",
            facility=str(store.pk),
            service_level="",
            reason="Shop window",
        )

        assert response.headers["HX-Redirect"] == url_of(RoutingPlan, "change", plan.pk)
        plan.refresh_from_db()
        assert (plan.status, plan.facility) == (PlanStatus.ROUTED, store)
        event = DomainEvent.objects.filter(name="ROUTING_PLAN_ROUTED").order_by("-id")[0]
        assert (event.actor, event.reason) == ("agent@anteroom.local", "Shop window")
        assert find_discrepancies() == []

    def test_selected_plans_are_assigned_rerouted_and_cancelled(self) -> None:
        client = browser(Role.AGENT)
        waiting = RoutingPlan.objects.filter(
            pk__in=list(RoutingPlan.objects.waiting().values_list("pk", flat=True)[:3])
        )
        store = Facility.objects.get(tenant_facility_id="ST-HAMBURG")

        assert "Select the facility" in said(act_on_all(client, waiting, "assign_selected"))
        assert "3 plans" in said(act_on_all(client, waiting, "assign_selected", facility=str(store.pk)))
        assert set(waiting.values_list("status", flat=True)) == {PlanStatus.ROUTED}
        assert "3 plans" in said(act_on_all(client, waiting, "reroute_selected"))
        assert set(waiting.values_list("status", flat=True)) == {PlanStatus.OBSOLETE}
        run_passes()
        successors = RoutingPlan.objects.filter(reroute_predecessor__in=waiting)
        assert "3 plans" in said(act_on_all(client, successors, "cancel_selected"))
        assert set(successors.values_list("status", flat=True)) == {PlanStatus.CANCELED}
        run_passes()
        assert find_discrepancies() == []

    def test_a_plan_gets_another_turn_and_is_divided(self) -> None:
        """M4"""
        client = browser(Role.AGENT)
        plan = next(
            plan
            for plan in RoutingPlan.objects.waiting()
            .filter(pinned_at=None)
            .prefetch_related("lines__article")
            if len({line.article for line in plan.lines.all()}) > 1 and not plan.lines.exclude(bundle=None)
        )
        article = plan.lines.all()[0].article.tenant_article_id

        act(client, plan, "pin", reason="VIP")
        act(client, plan, "hold", until_0="2036-01-01", until_1="08:00", reason="Asked to wait")
        plan.refresh_from_db()
        assert plan.pinned_at
        assert plan.held_until
        mine = RoutingPlan.objects.filter(pk=plan.pk)
        assert "1 plan" in said(act_on_all(client, mine, "unhold_selected"))
        assert "1 plan" in said(act_on_all(client, mine, "unpin_selected"))
        assert "not pinned" in said(act_on_all(client, mine, "unpin_selected"))
        act(client, plan, "split", articles=article)
        part = RoutingPlan.objects.get(parent=plan)
        assert [line.article.tenant_article_id for line in part.lines.all()] == [article]
        act(client, part, "join")
        assert RoutingPlan.objects.get(pk=part.pk).status == PlanStatus.OBSOLETE
        assert act(browser(Role.VIEWER), plan, "pin").status_code == 403
        reasons = DomainEvent.objects.filter(resource_id=str(plan.pk)).values_list("reason", flat=True)
        assert {"VIP", "Asked to wait"} <= set(reasons)
        assert find_discrepancies() == []

    def test_one_refusal_leaves_the_other_plans_done(self) -> None:
        ended = RoutingPlan.objects.filter(status=PlanStatus.CANCELED).values_list("pk", flat=True)[:1]
        waiting = RoutingPlan.objects.waiting().values_list("pk", flat=True)[:1]
        plans = RoutingPlan.objects.filter(pk__in=[*ended, *waiting])

        message = said(act_on_all(browser(Role.AGENT), plans, "cancel_selected"))

        assert "1 plan was cancelled" in message
        assert "CANCELLED" in message
        assert set(plans.values_list("status", flat=True)) == {PlanStatus.CANCELED}

    def test_viewers_cannot_intervene(self) -> None:
        plans = RoutingPlan.objects.waiting()
        plan = plans[0]
        client = browser(Role.VIEWER)

        assert act(client, plan, "cancel").status_code == 403
        act_on_all(client, RoutingPlan.objects.filter(pk=plan.pk), "cancel_selected")

        plan.refresh_from_db()
        assert plan.status == PlanStatus.WAITING

    def test_order_is_cancelled_and_another_unlocked(self) -> None:
        client = browser(Role.AGENT)
        order = Order.objects.filter(status="OPEN", plans__status=PlanStatus.ROUTED).first()
        locked = Order.objects.filter(
            pk__in=list(Order.objects.filter(status="LOCKED").values_list("pk", flat=True))
        )
        assert order is not None

        act(client, order, "cancel", reason="Changed their mind")
        message = said(act_on_all(client, locked, "unlock_selected"))

        order.refresh_from_db()
        assert order.status == "CANCELLED"
        assert f"{locked.count()} orders were unlocked" in message
        assert set(locked.values_list("status", flat=True)) == {"OPEN"}
        run_passes()
        assert find_discrepancies() == []

    def test_dialog_that_is_only_opened_changes_nothing(self) -> None:
        plan = RoutingPlan.objects.waiting()[0]

        response = browser(Role.AGENT).get(reverse("admin:routing_routingplan_cancel", args=(plan.pk,)))

        assert "Cancel this plan" in response.content.decode()
        plan.refresh_from_db()
        assert plan.status == PlanStatus.WAITING

    def test_facts_are_nobodys_to_change(self) -> None:
        client = browser(Role.ADMINISTRATOR)
        for row in (StockLevel.objects.all()[0], RoutingPlan.objects.all()[0], Order.objects.all()[0]):
            assert client.post(url_of(type(row), "change", row.pk), {"on_hand": 1}).status_code == 403
            assert client.post(url_of(type(row), "delete", row.pk), {"post": "yes"}).status_code == 403
            assert client.get(url_of(type(row), "add")).status_code == 403
