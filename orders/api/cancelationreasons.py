# ruff: noqa: N815 - fields are named as in JSON
"""``/api/cancelationreasons``"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.urls import reverse
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from backoffice.core.api.pages import page_of
from backoffice.core.api.schema import ANY_JSON, operation
from backoffice.core.api.serializers import LocalizedField, StrictSerializer, VersionField
from backoffice.core.api.views import ApiView
from backoffice.core.errors import NotFound
from backoffice.core.ids import as_uuid
from orders.api.answers import VersionedSerializer
from orders.api.shapes import KeyField
from orders.models import CancelationReason
from orders.rendering import render_cancelation_reason
from orders.services.reasons import change_reason, create_reason, delete_reason


class CancelationReasonForCreationSerializer(StrictSerializer):
    reason = KeyField()
    reasonLocalized = LocalizedField(allow_empty=True)


class CancelationReasonForModificationSerializer(CancelationReasonForCreationSerializer):
    version = VersionField()


class CancelationReasonSerializer(VersionedSerializer):
    action = serializers.CharField(help_text="CANCELATION")
    reason = serializers.CharField()
    reasonLocalized = LocalizedField()


class CancelationReasonsView(ApiView):
    permissions = {"GET": "orders.view", "POST": "orders.manage_reasons"}

    @operation(
        "List the reasons for which orders are cancelled",
        operation_id="getCancelationReasons",
        page=("reasons", CancelationReasonSerializer),
        errors=(400, 401, 403),
        tag="Cancelation reasons",
    )
    def get(self, request: Request) -> Response:
        reasons = CancelationReason.objects.all()
        page = page_of(reasons, request, "reasons", render_cancelation_reason, page_info=True)
        page.data["hasNextPage"] = page.data.pop("pageInfo")["hasNextPage"]
        return page

    @operation(
        "Add a reason; one that exists already is pointed to with 303",
        operation_id="postCancelationReason",
        request=CancelationReasonForCreationSerializer,
        answer=CancelationReasonSerializer,
        status=201,
        errors=(400, 401, 403),
        tag="Cancelation reasons",
    )
    def post(self, request: Request) -> Response:
        given = self.body(CancelationReasonForCreationSerializer)
        reason, is_new = create_reason(reason=given["reason"], reason_localized=given["reasonLocalized"])
        return Response(
            render_cancelation_reason(reason),
            status=201 if is_new else 303,
            headers={"Location": reverse("api:cancelation-reason", kwargs={"id": reason.id})},
        )


class CancelationReasonView(ApiView):
    permissions = {"GET": "orders.view", "PUT": "orders.manage_reasons", "DELETE": "orders.manage_reasons"}

    @operation(
        "Read a cancelation reason",
        operation_id="getCancelationReasonById",
        answer=CancelationReasonSerializer,
        errors=(401, 403, 404),
        tag="Cancelation reasons",
    )
    def get(self, request: Request, id: str) -> Response:
        reason = self.get_or_404(CancelationReason.objects.all(), id)
        return Response(render_cancelation_reason(reason))

    @operation(
        "Replace a cancelation reason; orders keep the text that they were cancelled with",
        operation_id="putCancelationReason",
        request=CancelationReasonForModificationSerializer,
        answer=CancelationReasonSerializer,
        errors=(400, 401, 403, 404, 409),
        tag="Cancelation reasons",
    )
    def put(self, request: Request, id: str) -> Response:
        given = self.body(CancelationReasonForModificationSerializer)
        reason = change_reason(
            reason_id=_key(id),
            version=given["version"],
            reason=given["reason"],
            reason_localized=given["reasonLocalized"],
        )
        return Response(render_cancelation_reason(reason))

    @operation(
        "Delete a cancelation reason",
        operation_id="deleteCancelationReason",
        answer=ANY_JSON,
        errors=(401, 403, 404),
        tag="Cancelation reasons",
    )
    def delete(self, request: Request, id: str) -> Response:
        delete_reason(reason_id=_key(id))
        empty: dict[str, Any] = {}
        return Response(empty)


def _key(id: str) -> UUID:
    key = as_uuid(id)
    if key is None:
        raise NotFound.of(CancelationReason, id)
    return key
