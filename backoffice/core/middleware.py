from __future__ import annotations

from collections.abc import Callable

from csp.middleware import CSPMiddleware, PolicyParts
from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect, JsonResponse
from django.urls import reverse
from django.utils import timezone
from django_structlog.middlewares import RequestMiddleware

from backoffice.core.actor import Actor, acting_as, current_actor
from backoffice.core.api.errors import entry
from backoffice.core.preferences import zone_of
from backoffice.core.sessions import SECOND_FACTOR, note_seen

BEFORE_SECOND_FACTOR = frozenset({"second-factor", "sign-out", "set_language"})
"""The pages that somebody sees who must set up a second factor."""


class ActorMiddleware:
    """Whoever is signed in is who acts, for screens and the admin. API views refine it with their token."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        actor = Actor.of(request.user) if request.user.is_authenticated else current_actor()
        with acting_as(actor):
            return self.get_response(request)


class ReaderMiddleware:
    """Times stand in the zone of whoever reads, who is noted as seen."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not request.user.is_authenticated:
            return self.get_response(request)
        note_seen(request, request.user)
        with timezone.override(zone_of(request.user)):
            return self.get_response(request)


class SecondFactorMiddleware:
    """With ``LOGIN_MFA_REQUIRED``, who signed in with a password alone sets up a second factor before anything else."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: object, args: object, kwargs: object
    ) -> HttpResponse | None:
        if not settings.LOGIN_MFA_REQUIRED or not request.user.is_authenticated:
            return None
        match = request.resolver_match
        if SECOND_FACTOR in request.session or (
            match is not None and match.view_name in BEFORE_SECOND_FACTOR
        ):
            return None
        if request.path_info.startswith("/api/"):
            description = "Set up a second factor first, in the back office."
            return JsonResponse(
                [entry("Permission denied", description, "MFA_REQUIRED")], status=403, safe=False
            )
        url = reverse("second-factor")
        if request.headers.get("HX-Request"):
            return HttpResponse(status=403, headers={"HX-Redirect": url})
        return HttpResponseRedirect(url)


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
