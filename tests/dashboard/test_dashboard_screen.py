"""The dashboard: every figure right, every figure a link to what it counts."""

from __future__ import annotations

import html
import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from backoffice.core.models import WorkerHeartbeat
from backoffice.dashboard import figures
from inventory.models import Article, ExpectedStock, Facility, InboundProcess
from orders.models import PickJob, PickJobStatus
from routing.models import ReleaseRun, RoutingPlan
from routing.readiness import PATIENCE

MOST_QUERIES = 20


def text_of(content):
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", content)).split())


@pytest.fixture
def screens(screens_as):
    return screens_as("VIEWER")


@pytest.fixture
def read(screens):
    """``read()``: the text of the dashboard."""

    def page(path="/"):
        response = screens.get(path)
        assert response.status_code == 200
        return text_of(response.content.decode())

    return page


@pytest.fixture
def waiting(shop):
    """Orders that have been waiting for 0, 2, 10 and 40 days, of 1, 2, 3 and 4 units; nothing is in stock."""
    shop.listing("A", "SKU", behaviour="BACKORDER")
    orders = [shop.order({"SKU": units}) for units in (1, 2, 3, 4)]
    for order, days in zip(orders, (0, 2, 10, 40), strict=True):
        RoutingPlan.objects.filter(order=order.id).update(
            waiting_since=timezone.now() - timedelta(days=days, minutes=1)
        )
    return orders


def expected_stock(*, days, quantity=5, received=0, **fields):
    facility, article = Facility.objects.first(), Article.objects.get(tenant_article_id="SKU")
    return ExpectedStock.objects.create(
        inbound_process=InboundProcess.objects.create(
            facility=facility, tenant_inbound_process_id=f"PO{days}"
        ),
        facility=facility,
        article=article,
        quantity=quantity,
        received=received,
        delivery_date=timezone.localdate() + timedelta(days=days),
        **fields,
    )


class TestFigures:
    def test_waiting_plans_and_units_are_counted(self, read, waiting):
        assert "Waiting 4 10 units" in read()

    def test_each_age_links_to_just_those_plans(self, screens, waiting):
        ages = screens.get("/").context["ages"]

        assert [(bar.label, bar.plans, bar.units) for bar in ages] == [
            ("Less than a day", 1, 1),
            ("1 to 3 days", 1, 2),
            ("3 to 7 days", 0, 0),
            ("7 to 14 days", 1, 3),
            ("14 to 30 days", 0, 0),
            ("30 days or longer", 1, 4),
        ]
        for bar, order in zip((bar for bar in ages if bar.plans), waiting, strict=True):
            listed = screens.get(bar.url).content.decode()
            found = {other.tenant_order_id for other in waiting if f">{other.tenant_order_id}<" in listed}
            assert found == {order.tenant_order_id}

    def test_each_reason_and_behaviour_links_to_just_those_plans(self, screens, shop, waiting):
        shop.listing("B", "NEW", behaviour="PREORDER", config=_preorder())
        other = shop.order({"NEW": 1})
        page = screens.get("/").context

        (reason,) = page["reasons"]
        assert (reason.label, reason.plans, reason.units) == ("Stock is missing", 5, 11)
        assert [(bar.label, bar.plans) for bar in page["behaviours"]] == [("Backorder", 4), ("Preorder", 1)]
        listed = screens.get(page["behaviours"][1].url).content.decode()
        assert other.tenant_order_id in listed
        assert waiting[0].tenant_order_id not in listed

    def test_every_reason_that_makes_a_plan_wait_has_a_name(self):
        from routing.engine import ReasonCode

        settled = {
            "IN_STOCK",
            "REPLENISHED",
            "STOCK_NOT_ASKED",
            "ASSIGNED_BY_HAND",
            "FALLBACK",
            "MOST_COVERED",
            "EXPECTED_STOCK",
            "ARRIVED",
        }
        divided = {"IN_PARTS", "WITH_EXPECTED_STOCK"}
        assert {code.value for code in ReasonCode} - settled - divided == {
            code.value for code in figures.REASONS
        }

    def test_unroutable_plans_are_counted_and_linked(self, screens, read, shop):
        shop.strategy(stock_mode="static")
        shop.listing("A", "SKU")
        shop.order({"SKU": 2})
        assert "Unroutable 1 2 units" in read()
        assert 'href="/waiting-room/?state=unroutable"' in screens.get("/").content.decode()

    def test_the_queue_is_counted_and_its_standing_still_is_said(self, read, shop):
        WorkerHeartbeat.objects.create(name="w", seen_at=timezone.now())
        shop.listing("A", "SKU", behaviour="BACKORDER")
        shop.order({"SKU": 1}, drain=False)
        assert "Being routed 1 in the queue" in read()
        assert "cannot keep up" not in read()
        RoutingPlan.objects.update(queued_at=timezone.now() - PATIENCE)
        assert "cannot keep up" in read()

    def test_a_missing_worker_is_said(self, read, waiting):
        assert "No worker is running" in read()
        WorkerHeartbeat.objects.create(name="w", seen_at=timezone.now())
        assert "No worker is running" not in read()

    def test_releases_are_counted_by_day(self, screens, read, shop, waiting):
        shop.stock("A", "SKU", 3)
        now = timezone.now()
        for days, released in ((6, 5), (7, 9), (20, 100)):
            ReleaseRun.objects.create(started=now - timedelta(days=days), released=released)

        chart = screens.get("/").context["release_chart"]

        assert list(chart.series[0].values)[-8:] == [9, 5, 0, 0, 0, 0, 0, 2]
        assert len(chart.points) == 14
        assert "Released today 2 7 in seven days" in read()

    def test_releases_are_counted_by_the_hour_when_that_is_asked_for(self, screens, waiting):
        now = timezone.now()
        for hours, released in ((0, 3), (5, 4), (23, 7), (24, 100)):
            ReleaseRun.objects.create(started=now - timedelta(hours=hours), released=released)

        chart = screens.get("/", {"rate": "hours"}).context["release_chart"]

        assert list(chart.series[0].values) == [7, *[0] * 17, 4, *[0] * 4, 3]
        assert len(chart.points) == 24

    def test_each_day_links_to_just_its_releases(self, screens, waiting):
        now = timezone.now()
        for days, considered in ((0, 7060), (2, 7062)):
            ReleaseRun.objects.create(
                started=now - timedelta(days=days), released=1, considered=considered, still_waiting=0
            )
        point = screens.get("/").context["release_chart"].points[-3]
        listed = text_of(screens.get(point.url).content.decode()).replace(",", "")
        assert "7062" in listed
        assert "7060" not in listed

    def test_ages_are_drawn_by_behaviour_and_written_down_with_units(self, screens, shop, waiting):
        shop.listing("B", "NEW", behaviour="PREORDER", config=_preorder())
        shop.order({"NEW": 7})

        chart = screens.get("/").context["age_chart"]

        assert [(str(one.name), list(one.values)) for one in chart.series] == [
            ("Backorder", [1, 1, 0, 1, 0, 1]),
            ("Preorder", [1, 0, 0, 0, 0, 0]),
        ]
        point, values = chart.rows[0]
        assert (point.label, values) == ("Less than a day", [2, 8])
        assert point.url == "/waiting-room/?ageBelow=1"

    def test_the_load_of_facilities_is_drawn_busiest_first(self, screens, shop):
        for place in ("A", "B"):
            shop.stock(place, f"OF-{place}", 9)
        for sku in ("OF-B", "OF-B", "OF-A"):
            shop.order({sku: 1})
        job = PickJob.objects.filter(facility__name="B").earliest("id")
        job.status = PickJobStatus.IN_PROGRESS
        job.save()

        chart = screens.get("/").context["load_chart"]

        assert [point.label for point in chart.points] == ["B", "A"]
        assert chart.points[0].url == f"/pick-jobs/?facility={shop.id_of('B')}"
        assert job.short_id in screens.get(chart.points[0].url).content.decode()
        assert job.short_id not in screens.get(chart.points[1].url).content.decode()
        assert [list(one.values) for one in chart.series] == [[1, 1], [1, 0]]

    def test_demand_is_drawn_against_what_is_there_and_what_comes(self, screens, shop, waiting):
        expected_stock(days=3, quantity=9, received=2)
        expected_stock(days=-2, quantity=1)
        chart = screens.get("/").context["demand_chart"]
        assert [point.label for point in chart.points] == ["SKU"]
        assert [list(one.values) for one in chart.series] == [[10], [0], [7], [1]]

    def test_late_deliveries_are_counted_in_units(self, screens, read, waiting):
        assert "Late 0 units of 0 deliveries" in read()
        expected_stock(days=-2, quantity=9, received=2)
        expected_stock(days=-3, quantity=1)
        expected_stock(days=1, quantity=50)
        assert "Late 8 units of 2 deliveries" in read()
        assert 'href="/network/incoming/?show=LATE"' in screens.get("/").content.decode()


class TestLists:
    def test_who_waits_longest_comes_first_with_the_reason(self, screens, read, waiting):
        first, *_others = screens.get("/").context["oldest"]
        assert str(first.order) == waiting[3].tenant_order_id
        assert f"{waiting[3].tenant_order_id} for 40 days A lacks 4 of SKU." in read()

    def test_releases_are_told_with_their_cause(self, read, shop, waiting):
        shop.stock("A", "SKU", 1)
        assert re.search(r"\b1 of \d released", read())
        assert "Stock came" in read()

    def test_demand_stands_beside_what_is_coming(self, screens, waiting):
        expected_stock(days=3, quantity=9, received=2)
        expected_stock(days=5, status="CLOSED")
        expected_stock(days=-2, quantity=1)

        (one,) = screens.get("/").context["wanted"]

        assert (one.article.tenant_article_id, one.plans, one.units) == ("SKU", 4, 10)
        assert (one.expected, one.gap) == (7, 3), "late deliveries are not counted on"
        assert one.next_day == timezone.localdate() + timedelta(days=3)
        assert f'href="/demand/{one.article.pk}/"' in screens.get("/").content.decode()

    def test_late_deliveries_are_listed(self, read, waiting):
        assert "Everything that is dated is still on time" in read()
        expected_stock(days=-2, quantity=9, received=2)
        expected_stock(days=0)
        assert "7 × SKU due" in read()
        assert "PO-2" in read()
        assert "PO0" not in read()


class TestPage:
    @pytest.mark.parametrize("part", ["figures", "concerns", "lists"])
    def test_each_part_comes_alone(self, screens, waiting, part):
        assert "<html" not in screens.get(f"/?part={part}").content.decode()

    def test_what_is_stuck_or_has_failed_is_asked_for_afterwards(self, screens, read, waiting):
        assert 'hx-get="?part=concerns"' in screens.get("/").content.decode()
        assert "No worker is running" in read("/?part=concerns")
        WorkerHeartbeat.objects.create(name="w", seen_at=timezone.now())
        assert "Nothing is stuck, and nothing has failed." in read("/?part=concerns")

    def test_unknown_parts_are_not_found(self, screens, waiting):
        assert screens.get("/?part=secrets").status_code == 404

    def test_who_waits_too_long_is_counted_and_listed(self, screens, read, waiting):
        assert "too long" not in read()
        RoutingPlan.objects.filter(order=waiting[3].id).update(overstayed_at=timezone.now())
        assert "1 plan waits too long" in read()
        page = text_of(screens.get("/waiting-room/", {"waitingTooLong": "true"}).content.decode())
        assert "4 × SKU" in page
        assert "3 × SKU" not in page

    def test_it_takes_few_queries_however_much_there_is(self, screens, shop, waiting, monkeypatch):
        expected_stock(days=-2)
        monkeypatch.setattr("backoffice.dashboard.first_steps.NOVICE_ORDERS", 0)

        def queries():
            with CaptureQueriesContext(connection) as captured:
                assert screens.get("/").status_code == 200
            return len(captured)

        few = queries()
        for sku in ("X", "Y", "Z"):
            shop.listing("B", sku, behaviour="BACKORDER")
            shop.order({sku: 1, "SKU": 1})
        assert queries() <= few <= MOST_QUERIES
        monkeypatch.undo()
        assert queries() <= few + len(screens.get("/").context["steps"]) - 1  # the order itself was counted


class TestFirstSteps:
    """From an empty installation to the first order that waited, went, and was picked."""

    @pytest.fixture
    def steps(self, screens):
        """What is done, in the order of the way; and what is said of how the order stands."""

        def read():
            return {name for name, done in (screens.get("/").context["steps"] or {}).items() if done}

        return read

    def test_each_step_ticks_itself(self, screens, read, steps, db, shop):
        assert steps() == {"facility"}
        assert "Waiting, by age" not in read()

        shop.listing("A", "SKU", behaviour="BACKORDER")
        assert steps() == {"facility", "listing"}

        order = shop.order({"SKU": 2})
        assert steps() == {"facility", "listing", "order", "waiting"}
        assert "Waiting, by age" in read()

        expected_stock(days=3)
        assert "incoming" in steps()

        shop.stock("A", "SKU", 5)
        assert steps() == {"facility", "listing", "order", "incoming", "released"}

        PickJob.objects.filter(order_id=order.id).update(status=PickJobStatus.PICKED)
        assert "First steps" not in read()
        assert screens.get("/", {"part": "first_steps"}).content.strip() == b""

    def test_an_order_that_does_not_wait_is_pointed_out(self, read, shop):
        shop.listing("A", "SKU", behaviour="NONE")
        shop.order({"SKU": 1})
        assert "An order cannot be routed, and does not wait either" in read()

    def test_whoever_has_many_orders_is_not_led(self, read, shop, monkeypatch):
        monkeypatch.setattr("backoffice.dashboard.first_steps.NOVICE_ORDERS", 1)
        shop.listing("A", "SKU", behaviour="BACKORDER")
        shop.order({"SKU": 1})
        assert "First steps" in read()
        shop.order({"SKU": 1})
        assert "First steps" not in read()

    def test_each_may_open_what_they_may_do(self, screens_as, shop):
        shop.listing("A", "SKU", behaviour="BACKORDER")
        asked = {
            role: set(re.findall(r'hx-get="([^"]*/new/)"', screens_as(role).get("/").content.decode()))
            for role in ("VIEWER", "AGENT", "PLANNER", "NETWORK_MANAGER")
        }
        assert asked == {
            "VIEWER": set(),
            "AGENT": {"/orders/new/"},
            "PLANNER": {"/orders/new/", "/network/listings/new/", "/network/incoming/new/"},
            "NETWORK_MANAGER": {
                "/network/facilities/new/",
                "/network/listings/new/",
                "/network/incoming/new/",
                "/orders/new/",
            },
        }


def _preorder():
    start = (timezone.now() + timedelta(days=30)).isoformat()
    return {"preorder": {"availabilityTimeframe": {"start": start}}}
