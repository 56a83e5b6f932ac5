"""Where webhooks may go: to http and https, and not into the networks that this server alone can see (spec 8)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_network
from urllib.parse import urlsplit

from django.conf import settings

from backoffice.core.errors import Problem
from backoffice.core.outgoing import SCHEMES, Address, OutgoingFailure, look_up
from backoffice.core.texts import text

LONGEST_URL = 2048
PATIENCE = 3.0
"""Seconds to look up the host of a new subscription; what is not found by then is checked when something is sent."""

_TRANSLATED = (IPv6Network("64:ff9b::/96"), IPv6Network("64:ff9b:1::/48"))
"""NAT64: what is sent there ends at the IPv4 address in the last four bytes."""

_GLOBAL_UNICAST = IPv6Network("2000::/3")
"""All of IPv6 that is assigned to anybody; the rest is local, historic, or nobody's."""

_SPECIAL = tuple(
    ip_network(text) for text in ("192.0.0.0/24", "192.88.99.0/24", "2001::/23", "2001:db8::/32", "3fff::/20")
)
"""Parts of the public ranges that belong to nobody; not every version of Python knows them all."""

_UNPRINTABLE = re.compile(r"[\x00-\x20\x7f\\]")


def permitted(address: Address) -> bool:
    """Whether webhooks may go there: it is public, or in one of ``WEBHOOK_ALLOWED_NETWORKS``."""
    inner = _inner(address)
    allowed = [ip_network(text) for text in settings.WEBHOOK_ALLOWED_NETWORKS]
    if _within(address, allowed) or _within(inner, allowed):
        return True
    if isinstance(inner, IPv6Address) and inner not in _GLOBAL_UNICAST:
        return False
    return inner.is_global and not inner.is_multicast and not _within(inner, _SPECIAL)


def _within(address: Address, networks: Sequence[IPv4Network | IPv6Network]) -> bool:
    return any(address.version == network.version and address in network for network in networks)


def _inner(address: Address) -> Address:
    """The IPv4 address that an IPv6 address leads to, by any of the ways there are; else the address itself."""
    if isinstance(address, IPv4Address):
        return address
    if any(address in net for net in _TRANSLATED):
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour or (address.teredo or (None, None))[1] or address


def url_problems(url: str, field: str) -> Iterator[Problem]:
    """What is wrong with a callback. A host that cannot be found now may be there when something is sent."""
    if len(url) > LONGEST_URL:
        yield Problem(
            field, text("The address is longer than %(longest_url)s characters.", longest_url=LONGEST_URL)
        )
        return
    try:
        target = urlsplit(url)
        host, port = target.hostname, target.port
    except ValueError:
        yield Problem(field, text("This is not an address such as https://example.org/events."))
        return
    if target.scheme not in SCHEMES or not host or _UNPRINTABLE.search(url):
        yield Problem(field, text("Give an http or https address such as https://example.org/events."))
    elif target.username is not None or target.password is not None:
        yield Problem(
            field, text("The address must not hold a user or password: use a header such as Authorization.")
        )
    elif target.fragment:
        yield Problem(field, text("The part after # is never sent: leave it out."))
    elif not _leads_outside(host, port or 0):
        yield Problem(field, text("The host has an address that is not public."), "ADDRESS_REFUSED")


def _leads_outside(host: str, port: int) -> bool:
    try:
        return all(permitted(address) for address in look_up(host, port, timeout=PATIENCE))
    except OutgoingFailure:
        return True
