from __future__ import annotations

from django.urls import path

from backoffice.core.api import events, status, tokens

urlpatterns = [
    path("events", events.EventsView.as_view(), name="events"),
    path("tokens", tokens.TokensView.as_view(), name="tokens"),
    path("tokens/<str:id>", tokens.TokenView.as_view(), name="token"),
    path("status", status.StatusView.as_view(), name="status"),
    path("health", status.HealthView.as_view(), name="health"),
]
