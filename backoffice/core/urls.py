from __future__ import annotations

from django.urls import path

from backoffice.core import views, webhook_views
from backoffice.core.ui import imports, savedviews
from backoffice.core.ui.jobs import JobsView, JobView, StopJobView

urlpatterns = [
    path("sign-in/", views.SignInView.as_view(), name="sign-in"),
    path("sign-out/", views.SignOutView.as_view(), name="sign-out"),
    path("jobs/", JobsView.as_view(), name="jobs"),
    path("jobs/<uuid:pk>/", JobView.as_view(), name="job"),
    path("jobs/<uuid:pk>/stop/", StopJobView.as_view(), name="stop-job"),
    path("imports/", imports.ImportsView.as_view(), name="imports"),
    path("imports/new/<str:resource>/", imports.UploadView.as_view(), name="import-upload"),
    path("imports/new/<str:resource>/template/", imports.TemplateFileView.as_view(), name="import-template"),
    path("imports/<uuid:pk>/", imports.ImportView.as_view(), name="import"),
    path("imports/<uuid:pk>/write/", imports.WriteView.as_view(), name="import-write"),
    path("imports/<uuid:pk>/file/", imports.FileView.as_view(), name="import-file"),
    path("imports/<uuid:pk>/report/", imports.ReportView.as_view(), name="import-report"),
    path("lists/columns/", savedviews.ColumnsDialog.as_view(), name="list-columns"),
    path("lists/views/new/", savedviews.SaveViewDialog.as_view(), name="view-save"),
    path("lists/views/opens/", savedviews.OpenWithView.as_view(), name="view-opens"),
    path("lists/views/<uuid:pk>/", savedviews.ChangeViewDialog.as_view(), name="view-change"),
    path("lists/views/<uuid:pk>/delete/", savedviews.DeleteViewDialog.as_view(), name="view-delete"),
    path("settings/webhooks/", webhook_views.WebhooksView.as_view(), name="webhooks"),
    path("settings/webhooks/new/", webhook_views.SubscribeView.as_view(), name="webhook-create"),
    path("settings/webhooks/<uuid:pk>/", webhook_views.WebhookView.as_view(), name="webhook"),
    path("settings/webhooks/<uuid:pk>/secret/", webhook_views.RotateView.as_view(), name="webhook-secret"),
    path(
        "settings/webhooks/<uuid:pk>/delete/", webhook_views.UnsubscribeView.as_view(), name="webhook-delete"
    ),
    path(
        "settings/webhooks/<uuid:pk>/resend/", webhook_views.ResendParkedView.as_view(), name="webhook-resend"
    ),
    path(
        "settings/webhooks/deliveries/<int:delivery>/resend/",
        webhook_views.ResendView.as_view(),
        name="webhook-delivery-resend",
    ),
]
