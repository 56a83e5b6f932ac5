"""``Idempotency-Key``: a POST that is repeated gets the answer that it got (spec 5)."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from django.db import transaction
from django.http import HttpResponse
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from backoffice.core.errors import Invalid, StateConflict
from backoffice.core.models import KeptAnswer, User
from backoffice.core.services import idempotency
from backoffice.core.services.idempotency import Claim, StillUnderWay

HEADER = "Idempotency-Key"
REPLAYED = "Idempotency-Replayed"
KEPT_HEADERS = ("Location",)
LONGEST_KEY = 255

Handler = Callable[..., Any]


class AnswerKept(Exception):
    """The request has been answered before."""

    def __init__(self, response: HttpResponse) -> None:
        super().__init__()
        self.response = response


def claim(request: Request, user: User) -> Claim | None:
    """The claim to do the request; none if it carries no key.

    :raises AnswerKept: it was done already.
    :raises Invalid: the key is empty or too long.
    :raises StateConflict: the key was used for something else, or its request is still under way.
    """
    key = request.headers.get(HEADER)
    if key is None:
        return None
    if not 1 <= len(key) <= LONGEST_KEY or not (key.isascii() and key.isprintable()):
        message = f"A key has 1 to {LONGEST_KEY} printable characters of ASCII."
        raise Invalid(message, field=HEADER)
    found = idempotency.claim_request(user=user, key=key, fingerprint=_fingerprint(request))
    if isinstance(found, Claim):
        return found
    raise AnswerKept(_replayed(found))


def doing(claim: Claim, handler: Handler, *, secret: bool) -> Handler:
    """The handler, in one transaction with the keeping of its answer; of ``secret`` answers only the status is kept."""

    def within_transaction(*args: Any, **kwargs: Any) -> Any:
        with transaction.atomic():
            response = handler(*args, **kwargs)
            keep(claim, response, secret=secret)
            return response

    return within_transaction


def keep(claim: Claim, response: Response, *, secret: bool = False) -> None:
    """:raises StillUnderWay: it took so long that somebody else does the request by now."""
    body = b"" if secret or response.data is None else JSONRenderer().render(response.data)
    headers = {name: response[name] for name in KEPT_HEADERS if name in response}
    idempotency.keep_answer(claim=claim, status=response.status_code, body=body.decode(), headers=headers)


def conclude(claim: Claim, response: Response) -> Response:
    """Refusals are kept as well; failures on our side are not, so that the request can be tried again."""
    if response.status_code >= 500:
        idempotency.give_up(claim=claim)
    else:
        with suppress(StillUnderWay):  # the answer itself may be that somebody else took over
            keep(claim, response)
    return response


def _fingerprint(request: Request) -> str:
    """Of what is asked, however its JSON was written down."""
    query = sorted((name, values) for name, values in request.query_params.lists())
    asked = [request.path, query, request.data]
    return hashlib.sha256(json.dumps(asked, sort_keys=True).encode()).hexdigest()


def _replayed(answer: KeptAnswer) -> HttpResponse:
    """:raises StateConflict: the answer was a secret that is shown once."""
    if answer.status == 201 and not answer.body:
        raise StateConflict(
            "This was done already, and its answer is shown only once.", code="ANSWER_NOT_KEPT", field=HEADER
        )
    response = HttpResponse(
        answer.body, status=answer.status, content_type="application/json", headers=answer.headers
    )
    response[REPLAYED] = "true"
    return response
