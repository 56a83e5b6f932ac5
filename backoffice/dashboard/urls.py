from __future__ import annotations

from django.urls import path

from backoffice.dashboard.activity_views import ActivityView, EventsView
from backoffice.dashboard.consequences import FacilityConsequencesView
from backoffice.dashboard.palette import PaletteView, ShortcutsView
from backoffice.dashboard.views import DashboardView, InstallationView

urlpatterns = [
    path("settings/installation/", InstallationView.as_view(), name="installation"),
    path("", DashboardView.as_view(), name="dashboard"),
    path(
        "network/facilities/<uuid:pk>/consequences/",
        FacilityConsequencesView.as_view(),
        name="facility-consequences",
    ),
    path("palette/", PaletteView.as_view(), name="palette"),
    path("shortcuts/", ShortcutsView.as_view(), name="shortcuts"),
    path("activity/", ActivityView.as_view(), name="activity"),
    path("events/", EventsView.as_view(), name="events"),
]
