"""An authenticator app (RFC 6238), as far as tests need one."""

from __future__ import annotations

import base64
import hashlib
import hmac
import struct
import time

PERIOD = 30


def code_of(secret: str, *, steps: int = 0) -> str:
    """The code that an app shows now, or so many half minutes later."""
    key = base64.b32decode(secret.replace(" ", ""))
    moment = struct.pack(">Q", int(time.time()) // PERIOD + steps)
    digest = hmac.new(key, moment, hashlib.sha1).digest()
    offset = digest[-1] & 15
    number = struct.unpack(">I", digest[offset : offset + 4])[0] & 0x7FFFFFFF
    return f"{number % 1_000_000:06}"
