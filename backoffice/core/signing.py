"""How what we send is signed, so that a receiver can tell it from what others send."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Sequence

HEADER = "X-Anteroom-Signature"


def signature(secrets: Sequence[str], moment: int, body: bytes) -> str:
    """``t=<seconds since 1970>,v1=<hex>``, a ``v1`` per secret: the HMAC-SHA256 of ``<t>.<body>``.

    The moment is signed as well, so that a receiver can refuse what somebody recorded and sends again.
    """
    signed = f"{moment}.".encode() + body
    digests = [hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest() for secret in secrets]
    return ",".join([f"t={moment}", *(f"v1={digest}" for digest in digests)])
