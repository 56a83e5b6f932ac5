from __future__ import annotations

from collections.abc import Callable
from contextlib import nullcontext

from axes.helpers import get_client_ip_address
from csp.middleware import CSPMiddleware, PolicyParts
from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect, JsonResponse
from django.middleware.locale import LocaleMiddleware
from django.urls import reverse
from django.utils import timezone, translation
from django_structlog.middlewares import RequestMiddleware
from structlog.contextvars import bind_contextvars

from backoffice.core.actor import Actor, acting_as, current_actor
from backoffice.core.api.errors import entry
from backoffice.core.preferences import zone_of
from backoffice.core.sessions import SECOND_FACTOR, note_seen
from backoffice.core.texts import CONTRACT_LANGUAGE

BEFORE_SECOND_FACTOR = frozenset({"second-factor", "sign-out", "set_language"})
"""The pages that somebody sees who must set up a second factor."""


class LanguageMiddleware(LocaleMiddleware):
    """Screens speak the reader's language. The API speaks English, whatever a client accepts: what it says is the same
    for everybody, so that it can be searched for and compared.
    """

    def process_request(self, request: HttpRequest) -> None:
        if not _is_api(request):
            super().process_request(request)
            return
        translation.activate(CONTRACT_LANGUAGE)
        request.LANGUAGE_CODE = CONTRACT_LANGUAGE

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        return response if _is_api(request) else super().process_response(request, response)


def _is_api(request: HttpRequest) -> bool:
    return request.path_info.startswith(("/api/", "/v1/"))


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
        zone = zone_of(request.user)
        with timezone.override(zone) if zone else nullcontext():
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
    """Logs requests with an id each; without links to set a password, and queries that clients put secrets into.

    One line tells of a request, its last; that it began is said at the level DEBUG.
    """

    def handle_response(self, request: HttpRequest, response: HttpResponse) -> None:
        bind_contextvars(user_agent=request.META.get("HTTP_USER_AGENT"))
        super().handle_response(request, response)

    @classmethod
    def bind_ip(cls, request: HttpRequest) -> None:
        """As the lock-out knows it: where no proxy of ours stands in front, headers are whatever somebody sent."""
        ip = get_client_ip_address(request) if settings.PROXY_COUNT else request.META.get("REMOTE_ADDR")
        bind_contextvars(ip=ip)

    @staticmethod
    def format_request(request: HttpRequest) -> str:
        if request.path_info.startswith("/set-password/"):
            return f"{request.method} /set-password/…"
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
