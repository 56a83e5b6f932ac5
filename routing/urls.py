from __future__ import annotations

from django.urls import path

from routing.views import (
    bulkinterventions,
    demand,
    groups,
    interventions,
    orders,
    pickjobs,
    plans,
    releaseruns,
    routingrules,
    settings,
    turns,
    waitingroom,
    whatif,
)
from routing.views.strategies import acts, dialogs, editor, impact, listing, revisions, rules, trials

_STRATEGIES = "network/routing-strategies"
_STRATEGY = f"{_STRATEGIES}/<uuid:pk>"
_RULES = "network/inventory/basic-configuration/routing-rules"

urlpatterns = [
    path("waiting-room/", waitingroom.WaitingRoomView.as_view(), name="waiting-room"),
    path("waiting-room/retry/", routingrules.RetryUnroutableView.as_view(), name="retry-unroutable"),
    path("demand/", demand.DemandView.as_view(), name="demand"),
    path("demand/<uuid:pk>/", demand.ArticleDemandView.as_view(), name="article-demand"),
    path("demand/<uuid:pk>/what-if/", whatif.WhatIfDialog.as_view(), name="what-if"),
    path(
        "waiting-room/interventions/<uuid:pk>/carry-out/",
        bulkinterventions.CarryOutView.as_view(),
        name="carry-out-intervention",
    ),
    path(
        "waiting-room/interventions/<uuid:pk>/undo/",
        bulkinterventions.UndoView.as_view(),
        name="undo-intervention",
    ),
    path(
        "waiting-room/interventions/<str:name>/",
        bulkinterventions.BulkDialog.as_view(),
        name="bulk-intervention",
    ),
    path("release-runs/", releaseruns.ReleaseRunsView.as_view(), name="release-runs"),
    path("release-runs/<uuid:pk>/", releaseruns.ReleaseRunView.as_view(), name="release-run"),
    path("plans/<uuid:pk>/", plans.PlanView.as_view(), name="plan"),
    path("plans/<uuid:pk>/assign/", interventions.AssignPlanView.as_view(), name="plan-assign"),
    path("plans/<uuid:pk>/reroute/", interventions.ReroutePlanView.as_view(), name="plan-reroute"),
    path("plans/<uuid:pk>/cancel/", interventions.CancelPlanView.as_view(), name="plan-cancel"),
    path("plans/<uuid:pk>/pin/", turns.PinPlanView.as_view(), name="plan-pin"),
    path("plans/<uuid:pk>/unpin/", turns.UnpinPlanView.as_view(), name="plan-unpin"),
    path("plans/<uuid:pk>/hold/", turns.HoldPlanView.as_view(), name="plan-hold"),
    path("plans/<uuid:pk>/unhold/", turns.UnholdPlanView.as_view(), name="plan-unhold"),
    path("plans/<uuid:pk>/split/", turns.SplitPlanView.as_view(), name="plan-split"),
    path("plans/<uuid:pk>/join/", turns.JoinPlanView.as_view(), name="plan-join"),
    path("plans/<uuid:pk>/unassign/", turns.UnassignPlanView.as_view(), name="plan-unassign"),
    path("settings/site/", settings.WaitingRoomSettingsView.as_view(), name="waiting-room-settings"),
    path("orders/<uuid:pk>/", orders.OrderView.as_view(), name="order"),
    path(
        "network/groups/<uuid:pk>/strategies/", groups.GroupStrategiesView.as_view(), name="group-strategies"
    ),
    path("pick-jobs/<uuid:pk>/", pickjobs.PickJobView.as_view(), name="pick-job"),
    path(f"{_RULES}/", routingrules.RoutingRulesView.as_view(), name="routing-rules"),
    path(f"{_RULES}/preview/", routingrules.PreviewRoutingRulesView.as_view(), name="routing-rules-preview"),
    path(f"{_STRATEGIES}/", listing.StrategiesView.as_view(), name="routing-strategies"),
    path(f"{_STRATEGIES}/create/", dialogs.CreateStrategyDialog.as_view(), name="create-strategy"),
    path(f"{_STRATEGY}/", editor.StrategyView.as_view(), name="routing-strategy"),
    path(f"{_STRATEGY}/draft/", editor.EditDraftView.as_view(), name="edit-strategy"),
    path(f"{_STRATEGY}/draft/save/", editor.SaveDraftView.as_view(), name="save-strategy"),
    path(f"{_STRATEGY}/draft/discard/", editor.DiscardDraftView.as_view(), name="discard-strategy"),
    path(f"{_STRATEGY}/name/", dialogs.NameDialog.as_view(), name="strategy-name"),
    path(f"{_STRATEGY}/json/<str:id>/", dialogs.JsonDialog.as_view(), name="strategy-json"),
    path(f"{_STRATEGY}/nodes/<str:id>/<str:kind>/rule/", rules.RuleDialog.as_view(), name="strategy-rule"),
    path(f"{_STRATEGY}/branches/<str:id>/", dialogs.BranchDialog.as_view(), name="strategy-branch"),
    path(f"{_STRATEGY}/branches/<str:id>/add/", dialogs.AddConditionDialog.as_view(), name="add-condition"),
    path(f"{_STRATEGY}/activate/", acts.ActivateStrategyDialog.as_view(), name="activate-strategy"),
    path(f"{_STRATEGY}/copy/", acts.CopyStrategyDialog.as_view(), name="copy-strategy"),
    path(f"{_STRATEGY}/delete/", acts.DeleteStrategyDialog.as_view(), name="delete-strategy"),
    path(f"{_STRATEGY}/revisions/", revisions.RevisionsView.as_view(), name="strategy-revisions"),
    path(
        f"{_STRATEGY}/revisions/<int:revision>/restore/",
        revisions.RestoreRevisionDialog.as_view(),
        name="restore-revision",
    ),
    path(f"{_STRATEGY}/test/", trials.TestStrategyView.as_view(), name="strategy-test"),
    path(f"{_STRATEGY}/impact/", impact.ImpactView.as_view(), name="strategy-impact"),
    path(f"{_STRATEGY}/impact/start/", impact.StartImpactView.as_view(), name="start-impact"),
]
