"""What is stuck or has failed stands on top, with what to do; below it what was done last."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from backoffice.core.models import (
    BackgroundJob,
    DomainEvent,
    Subscription,
    WebhookDelivery,
    WorkerHeartbeat,
)
from backoffice.dashboard import activity
from routing.models import QueuedRun, ReleaseTrigger, RoutingPlan
from routing.readiness import PATIENCE
from tests.routing.pages import HTMX, text_of

URL = "/activity/"
MOST_QUERIES = 20


@pytest.fixture
def screens(screens_as):
    return screens_as("VIEWER")


@pytest.fixture(autouse=True)
def worker(db):
    """One is alive."""
    return WorkerHeartbeat.objects.create(name="celery@here", seen_at=timezone.now())


def long_ago():
    return timezone.now() - PATIENCE - timedelta(minutes=10)


def job(**fields):
    arguments = {"name": "REROUTE", "dryRun": False, "reason": ""}
    given = {"kind": "INTERVENTION", "arguments": arguments, "actor": "a@example.org", "total": 4}
    return BackgroundJob.objects.create(**{**given, **fields})


def titles(screens):
    return [concern.title for concern in screens.get(URL).context["concerns"]]


def test_all_is_well(screens):
    assert "Nothing is stuck, and nothing has failed." in text_of(screens.get(URL))


def test_without_a_worker_nothing_gets_on(screens, worker):
    worker.delete()
    said = text_of(screens.get(URL))
    assert "No worker is running" in said
    assert "Start a worker" in said


def test_triggers_that_nobody_serves(screens):
    for _ in range(2):
        ReleaseTrigger.objects.create(cause="STOCK_UP", created=long_ago())
    ReleaseTrigger.objects.create(cause="STOCK_UP", created=timezone.now())
    answer = screens.get(URL)
    assert "2 triggers have not been served, the oldest for 15 minutes" in text_of(answer)
    assert "/admin/routing/releasetrigger/" in answer.content.decode()


def test_plans_that_nobody_decides(screens, shop):
    shop.listing("A", "SKU", behaviour="BACKORDER")
    shop.order({"SKU": 1})
    RoutingPlan.objects.update(queued_run=QueuedRun.RETRY, queued_at=long_ago())
    assert titles(screens) == ["1 plan has awaited a routing decision for 15 minutes"]


class TestJobs:
    def test_refused_items_lead_to_what_was_refused(self, screens):
        done = job(status="DONE", done=4, failed=3, finished=timezone.now())
        (concern,) = screens.get(URL).context["concerns"]
        assert concern.title == "3 were refused in “Reroute: 4 plans”"
        assert concern.url == f"/jobs/{done.pk}/?status=FAILED"

    @pytest.mark.parametrize(
        "fields",
        [
            {"arguments": {"name": "REROUTE", "dryRun": True, "reason": ""}},
            {"finished": timezone.now() - activity.LOOKED_BACK - timedelta(days=1)},
            {"failed": 0},
        ],
    )
    def test_dry_runs_and_old_stories_concern_nobody(self, screens, fields):
        job(**{"status": "DONE", "done": 4, "failed": 3, "finished": timezone.now(), **fields})
        assert titles(screens) == []

    def test_one_that_no_worker_is_at_is_stuck(self, screens):
        stuck = job(status="RUNNING", lease=uuid4(), lease_until=long_ago())
        BackgroundJob.objects.filter(pk=stuck.pk).update(last_modified=long_ago())
        job(status="RUNNING", lease=uuid4(), lease_until=timezone.now() + timedelta(minutes=1))
        assert titles(screens) == ["“Reroute: 4 plans” does not get on"]


class TestDeliveries:
    @pytest.fixture
    def subscription(self):
        return Subscription.objects.create(
            name="Shop", event="ORDER_CREATED", callback_url="https://shop.example/hook"
        )

    def deliver(self, subscription, status):
        event = DomainEvent.objects.create(
            name="ORDER_CREATED",
            resource_type="ORDER",
            resource_id=str(uuid4()),
            actor="system",
            occurred_at=timezone.now(),
        )
        now = timezone.now()
        WebhookDelivery.objects.create(
            subscription=subscription, event=event, resource="x", status=status, next_attempt=now, created=now
        )

    def test_parked_ones_lead_to_where_they_are_sent_again(self, screens, subscription):
        for status in ("PARKED", "PARKED", "DELIVERED"):
            self.deliver(subscription, status)
        answer = screens.get(URL)
        (concern,) = answer.context["concerns"]
        assert concern.title == "2 events could not be delivered to Shop"
        assert concern.url == f"/settings/webhooks/{subscription.pk}/"
        assert "2 parked" in text_of(answer)

    def test_a_receiver_that_cannot_be_reached_is_named(self, screens, subscription):
        Subscription.objects.update(unreachable_since=timezone.now() - timedelta(hours=2))
        assert titles(screens) == ["Shop cannot be reached since 2 hours"]


def test_what_was_done_last_leads_on(screens, shop):
    shop.listing("A", "SKU", behaviour="BACKORDER")
    shop.order({"SKU": 1})
    shop.stock("A", "SKU", 1)
    job(status="DONE", done=4, finished=timezone.now())
    said = text_of(screens.get(URL))
    assert "1 of 1 released" in said
    assert "Reroute: 4 plans Done 4 of 4 · a@example.org" in said
    assert "Nobody has subscribed." in said


def test_the_part_that_changes_comes_alone(screens):
    page = screens.get(URL, headers={**HTMX, "HX-Target": "activity"}).content.decode()
    assert "<html" not in page
    assert "Stuck or failed" in page


def test_it_takes_few_queries(screens, worker):
    worker.delete()
    for _ in range(8):
        ReleaseTrigger.objects.create(cause="STOCK_UP", created=long_ago())
        job(status="DONE", done=4, failed=3, finished=timezone.now())
        Subscription.objects.create(name="S", event="X", callback_url="y", unreachable_since=timezone.now())
    screens.get(URL)
    with CaptureQueriesContext(connection) as queries:
        screens.get(URL)
    assert len(queries) <= MOST_QUERIES
