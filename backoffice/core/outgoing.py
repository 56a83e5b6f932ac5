"""One POST to somebody else's server: with an end in time, without redirects, and only to where it may go.

A host is looked up once, every address that it has is checked, and the connection goes to a checked address and no
other: a name that means something else a moment later (DNS rebinding) changes nothing.
"""

from __future__ import annotations

import contextlib
import http.client
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address
from urllib.parse import urlsplit

from backoffice.core.texts import text

SCHEMES = ("http", "https")

Address = IPv4Address | IPv6Address
Permit = Callable[[Address], bool]
"""Whether one may connect to the address."""


class OutgoingFailure(Exception):
    """There was no answer. ``message`` is for people, ``kind`` the name of what happened, if it has one."""

    def __init__(self, message: str, kind: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.kind = kind


class TimeIsUp(OutgoingFailure):
    """It took longer than it may."""


class AnswerTooLong(OutgoingFailure):
    """It answered more than anybody wanted to read."""


class AddressRefused(OutgoingFailure):
    """The host has an address that one may not connect to."""


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    body: bytes


def post(
    url: str,
    *,
    body: bytes,
    headers: Mapping[str, str],
    timeout: float,
    most: int = 0,
    permit: Permit | None = None,
) -> Answer:
    """POSTs ``body``, and reads at most ``most`` bytes of the answer; nothing of it, without.

    ``timeout`` is in seconds, for the whole call: looking up, connecting, sending, and reading to the end.

    :raises OutgoingFailure: there was no answer, for one of the reasons above, or the connection failed.
    """
    until = time.monotonic() + timeout
    target = urlsplit(url)
    host = str(target.hostname)
    port = target.port or (443 if target.scheme == "https" else 80)
    addresses = look_up(host, port, timeout=timeout)
    if permit is not None and not all(permit(address) for address in addresses):
        raise AddressRefused(text("The host %(host)s has an address that is not public.", host=host))
    connection = _connection(target.scheme, host, port, addresses, until)
    path = (target.path or "/") + (f"?{target.query}" if target.query else "")
    try:
        with _cut_off(connection, until - time.monotonic()) as sockets:
            connection.connect()
            sockets.append(connection.sock)
            connection.request("POST", path, body=body, headers=dict(headers))
            response = connection.getresponse()
            answer = response.read(most + 1) if most else b""
            if len(answer) > most:
                raise AnswerTooLong(text("It answered more than %(most)s bytes.", most=most))
            return Answer(response.status, answer)
    except TimeoutError:
        raise TimeIsUp(
            text("It did not answer within %(timeout)s seconds.", timeout=f"{timeout:g}")
        ) from None
    except (OSError, http.client.HTTPException) as error:
        raise OutgoingFailure(text("It could not be reached."), type(error).__name__) from error
    finally:
        connection.close()


def look_up(host: str, port: int, *, timeout: float) -> list[Address]:
    """Every address of the host, however it is written: names, and numbers in all forms that a connection takes.

    :raises OutgoingFailure: it has none, or there was no answer in time.
    """
    found: list[Address] = []
    failed: list[BaseException] = []

    def ask() -> None:
        try:
            for _family, _type, _protocol, _name, address in socket.getaddrinfo(
                host, port, type=socket.SOCK_STREAM
            ):
                one = ip_address(address[0])
                if one not in found:
                    found.append(one)
        except (OSError, ValueError) as error:
            failed.append(error)

    # The resolver knows no timeout.
    asking = threading.Thread(target=ask, name="look-up", daemon=True)
    asking.start()
    asking.join(timeout)
    if asking.is_alive():
        raise TimeIsUp(text("Its name was not found within %(timeout)s seconds.", timeout=f"{timeout:g}"))
    if failed or not found:
        raise OutgoingFailure(text("Its name is not known."), type(failed[0]).__name__ if failed else "")
    return found


class _Pinned(http.client.HTTPConnection):
    """Connects to addresses that were looked up before, one after the other, and says the host's name there."""

    addresses: list[Address]
    until: float

    def connect(self) -> None:
        self.sock = _connected(self)


class _PinnedTls(http.client.HTTPSConnection):
    addresses: list[Address]
    until: float

    def connect(self) -> None:
        """The certificate is to be the name's, not the address's. A handshake that drags on can be cut off."""
        self.sock = ssl.create_default_context().wrap_socket(
            _connected(self), server_hostname=self.host, do_handshake_on_connect=False
        )
        self.sock.do_handshake()


def _connected(connection: _Pinned | _PinnedTls) -> socket.socket:
    """:raises OSError: none of the addresses answered in time; the last one's."""
    failure: OSError = TimeoutError()
    for address in connection.addresses:
        left = connection.until - time.monotonic()
        if left <= 0:
            raise TimeoutError
        try:
            return socket.create_connection((str(address), connection.port), left)
        except OSError as error:
            failure = error
    raise failure


def _connection(
    scheme: str, host: str, port: int, addresses: list[Address], until: float
) -> _Pinned | _PinnedTls:
    connection: _Pinned | _PinnedTls
    connection = (_PinnedTls if scheme == "https" else _Pinned)(host, port)
    connection.addresses, connection.until = addresses, until
    return connection


@contextlib.contextmanager
def _cut_off(
    connection: http.client.HTTPConnection, seconds: float
) -> Iterator[list[socket.socket | ssl.SSLSocket | None]]:
    """Ends the call after so many seconds, however busily the other side drips bytes: sockets time out by the byte.

    It yields a list for the socket, which a connection forgets once its response has begun.

    :raises TimeoutError: the time was up.
    """
    late = threading.Event()
    sockets: list[socket.socket | ssl.SSLSocket | None] = []

    def cut() -> None:
        late.set()
        for sock in (connection.sock, *sockets):
            if sock is not None:
                with contextlib.suppress(OSError):
                    sock.shutdown(socket.SHUT_RDWR)

    timer = threading.Timer(max(0.0, seconds), cut)
    timer.daemon = True
    timer.start()
    try:
        yield sockets
    except (OSError, http.client.HTTPException) as error:
        if late.is_set():
            raise TimeoutError from error
        raise
    finally:
        timer.cancel()
    if late.is_set():
        raise TimeoutError
