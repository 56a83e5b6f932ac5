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
    strategy_evaluations,
    strategy_revisions,
    waitingroom,
)

urlpatterns = [
    *strategies.urlpatterns,
    *strategy_evaluations.urlpatterns,
    *strategy_revisions.urlpatterns,
    *settings.urlpatterns,
    *plans.urlpatterns,
    *plan_actions.urlpatterns,
    *decisionlogs.urlpatterns,
    *processes.urlpatterns,
    *commands.urlpatterns,
    *waitingroom.urlpatterns,
    *releaseruns.urlpatterns,
]
