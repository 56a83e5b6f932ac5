from __future__ import annotations

from django.urls import path

from routing.views import interventions, orders, plans, routingrules, waitingroom

_RULES = "network/inventory/basic-configuration/routing-rules"

urlpatterns = [
    path("waiting-room/", waitingroom.WaitingRoomView.as_view(), name="waiting-room"),
    path("waiting-room/retry/", routingrules.RetryUnroutableView.as_view(), name="retry-unroutable"),
    path("plans/<uuid:pk>/", plans.PlanView.as_view(), name="plan"),
    path("plans/<uuid:pk>/assign/", interventions.AssignPlanView.as_view(), name="plan-assign"),
    path("plans/<uuid:pk>/reroute/", interventions.ReroutePlanView.as_view(), name="plan-reroute"),
    path("plans/<uuid:pk>/cancel/", interventions.CancelPlanView.as_view(), name="plan-cancel"),
    path("orders/<uuid:pk>/", orders.OrderView.as_view(), name="order"),
    path(f"{_RULES}/", routingrules.RoutingRulesView.as_view(), name="routing-rules"),
    path(f"{_RULES}/preview/", routingrules.PreviewRoutingRulesView.as_view(), name="routing-rules-preview"),
]
