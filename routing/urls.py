from __future__ import annotations

from django.urls import path

from routing.views import orders

urlpatterns = [
    path("orders/<uuid:pk>/", orders.OrderView.as_view(), name="order"),
]
