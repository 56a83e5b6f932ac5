"""``Idempotency-Key`` (spec 5): a POST that is repeated gets the answer that it got, and is done once."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.utils import timezone

from backoffice.core.models import ApiToken, KeptAnswer
from backoffice.core.services import idempotency
from backoffice.core.tasks import housekeeping
from orders.api import orders as orders_api
from orders.models import Order
from tests.conftest import CommittingClient

pytestmark = pytest.mark.django_db


def post(client: Any, body: Any, key: str | None = "first", at: str = "orders") -> Any:
    headers = {} if key is None else {"HTTP_IDEMPOTENCY_KEY": key}
    return client.post(f"/api/{at}", body, format="json", **headers)


def refused(response: Any, status: int, code: str) -> None:
    assert response.status_code == status, response.content
    (error,) = response.json()
    assert (error["code"], error["field"]) == (code, "Idempotency-Key")


def test_a_repeated_request_is_answered_as_the_first_was_and_done_once(api, document):
    first = post(api, document)
    assert first.status_code == 201
    assert "Idempotency-Replayed" not in first.headers
    for again in (post(api, document), post(api, dict(reversed(document.items())))):
        assert (again.status_code, again.content) == (201, first.content)
        assert again.headers["Location"] == first.headers["Location"]
        assert again.headers["Content-Type"] == "application/json"
        assert again.headers["Idempotency-Replayed"] == "true"
    assert Order.objects.count() == 1

    without = post(api, document, key=None)
    assert without.status_code == 409
    assert without.json()[0]["code"] == "TENANT_ORDER_ID_TAKEN"


def test_a_key_means_one_request(api, document):
    post(api, document)
    refused(post(api, {**document, "tenantOrderId": "other"}), 409, "IDEMPOTENCY_KEY_REUSED")
    refused(post(api, document, at="orders/search"), 409, "IDEMPOTENCY_KEY_REUSED")
    refused(post(api, document, at="orders?x=1"), 409, "IDEMPOTENCY_KEY_REUSED")
    assert post(api, {**document, "tenantOrderId": "other"}, key="second").status_code == 201
    assert Order.objects.count() == 2


def test_a_key_is_its_users_own_and_any_of_their_tokens(api, api_as, document):
    mine = post(api, document)
    _, cleartext = ApiToken.objects.create(api.user, name="another")
    other_token = CommittingClient(HTTP_AUTHORIZATION=f"Bearer {cleartext}")
    assert post(other_token, document).content == mine.content
    assert post(api_as("AGENT"), {**document, "tenantOrderId": "theirs"}).status_code == 201


@pytest.mark.parametrize("key", ["", "x" * 256, "a\tb"])
def test_what_is_no_key_is_refused(api, document, key):
    refused(post(api, document, key=key), 400, "INVALID")
    assert Order.objects.count() == 0


def test_refusals_are_kept_too(api, place, document):
    place(tenantOrderId="taken")
    taken = post(api, {**document, "tenantOrderId": "taken"})
    assert taken.status_code == 409
    Order.objects.update(status="CANCELLED")
    again = post(api, {**document, "tenantOrderId": "taken"})
    assert (again.status_code, again.content) == (409, taken.content)
    assert post(api, {**document, "tenantOrderId": "taken"}, key="new").status_code == 201


def test_who_may_not_is_refused_before_the_key_is_looked_at(api_as, anonymous, document):
    assert post(anonymous, document).status_code == 401
    assert post(api_as("VIEWER"), document).status_code == 403
    assert KeptAnswer.objects.count() == 0


def test_our_failures_are_not_kept_and_undo_everything(api, document, monkeypatch):
    real = orders_api.render_order

    def broken(order: Order) -> Any:
        raise ZeroDivisionError

    monkeypatch.setattr(orders_api, "render_order", broken)
    api.raise_request_exception = False
    assert post(api, document).status_code == 500
    assert (Order.objects.count(), KeptAnswer.objects.count()) == (0, 0)
    monkeypatch.setattr(orders_api, "render_order", real)
    assert post(api, document).status_code == 201


def test_after_a_day_a_key_is_new_and_its_answer_is_deleted(api, document):
    with time_machine.travel(timezone.now() - timedelta(hours=24, seconds=1), tick=False):
        post(api, document)
    second = post(api, {**document, "tenantOrderId": "tomorrow"})
    assert second.status_code == 201
    with time_machine.travel(timezone.now() + timedelta(hours=23), tick=False):
        housekeeping()
        assert KeptAnswer.objects.count() == 1
    with time_machine.travel(timezone.now() + timedelta(hours=25), tick=False):
        housekeeping()
    assert KeptAnswer.objects.count() == 0


def claim(api: Any, document: Any) -> None:
    """As a process that died with the request in hand."""
    post(api, document)
    KeptAnswer.objects.update(status=None, body="")
    Order.objects.all().delete()


def test_a_request_that_is_under_way_is_not_done_again(api, document):
    claim(api, document)
    refused(post(api, document), 409, "STILL_UNDER_WAY")
    assert Order.objects.count() == 0


def test_a_dead_process_leaves_its_request_to_the_next(api, document):
    claim(api, document)
    KeptAnswer.objects.update(leased_until=timezone.now() - timedelta(seconds=1))
    first = post(api, document)
    assert first.status_code == 201
    assert post(api, document).content == first.content
    assert Order.objects.count() == 1


def test_who_lost_the_lease_undoes_what_it_did(api, document, monkeypatch):
    real = orders_api.place_order

    def slow(**given: Any) -> Order:
        KeptAnswer.objects.update(claim=api.user.pk)  # somebody else took over
        return real(**given)

    monkeypatch.setattr(orders_api, "place_order", slow)
    refused(post(api, document), 409, "STILL_UNDER_WAY")
    assert Order.objects.count() == 0


def test_a_secret_is_not_kept(api):
    first = post(api, {"name": "ci"}, at="tokens")
    assert first.status_code == 201
    refused(post(api, {"name": "ci"}, at="tokens"), 409, "ANSWER_NOT_KEPT")
    assert first.json()["token"] not in json.dumps(list(KeptAnswer.objects.values("body", "headers")))
    assert ApiToken.objects.filter(name="ci").count() == 1


def test_only_posts_have_keys(api, document):
    order = post(api, document, key=None).json()
    path = f"/api/orders/{order['id']}"
    for version in (1, 2):
        body = {"version": version, "customAttributes": {"n": version}}
        assert api.patch(path, body, HTTP_IDEMPOTENCY_KEY="first").status_code == 200
    assert KeptAnswer.objects.count() == 0


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_of_many_at_once_one_is_done(api_as, document):
    client = api_as("AGENT")
    del document["tenantOrderId"]

    def ask(_: int) -> tuple[int, str]:
        mine = CommittingClient()
        mine.credentials(**client._credentials)
        try:
            response = post(mine, document)
            return response.status_code, response.json()["id"] if response.status_code == 201 else ""
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as threads:
        answers = set(threads.map(ask, range(16)))
    (order,) = Order.objects.all()
    assert answers <= {(201, str(order.pk)), (409, "")}
    assert (201, str(order.pk)) in answers


def test_giving_up_what_somebody_else_took_over_changes_nothing(api, document):
    claim(api, document)
    standing = KeptAnswer.objects.get()
    idempotency.give_up(claim=idempotency.Claim(standing.pk, api.user.pk))
    assert KeptAnswer.objects.count() == 1
