from __future__ import annotations

from django.urls import path

from orders import pickjob_views, views

urlpatterns = [
    path("orders/", views.OrdersView.as_view(), name="orders"),
    path("orders/new/", views.CreateOrderView.as_view(), name="order-create"),
    path("orders/<uuid:pk>/cancel/", views.CancelOrderView.as_view(), name="order-cancel"),
    path("orders/<uuid:pk>/force-cancel/", views.ForceCancelOrderView.as_view(), name="order-force-cancel"),
    path("orders/<uuid:pk>/unlock/", views.UnlockOrderView.as_view(), name="order-unlock"),
    path("orders/<uuid:pk>/anonymise/", views.AnonymiseOrderView.as_view(), name="order-anonymise"),
    path("orders/<uuid:pk>/confirm/", views.ConfirmPromiseView.as_view(), name="order-confirm"),
    path("orders/<uuid:pk>/extend/", views.ExtendPromiseView.as_view(), name="order-extend"),
    path("pick-jobs/", pickjob_views.PickJobsView.as_view(), name="pick-jobs"),
    path("pick-jobs/<uuid:pk>/start/", pickjob_views.StartView.as_view(), name="pick-job-start"),
    path("pick-jobs/<uuid:pk>/pick/", pickjob_views.PickView.as_view(), name="pick-job-pick"),
    path("pick-jobs/<uuid:pk>/pause/", pickjob_views.PauseView.as_view(), name="pick-job-pause"),
    path("pick-jobs/<uuid:pk>/resume/", pickjob_views.ResumeView.as_view(), name="pick-job-resume"),
    path("pick-jobs/<uuid:pk>/close/", pickjob_views.CloseView.as_view(), name="pick-job-close"),
    path("pick-jobs/<uuid:pk>/reset/", pickjob_views.ResetView.as_view(), name="pick-job-reset"),
    path("pick-jobs/<uuid:pk>/abort/", pickjob_views.AbortView.as_view(), name="pick-job-abort"),
    path("pick-jobs/<uuid:pk>/cancel/", pickjob_views.CancelView.as_view(), name="pick-job-cancel"),
    path("pick-jobs/<uuid:pk>/restow/", pickjob_views.RestowView.as_view(), name="pick-job-restow"),
]
