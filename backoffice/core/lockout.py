"""Whose failed logins django-axes counts."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest


def account(request: HttpRequest, credentials: dict[str, Any] | None = None) -> str:
    """The account that somebody tries to enter. Spelling it in another case is no way to get more attempts."""
    given = credentials if credentials is not None else request.POST
    return str(given.get("username") or "").strip().lower()
