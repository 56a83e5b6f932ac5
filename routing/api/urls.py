from __future__ import annotations

from routing.api import (
    commands,
    decisionlogs,
    plan_actions,
    plans,
    processes,
    releaseruns,
    settings,
    strategies,
    waitingroom,
)

urlpatterns = [
    *strategies.urlpatterns,
    *settings.urlpatterns,
    *plans.urlpatterns,
    *plan_actions.urlpatterns,
    *decisionlogs.urlpatterns,
    *processes.urlpatterns,
    *commands.urlpatterns,
    *waitingroom.urlpatterns,
    *releaseruns.urlpatterns,
]
