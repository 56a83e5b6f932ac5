"""How the second factor is kept: django-allauth's codes, sealed like every secret that we must read again."""

from __future__ import annotations

from typing import Any

from allauth.mfa.adapter import DefaultMFAAdapter

from backoffice.core.sealing import seal, unseal


class Adapter(DefaultMFAAdapter):
    def encrypt(self, text: str) -> str:
        return seal(text)

    def decrypt(self, encrypted_text: str) -> str:
        return unseal(encrypted_text)

    def send_notification_mail(self, *args: Any, **kwargs: Any) -> None:
        """Who did what stands in the timeline."""
