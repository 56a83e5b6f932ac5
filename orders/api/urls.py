from __future__ import annotations

from django.urls import path

from orders.api import actions, orders, pickjobs

urlpatterns = [
    path("orders", orders.OrdersView.as_view(), name="orders"),
    path("orders/<str:id>", orders.OrderView.as_view(), name="order"),
    path("orders/<str:id>/actions", actions.OrderActionsView.as_view(), name="order-actions"),
    path("pickjobs", pickjobs.PickJobsView.as_view(), name="pick-jobs"),
    path("pickjobs/<str:id>", pickjobs.PickJobView.as_view(), name="pick-job"),
]
