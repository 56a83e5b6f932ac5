from __future__ import annotations

from typing import Any

from django.urls import path
from rest_framework.request import Request
from rest_framework.response import Response

from backoffice.core.api.schema import operation
from backoffice.core.api.values import instant
from backoffice.core.api.views import ApiView
from routing.api.documents import DocumentSerializer
from routing.documents.waitingroom import SETTINGS, read_settings
from routing.models import WaitingRoomSettings
from routing.services import settings as services

TAG = "Waiting room"

SettingsSerializer = DocumentSerializer.of(SETTINGS)


def render_settings(settings: WaitingRoomSettings) -> dict[str, Any]:
    """The settings by the names of spec 2; ``maxWaitDays`` is ``null`` where plans may wait for ever."""
    return {
        "version": settings.version,
        "created": instant(settings.created),
        "lastModified": instant(settings.last_modified),
        "futureInventoryEnabled": settings.future_inventory_enabled,
        "futureDateLimit": {
            "quantity": settings.future_date_limit_quantity,
            "unit": settings.future_date_limit_unit,
        },
        "paymentVoidAndReauth": settings.payment_void_and_reauth,
        "defaultBackorderDays": settings.default_backorder_days,
        "partialRelease": settings.partial_release,
        "prioritization": settings.prioritization,
        "overtaking": settings.overtaking,
        "maxWaitDays": settings.max_wait_days,
        "autoCancel": settings.auto_cancel,
    }


class WaitingRoomSettingsView(ApiView):
    permissions = {"GET": "routing.view", "PUT": "routing.manage_settings"}

    @operation(
        "Read the waiting-room settings",
        operation_id="getWaitingRoomSettings",
        answer=SettingsSerializer,
        errors=(401, 403),
        tag=TAG,
    )
    def get(self, request: Request) -> Response:
        return Response(render_settings(services.waiting_room_settings()))

    @operation(
        "Change the waiting-room settings; what is left out stays as it is",
        operation_id="putWaitingRoomSettings",
        request=SettingsSerializer,
        answer=SettingsSerializer,
        errors=(400, 401, 403, 409),
        tag=TAG,
    )
    def put(self, request: Request) -> Response:
        given = read_settings(request.data)
        changed = services.change_settings(version=given["version"], changes=given)
        return Response(render_settings(changed))


urlpatterns = [
    path("configurations/waitingroom", WaitingRoomSettingsView.as_view(), name="waiting-room-settings"),
]
