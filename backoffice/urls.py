from __future__ import annotations

from django.contrib import admin
from django.urls import include, path, re_path
from django.views.generic import RedirectView

from backoffice.core.api import docs, fallbacks, login, unsupported_view
from backoffice.dashboard import health

# In a namespace, because screens have the good names: "facility" is one for people, "api:facility" one for clients.
api = [
    path("", include("backoffice.core.api.urls")),
    path("", include("inventory.api.urls")),
    path("", include("orders.api.urls")),
    path("", include("routing.api.urls")),
]

urlpatterns = [
    # First, because most requests are for it.
    path("api/", include(unsupported_view.first)),
    path("api/", include((api, "api"))),
    path("", include("backoffice.dashboard.urls")),
    path("", include("backoffice.core.urls")),
    path("", include("inventory.urls")),
    path("", include("orders.urls")),
    path("", include("routing.urls")),
    # The admin has no door of its own, and no way past the rules for passwords.
    path("admin/login/", RedirectView.as_view(pattern_name="sign-in", query_string=True)),
    path("admin/password_change/", RedirectView.as_view(pattern_name="account")),
    path("admin/", admin.site.urls),
    path("v1/accounts:signInWithPassword", login.SignInView.as_view(), name="api-sign-in"),
    path("v1/token", login.TokenView.as_view(), name="refresh-token"),
    path("api/schema", docs.SchemaView.as_view(), name="schema"),
    path("api/docs", docs.DocsView.as_view(), name="docs"),
    path("healthz", health.alive, name="healthz"),
    path("readyz", health.ready, name="readyz"),
    path("metrics", health.metrics, name="metrics"),
    *unsupported_view.last,
    re_path(r"^v1/", fallbacks.unknown_path),
]

handler400 = "backoffice.core.api.fallbacks.bad_request"
handler403 = "backoffice.core.api.fallbacks.permission_denied"
handler404 = "backoffice.core.api.fallbacks.page_not_found"
handler500 = "backoffice.core.api.fallbacks.server_error"
