from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.apps import apps
from django.contrib import admin
from django.db import connection
from django.db.models import Model
from django.test import Client, TestCase
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from django_celery_beat.models import PeriodicTask
from unfold.admin import ModelAdmin

from backoffice.core.access import Role
from backoffice.core.messages import MessageField
from backoffice.core.models import DomainEvent, Subscription, WebhookDelivery
from backoffice.core.texts import text
from backoffice.dashboard.demo.seed import seed
from backoffice.dashboard.demo.users import user_of
from orders.models import Order, PaymentAuthorisation, PaymentOperation

OURS = ("inventory", "orders", "routing")
MOST_QUERIES = 20
"""Of a list, however many rows it shows."""

SINGLETON = "routing.waitingroomsettings"
"""Its list leads straight to the one row."""


def models() -> Iterator[type[Model]]:
    for label in OURS:
        yield from apps.get_app_config(label).get_models()


def messages() -> list[MessageField]:
    """The columns for sentences that Anteroom writes, of whatever has pages."""
    return [
        field
        for model in admin.site._registry
        for field in model._meta.local_concrete_fields
        if isinstance(field, MessageField)
    ]


def browser(role: Role) -> Client:
    client = Client()
    client.force_login(user_of(role), backend="django.contrib.auth.backends.ModelBackend")
    return client


def url_of(model: type[Model], page: str, *args: Any) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}", args=args)


@pytest.mark.xdist_group("demo-pages")
class TestAdminPages(TestCase):
    @classmethod
    def setUpTestData(cls) -> None:
        seed()

    def test_every_model_is_registered(self) -> None:
        assert [model for model in models() if model not in admin.site._registry] == []

    def test_every_list_opens_for_every_role_with_few_queries(self) -> None:
        for role in Role:
            client = browser(role)
            full = role in (Role.ADMINISTRATOR, Role.VIEWER)  # rows look the same to those between
            for model in models():
                with (
                    self.subTest(role=role.value, model=model._meta.label),
                    CaptureQueriesContext(connection) as queries,
                ):
                    response = client.get(url_of(model, "changelist"), {} if full else {"q": "nothing"})
                    assert response.status_code == (302 if model._meta.label_lower == SINGLETON else 200)
                assert len(queries) <= MOST_QUERIES, model._meta.label

    def test_every_list_can_be_searched(self) -> None:
        client = browser(Role.VIEWER)
        for model in models():
            modeladmin = admin.site._registry[model]
            if not modeladmin.search_fields:
                continue
            for term in ("TEN-201", "0190aaaa-bbbb-7ccc-8ddd-eeeeffff0000", "%' ü"):
                with self.subTest(model=model._meta.label, term=term):
                    response = client.get(url_of(model, "changelist"), {"q": term})
                    assert response.status_code == 200

    def test_what_anteroom_writes_is_read_in_the_readers_language(self) -> None:
        """Reasons and last errors: on lists, on pages, and on that of the order that they belong to (decision 27)."""
        subscription = Subscription.objects.create(name="Shop", event="ORDER_CREATED")
        WebhookDelivery.objects.create(
            subscription=subscription,
            event=DomainEvent.objects.latest("pk"),
            next_attempt=timezone.now(),
            created=timezone.now(),
        )
        order = Order.objects.latest("pk")
        payment = PaymentAuthorisation.objects.create(order=order, amount=5, currency="EUR")
        PaymentOperation.objects.create(
            order=order, authorisation=payment, kind="VOID", amount=5, next_attempt=timezone.now()
        )
        client = browser(Role.ADMINISTRATOR)
        for field in messages():
            model = field.model
            model._base_manager.update(**{field.name: text("Its facility went OFFLINE")})
            row = model._base_manager.latest("pk")
            pages = [url_of(model, "change", row.pk), url_of(model, "changelist")]
            if hasattr(row, "order_id"):
                pages.append(url_of(Order, "change", row.order_id))
            with self.subTest(field=str(field)):
                shown = [
                    client.get(page, headers={"accept-language": "de"}).content.decode() for page in pages
                ]
                assert not any("Its facility went OFFLINE" in page for page in shown)
                assert "Sein Standort ging OFFLINE" in shown[0]

    def test_every_page_opens_for_who_edits_and_who_looks(self) -> None:
        for role in (Role.ADMINISTRATOR, Role.VIEWER):
            client = browser(role)
            for model in models():
                row = model._base_manager.order_by("pk").last()
                if row is None:
                    continue
                with (
                    self.subTest(role=role.value, model=model._meta.label),
                    CaptureQueriesContext(connection) as queries,
                ):
                    assert client.get(url_of(model, "change", row.pk)).status_code == 200
                assert len(queries) <= 1.5 * MOST_QUERIES, model._meta.label

    def test_pages_of_libraries_open_in_the_theme(self) -> None:
        client = browser(Role.ADMINISTRATOR)
        for label in ("django_celery_beat", "axes"):
            for model in apps.get_app_config(label).get_models():
                if model not in admin.site._registry:
                    continue
                with self.subTest(model=model._meta.label):
                    assert client.get(url_of(model, "changelist")).status_code == 200
                    assert isinstance(admin.site._registry[model], ModelAdmin)
        assert client.get(url_of(PeriodicTask, "add")).status_code == 200

    def test_index_names_every_section(self) -> None:
        page = browser(Role.VIEWER).get(reverse("admin:index")).content.decode()

        for section in ("Waiting room", "Orders", "Network", "Routing", "Administration"):
            assert section in page
