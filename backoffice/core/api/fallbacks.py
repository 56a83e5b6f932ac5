"""What Django answers when no view of ours does: an array of errors for the API, pages for people.

A part of a page that htmx asked for becomes a note on that page.
"""

from __future__ import annotations

from typing import Any

import structlog
from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as say
from django.utils.translation import ngettext
from django.views.decorators.csrf import csrf_exempt

from backoffice.core.admin_base import permission_missing
from backoffice.core.api.errors import entry, internal_error
from backoffice.core.errors import PermissionMissing
from backoffice.core.ui.screens import forbidden


def _for_api(request: HttpRequest) -> bool:
    return request.path_info.startswith(("/api/", "/v1/"))


def _answer(status: int, summary: str, description: str, code: str) -> JsonResponse:
    return JsonResponse([entry(summary, description, code)], status=status, safe=False)


def _page(
    request: HttpRequest,
    status: int,
    title: str,
    text: str,
    *,
    again: str = "",
    reference: str = "",
    find: bool = False,
) -> HttpResponse:
    """Rendered without the request's context: whatever failed, this does not fail with it.

    ``again`` is an address to offer beside the dashboard, ``reference`` what the logs call the request; ``find`` offers
    to look for an order.
    """
    note = bool(request.headers.get("HX-Request"))
    template = "core/partials/error_note.html" if note else "core/error.html"
    context = {
        "title": title,
        "text": text,
        "status": status,
        "again": again,
        "reference": reference,
        "find": find,
    }
    response = HttpResponse(render_to_string(template, context), status=status)
    if note:
        response["HX-Retarget"], response["HX-Reswap"] = "#toasts", "beforeend"
    return response


@csrf_exempt
def unknown_path(request: HttpRequest) -> HttpResponse:
    return _answer(404, "Not found", f"There is nothing at {request.path}.", "NOT_FOUND")


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    if _for_api(request):
        return _answer(400, "The request is malformed", "The server could not read the request.", "MALFORMED")
    return _page(
        request,
        400,
        say("This request makes no sense"),
        say("The server could not read what the browser sent. Go back, and try it another way."),
    )


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    if _for_api(request):
        return _answer(403, "Permission denied", "You may not do this.", "PERMISSION_DENIED")
    if codename := permission_missing(request):
        return forbidden(request, PermissionMissing(codename))
    return _page(
        request,
        403,
        say("You may not do this"),
        say("Your role does not allow it. An administrator can change your role."),
    )


def page_not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    if _for_api(request):
        return unknown_path(request)
    return _page(
        request,
        404,
        say("There is nothing here"),
        say(
            "The address is mistyped, or what it led to is gone. Orders and plans are found by their numbers."
        ),
        find=True,
    )


def server_error(request: HttpRequest) -> HttpResponse:
    if _for_api(request):
        return JsonResponse(internal_error(), status=500, safe=False)
    return _page(
        request,
        500,
        say("Something went wrong here"),
        say(
            "It is not your fault, and nothing is half done. Try again; if it stays, tell an administrator when."
        ),
        reference=str(structlog.contextvars.get_contextvars().get("request_id", "")),
        again=request.get_full_path() if request.method == "GET" else "",
    )


def locked_out(request: HttpRequest, response: Any, credentials: Any, *args: Any) -> HttpResponse:
    """Too many failed logins, by whichever door."""
    minutes = round(settings.AXES_COOLOFF_TIME.total_seconds() / 60)
    answer: HttpResponse
    if _for_api(request):
        text = f"Too many failed attempts: wait {minutes} minutes, then try again."
        answer = _answer(429, "Too many requests", text, "TOO_MANY_ATTEMPTS")
    else:
        text = ngettext(
            "Too many failed attempts. Wait %(minutes)d minute, then try again.",
            "Too many failed attempts. Wait %(minutes)d minutes, then try again.",
            minutes,
        )
        answer = _page(request, 429, say("The door is locked"), text % {"minutes": minutes})
    answer["Retry-After"] = str(minutes * 60)
    return answer


def csrf_failure(request: HttpRequest, reason: str = "", **kwargs: Any) -> HttpResponse:
    if _for_api(request):
        return _answer(403, "Permission denied", f"CSRF failed: {reason}", "CSRF_FAILED")
    return _page(
        request,
        403,
        say("This page is too old"),
        say(
            "You signed in or out since it was loaded, or your browser refuses cookies, so nothing was done. "
            "Load it again, and repeat what you did."
        ),
        again=_page_before(request),
    )


def _page_before(request: HttpRequest) -> str:
    """The page of ours on which something was sent, or nothing."""
    page = request.headers.get("Referer", "")
    return page if url_has_allowed_host_and_scheme(page, {request.get_host()}) else ""
