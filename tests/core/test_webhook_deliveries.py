"""Delivering: signed, in order per resource, at least once, again for a day, then parked (spec 5, "Events")."""

from __future__ import annotations

import hashlib
import hmac
import re
import socket
import threading
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.db import transaction
from django.utils import timezone

from backoffice.core import nudges
from backoffice.core.errors import NotFound, StateConflict
from backoffice.core.models import Subscription, WebhookDelivery
from backoffice.core.services import delivering
from backoffice.core.services.deliveries import forget_delivered, resend, resend_parked
from backoffice.core.services.delivering import claim, deliver, deliver_due, lease_time
from backoffice.core.services.payloads import payloads_of
from backoffice.core.services.subscriptions import delete_subscription, rotate_secret
from tests.core.receiver import Receiver
from tests.core.webhookworld import (
    BERLIN,
    KOELN,
    LampBroken,
    Lamps,
    lamps,
    light,
    receiver,
    standing,
    subscribe,
)

__all__ = ["lamps", "receiver"]

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("lamps")]


def later(**by: float) -> Any:
    return time_machine.travel(timezone.now() + timedelta(**by))


def nowhere() -> str:
    """An address on loopback where nobody answers."""
    with socket.socket() as reserved:
        reserved.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{reserved.getsockname()[1]}/"


def signatures(secret: str, call: Any) -> str:
    """Written out as a receiver would."""
    moment = call.headers["x-anteroom-signature"].split(",")[0].removeprefix("t=")
    return hmac.new(secret.encode(), f"{moment}.".encode() + call.body, hashlib.sha256).hexdigest()


class TestWhatIsSent:
    def test_the_event_its_id_and_the_payload_with_the_headers_that_were_asked_for(
        self, receiver: Receiver, drain: Any
    ) -> None:
        subscribe(
            receiver.url + "?tenant=7",
            headers=[("Authorization", "Basic dXNlcjpwdw=="), ("content-type", "text/plain")],
        )
        light("desk")

        assert drain() == ["core.webhooks"]
        (call,) = receiver.calls
        delivery = WebhookDelivery.objects.get()
        assert call.document == {
            "event": "LAMP_LIT",
            "eventId": str(delivery.event_id),
            "payload": {"id": "desk", "lit": True},
        }
        assert call.path == "/events?tenant=7"
        assert call.headers["authorization"] == "Basic dXNlcjpwdw=="
        assert call.headers["content-type"] == "application/json"
        assert (delivery.status, delivery.attempts, delivery.last_error) == ("DELIVERED", 1, "")

    def test_only_what_was_subscribed_to_and_only_from_then_on(self, receiver: Receiver) -> None:
        light("before")
        subscribe(receiver.url)
        light("desk", event=LampBroken)
        light("door")
        deliver_due()
        assert receiver.told == [("LAMP_LIT", "door")]

    def test_several_subscribers_are_told_of_the_same_event_by_the_same_id(self, receiver: Receiver) -> None:
        subscribe(receiver.url)
        subscribe(receiver.url)
        light("desk")
        assert deliver_due() == 2
        assert len(set(receiver.event_ids)) == 1

    def test_nothing_is_told_of_what_was_undone(self, receiver: Receiver) -> None:
        subscribe(receiver.url)
        with transaction.atomic():
            light("desk")
            transaction.set_rollback(True)
        assert deliver_due() == 0
        assert standing() == []

    def test_what_is_gone_is_told_by_its_id_and_the_facts(self, receiver: Receiver, lamps: Lamps) -> None:
        subscribe(receiver.url)
        light("desk", room="office")
        lamps.gone.add("desk")
        deliver_due()
        assert receiver.calls[0].document["payload"] == {"id": "desk", "room": "office"}

    def test_a_batch_is_rendered_together_and_costs_no_query_per_event(
        self, receiver: Receiver, lamps: Lamps, django_assert_num_queries: Any
    ) -> None:
        """What became of each call is written as soon as it is known, by itself: so that least is lost."""
        subscribe(receiver.url)
        light(*(f"lamp-{number}" for number in range(delivering.SHARE)))
        batch = claim()
        with django_assert_num_queries(3 * delivering.SHARE):  # the savepoint, the result, the savepoint
            assert deliver(batch) == delivering.SHARE
        assert len(lamps.looked_up) == 1

    def test_nobody_is_asked_for_events_that_nobody_can_subscribe_to(
        self, django_assert_num_queries: Any
    ) -> None:
        with django_assert_num_queries(4):  # the savepoint, the event, who subscribed, the savepoint
            light("desk")


class TestSignature:
    def test_a_receiver_can_check_that_it_was_us_and_when(self, receiver: Receiver) -> None:
        secret = rotate_secret(subscription_id=subscribe(receiver.url).pk)[1]
        Subscription.objects.update(previous_secret_until=None)
        light("desk")
        deliver_due()
        (call,) = receiver.calls
        moment, _, digest = call.headers["x-anteroom-signature"].partition(",v1=")
        assert abs(int(moment.removeprefix("t=")) - time.time()) < 30
        assert digest == signatures(secret, call)

    def test_the_code_in_the_docs_checks_it(self, receiver: Receiver) -> None:
        page = (Path(__file__).parents[2] / "docs" / "webhooks.md").read_text()
        (snippet,) = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
        theirs: dict[str, Any] = {}
        exec(snippet, theirs)
        check = theirs["came_from_anteroom"]

        id = subscribe(receiver.url).pk
        former, secret = (rotate_secret(subscription_id=id)[1] for _ in range(2))
        light("desk")
        deliver_due()
        (call,) = receiver.calls
        header = call.headers["x-anteroom-signature"]
        assert check(header, call.body, secret)
        assert check(header, call.body, former), "until the grace period ends"
        assert not check(header, call.body + b" ", secret)
        assert not check(header, call.body, "another")
        assert not check(header, call.body, secret, tolerance=-1), "too old"
        for nonsense in ("", "t=,v1=", "v1=abc", "t=²,v1=0", "t=1" * 50):
            assert not check(nonsense, call.body, secret)

    def test_after_a_rotation_both_secrets_sign_until_the_grace_period_ends(
        self, receiver: Receiver, settings: Any
    ) -> None:
        settings.WEBHOOK_SECRET_GRACE_HOURS = 2
        id = subscribe(receiver.url).pk
        first, second = (rotate_secret(subscription_id=id)[1] for _ in range(2))
        assert first != second
        light("desk")
        deliver_due()
        with later(hours=2, minutes=1):
            light("door")
            deliver_due()

        both, one = receiver.calls
        sent = both.headers["x-anteroom-signature"].split(",")[1:]
        assert sent == [f"v1={signatures(secret, both)}" for secret in (second, first)]
        sent = one.headers["x-anteroom-signature"].split(",")[1:]
        assert sent == [f"v1={signatures(second, one)}"]

    def test_neither_secret_nor_headers_stand_in_the_database(self, receiver: Receiver) -> None:
        id = subscribe(receiver.url, headers=[("Authorization", "Bearer hush")]).pk
        secret = rotate_secret(subscription_id=id)[1]
        row = str(Subscription.objects.values().get())
        assert secret not in row
        assert "hush" not in row

    def test_after_a_change_of_the_secret_key_the_former_one_still_opens_them(
        self, receiver: Receiver, settings: Any
    ) -> None:
        subscribe(receiver.url, headers=[("Authorization", "Bearer hush")])
        settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "another", [settings.SECRET_KEY]
        light("desk")
        deliver_due()
        assert receiver.calls[0].headers["authorization"] == "Bearer hush"

        settings.SECRET_KEY_FALLBACKS = []
        light("door")
        assert deliver_due() == 0
        assert standing() == [("desk", "DELIVERED"), ("door", "RETRYING")]
        assert "SECRET_KEY" in WebhookDelivery.objects.latest("id").last_error


class TestOrder:
    def test_events_of_one_resource_go_out_one_after_the_other(self, receiver: Receiver) -> None:
        subscribe(receiver.url)
        for _ in range(3):
            light("desk", "door")
        assert deliver_due() == 6
        ids = [
            int(id) for (_, lamp), id in zip(receiver.told, receiver.event_ids, strict=True) if lamp == "desk"
        ]
        assert ids == sorted(ids)
        assert len(set(ids)) == 3

    def test_one_that_fails_holds_later_ones_of_its_resource_and_nothing_else(
        self, receiver: Receiver
    ) -> None:
        receiver.answer = lambda call: 500 if call.resource == "desk" else 200
        subscribe(receiver.url)
        other = subscribe(receiver.url.replace("events", "other"))
        WebhookDelivery.objects.filter(subscription=other).delete()
        light("desk", "door")
        light("desk", "door")
        deliver_due()

        mine = (
            WebhookDelivery.objects.exclude(subscription=other)
            .order_by("id")
            .values_list("status", flat=True)
        )
        assert list(mine) == ["RETRYING", "DELIVERED", "PENDING", "DELIVERED"]
        assert WebhookDelivery.objects.order_by("id").first().last_error == "It answered with status 500."

        receiver.answer = lambda _call: 200
        with later(seconds=31):
            deliver_due()
        assert {status for _, status in standing()} == {"DELIVERED"}
        told = [
            id
            for id, call in zip(receiver.event_ids, receiver.calls, strict=True)
            if call.path == "/events" and call.resource == "desk"
        ]
        assert told[0] == told[1] != told[2]

    def test_what_is_leased_holds_the_rest_of_its_resource_for_other_workers_too(
        self, receiver: Receiver
    ) -> None:
        subscribe(receiver.url)
        light("desk")
        light("desk")
        (mine,) = claim()
        assert deliver_due() == 0
        deliver([mine])
        assert deliver_due() == 1


class TestTryingAgain:
    def test_for_a_day_ever_more_rarely_then_it_is_parked_and_the_next_gets_its_turn(
        self, receiver: Receiver
    ) -> None:
        receiver.answer = lambda _call: 503
        start = timezone.now()
        with time_machine.travel(start, tick=False) as clock:
            subscribe(receiver.url)
            light("desk")
            clock.shift(timedelta(hours=1))
            light("desk")
            clock.shift(timedelta(hours=-1))
            waits = []
            while deliver_due() and (first := WebhookDelivery.objects.earliest("id")).status == "RETRYING":
                waits.append((first.next_attempt - timezone.now()).total_seconds())
                clock.move_to(first.next_attempt)
            assert waits[:9] == [30, 30, 60, 120, 240, 480, 960, 1920, 3840]
            assert set(waits[9:-1]) == {7200}
            assert timezone.now() - start == timedelta(hours=24)
            assert standing() == [("desk", "PARKED"), ("desk", "RETRYING")]

            # The next has been held for 23 hours, and is not kept for another 24.
            clock.shift(timedelta(hours=1))
            deliver_due()
            assert standing() == [("desk", "PARKED"), ("desk", "PARKED")]
        assert len(receiver.calls) == len(waits) + 1 + 2

    def test_what_is_parked_goes_out_again_when_somebody_says_so(self, receiver: Receiver) -> None:
        subscription = subscribe(receiver.url)
        light("desk", "door")
        WebhookDelivery.objects.update(status="PARKED", trying_since=timezone.now(), attempts=20)
        assert deliver_due() == 0

        first = WebhookDelivery.objects.earliest("id")
        assert resend(delivery_id=first.pk).status == "PENDING"
        with pytest.raises(StateConflict):
            resend(delivery_id=first.pk)
        deliver_due()
        assert standing() == [("desk", "DELIVERED"), ("door", "PARKED")]
        assert resend_parked(subscription_id=subscription.pk) == 1
        deliver_due()
        assert receiver.told == [("LAMP_LIT", "desk"), ("LAMP_LIT", "door")]

        resend(delivery_id=first.pk)
        deliver_due()
        assert receiver.event_ids[2] == receiver.event_ids[0]
        with pytest.raises(NotFound):
            resend(delivery_id=0)
        with pytest.raises(NotFound):
            resend_parked(subscription_id=BERLIN)

    def test_200_is_a_yes_and_nothing_else(self, receiver: Receiver) -> None:
        statuses = iter([204, 301, 400, 410, 500])
        receiver.answer = lambda _call: (next(statuses), {"Location": receiver.url + "/elsewhere"})
        subscribe(receiver.url)
        light(*"abcde")
        deliver_due()
        assert {status for _, status in standing()} == {"RETRYING"}
        assert {call.path for call in receiver.calls} == {"/events"}, "a redirect is not followed"

    def test_a_receiver_has_its_time_and_no_more(self, receiver: Receiver, settings: Any) -> None:
        settings.WEBHOOK_TIMEOUT = 0.3
        dawdling = threading.Event()
        receiver.answer = lambda _call: dawdling.wait(5) or 200
        subscribe(receiver.url)
        light("desk")
        started = time.monotonic()
        deliver_due()
        dawdling.set()
        assert time.monotonic() - started < 3
        delivery = WebhookDelivery.objects.get()
        assert (delivery.status, delivery.last_error) == ("RETRYING", "It did not answer within 0.3 seconds.")

    def test_what_cannot_be_rendered_is_tried_again_and_keeps_nothing_else_back(
        self, receiver: Receiver, lamps: Lamps
    ) -> None:
        subscribe(receiver.url)
        light("desk")
        lamps.broken = True
        assert deliver_due() == 0
        assert "secret detail" not in WebhookDelivery.objects.get().last_error
        lamps.broken = False
        with later(seconds=31):
            deliver_due()
        assert standing() == [("desk", "DELIVERED")]


class TestNobodyThere:
    def test_after_some_calls_that_nobody_answers_the_subscription_is_left_alone_for_a_while(
        self, receiver: Receiver
    ) -> None:
        dead, alive = subscribe(nowhere()), subscribe(receiver.url)
        light(*(f"lamp-{number}" for number in range(30)))
        deliver_due()

        assert len(receiver.calls) == 30
        dead.refresh_from_db()
        assert dead.unreachable_since is not None
        tried = WebhookDelivery.objects.filter(subscription=dead, attempts__gt=0).count()
        assert delivering.MISSES <= tried <= delivering.MISSES + delivering.CALLS_EACH
        assert not WebhookDelivery.objects.filter(subscription=dead).exclude(lease=None).exists()
        assert not Subscription.objects.get(pk=alive.pk).unreachable_since

        with later(seconds=61):
            Subscription.objects.filter(pk=dead.pk).update(callback_url=receiver.url)
            deliver_due()
        dead.refresh_from_db()
        assert (dead.unreachable_since, dead.paused_until) == (None, None)
        assert len(receiver.calls) == 60

    def test_after_a_day_without_anybody_all_that_is_as_old_is_parked(self) -> None:
        id = subscribe(nowhere()).pk
        light(*(f"lamp-{number}" for number in range(30)))
        deliver_due()
        with later(hours=24, minutes=1):
            light("fresh")
            deliver_due()
        assert set(standing()[:30]) == {(f"lamp-{number}", "PARKED") for number in range(30)}
        assert standing()[30] != ("fresh", "PARKED")
        assert Subscription.objects.get(pk=id).unreachable_since is not None


class TestWorkersThatDie:
    def test_what_a_killed_worker_had_is_sent_by_another_one_with_the_same_id(
        self, receiver: Receiver
    ) -> None:
        subscribe(receiver.url)
        light("desk")
        light("desk")
        (delivery,) = claim()
        assert delivering._call(*payloads_of([delivery]).wanted[0]).make().error == ""
        # Killed here: it was sent, and nobody wrote that down.
        assert deliver_due() == 0
        with time_machine.travel(timezone.now() + lease_time() + timedelta(seconds=1)):
            assert deliver_due() == 2
        assert receiver.event_ids[0] == receiver.event_ids[1] != receiver.event_ids[2]
        assert {status for _, status in standing()} == {"DELIVERED"}

    def test_a_worker_that_comes_too_late_writes_nothing(self, receiver: Receiver) -> None:
        subscribe(receiver.url)
        light("desk")
        (mine,) = claim()
        with time_machine.travel(timezone.now() + lease_time() + timedelta(seconds=1)):
            receiver.answer = lambda _call: 500
            deliver_due()
            delivering.write(mine, delivering.Outcome())
        assert standing() == [("desk", "RETRYING")]

    def test_a_lost_message_is_made_up_for_by_beat(
        self, receiver: Receiver, tasks: Any, settings: Any
    ) -> None:
        subscribe(receiver.url)
        light("desk")
        nudges.take()
        task = settings.CELERY_BEAT_SCHEDULE["core.webhooks"]["task"]
        tasks[task].apply(throw=True)
        assert standing() == [("desk", "DELIVERED")]


class TestContexts:
    def test_only_what_concerns_the_facilities_that_were_named_is_told(
        self, receiver: Receiver, lamps: Lamps
    ) -> None:
        lamps.places = {"berlin": BERLIN, "koeln": KOELN}
        subscribe(receiver.url, contexts=[{"type": "FACILITY", "values": [str(BERLIN)]}])
        light("berlin", "koeln", "nowhere")
        assert deliver_due() == 1
        assert receiver.told == [("LAMP_LIT", "berlin")]
        assert standing() == [("berlin", "DELIVERED")], "the others were never for it"

    def test_all_contexts_must_hold_and_the_event_knows_better_than_its_resource(
        self, receiver: Receiver, lamps: Lamps
    ) -> None:
        lamps.places = {"moved": KOELN, "koeln": KOELN}
        groups = [{"type": "FACILITY_GROUP", "values": [name]} for name in ("all", "north")]
        subscribe(receiver.url, contexts=groups)
        light("moved", facilityRef=str(BERLIN))
        light("koeln", facilityRef=str(KOELN))
        deliver_due()
        assert receiver.told == [("LAMP_LIT", "moved")]


class TestEnd:
    def test_what_belongs_to_a_subscription_that_ended_is_not_sent(self, receiver: Receiver) -> None:
        id = subscribe(receiver.url).pk
        light("desk")
        delete_subscription(subscription_id=id)
        assert standing() == []
        assert deliver_due() == 0

    def test_a_subscription_that_ends_meanwhile_does_not_undo_what_happened(self, receiver: Receiver) -> None:
        """Its deliveries are found and forgotten."""
        subscribe(receiver.url)
        light("desk")
        Subscription.objects.all().delete()
        assert deliver_due() == 0
        assert forget_delivered() == 1

    def test_what_was_delivered_is_forgotten_in_time_and_what_is_parked_is_not(
        self, receiver: Receiver, settings: Any
    ) -> None:
        settings.WEBHOOK_RETENTION_DAYS = 3
        subscribe(receiver.url)
        light("desk", "door", "hall")
        deliver_due()
        WebhookDelivery.objects.filter(resource="LAMP:hall").update(status="PARKED", delivered_at=None)
        with later(days=2, hours=23):
            assert forget_delivered() == 0
        with later(days=3, minutes=1):
            light("late")
            assert forget_delivered() == 2
        assert standing() == [("hall", "PARKED"), ("late", "PENDING")]
