from __future__ import annotations

from django.urls import path
from django.views.i18n import set_language

from backoffice.core import webhook_views
from backoffice.core.ui import imports, savedviews
from backoffice.core.ui.jobs import JobsView, JobView, StopJobView
from backoffice.core.views import account, door, secondfactor, tokens, users

urlpatterns = [
    path("sign-in/", door.SignInView.as_view(), name="sign-in"),
    path("sign-in/code/", door.SignInCodeView.as_view(), name="sign-in-code"),
    path("sign-out/", door.SignOutView.as_view(), name="sign-out"),
    path("set-password/<uidb64>/<token>/", door.SetPasswordView.as_view(), name="set-password"),
    path("language/", set_language, name="set_language"),
    path("account/", account.AccountView.as_view(), name="account"),
    path("account/password/", account.ChangePasswordView.as_view(), name="account-password"),
    path("account/sign-out/", account.SignOutElsewhereView.as_view(), name="account-sign-out"),
    path("account/sessions/<str:name>/end/", account.EndSessionView.as_view(), name="account-session-end"),
    path("account/second-factor/", secondfactor.SecondFactorView.as_view(), name="second-factor"),
    path(
        "account/second-factor/codes/",
        secondfactor.RenewRecoveryCodesView.as_view(),
        name="second-factor-codes",
    ),
    path(
        "account/second-factor/off/",
        secondfactor.DisableSecondFactorView.as_view(),
        name="second-factor-off",
    ),
    path("jobs/", JobsView.as_view(), name="jobs"),
    path("jobs/<uuid:pk>/", JobView.as_view(), name="job"),
    path("jobs/<uuid:pk>/stop/", StopJobView.as_view(), name="stop-job"),
    path("settings/users/", users.UsersView.as_view(), name="users"),
    path("settings/users/new/", users.CreateUserView.as_view(), name="user-create"),
    path("settings/users/<uuid:pk>/", users.UserView.as_view(), name="user"),
    path("settings/users/<uuid:pk>/edit/", users.EditUserView.as_view(), name="user-edit"),
    path("settings/users/<uuid:pk>/link/", users.PasswordLinkView.as_view(), name="user-link"),
    path("settings/users/<uuid:pk>/sign-out/", users.SignOutUserView.as_view(), name="user-sign-out"),
    path("settings/users/<uuid:pk>/unlock/", users.UnlockUserView.as_view(), name="user-unlock"),
    path(
        "settings/users/<uuid:pk>/second-factor/",
        users.ResetSecondFactorView.as_view(),
        name="user-second-factor",
    ),
    path("settings/roles/", users.RolesView.as_view(), name="roles"),
    path("settings/tokens/", tokens.TokensView.as_view(), name="tokens"),
    path("settings/tokens/new/", tokens.CreateTokenView.as_view(), name="token-create"),
    path("settings/tokens/<uuid:pk>/revoke/", tokens.RevokeTokenView.as_view(), name="token-revoke"),
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
