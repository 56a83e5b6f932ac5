from __future__ import annotations

from collections.abc import Callable

from csp.middleware import CSPMiddleware, PolicyParts
from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django_structlog.middlewares import RequestMiddleware

from backoffice.core.actor import Actor, acting_as, current_actor


class ActorMiddleware:
    """Whoever is signed in is who acts, for screens and the admin. API views refine it with their token."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        actor = Actor.of(request.user) if request.user.is_authenticated else current_actor()
        with acting_as(actor):
            return self.get_response(request)


class RequestLogMiddleware(RequestMiddleware):
    """Logs requests with an id each; without the query where clients put secrets into it."""

    @staticmethod
    def format_request(request: HttpRequest) -> str:
        shown = request.path if request.path_info.startswith("/v1/") else request.get_full_path()
        return f"{request.method} {shown}"


class ContentSecurityPolicyMiddleware(CSPMiddleware):
    """The strict policy everywhere, and the one that the theme needs under ``/admin/``."""

    def get_policy_parts(
        self, request: HttpRequest, response: HttpResponseBase, report_only: bool = False
    ) -> PolicyParts:
        parts = super().get_policy_parts(request, response, report_only)
        if request.path_info.startswith("/admin/") and not report_only:
            parts.replace = {**settings.ADMIN_CONTENT_SECURITY_POLICY, **(parts.replace or {})}
        return parts
