"""Sessions in the database, as Django keeps them, with columns that say whose they are (``SESSION_ENGINE``)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore as DatabaseSessionStore
from django.http import HttpRequest
from django.utils import timezone

from backoffice.core.models.session import BrowserSession
from backoffice.core.models.user import User

SEEN_PRECISION = timedelta(minutes=5)

SECOND_FACTOR = "second_factor"
"""Set in the session of who signed in with a code, or has set up a second factor since."""


class SessionStore(DatabaseSessionStore):
    @classmethod
    def get_model_class(cls) -> type[BrowserSession]:
        return BrowserSession

    def create_model_instance(self, data: dict[str, Any]) -> BrowserSession:
        now = timezone.now().isoformat()
        data.setdefault("started", now)
        data.setdefault("seen", now)
        user = data.get(SESSION_KEY)
        return BrowserSession(
            session_key=self._get_or_create_session_key(),  # type: ignore[attr-defined]  # Django's
            session_data=self.encode(data),
            expire_date=self.get_expiry_date(),
            user_id=UUID(user) if user else None,
            browser=data.get("browser", ""),
            address=data.get("address", ""),
            started=datetime.fromisoformat(data["started"]),
            seen=datetime.fromisoformat(data["seen"]),
        )


def describe(request: HttpRequest, address: str) -> None:
    """Notes which browser the session is of, and from where, for its owner to recognise."""
    request.session["browser"] = request.headers.get("User-Agent", "")[:255]
    request.session["address"] = address[:64]


def note_seen(request: HttpRequest, user: User) -> None:
    """Notes that ``user``, who is signed in, is there, at most every five minutes."""
    now = timezone.now()
    seen = request.session.get("seen")
    if seen is not None and now - datetime.fromisoformat(seen) < SEEN_PRECISION:
        return
    request.session["seen"] = now.isoformat()
    User.objects.filter(pk=user.pk).update(last_seen=now)
