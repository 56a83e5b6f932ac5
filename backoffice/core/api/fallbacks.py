"""What Django answers when no view of ours does: an array of errors for the API, pages for people."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views import csrf, defaults
from django.views.decorators.csrf import csrf_exempt

from backoffice.core.api.errors import entry, internal_error


def _for_api(request: HttpRequest) -> bool:
    return request.path_info.startswith(("/api/", "/v1/"))


def _answer(status: int, summary: str, description: str, code: str) -> JsonResponse:
    return JsonResponse([entry(summary, description, code)], status=status, safe=False)


@csrf_exempt
def unknown_path(request: HttpRequest) -> HttpResponse:
    return _answer(404, "Not found", f"There is nothing at {request.path}.", "NOT_FOUND")


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    if _for_api(request):
        return _answer(400, "The request is malformed", "The server could not read the request.", "MALFORMED")
    return defaults.bad_request(request, exception)


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    if _for_api(request):
        return _answer(403, "Permission denied", "You may not do this.", "PERMISSION_DENIED")
    return defaults.permission_denied(request, exception)


def page_not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    if _for_api(request):
        return unknown_path(request)
    return defaults.page_not_found(request, exception)


def server_error(request: HttpRequest) -> HttpResponse:
    if _for_api(request):
        return JsonResponse(internal_error(), status=500, safe=False)
    return defaults.server_error(request)


def locked_out(request: HttpRequest, response: Any, credentials: Any, *args: Any) -> HttpResponse:
    """Too many failed logins, by whichever door."""
    minutes = round(settings.AXES_COOLOFF_TIME.total_seconds() / 60)
    text = f"Too many failed attempts: wait {minutes} minutes, then try again."
    answer: HttpResponse
    if _for_api(request):
        answer = _answer(429, "Too many requests", text, "TOO_MANY_ATTEMPTS")
    else:
        answer = HttpResponse(text, status=429, content_type="text/plain")
    answer["Retry-After"] = str(minutes * 60)
    return answer


def csrf_failure(request: HttpRequest, reason: str = "", **kwargs: Any) -> HttpResponse:
    if _for_api(request):
        return _answer(403, "Permission denied", f"CSRF failed: {reason}", "CSRF_FAILED")
    return csrf.csrf_failure(request, reason, **kwargs)
