"""Subscriptions in the shapes of the contract, and who may have them (spec 5, "Events")."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar
from uuid import uuid4

import pytest
from django.db import transaction

from backoffice.core.events import Event, publish
from backoffice.core.models import DomainEvent, Subscription, WebhookDelivery
from tests.factories.inventory import FacilityFactory, FacilityGroupFactory


@dataclass(frozen=True, kw_only=True)
class OrderCreated(Event):
    """As orders tell of it; who routes what was ordered does not hear of this one."""

    name: ClassVar[str] = "ORDER_CREATED"
    resource_type: ClassVar[str] = "ORDER"


TARGET = {
    "type": "WEBHOOK",
    "callbackUrl": "http://127.0.0.1:9/events",
    "headers": [{"key": "Authorization", "value": "Basic dXNlcjpwdw=="}],
}
BODY = {"name": "shop", "event": "ORDER_CREATED", "target": TARGET}

EVENTS = {
    *("ORDER_CREATED", "ORDER_CANCELLED", "ORDER_FORCE_CANCELLED", "ORDER_MODIFIED", "ORDER_UNLOCKED"),
    "ORDER_ANONYMIZED",
    *(
        "ORDER_CANCELLED_BY_EXPIRY",
        "DELIVERY_PROMISE_CREATED",
        "DELIVERY_PROMISE_EXTENDED",
        "ORDER_CREATED_FROM_PROMISE",
        "ROUTING_PLAN_WAITING",
        "ROUTING_PLAN_ROUTED",
        "ROUTING_PLAN_NOT_ROUTABLE",
    ),
    *("ROUTING_PLAN_SPLITTED", "ROUTING_PLAN_FALLBACK", "ROUTING_PLAN_CANCELLED"),
    *(
        "ROUTING_PLAN_REROUTEPLAN_CREATED",
        "PICK_JOB_CREATED",
        "PICK_JOB_PICKING_FINISHED",
        "PICK_JOB_ABORTED",
    ),
    *("PICK_JOB_CANCELED", "PICK_JOB_REROUTED", "INVENTORY_FACILITY_STOCK_CHANGED"),
    *("LISTINGS_STOCK_CONFIGURATIONS_CHANGED", "INVENTORY_RESERVATIONS_CREATED", "ROUTING_PLAN_RELEASED"),
    "ROUTING_PLAN_DATE_CHANGED",
}


@pytest.fixture
def subscribed(api: Any) -> Any:
    """``subscribed(name=…)``: the answer to the body with these changes."""

    def post(*, expect: int = 201, **changes: Any) -> Any:
        response = api.post("/api/subscriptions", {**BODY, **changes})
        assert response.status_code == expect, response.content
        return response.json()

    return post


def test_one_subscribes_and_sees_the_secret_once(api: Any, subscribed: Any) -> None:
    answer = subscribed()
    secret = answer.pop("secret")
    assert secret.startswith("whsec_")
    assert len(secret) > 40
    assert {key: answer[key] for key in BODY} == BODY
    assert set(answer) == {*BODY, "id", "created"}

    listed = api.get("/api/subscriptions").json()
    assert listed == {"subscriptions": [answer], "total": 1}
    event = DomainEvent.objects.get(name="SUBSCRIPTION_CREATED")
    assert (event.actor, event.facts) == (api.user.email, {"name": "shop", "event": "ORDER_CREATED"})


def test_the_deprecated_form_is_taken_and_has_a_target_too(api: Any) -> None:
    called = {key: TARGET[key] for key in ("callbackUrl", "headers")}
    body = {"name": "shop", "event": "ORDER_CREATED", **called}
    answer = api.post("/api/subscriptions", body).json()
    assert {key: answer[key] for key in body} == body
    assert answer["target"] == TARGET

    again = api.post("/api/subscriptions", {**body, "target": TARGET})
    assert again.status_code == 201


def test_lists_go_on_after_an_id(api: Any, subscribed: Any) -> None:
    first, second, third = (subscribed(name=name)["id"] for name in "abc")
    page = api.get("/api/subscriptions", {"size": 1, "startAfterId": first}).json()
    assert ([one["id"] for one in page["subscriptions"]], page["total"]) == ([second], 3)
    api.delete(f"/api/subscriptions/{first}")
    page = api.get("/api/subscriptions", {"startAfterId": first}).json()
    assert [one["id"] for one in page["subscriptions"]] == [second, third]


def test_a_subscription_that_is_deleted_is_answered_and_gone(api: Any, subscribed: Any) -> None:
    answer = subscribed()
    del answer["secret"]
    response = api.delete(f"/api/subscriptions/{answer['id']}")
    assert (response.status_code, response.json()) == (200, answer)
    for id in (answer["id"], uuid4(), "unheard-of"):
        assert api.delete(f"/api/subscriptions/{id}").status_code == 404
    assert not Subscription.objects.exists()


@pytest.mark.parametrize(
    ("changes", "field", "code"),
    [
        ({"name": ""}, "name", "REQUIRED"),
        ({"name": "x" * 256}, "name", "INVALID"),
        ({"name": "two\nlines"}, "name", "INVALID"),
        ({"event": "PARCEL_CREATED"}, "event", "EVENT_UNKNOWN"),
        ({"event": None}, "event", "REQUIRED"),
        ({"secret": "mine"}, "secret", "UNKNOWN_FIELD"),
        ({"target": {"callbackUrl": TARGET["callbackUrl"]}}, "target.type", "REQUIRED"),
        ({"target": {**TARGET, "retries": 3}}, "target.retries", "UNKNOWN_FIELD"),
        ({"target": {**TARGET, "callbackUrl": "ftp://example.org"}}, "target.callbackUrl", "INVALID"),
        ({"target": {**TARGET, "headers": []}}, "target.headers", "MIN_LENGTH"),
        (
            {"target": {**TARGET, "headers": [{"key": "a b", "value": "x"}]}},
            "target.headers[0].key",
            "INVALID",
        ),
        (
            {"target": {**TARGET, "headers": [{"key": "Host", "value": "x"}]}},
            "target.headers[0].key",
            "INVALID",
        ),
        (
            {"target": {**TARGET, "headers": [{"key": "x-anteroom-signature", "value": "x"}]}},
            "target.headers[0].key",
            "INVALID",
        ),
        (
            {"target": {**TARGET, "headers": [{"key": "X", "value": "a\r\nHost: b"}]}},
            "target.headers[0].value",
            "INVALID",
        ),
        ({"callbackUrl": "https://example.org/elsewhere"}, "target", "AMBIGUOUS"),
        (
            {"target": {"type": "GOOGLE_CLOUD_PUB_SUB", "projectId": "p", "topicId": "t"}},
            "target.type",
            "NOT_SUPPORTED",
        ),
        ({"target": {"type": "MICROSOFT_AZURE_SERVICE_BUS"}}, "target.type", "NOT_SUPPORTED"),
        ({"contexts": [{"type": "COUNTRY", "values": ["DE"]}]}, "contexts[0].type", "INVALID_CHOICE"),
        ({"contexts": [{"type": "FACILITY", "values": []}]}, "contexts[0].values", "MIN_LENGTH"),
        ({"contexts": [{"type": "FACILITY", "values": ["nobody"]}]}, "contexts[0].values[0]", "NOT_FOUND"),
        (
            {"contexts": [{"type": "FACILITY_GROUP", "values": ["nobody"]}]},
            "contexts[0].values[0]",
            "NOT_FOUND",
        ),
    ],
)
def test_what_makes_no_sense_is_refused_with_its_field(
    subscribed: Any, changes: Any, field: str, code: str
) -> None:
    (error,) = subscribed(expect=400, **changes)
    assert (error["field"], error["code"]) == (field, code)
    assert not Subscription.objects.exists()


def test_without_a_place_to_call_nothing_is_subscribed(api: Any) -> None:
    (error,) = api.post("/api/subscriptions", {"name": "shop", "event": "ORDER_CREATED"}).json()
    assert (error["field"], error["code"]) == ("target", "REQUIRED")


def test_contexts_name_facilities_and_groups_in_every_way(subscribed: Any) -> None:
    facility = FacilityFactory(tenant_facility_id="B-1")
    group = FacilityGroupFactory(tenant_facility_group_id="north", name_localized={"en_US": "The north"})
    contexts = [
        {"type": "FACILITY", "values": [str(facility.pk), "urn:fft:facility:tenantFacilityId:B-1"]},
        {"type": "FACILITY_GROUP", "values": [str(group.pk)]},
        {"type": "FACILITY_GROUP", "values": ["north", "The north"]},
    ]
    assert subscribed(contexts=contexts)["contexts"] == contexts
    (error,) = subscribed(expect=400, contexts=[contexts[0], contexts[0]])
    assert error["field"] == "contexts"


def test_the_supported_events_are_those_of_the_product(api_as: Any) -> None:
    events = api_as("VIEWER").get("/api/supportedevents").json()["supportedEvents"]
    assert {event["event"] for event in events} == EVENTS
    assert all(event["description"] for event in events)


def test_a_secret_is_rotated_and_shown_once(api: Any, subscribed: Any) -> None:
    answer = subscribed()
    url = f"/api/subscriptions/{answer['id']}/actions"
    rotated = api.post(url, {"name": "ROTATE_SECRET"})
    assert rotated.status_code == 200
    assert rotated.json() == {**answer, "secret": rotated.json()["secret"]}
    assert rotated.json()["secret"] != answer["secret"]
    assert api.post(url, {"name": "FORGET"}).json()[0]["code"] == "ACTION_UNKNOWN"
    assert api.post(f"/api/subscriptions/{uuid4()}/actions", {"name": "ROTATE_SECRET"}).status_code == 404
    assert DomainEvent.objects.filter(name="SUBSCRIPTION_SECRET_ROTATED").count() == 1


def test_headers_that_cannot_be_read_any_more_keep_nobody_from_the_list(
    api: Any, subscribed: Any, settings: Any
) -> None:
    """The key that they were sealed under is gone; so that one can still see what is to be subscribed anew."""
    answer = subscribed()
    settings.SECRET_KEY_FALLBACKS = []
    Subscription.objects.update(headers="gAAAAAB-of-another-key")
    (listed,) = api.get("/api/subscriptions").json()["subscriptions"]
    assert listed["target"] == {key: TARGET[key] for key in ("type", "callbackUrl")}
    assert api.delete(f"/api/subscriptions/{answer['id']}").status_code == 200


def test_deliveries_are_listed_and_sent_again(api: Any, subscribed: Any) -> None:
    subscription = subscribed()["id"]
    other = subscribed()["id"]
    with transaction.atomic():
        publish([OrderCreated(resource_id=str(uuid4()))])
    WebhookDelivery.objects.filter(subscription=subscription).update(status="PARKED", last_error="Gone.")

    parked = api.get("/api/webhookdeliveries", {"status": "PARKED", "subscriptionRef": subscription}).json()
    (row,) = parked["webhookDeliveries"]
    assert (row["status"], row["lastError"], row["event"]) == ("PARKED", "Gone.", "ORDER_CREATED")
    assert "nextAttempt" not in row
    assert api.get("/api/webhookdeliveries", {"subscriptionRef": other}).json()["total"] == 1

    url = f"/api/webhookdeliveries/{row['id']}/actions"
    again = api.post(url, {"name": "RESEND"})
    assert (again.status_code, again.json()["status"]) == (200, "PENDING")
    assert api.post(url, {"name": "RESEND"}).status_code == 409
    assert api.post("/api/webhookdeliveries/x/actions", {"name": "RESEND"}).status_code == 404


CALLS = (
    ("get", "subscriptions", "core.manage_webhooks", 200),
    ("post", "subscriptions", "core.manage_webhooks", 400),
    ("delete", "subscriptions/none", "core.manage_webhooks", 404),
    ("post", "subscriptions/none/actions", "core.manage_webhooks", 400),
    ("get", "supportedevents", "core.view_webhooks", 200),
    ("get", "webhookdeliveries", "core.view_webhooks", 200),
    ("post", "webhookdeliveries/none/actions", "core.manage_webhooks", 400),
)


@pytest.mark.parametrize(("method", "path", "needed", "allowed"), CALLS)
def test_who_may_do_what(
    api_as: Any, anonymous: Any, method: str, path: str, needed: str, allowed: int
) -> None:
    def call(client: Any) -> Any:
        return getattr(client, method)(f"/api/{path}", *([{}] if method == "post" else []))

    assert call(anonymous).status_code == 401
    for role in ("VIEWER", "AGENT", "PLANNER", "NETWORK_MANAGER", "ADMINISTRATOR"):
        response = call(api_as(role))
        if needed == "core.view_webhooks" or role in ("NETWORK_MANAGER", "ADMINISTRATOR"):
            assert response.status_code == allowed, response.content
        else:
            assert response.status_code == 403
            assert needed in response.json()[0]["description"]
