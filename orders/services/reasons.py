"""The list of reasons for which orders are cancelled."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction

from backoffice.core.errors import Invalid, NotFound, StateConflict
from backoffice.core.texts import text
from orders.models import CancelationReason
from orders.rendering import render_cancelation_reason


def create_reason(*, reason: str, reason_localized: Mapping[str, str]) -> tuple[CancelationReason, bool]:
    """The reason of that name, and whether it is new: one that exists already is returned as it is."""
    found: tuple[CancelationReason, bool] = CancelationReason.objects.get_or_create(
        reason=reason, defaults={"reason_localized": dict(reason_localized)}
    )
    return found


def change_reason(
    *, reason_id: UUID, version: int, reason: str, reason_localized: Mapping[str, str]
) -> CancelationReason:
    """Orders that were cancelled with it keep the text that it had then.

    :raises NotFound: there is no such reason.
    :raises VersionConflict: it changed since ``version``.
    :raises StateConflict: another reason is called so.
    """
    try:
        with transaction.atomic():
            found: CancelationReason = CancelationReason.objects.lock_version(reason_id, version)
            found.touch(reason=reason, reason_localized=dict(reason_localized))
    except IntegrityError as error:
        raise StateConflict(
            text("There is another cancelation reason %(reason)s: choose another text.", reason=reason),
            code="REASON_TAKEN",
            field="reason",
        ) from error
    return found


def delete_reason(*, reason_id: UUID) -> None:
    """Orders that were cancelled with it keep its text.

    :raises NotFound: there is no such reason.
    """
    if not CancelationReason.objects.filter(pk=reason_id).delete()[0]:
        raise NotFound.of(CancelationReason, reason_id)


def kept_reason(reason_id: str | None) -> dict[str, Any] | None:
    """What an order keeps of the reason that it is cancelled with, if any is given.

    :raises Invalid: there is no such reason.
    """
    if not reason_id:
        return None
    try:
        found = CancelationReason.objects.filter(pk=UUID(reason_id)).first()
    except ValueError:
        found = None
    if found is None:
        raise Invalid(
            text(
                "There is no cancelation reason %(reason_id)s: GET /api/cancelationreasons lists them.",
                reason_id=reason_id,
            ),
            code="REASON_UNKNOWN",
            field="cancelationReasonId",
        )
    return render_cancelation_reason(found)
