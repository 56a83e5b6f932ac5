from __future__ import annotations

import threading
import time

import pytest
from django.db import transaction

from backoffice.core import nudges
from tests.conftest import run_commit_hooks


def test_a_nudge_waits_for_the_commit_and_is_merged_with_its_like(db):
    nudges.nudge("routing.release")
    nudges.nudge("core.housekeeping")
    nudges.nudge("routing.release")
    assert nudges.take() == []

    run_commit_hooks()

    assert nudges.take() == ["routing.release", "core.housekeeping"]
    assert nudges.take() == []


def test_what_is_rolled_back_nudges_nobody(db):
    with transaction.atomic():
        nudges.nudge("routing.release")
        transaction.set_rollback(True)
    run_commit_hooks()
    assert nudges.take() == []


@pytest.fixture
def mailbox(monkeypatch, settings):
    settings.ANTEROOM_NUDGES = "thread"
    fresh = nudges._Mailbox()
    monkeypatch.setattr(nudges, "_mailbox", fresh)
    return fresh


@pytest.mark.django_db(transaction=True)
def test_a_request_never_waits_for_a_broker_that_hangs(mailbox, monkeypatch):
    sent, broker_answers = [], threading.Event()

    def hang(name, **options):
        broker_answers.wait(10)
        sent.append((name, options))

    monkeypatch.setattr(nudges.current_app, "send_task", hang, raising=False)
    started = time.perf_counter()
    nudges.nudge("routing.release")
    for _ in range(100):
        nudges.nudge("core.housekeeping")
    elapsed = time.perf_counter() - started
    assert elapsed < 1
    assert sent == []

    broker_answers.set()
    _until(lambda: len(sent) >= 2)
    # What came while the broker hung was merged: at most once with the first batch and once after it.
    assert sent[0] == ("routing.release", {"ignore_result": True, "retry": False})
    assert 1 <= [name for name, _ in sent].count("core.housekeeping") <= 2


@pytest.mark.django_db(transaction=True)
def test_a_broker_that_fails_costs_the_nudge_and_nothing_else(mailbox, monkeypatch):
    sent = []

    def fail_first(name, **options):
        sent.append(name)
        if len(sent) == 1:
            raise ConnectionRefusedError("no broker")

    monkeypatch.setattr(nudges.current_app, "send_task", fail_first, raising=False)
    nudges.nudge("routing.release")
    _until(lambda: len(sent) == 1)
    nudges.nudge("routing.release")
    _until(lambda: len(sent) == 2)


def test_draining_runs_tasks_until_nothing_is_left(db, drain):
    nudges.nudge("core.housekeeping")
    assert drain() == ["core.housekeeping"]
    assert drain() == []


def _until(condition, seconds=10):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it never happened"
        time.sleep(0.005)
