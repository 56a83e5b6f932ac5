"""Every refusal of the API is an array of errors, whatever raised it (spec 5, "Errors").

Codes are part of the contract: those of the domain come from :mod:`backoffice.core.errors`, those of fields from
validation (``REQUIRED``, ``INVALID``, ``UNKNOWN_FIELD``, …), the rest are listed in ``_HTTP``.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import structlog
from django.core.exceptions import PermissionDenied
from django.core.signals import got_request_exception
from django.http import Http404
from rest_framework import exceptions
from rest_framework.response import Response

from backoffice.core.errors import DomainError, VersionConflict

log = structlog.get_logger(__name__)

Entry = dict[str, Any]

_HTTP: dict[type[exceptions.APIException], tuple[str, str]] = {
    exceptions.ParseError: ("MALFORMED", "The request is malformed"),
    exceptions.NotAuthenticated: ("NOT_AUTHENTICATED", "Authentication is needed"),
    exceptions.AuthenticationFailed: ("AUTHENTICATION_FAILED", "Authentication failed"),
    exceptions.PermissionDenied: ("PERMISSION_DENIED", "Permission denied"),
    exceptions.NotFound: ("NOT_FOUND", "Not found"),
    exceptions.MethodNotAllowed: ("METHOD_NOT_ALLOWED", "Method not allowed"),
    exceptions.NotAcceptable: ("NOT_ACCEPTABLE", "Not acceptable"),
    exceptions.UnsupportedMediaType: ("UNSUPPORTED_MEDIA_TYPE", "Unsupported media type"),
    exceptions.Throttled: ("TOO_MANY_REQUESTS", "Too many requests"),
}

_FIELD_CODES = {
    "null": "REQUIRED",
    "blank": "REQUIRED",
    "required": "REQUIRED",
    "unknown_field": "UNKNOWN_FIELD",
}


def entry(summary: str, description: str, code: str, **more: Any) -> Entry:
    """One error. ``field``, ``version`` and ``requestVersion`` are there only when they have a value."""
    given = {key: value for key, value in more.items() if value is not None}
    return {"summary": summary, "description": description, "code": code, **given}


def exception_handler(error: Exception, context: dict[str, Any]) -> Response:
    """DRF's hook: turns whatever a view raised into a response."""
    if isinstance(error, Http404):
        error = exceptions.NotFound()
    elif isinstance(error, PermissionDenied):
        error = exceptions.PermissionDenied()
    if isinstance(error, DomainError):
        return Response(entries(error), status=error.status)
    if isinstance(error, exceptions.ValidationError):
        return Response(entries(error), status=400)
    if isinstance(error, exceptions.APIException):
        return Response(_of_http(error), status=error.status_code, headers=_headers(error))
    log.error("request_crashed", view=type(context.get("view")).__name__, exc_info=error)
    got_request_exception.send(sender=exception_handler, request=context.get("request"))
    return Response(internal_error(), status=500)


def entries(error: DomainError | exceptions.ValidationError) -> list[Entry]:
    """What a refusal lists."""
    if isinstance(error, DomainError):
        return _of_domain_error(error)
    return list(_of_validation(error.detail))


def internal_error() -> list[Entry]:
    return [
        entry("Internal error", "Something went wrong on our side; it has been logged.", "INTERNAL_ERROR")
    ]


def _of_domain_error(error: DomainError) -> list[Entry]:
    versions: dict[str, int] = {}
    if isinstance(error, VersionConflict):
        versions = {"version": error.version, "requestVersion": error.request_version}
    return [
        entry(error.summary, problem.message, problem.code, field=problem.field, **versions)
        for problem in error.problems
    ]


def _of_http(error: exceptions.APIException) -> list[Entry]:
    code, summary = next(
        (found for cls in type(error).__mro__ if (found := _HTTP.get(cls))),
        (str(error.default_code).upper(), "The request was refused"),
    )
    return [entry(summary, str(error.detail), code)]


def _headers(error: exceptions.APIException) -> dict[str, str]:
    headers: dict[str, str] = {}
    if challenge := getattr(error, "auth_header", None):
        headers["WWW-Authenticate"] = challenge
    if (wait := getattr(error, "wait", None)) is not None:
        headers["Retry-After"] = str(int(wait))
    return headers


def _of_validation(detail: Any, path: str = "") -> Iterator[Entry]:
    """Flattens DRF's nested details: ``{"lines": [{}, {"quantity": […]}]}`` is about ``lines[1].quantity``."""
    if isinstance(detail, dict):
        for key, inner in detail.items():
            yield from _of_validation(inner, _join(path, key))
    elif isinstance(detail, list):
        for index, inner in enumerate(detail):
            nested = isinstance(inner, (dict, list))
            yield from _of_validation(inner, f"{path}[{index}]" if nested else path)
    else:
        code = str(getattr(detail, "code", "invalid"))
        yield entry(
            "The request is not valid",
            str(detail),
            _FIELD_CODES.get(code, code.upper()),
            field=path or None,
        )


def _join(path: str, key: Any) -> str:
    if key == "non_field_errors":
        return path
    if isinstance(key, int):  # ListField and DictField report by position
        return f"{path}[{key}]"
    return f"{path}.{key}" if path else str(key)
