"""The HTTP payment gateway, against a server on loopback that approves, declines, is slow, fails, and lies (W9)."""

from __future__ import annotations

import hashlib
import hmac
import socket
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest

from orders.gateways import Declined, Request, Result, TransientFailure
from orders.gateways.http import LARGEST_ANSWER, HttpGateway
from tests.orders.gatewayserver import (
    SECRET,
    GatewayServer,
    answer,
    answering,
    dripping,
    dripping_body,
    gateway_server,
    hanging_up,
)

APPROVED = {"status": "APPROVED", "gatewayReference": "g-1"}


@pytest.fixture
def server() -> Iterator[GatewayServer]:
    with gateway_server() as server:
        yield server


@pytest.fixture
def gateway(server: GatewayServer) -> HttpGateway:
    return HttpGateway(server.url, SECRET, 5)


@pytest.fixture
def request_() -> Request:
    return Request(
        key=uuid4(),
        operation=uuid4(),
        authorisation=uuid4(),
        order=uuid4(),
        tenant_order_id="R-1",
        amount=Decimal("12.50"),
        currency="EUR",
        original_reference="shop-1",
    )


def test_it_asks_for_what_is_to_be_done(
    server: GatewayServer, gateway: HttpGateway, request_: Request
) -> None:
    gateway.authorise(request_)

    (call,) = server.calls
    assert call.document == {
        "operation": "AUTHORISE",
        "operationId": str(request_.operation),
        "authorisationId": str(request_.authorisation),
        "orderId": str(request_.order),
        "tenantOrderId": "R-1",
        "originalReference": "shop-1",
        "amount": "12.50",
        "currency": "EUR",
    }
    assert call.headers["content-type"] == "application/json"
    assert call.headers["idempotency-key"] == str(request_.key)


def test_what_it_asks_is_signed_with_the_time(
    server: GatewayServer, gateway: HttpGateway, request_: Request
) -> None:
    """Written out here as a receiver would, so that the protocol cannot change by accident."""
    gateway.void(replace(request_, gateway_reference="g-1"))

    (call,) = server.calls
    stamp, _, digest = call.headers["x-anteroom-signature"].partition(",v1=")
    moment = stamp.removeprefix("t=")
    assert abs(int(moment) - time.time()) < 30
    expected = hmac.new(SECRET.encode(), moment.encode() + b"." + call.body, hashlib.sha256).hexdigest()
    assert digest == expected


def test_a_yes_comes_with_its_reference_and_expiry(
    server: GatewayServer, gateway: HttpGateway, request_: Request
) -> None:
    server.behave = answering(
        201, {**APPROVED, "expires": "2999-01-01T00:00:00Z", "amount": 12.5, "currency": "EUR"}
    )
    assert gateway.authorise(request_) == Result(
        gateway_reference="g-1", expires_at=datetime(2999, 1, 1, tzinfo=UTC)
    )


@pytest.mark.parametrize("expires", ["soon", 7, "2001-01-01T00:00:00Z", [], None])
def test_an_expiry_that_makes_no_sense_is_none(
    server: GatewayServer, gateway: HttpGateway, request_: Request, expires: Any
) -> None:
    server.behave = answering(200, {**APPROVED, "expires": expires})
    assert gateway.authorise(request_) == Result(gateway_reference="g-1")


def test_accepted_means_that_a_report_will_follow(
    server: GatewayServer, gateway: HttpGateway, request_: Request
) -> None:
    server.behave = answering(202, {"status": "ACCEPTED"})
    assert gateway.authorise(request_) == Result(final=False)


def test_what_the_gateway_does_not_know_is_void(
    server: GatewayServer, gateway: HttpGateway, request_: Request
) -> None:
    server.behave = answering(200, {"status": "UNKNOWN"})
    assert gateway.void(request_) == Result()
    with pytest.raises(TransientFailure, match="no status that is known"):
        gateway.reduce(request_)


@pytest.mark.parametrize(
    ("status", "document", "message"),
    [
        (200, {"status": "DECLINED", "reason": "insufficient funds"}, "insufficient funds"),
        (402, {"reason": "card expired"}, "card expired"),
        (422, {"status": "APPROVED", "gatewayReference": "g-1"}, "no reason"),
        (200, {"status": "DECLINED", "reason": {"code": 5}}, "no reason"),
    ],
)
def test_a_clear_no(
    server: GatewayServer,
    gateway: HttpGateway,
    request_: Request,
    status: int,
    document: dict[str, Any],
    message: str,
) -> None:
    server.behave = answering(status, document)
    with pytest.raises(Declined, match=message):
        gateway.authorise(request_)


@pytest.mark.parametrize(
    "behave",
    [
        answering(500, {"status": "APPROVED"}),
        answering(503),
        answering(429, {"status": "DECLINED"}),
        answering(404, {"status": "UNKNOWN"}),
        answering(401, {"status": "DECLINED"}),
        answering(302, None, Location="/elsewhere"),
        answering(204),
        answering(200),
        answering(200, b"<html>Bad gateway</html>"),
        answering(200, b"\xff\xfe"),
        answering(200, b"[" * 5_000),
        answering(200, ["APPROVED"]),
        answering(402, b"payment required"),
        answering(200, {"gatewayReference": "g-1"}),
        answering(200, {"status": "YES", "gatewayReference": "g-1"}),
        answering(200, {**APPROVED, "operationId": "another"}),
        answering(402, {"operationId": "another", "reason": "not yours"}),
        answering(200, {**APPROVED, "operationId": None}),
        answering(200, {"status": "APPROVED"}),
        answering(200, {**APPROVED, "gatewayReference": 17}),
        answering(200, {**APPROVED, "gatewayReference": "g" * 256}),
        answering(200, {**APPROVED, "gatewayReference": "g\0"}),
        answering(200, {**APPROVED, "amount": "12.49"}),
        answering(200, {**APPROVED, "amount": "much"}),
        answering(200, {**APPROVED, "currency": "USD"}),
        answering(200, b" " * (LARGEST_ANSWER + 1)),
        hanging_up,
        lambda handler, _: handler.wfile.write(b"SMTP ready\r\n\r\n"),
        lambda handler, _: handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{"),
    ],
)
def test_whatever_does_not_answer_the_question_is_no_answer(
    server: GatewayServer, gateway: HttpGateway, request_: Request, behave: Any
) -> None:
    """Errors, nonsense, and lies: neither a yes nor a no, so that the same request is made again."""
    server.behave = behave
    with pytest.raises(TransientFailure):
        gateway.authorise(request_)
    assert len(server.calls) == 1


@pytest.mark.parametrize("behave", [lambda *_: time.sleep(3), dripping(0.05), dripping_body(0.05)])
def test_a_slow_gateway_is_cut_off_however_it_dawdles(
    server: GatewayServer, request_: Request, behave: Any
) -> None:
    """Silence, or a byte now and then: the timeout is of the whole call."""
    server.behave = behave
    started = time.monotonic()
    with pytest.raises(TransientFailure, match=r"did not answer within 0.4 seconds"):
        HttpGateway(server.url, SECRET, 0.4).authorise(request_)
    assert time.monotonic() - started < 2


def test_nobody_there(request_: Request) -> None:
    with socket.socket() as reserved:
        reserved.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{reserved.getsockname()[1]}/"
        with pytest.raises(TransientFailure, match="could not be reached"):
            HttpGateway(url, SECRET, 1).authorise(request_)


def test_a_gateway_without_tls_where_tls_is_expected(server: GatewayServer, request_: Request) -> None:
    url = server.url.replace("http:", "https:")
    with pytest.raises(TransientFailure, match="could not be reached"):
        HttpGateway(url, SECRET, 2).authorise(request_)
    assert server.calls == []


def test_redirects_are_not_followed(server: GatewayServer, gateway: HttpGateway, request_: Request) -> None:
    server.behave = lambda handler, _: answer(handler, 307, {}, Location=server.url + "/stolen")
    with pytest.raises(TransientFailure, match="HTTP status 307"):
        gateway.authorise(request_)
    assert len(server.calls) == 1


def test_the_secret_and_the_answer_stay_out_of_what_people_see(
    server: GatewayServer, gateway: HttpGateway, request_: Request
) -> None:
    server.behave = answering(500, b"card 4111111111111111")
    with pytest.raises(TransientFailure) as caught:
        gateway.authorise(request_)
    assert SECRET not in caught.value.message
    assert "4111" not in caught.value.message
