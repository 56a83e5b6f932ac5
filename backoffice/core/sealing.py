"""Secrets that we must be able to read again, kept so that the database alone does not give them away.

They are encrypted (Fernet) under a key derived from ``SECRET_KEY``; former keys are in ``SECRET_KEY_FALLBACKS``.
"""

from __future__ import annotations

import base64

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

PURPOSE = b"anteroom.sealed"


class Unreadable(Exception):
    """It was sealed under a key that is in neither ``SECRET_KEY`` nor ``SECRET_KEY_FALLBACKS``."""


def seal(text: str) -> str:
    return _box().encrypt(text.encode()).decode()


def unseal(sealed: str) -> str:
    """:raises Unreadable: the key that it was sealed under is gone."""
    try:
        return _box().decrypt(sealed.encode()).decode()
    except InvalidToken as error:
        raise Unreadable("It was sealed under another SECRET_KEY.") from error


def _box() -> MultiFernet:
    keys = (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
    return MultiFernet([Fernet(_derived(key)) for key in keys])


def _derived(key: str) -> bytes:
    """A key of its own: what SECRET_KEY signs elsewhere says nothing about it."""
    derived = HKDF(algorithm=SHA256(), length=32, salt=None, info=PURPOSE).derive(key.encode())
    return base64.urlsafe_b64encode(derived)
