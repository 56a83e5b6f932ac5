"""Where webhooks may go: not into the networks that this server alone can see, however they are written (spec 8)."""

from __future__ import annotations

import socket
import threading
from ipaddress import ip_address
from typing import Any

import pytest

from backoffice.core.callbacks import permitted, url_problems
from backoffice.core.models import Subscription, WebhookDelivery
from backoffice.core.outgoing import AddressRefused, OutgoingFailure, TimeIsUp, look_up, post
from backoffice.core.services.delivering import deliver_due
from tests.core.receiver import Receiver
from tests.core.webhookworld import Lamps, lamps, light, receiver, subscribe

__all__ = ["lamps", "receiver"]


@pytest.fixture
def outside(settings: Any) -> None:
    """As in production: nothing that is not public is allowed."""
    settings.WEBHOOK_ALLOWED_NETWORKS = []


@pytest.fixture
def resolver(monkeypatch: pytest.MonkeyPatch) -> dict[str, list[str]]:
    """Names and the addresses that they have; numbers mean what they mean."""
    names: dict[str, list[str]] = {}
    real = socket.getaddrinfo

    def look(host: str, port: int, *args: Any, **options: Any) -> Any:
        if host not in names:
            return real(host, port, *args, **options)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in names[host]]

    monkeypatch.setattr(socket, "getaddrinfo", look)
    return names


REFUSED = (
    *("127.0.0.1", "127.8.8.8", "0.0.0.0", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254"),
    *("100.64.0.1", "192.0.0.8", "198.18.0.1", "224.0.0.1", "240.0.0.1", "255.255.255.255"),
    *("::", "::1", "fe80::1", "fe80::1%2", "fc00::1", "fd12:3456::1", "fec0::1", "ff02::1", "ff0e::1"),
    *("2001:db8::1", "3fff::1", "100::1", "4000::1", "::7f00:1"),
    # IPv4 in the clothes of IPv6: mapped, 6to4, NAT64, Teredo
    *("::ffff:10.0.0.1", "::ffff:127.0.0.1", "2002:7f00:1::1", "2002:a9fe:a9fe::1", "64:ff9b::a00:1"),
    *("64:ff9b:1::a9fe:a9fe", "2001:0:4136:e378:8000:63bf:f5ff:fffe"),
)


@pytest.mark.parametrize("address", REFUSED)
def test_addresses_that_are_not_public(outside: None, address: str) -> None:
    assert not permitted(ip_address(address))


@pytest.mark.parametrize(
    "address", ["8.8.8.8", "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808", "2002:808:808::1"]
)
def test_addresses_that_are(outside: None, address: str) -> None:
    assert permitted(ip_address(address))


@pytest.mark.parametrize(
    ("address", "allowed"),
    [
        ("10.1.2.3", True),
        ("::ffff:10.1.2.3", True),
        ("10.2.0.1", False),
        ("fd00::7", True),
        ("fd01::7", False),
    ],
)
def test_a_setting_allows_networks(settings: Any, address: str, allowed: bool) -> None:
    settings.WEBHOOK_ALLOWED_NETWORKS = ["10.1.0.0/16", "fd00::/64"]
    assert permitted(ip_address(address)) is allowed


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1/x",
        "http://localhost:8000/",
        "http://[::1]/",
        "http://[::ffff:169.254.169.254]/latest/meta-data",
        "https://169.254.169.254/latest/meta-data",
        "http://2130706433/",
        "http://0x7f000001/",
        "http://0177.0.0.1/",
        "http://127.1/",
        "http://0/",
        "http://10.0.0.7:9200/_search",
        "http://split.example/",
    ],
)
def test_a_callback_that_leads_inside_is_refused(outside: None, resolver: Any, url: str) -> None:
    """Numbers in all their forms, and a name of which one address is public and another is not."""
    resolver["split.example"] = ["8.8.8.8", "192.168.0.1"]
    (problem,) = url_problems(url, "callbackUrl")
    assert (problem.field, problem.code) == ("callbackUrl", "ADDRESS_REFUSED")


@pytest.mark.parametrize(
    "url",
    [
        *(
            "",
            "example.org/x",
            "ftp://example.org/",
            "file:///etc/passwd",
            "gopher://example.org/",
            "http://",
        ),
        *("http:///x", "https://example.org:99999/", "https://[::1/", "https://user:pw@example.org/"),
        *(
            "https://example.org/#part",
            "https://exa mple.org/",
            "https://example.org/\r\nHost: x",
            "javascript:1",
        ),
        *("http://8.8.8.8\\@127.0.0.1/", "https://example.org/" + "x" * 2048),
    ],
)
def test_what_is_no_address_for_a_callback(outside: None, url: str) -> None:
    assert [problem.field for problem in url_problems(url, "callbackUrl")] == ["callbackUrl"]


def test_a_public_host_and_one_that_cannot_be_found_now_may_be_subscribed(
    outside: None, resolver: Any
) -> None:
    """Nobody may be sent inside by it: it is looked up again whenever something is sent."""
    resolver["shop.example"] = ["8.8.8.8"]
    resolver["later.example"] = []
    for host in ("shop.example", "later.example:8443"):
        assert list(url_problems(f"https://{host}/events?x=1", "callbackUrl")) == []


@pytest.mark.django_db
def test_a_name_that_means_something_else_by_the_time_of_delivery_leads_nowhere(
    receiver: Receiver, lamps: Lamps, settings: Any, resolver: Any
) -> None:
    """DNS rebinding: public when subscribed, private when something is sent."""
    settings.WEBHOOK_ALLOWED_NETWORKS = []
    resolver["shop.example"] = ["8.8.8.8"]
    subscribe(receiver.url.replace("127.0.0.1", "shop.example"))
    light("desk")
    resolver["shop.example"] = ["127.0.0.1"]
    deliver_due()
    assert receiver.calls == []
    delivery = WebhookDelivery.objects.get()
    assert delivery.status == "RETRYING"
    assert delivery.last_error == "The host shop.example has an address that is not public."


@pytest.mark.django_db
def test_the_connection_goes_to_the_address_that_was_checked_and_says_the_name(
    receiver: Receiver, lamps: Lamps, resolver: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One look-up per call: there is no second answer that could differ from the one that was checked."""
    resolver["shop.example"] = ["127.0.0.1"]
    asked: list[str] = []
    look = socket.getaddrinfo
    monkeypatch.setattr(
        socket,
        "getaddrinfo",
        lambda host, *args, **options: asked.append(host) or look(host, *args, **options),
    )
    subscribe(receiver.url.replace("127.0.0.1", "shop.example"))
    light("desk")
    asked.clear()
    deliver_due()
    assert receiver.calls[0].headers["host"].startswith("shop.example:")
    assert asked == ["shop.example", "127.0.0.1"], "the name is looked up once, then a number is connected to"


@pytest.mark.django_db
def test_a_redirect_into_the_network_is_not_followed(receiver: Receiver, lamps: Lamps) -> None:
    receiver.answer = lambda _call: (307, {"Location": "http://169.254.169.254/latest/meta-data"})
    subscribe(receiver.url)
    light("desk")
    deliver_due()
    assert WebhookDelivery.objects.get().last_error == "It answered with status 307."
    assert len(receiver.calls) == 1


def test_a_permit_is_asked_before_anything_is_connected_to(receiver: Receiver) -> None:
    with pytest.raises(AddressRefused):
        post(receiver.url, body=b"{}", headers={}, timeout=1, permit=lambda _address: False)
    assert receiver.calls == []


def test_a_resolver_that_does_not_answer_takes_no_longer_than_it_may(monkeypatch: pytest.MonkeyPatch) -> None:
    slow = threading.Event()
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_args, **_options: slow.wait(5) and [])
    with pytest.raises(TimeIsUp):
        look_up("slow.example", 80, timeout=0.1)
    slow.set()


@pytest.mark.parametrize("host", ["no such host", "a" * 70 + ".example", "xn--\udcff"])
def test_a_name_that_nobody_has(host: str) -> None:
    with pytest.raises(OutgoingFailure):
        look_up(host, 80, timeout=2)


@pytest.mark.django_db
@pytest.mark.parametrize("form", ["target", "deprecated"])
def test_the_api_refuses_at_once_and_writes_nothing(api: Any, outside: None, form: str) -> None:
    called = {"callbackUrl": "http://[::1]:9/"}
    body = {"target": {"type": "WEBHOOK", **called}} if form == "target" else called
    response = api.post("/api/subscriptions", {"name": "x", "event": "ORDER_CREATED", **body})
    assert response.status_code == 400
    (error,) = response.json()
    assert error["field"] == ("target.callbackUrl" if form == "target" else "callbackUrl")
    assert error["code"] == "ADDRESS_REFUSED"
    assert not Subscription.objects.exists()
