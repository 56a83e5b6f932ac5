from __future__ import annotations

from django.urls import path

from orders import views

urlpatterns = [
    path("orders/", views.OrdersView.as_view(), name="orders"),
    path("orders/<uuid:pk>/cancel/", views.CancelOrderView.as_view(), name="order-cancel"),
    path("orders/<uuid:pk>/force-cancel/", views.ForceCancelOrderView.as_view(), name="order-force-cancel"),
    path("orders/<uuid:pk>/unlock/", views.UnlockOrderView.as_view(), name="order-unlock"),
    path("orders/<uuid:pk>/confirm/", views.ConfirmPromiseView.as_view(), name="order-confirm"),
    path("orders/<uuid:pk>/extend/", views.ExtendPromiseView.as_view(), name="order-extend"),
]
