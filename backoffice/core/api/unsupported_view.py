"""The view of what is not supported, and where it stands among the others."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.urls import path, re_path

from backoffice.core.api import fallbacks
from backoffice.core.api.unsupported import is_known
from backoffice.core.api.views import ApiView
from backoffice.core.errors import NotSupported


class NotSupportedView(ApiView):
    """Whoever may come in learns that there is nothing yet."""

    http_method_names = ["get", "post", "put", "patch", "delete"]

    schema = None

    def http_method_not_allowed(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        raise NotSupported(f"Anteroom does not have {request.path}, which fulfillmenttools has.")


_view = NotSupportedView.as_view()


def unknown(request: HttpRequest, rest: str) -> HttpResponseBase:
    """The end of the line of URL patterns: 501 for what we know of, 404 for the rest."""
    return _view(request) if is_known(rest) else fallbacks.unknown_path(request)


unknown.csrf_exempt = True  # type: ignore[attr-defined]  # as all of the API is; sessions are checked by their views

first = [
    path("articles/<path:article>/forecasts", _view),
    path("facilities/<str:facility>/listings/<path:article>/partialstocks", _view),
    path("inboundprocesses/search", _view),
    path("inboundprocesses/attachments", _view),
]
"""Paths that other patterns would take for somebody's id."""

last = [re_path(r"^api/(?P<rest>.*)$", unknown)]
