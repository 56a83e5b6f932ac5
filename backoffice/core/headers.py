"""The headers that a subscriber wants to be sent along: which may be, and how they are kept."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence

from backoffice.core.errors import Problem
from backoffice.core.sealing import seal, unseal
from backoffice.core.signing import HEADER
from backoffice.core.texts import text

MOST_HEADERS = 50
LONGEST_VALUE = 4096

REFUSED = frozenset(
    {
        *("host", "content-length", "transfer-encoding", "connection", "keep-alive", "te", "trailer"),
        *("upgrade", "expect", "proxy-connection", HEADER.lower()),
    }
)
"""Headers that say how the request is made, or who made it."""

_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]{1,128}")
_VALUE = re.compile(r"[\t\x20-\x7e\xa0-\xff]*")


def header_problems(headers: Sequence[tuple[str, str]]) -> Iterator[Problem]:
    if len(headers) > MOST_HEADERS:
        yield Problem(
            "headers", text("At most %(most_headers)s headers can be sent along.", most_headers=MOST_HEADERS)
        )
        return
    for number, (key, value) in enumerate(headers):
        if not _NAME.fullmatch(key):
            yield Problem(
                f"headers[{number}].key", text("This is not the name of a header, such as Authorization.")
            )
        elif key.lower() in REFUSED:
            yield Problem(f"headers[{number}].key", text("The header %(key)s is ours to set.", key=key))
        if len(value) > LONGEST_VALUE or not _VALUE.fullmatch(value):
            message = text(
                "The value of a header is one line of at most %(longest_value)s Latin characters.",
                longest_value=LONGEST_VALUE,
            )
            yield Problem(f"headers[{number}].value", message)


def sealed_headers(headers: Sequence[tuple[str, str]]) -> str:
    """They often hold passwords."""
    return seal(json.dumps(list(headers))) if headers else ""


def unsealed_headers(sealed: str) -> list[tuple[str, str]]:
    """:raises backoffice.core.sealing.Unreadable: the key that they were sealed under is gone."""
    return [(key, value) for key, value in json.loads(unseal(sealed))] if sealed else []
