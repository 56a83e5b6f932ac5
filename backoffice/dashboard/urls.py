from __future__ import annotations

from django.urls import path

from backoffice.dashboard.activity_views import ActivityView, EventsView
from backoffice.dashboard.views import DashboardView

urlpatterns = [
    path("", DashboardView.as_view(), name="dashboard"),
    path("activity/", ActivityView.as_view(), name="activity"),
    path("events/", EventsView.as_view(), name="events"),
]
