from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import DatabaseError
from django.utils import timezone

from backoffice.core import heartbeats, readiness
from backoffice.core.models import WorkerHeartbeat
from backoffice.core.readiness import Finding
from backoffice.dashboard import health


@pytest.fixture(autouse=True)
def only_our_checks(monkeypatch):
    monkeypatch.setattr(readiness, "_checks", {})
    monkeypatch.setattr(health, "_migrated", False)
    health.register()


def checks(client):
    response = client.get("/readyz")
    return response.status_code, {check["name"]: check["ok"] for check in response.json()["checks"]}


def test_the_process_is_alive_without_looking_at_anything(client):
    response = client.get("/healthz")  # and a test without a database would fail if it looked there
    assert (response.status_code, response.json()) == (200, {"status": "alive"})
    assert "no-store" in response.headers["Cache-Control"]


def test_with_a_living_worker_everything_is_ready(client, db):
    heartbeats.beat("worker@here")
    assert checks(client) == (200, {"database": True, "migrations": True, "broker": True, "worker": True})


def test_without_a_worker_it_is_not_ready_and_says_so(client, db):
    status, found = checks(client)
    assert status == 503
    assert [name for name, ok in found.items() if not ok] == ["worker"]


def test_a_worker_that_missed_three_beats_counts_as_dead_and_any_other_as_alive(
    client, db, settings, time_machine
):
    time_machine.move_to("2026-05-01T08:00:00+00:00", tick=False)
    heartbeats.beat("worker@here")
    time_machine.shift(timedelta(seconds=3 * settings.ANTEROOM_HEARTBEAT_SECONDS))
    assert checks(client)[0] == 200
    time_machine.shift(timedelta(seconds=1))
    assert checks(client)[0] == 503
    heartbeats.beat("worker@there")
    assert checks(client)[0] == 200


def test_a_database_that_does_not_answer_is_reported_not_raised(client, db, monkeypatch):
    def refuse(*args, **kwargs):
        raise DatabaseError("password=secret")

    heartbeats.beat("worker@here")
    with monkeypatch.context() as patch:
        patch.setattr(health.connection, "cursor", refuse)
        response = client.get("/readyz")
        status = client.get("/api/status").json()
    assert response.status_code == 503
    assert "secret" not in response.content.decode()
    assert status == {"status": "DOWN"}


def test_missing_migrations_are_counted_and_present_ones_looked_up_once(client, db, monkeypatch):
    heartbeats.beat("worker@here")
    monkeypatch.setattr(
        health.MigrationExecutor, "migration_plan", lambda self, targets: [object(), object()]
    )
    response = client.get("/readyz")
    assert response.status_code == 503
    assert "2 to apply: run manage.py migrate" in response.content.decode()

    monkeypatch.setattr(health.MigrationExecutor, "migration_plan", lambda self, targets: [])
    assert checks(client)[0] == 200
    monkeypatch.setattr(health, "MigrationExecutor", None)
    assert checks(client)[0] == 200


def test_a_broker_that_is_away_is_reported(client, db, settings, monkeypatch):
    heartbeats.beat("worker@here")
    settings.CELERY_BROKER_TRANSPORT_OPTIONS = {"data_folder_in": "/nowhere/at/all"}
    assert checks(client) == (503, {"database": True, "migrations": True, "broker": False, "worker": True})


def test_other_floors_add_checks_of_their_own(client, db):
    heartbeats.beat("worker@here")
    readiness.register("triggers", lambda: Finding(ok=False, detail="oldest is 90 s old"))
    response = client.get("/readyz")
    assert response.status_code == 503
    assert response.json()["checks"][-1] == {"name": "triggers", "ok": False, "detail": "oldest is 90 s old"}


def test_status_is_degraded_while_requests_work_and_up_when_all_is_well(anonymous, db):
    assert anonymous.get("/api/status").json() == {"status": "DEGRADED"}
    heartbeats.beat("worker@here")
    assert anonymous.get("/api/status").json() == {"status": "UP"}


def test_health_lists_what_the_platform_depends_on_for_who_is_signed_in(api, anonymous):
    assert anonymous.get("/api/health").status_code == 401
    assert api.get("/api/health").json() == {
        "status": "DOWN",
        "dependencies": [
            {"name": "database", "status": "UP"},
            {"name": "migrations", "status": "UP"},
            {"name": "broker", "status": "UP"},
            {"name": "worker", "status": "DOWN"},
        ],
    }


def test_metrics_are_text_and_may_be_kept_for_a_token(client, settings):
    assert b"python_info" in client.get("/metrics").content
    settings.METRICS_TOKEN = "sesame"
    assert client.get("/metrics").status_code == 401
    assert client.get("/metrics", headers={"authorization": "Bearer wrong"}).status_code == 401
    assert client.get("/metrics", headers={"authorization": "Bearer sesame"}).status_code == 200


def test_housekeeping_forgets_workers_of_yesterday_and_keeps_todays(db, tasks):
    heartbeats.beat("worker@here")
    WorkerHeartbeat.objects.create(name="worker@gone", seen_at=timezone.now() - timedelta(days=2))
    tasks["core.housekeeping"].apply(throw=True)
    assert list(WorkerHeartbeat.objects.values_list("name", flat=True)) == ["worker@here"]


@pytest.mark.django_db(transaction=True)
def test_a_worker_beats_from_its_start_to_its_end(settings):
    import threading
    import time

    settings.ANTEROOM_HEARTBEAT_SECONDS = 0.01

    class Worker:
        hostname = "worker@thread"

    heartbeats._start(Worker())
    deadline = time.monotonic() + 10
    while not WorkerHeartbeat.objects.filter(name="worker@thread").exists():
        assert time.monotonic() < deadline
        time.sleep(0.01)
    heartbeats._stop()
    while any(thread.name == "heartbeat" for thread in threading.enumerate()):
        assert time.monotonic() < deadline
        time.sleep(0.01)
