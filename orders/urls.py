from __future__ import annotations

from django.urls import path

from orders import views

urlpatterns = [
    path("orders/", views.OrdersView.as_view(), name="orders"),
    path("orders/<uuid:pk>/cancel/", views.CancelOrderView.as_view(), name="order-cancel"),
    path("orders/<uuid:pk>/unlock/", views.UnlockOrderView.as_view(), name="order-unlock"),
]
