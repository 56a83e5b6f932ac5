"""``manage.py doctor`` says what is wrong, and what to do about it (spec 8, "Operations")."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.core.management import call_command
from django.utils import timezone

from backoffice.core import heartbeats
from backoffice.core.models import WebhookDelivery
from backoffice.core.models.webhook import DeliveryStatus
from backoffice.dashboard import health
from inventory.models import StockLevel
from tests.factories.inventory import StockLevelFactory

pytestmark = pytest.mark.django_db

Doctor = Callable[[], tuple[int, str]]


@pytest.fixture
def doctor(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Doctor:
    """What the command answers: its exit code, and what it says."""
    monkeypatch.setattr(health, "_migrated", False)

    def ask() -> tuple[int, str]:
        code = 0
        try:
            call_command("doctor", "--no-color")
        except SystemExit as stopped:
            code = int(str(stopped.code))
        return code, capsys.readouterr().out

    return ask


@pytest.fixture
def well(make_user: Callable[..., Any]) -> None:
    heartbeats.beat("worker@here")
    make_user("ADMINISTRATOR")


@pytest.mark.usefixtures("well")
def test_all_is_well(doctor: Doctor) -> None:
    code, said = doctor()
    assert code == 0
    assert said.endswith("All is well.\n")
    assert "well  books: everything reconciles" in said
    assert "WRONG" not in said


def test_a_new_installation_is_told_what_it_lacks(doctor: Doctor) -> None:
    code, said = doctor()
    assert code == 1
    assert (
        "WRONG worker: no worker was ever seen\n      Start a worker: celery --app backoffice worker." in said
    )
    assert "WRONG administrators: 0 active\n      Make one: manage.py createsuperuser." in said
    assert said.endswith("2 things are not well.\n")


@pytest.mark.usefixtures("well")
def test_without_its_tables_nothing_is_looked_up_in_them(
    doctor: Doctor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(health.MigrationExecutor, "migration_plan", lambda self, targets: [object()])
    code, said = doctor()
    assert code == 1
    assert "WRONG migrations: 1 to apply" in said
    assert "Run manage.py migrate" in said
    assert "books" not in said
    assert said.endswith("1 thing is not well.\n")


@pytest.mark.usefixtures("well")
def test_books_that_do_not_agree_are_told(doctor: Doctor) -> None:
    StockLevelFactory(on_hand=3)
    StockLevel.objects.update(on_hand=4)  # with no movement
    code, said = doctor()
    assert code == 1
    assert "WRONG books: " in said
    assert "report what manage.py reconcile says" in said


@pytest.mark.usefixtures("well")
def test_deliveries_that_were_given_up_are_told(doctor: Doctor) -> None:
    WebhookDelivery.objects.create(
        subscription_id=1,
        event_id=1,
        status=DeliveryStatus.PARKED,
        next_attempt=timezone.now(),
        created=timezone.now(),
    )
    code, said = doctor()
    assert code == 1
    assert "WRONG webhooks: 1 given up\n      See to the receivers" in said


@pytest.mark.usefixtures("well")
def test_production_is_asked_for_what_production_needs(doctor: Doctor, settings: Any) -> None:
    settings.SECURE, settings.SECURE_SSL_REDIRECT = True, False
    code, said = doctor()
    assert code == 1
    assert "WRONG security.W008: " in said
