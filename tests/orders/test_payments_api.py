"""``orders/{id}/payments`` and ``paymentoperations`` (spec 5, W9)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from backoffice.core.access import Role
from backoffice.core.models import DomainEvent, uuid7
from orders.models import OrderStatus, PaymentAuthorisation, PaymentOperation
from orders.services.paymentplanning import plan_releases
from orders.services.paymentwork import perform_all
from tests.orders.paymentworld import paid, priced_order, release

pytestmark = pytest.mark.django_db

NOBODY = "00000000-0000-7000-8000-000000000000"
PAYMENT = {"amount": 50.25, "currency": "EUR", "gatewayReference": "shop-1"}


@pytest.fixture
def order() -> Any:
    return priced_order((2, "25"))


def url(order: Any) -> str:
    return f"/api/orders/{order.id}/payments"


def codes(response: Any) -> set[tuple[str, str]]:
    return {(error["field"], error["code"]) for error in response.json()}


class TestRecording:
    def test_what_a_shop_authorised_is_recorded_and_listed(self, api: Any, order: Any) -> None:
        expires = (timezone.now() + timedelta(days=7)).replace(microsecond=0)
        response = api.post(url(order), {**PAYMENT, "expires": expires.isoformat()})

        assert response.status_code == 201
        payment = response.json()
        assert payment == {
            "id": str(PaymentAuthorisation.objects.get().id),
            "version": 1,
            "created": payment["created"],
            "lastModified": payment["lastModified"],
            "orderRef": str(order.id),
            "amount": 50.25,
            "currency": "EUR",
            "status": "AUTHORISED",
            "gatewayReference": "shop-1",
            "expires": expires.strftime("%Y-%m-%dT%H:%M:%S.000Z"),
        }
        assert api.get(url(order)).json() == {"payments": [payment], "total": 1}
        event = DomainEvent.objects.get(name="PAYMENT_AUTHORISED")
        assert (event.process_id, event.actor) == (order.id, api.user.email)
        assert event.facts == {"amount": "50.25", "currency": "EUR", "gatewayReference": "shop-1"}

    def test_a_captured_payment_is_recorded_as_such(self, api: Any, order: Any) -> None:
        response = api.post(url(order), {**PAYMENT, "status": "CAPTURED"})
        assert response.json()["status"] == "CAPTURED"
        assert DomainEvent.objects.get().name == "PAYMENT_CAPTURED"

    @pytest.mark.parametrize(
        ("body", "field"),
        [
            ({"currency": "EUR"}, "amount"),
            ({"amount": 5}, "currency"),
            ({**PAYMENT, "amount": 0}, "amount"),
            ({**PAYMENT, "amount": -1}, "amount"),
            ({**PAYMENT, "amount": "NaN"}, "amount"),
            ({**PAYMENT, "amount": 10**16}, "amount"),
            ({**PAYMENT, "amount": 1.005}, "amount"),
            ({**PAYMENT, "amount": {}}, "amount"),
            ({**PAYMENT, "currency": "eur"}, "currency"),
            ({**PAYMENT, "currency": "EU R"}, "currency"),
            ({**PAYMENT, "currency": "USD"}, "currency"),
            ({**PAYMENT, "status": "VOIDED"}, "status"),
            ({**PAYMENT, "expires": "2001-01-01T00:00:00Z"}, "expires"),
            ({**PAYMENT, "expires": "soon"}, "expires"),
            ({**PAYMENT, "gatewayReference": "x" * 256}, "gatewayReference"),
            ({**PAYMENT, "reference": "x"}, "reference"),
        ],
    )
    def test_what_makes_no_sense_is_refused(self, api: Any, order: Any, body: Any, field: str) -> None:
        response = api.post(url(order), body)
        assert response.status_code == 400
        assert [error["field"] for error in response.json()] == [field]
        assert not PaymentAuthorisation.objects.exists()
        assert not DomainEvent.objects.exists()

    def test_every_problem_comes_at_once(self, api: Any, order: Any) -> None:
        expires = "2001-01-01T00:00:00Z"
        response = api.post(url(order), {"amount": 0, "currency": "USD", "expires": expires})
        assert codes(response) == {
            ("amount", "OUT_OF_RANGE"),
            ("currency", "CURRENCY_MISMATCH"),
            ("expires", "IN_THE_PAST"),
        }

    def test_an_order_is_paid_in_one_currency(self, api: Any) -> None:
        order = priced_order((1, None))
        type(order).objects.update(currency="")
        assert api.post(url(order), {"amount": 100, "currency": "JPY"}).status_code == 201
        response = api.post(url(order), {"amount": 1, "currency": "EUR"})
        assert codes(response) == {("currency", "CURRENCY_MISMATCH")}

    def test_an_order_that_has_ended_is_not_paid(self, api: Any, order: Any) -> None:
        type(order).objects.update(status=OrderStatus.CANCELLED)
        assert api.post(url(order), PAYMENT).status_code == 409
        assert not PaymentAuthorisation.objects.exists()

    @pytest.mark.parametrize("id", ["nothing", NOBODY])
    def test_no_such_order(self, api: Any, id: str) -> None:
        assert api.get(f"/api/orders/{id}/payments").status_code == 404
        assert api.post(f"/api/orders/{id}/payments", PAYMENT).status_code == 404


@pytest.mark.parametrize("role", list(Role))
def test_everybody_sees_payments_and_viewers_change_none(api_as: Any, order: Any, role: str) -> None:
    client = api_as(role)
    assert client.get(url(order)).status_code == 200
    assert client.get("/api/paymentoperations").status_code == 200
    missing = f"/api/paymentoperations/{uuid7()}/actions"
    refused = role == Role.VIEWER
    assert client.post(url(order), PAYMENT).status_code == (403 if refused else 201)
    assert client.post(missing, {"name": "RETRY", "version": 1}).status_code == (403 if refused else 404)
    assert PaymentAuthorisation.objects.count() == (0 if refused else 1)


def test_nobody_sees_nothing(anonymous: Any, order: Any) -> None:
    for path in (url(order), "/api/paymentoperations", f"/api/paymentoperations/{uuid7()}"):
        assert anonymous.get(path).status_code == 401


class TestLedger:
    """Another system works off what the ledger says, and reports back."""

    @pytest.fixture
    def operations(self, order: Any, settings: Any) -> list[PaymentOperation]:
        settings.PAYMENT_LEDGER_CONFIRMS = True
        paid(order, "50")
        release(order, 2)
        plan_releases()
        perform_all()
        return list(PaymentOperation.objects.order_by("id"))

    def test_it_reads_what_is_to_be_done(self, api: Any, order: Any, operations: Any) -> None:
        page = api.get("/api/paymentoperations?status=AWAITING").json()
        (shown,) = page["paymentOperations"]
        void = operations[0]
        assert page["total"] == 1
        assert shown == {
            "id": str(void.id),
            "version": void.version,
            "created": shown["created"],
            "lastModified": shown["lastModified"],
            "orderRef": str(order.id),
            "tenantOrderId": order.tenant_order_id,
            "paymentRef": str(void.authorisation_id),
            "operation": "VOID",
            "status": "AWAITING",
            "amount": 50.0,
            "currency": "EUR",
            "gatewayReference": "shop-1",
            "gateway": "ledger",
            "idempotencyKey": str(void.key),
            "attempts": 1,
            "nextAttempt": shown["nextAttempt"],
            "declined": False,
        }
        assert api.get(f"/api/paymentoperations/{void.id}").json() == shown

    def test_lists_are_narrowed(self, api: Any, order: Any, operations: Any) -> None:
        def total(query: str) -> int:
            return api.get(f"/api/paymentoperations?{query}").json()["total"]

        assert total("") == total("status=AWAITING,PENDING") == total(f"orderRef={order.id}") == 2
        assert total("operation=AUTHORISE") == total(f"paymentRef={operations[0].authorisation_id}") == 1
        assert total("status=NONSENSE") == total("orderRef=nonsense") == total("status=DONE") == 0

    def test_it_reports_that_it_was_done(self, api: Any, operations: Any, drain: Any) -> None:
        for id, more in ((operations[0].id, {}), (operations[1].id, {"gatewayReference": "bank-7"})):
            version = api.get(f"/api/paymentoperations/{id}").json()["version"]
            body = {"name": "SUCCEED", "version": version, **more}
            response = api.post(f"/api/paymentoperations/{id}/actions", body)
            assert (response.status_code, response.json()["status"]) == (200, "DONE")
            drain()
        payment = PaymentAuthorisation.objects.live().get()
        assert (payment.status, payment.gateway_reference) == ("AUTHORISED", "bank-7")

    def test_it_reports_that_it_was_not_done(self, api: Any, operations: Any) -> None:
        void = operations[0]
        body = {"name": "FAIL", "version": void.version, "reason": "bank holiday"}
        answer = api.post(f"/api/paymentoperations/{void.id}/actions", body).json()
        assert (answer["status"], answer["error"], answer["declined"]) == ("PENDING", "bank holiday", True)
        assert DomainEvent.objects.filter(name="PAYMENT_FAILED").count() == 1

    @pytest.mark.parametrize(
        ("body", "status"),
        [
            ({}, 400),
            ({"name": "CANCEL"}, 400),
            ({"name": ["SUCCEED"]}, 400),
            ([], 400),
            ({"name": "SUCCEED"}, 400),
            ({"name": "SUCCEED", "version": 99}, 409),
            ({"name": "SUCCEED", "version": 2, "reason": "x"}, 400),
            ({"name": "FAIL", "version": 2, "gatewayReference": "x"}, 400),
            ({"name": "RETRY", "version": 3}, 409),
        ],
    )
    def test_what_makes_no_sense_changes_nothing(
        self, api: Any, operations: Any, body: Any, status: int
    ) -> None:
        before = list(PaymentOperation.objects.order_by("id").values())
        response = api.post(f"/api/paymentoperations/{operations[0].id}/actions", body)
        assert response.status_code == status
        assert list(PaymentOperation.objects.order_by("id").values()) == before

    @pytest.mark.parametrize("id", ["nothing", NOBODY])
    def test_no_such_operation(self, api: Any, id: str) -> None:
        assert api.get(f"/api/paymentoperations/{id}").status_code == 404
        body = {"name": "RETRY", "version": 1}
        assert api.post(f"/api/paymentoperations/{id}/actions", body).status_code == 404

    def test_lists_cost_the_same_however_long(
        self, api: Any, operations: Any, django_assert_max_num_queries: Any
    ) -> None:
        for _ in range(5):
            other = priced_order((1, "10"))
            paid(other, "10")
            release(other, 1)
        plan_releases()
        api.get("/api/tokens")
        with django_assert_max_num_queries(6):
            assert api.get("/api/paymentoperations").json()["total"] == 12
