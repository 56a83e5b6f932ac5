"""Settings → Webhooks: who is told, whether they hear it, and sending again, as a person gets them (spec 6)."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.utils import timezone

from backoffice.core.models import Subscription, WebhookDelivery
from backoffice.core.services.delivering import deliver_due
from backoffice.core.texts import text as said
from tests.core.receiver import Receiver
from tests.core.webhookworld import BERLIN, Lamps, lamps, light, receiver, standing, subscribe
from tests.inventory.reading import rows, text

__all__ = ["lamps", "receiver"]

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("lamps")]

LIST = "/settings/webhooks/"


@pytest.fixture
def manager(screens_as: Any) -> Any:
    return screens_as("NETWORK_MANAGER")


@pytest.fixture
def parked(receiver: Receiver) -> Subscription:
    """Two lamps could not be told of for a day, a third was."""
    subscription = subscribe(receiver.url + "?key=hush", headers=[("Authorization", "Bearer hush")])
    light("desk", "door", "hall")
    WebhookDelivery.objects.exclude(resource="LAMP:hall").update(
        status="PARKED", attempts=20, last_error=said("It answered with status %(status)s.", status=500)
    )
    deliver_due()
    return subscription


def test_the_list_says_how_each_subscription_stands(screens_as: Any, parked: Subscription) -> None:
    Subscription.objects.create(
        name="alone", event="LAMP_BROKEN", callback_url="https://x.example/", secret="-"
    )
    Subscription.objects.filter(name="alone").update(unreachable_since=timezone.now())
    page = screens_as("VIEWER").get(LIST)
    address = parked.callback_url.removesuffix("?key=hush")
    assert rows(page) == [
        {
            "Subscription": "alone https://x.example/",
            "Event": "LAMP_BROKEN",
            "Pending": "0",
            "Retrying": "0",
            "Parked": "0",
            "State": "Unreachable",
        },
        {
            "Subscription": f"lamps {address}?…",
            "Event": "LAMP_LIT",
            "Pending": "0",
            "Retrying": "0",
            "Parked": "2",
            "State": "Some parked",
        },
    ]
    assert "hush" not in page.content.decode()
    assert "Subscribe</button>" not in page.content.decode()
    assert len(rows(screens_as("VIEWER").get(LIST, {"event": "LAMP_LIT", "q": "lam"}))) == 1


def test_a_page_lists_deliveries_and_what_went_wrong(manager: Any, parked: Subscription) -> None:
    page = manager.get(f"{LIST}{parked.pk}/")
    assert [(row["Status"], row["Attempts"], row["Last error"]) for row in rows(page)] == [
        ("Delivered", "1", "–"),
        ("Parked", "20", "It answered with status 500."),
        ("Parked", "20", "It answered with status 500."),
    ]
    assert "2 events could not be delivered for 24 hours" in text(page)
    assert "hush" not in page.content.decode()
    assert len(rows(manager.get(f"{LIST}{parked.pk}/", {"status": "PARKED", "q": "door"}))) == 1
    german = text(manager.get(f"{LIST}{parked.pk}/", headers={"accept-language": "de"}))
    assert "Die Antwort hatte den Status 500." in german
    assert "It answered" not in german


def test_what_is_parked_is_sent_again_one_by_one_or_all(
    manager: Any, parked: Subscription, receiver: Receiver
) -> None:
    door = WebhookDelivery.objects.get(resource="LAMP:door")
    answer = manager.post(f"{LIST}deliveries/{door.pk}/resend/")
    assert "is sent again" in answer.content.decode()
    assert "changed" in answer.headers["HX-Trigger-After-Swap"]
    assert "about to be sent" in manager.post(f"{LIST}deliveries/{door.pk}/resend/").content.decode()
    deliver_due()
    assert "1 event is sent again" in manager.post(f"{LIST}{parked.pk}/resend/").content.decode()
    deliver_due()
    assert {status for _, status in standing()} == {"DELIVERED"}


def test_one_subscribes_and_is_shown_the_secret_once(manager: Any) -> None:
    assert manager.get(f"{LIST}new/").status_code == 200
    given = {
        "name": "shop",
        "event": "LAMP_LIT",
        "callbackUrl": "http://127.0.0.1:9/x",
        "headers": "Authorization: Basic abc\n\nX-Tenant: 7",
        "facilities": f"{BERLIN}\n",
        "groups": "",
    }
    answer = manager.post(f"{LIST}new/", given)
    assert answer.status_code == 200
    (secret,) = re.findall(r'value="(whsec_[^"]+)"', answer.content.decode())
    subscription = Subscription.objects.get()
    assert secret not in manager.get(f"{LIST}{subscription.pk}/").content.decode()
    assert subscription.contexts == [{"type": "FACILITY", "values": [str(BERLIN)]}]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"callbackUrl": "http://169.254.169.254/"}, "not public"),
        ({"headers": "nonsense"}, "Name: value"),
        ({"headers": "Host: x"}, "ours to set"),
        ({"groups": "nobody"}, "no facility group nobody"),
        ({"event": "NOTHING"}, "Select a valid choice"),
    ],
)
def test_what_is_wrong_is_said_at_its_field_and_nothing_is_written(
    manager: Any, change: dict[str, str], said: str
) -> None:
    given = {"name": "shop", "event": "LAMP_LIT", "callbackUrl": "http://127.0.0.1:9/x", **change}
    page = manager.post(f"{LIST}new/", given)
    assert page.status_code in (400, 422)
    assert said in text(page)
    assert f'id="error_1_id_{next(iter(change))}"' in page.content.decode()
    assert not Subscription.objects.exists()


def test_a_secret_is_rotated(manager: Any, parked: Subscription) -> None:
    assert "For 24 hours the one before signs as well" in text(manager.get(f"{LIST}{parked.pk}/secret/"))
    answer = manager.post(f"{LIST}{parked.pk}/secret/")
    assert "whsec_" in answer.content.decode()
    assert "Former secret until" in text(manager.get(f"{LIST}{parked.pk}/"))


def test_a_subscription_is_deleted_with_the_number_in_the_question(
    manager: Any, parked: Subscription
) -> None:
    assert "2 events that have not arrived" in text(manager.get(f"{LIST}{parked.pk}/delete/"))
    answer = manager.post(f"{LIST}{parked.pk}/delete/")
    assert answer.headers["HX-Redirect"] == LIST
    assert "lamps was deleted" in text(manager.get(LIST))
    assert standing() == []
    assert manager.get(f"{LIST}{parked.pk}/").status_code == 404


def test_who_may_not_manage_looks_on(screens_as: Any, parked: Subscription) -> None:
    door = WebhookDelivery.objects.get(resource="LAMP:door").pk
    for role in ("VIEWER", "AGENT", "PLANNER"):
        client = screens_as(role)
        page = client.get(f"{LIST}{parked.pk}/")
        assert page.status_code == 200
        assert "Resend" not in text(page)
        refused = [
            client.get(f"{LIST}{path}") for path in ("new/", f"{parked.pk}/secret/", f"{parked.pk}/delete/")
        ]
        refused += [
            client.post(f"{LIST}{path}") for path in (f"{parked.pk}/resend/", f"deliveries/{door}/resend/")
        ]
        assert {answer.status_code for answer in refused} == {403}
        assert all("core.manage_webhooks" in answer.content.decode() for answer in refused)
    assert standing()[1] == ("door", "PARKED")


def test_the_list_costs_few_queries(manager: Any, django_assert_max_num_queries: Any) -> None:
    for number in range(8):
        subscribe(f"http://127.0.0.1:9/{number}")
    light("desk")
    with django_assert_max_num_queries(6):
        manager.get(LIST)


class TestAdmin:
    def test_deliveries_are_sent_again_by_who_may(self, screens_as: Any, parked: Subscription) -> None:
        url = "/admin/core/webhookdelivery/"
        given = {
            "action": "resend_selected",
            "_selected_action": list(WebhookDelivery.objects.values_list("pk", flat=True)),
        }
        screens_as("VIEWER").post(url, given)
        assert standing()[0] == ("desk", "PARKED")
        page = screens_as("NETWORK_MANAGER").post(url, given, follow=True)
        assert "3 events are sent again" in page.content.decode()

    def test_pages_show_no_secrets(self, screens_as: Any, parked: Subscription, lamps: Lamps) -> None:
        admin, viewer = screens_as("ADMINISTRATOR"), screens_as("VIEWER")
        row = WebhookDelivery.objects.earliest("id")
        for path in (f"subscription/{parked.pk}/change/", f"webhookdelivery/{row.pk}/change/"):
            page = admin.get(f"/admin/core/{path}")
            assert page.status_code == 200
            assert parked.secret not in page.content.decode()
            assert parked.headers not in page.content.decode()
        assert viewer.get(f"/admin/core/subscription/{parked.pk}/change/").status_code in (302, 403)
        for path in ("subscription/", "webhookdelivery/"):
            assert admin.get(f"/admin/core/{path}").status_code == 200
            for term in ("lamps", str(parked.pk)):
                assert admin.get(f"/admin/core/{path}", {"q": term}).status_code == 200
        assert viewer.get("/admin/core/webhookdelivery/").status_code == 200

    def test_subscriptions_are_ended(self, screens_as: Any, parked: Subscription) -> None:
        url = "/admin/core/subscription/"
        given = {"action": "end_selected", "_selected_action": [str(parked.pk)]}
        screens_as("ADMINISTRATOR").post(url, given)
        assert not Subscription.objects.exists()
