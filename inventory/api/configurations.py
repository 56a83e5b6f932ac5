# ruff: noqa: N815 - fields are named as in JSON
"""``/api/configurations``: what clients ask about the site before they begin."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from rest_framework.request import Request
from rest_framework.response import Response

from backoffice.core.api.schema import operation
from backoffice.core.api.serializers import LenientSerializer, VersionField
from backoffice.core.api.values import instant
from backoffice.core.api.views import ApiView
from inventory.api.facility_shapes import PickingTimesSerializer
from inventory.api.shapes import ResourceSerializer
from inventory.models import PickingTimesConfiguration
from inventory.services.picking_times import set_default_picking_times

LOCALES = {"de": "de_DE", "en": "en_US"}
"""The contract's name of each language that texts are shown in."""


class PickingTimesForUpdateSerializer(LenientSerializer):
    version = VersionField()
    pickingTimes = PickingTimesSerializer()


class PickingTimesConfigurationSerializer(ResourceSerializer):
    pickingTimes = PickingTimesSerializer()


def render_picking_times(configuration: PickingTimesConfiguration) -> dict[str, Any]:
    return {
        "id": str(configuration.pk),
        "version": configuration.version,
        "created": instant(configuration.created),
        "lastModified": instant(configuration.last_modified),
        "pickingTimes": configuration.picking_times,
    }


class SupportedLocalesView(ApiView):
    permissions = {"GET": "inventory.view"}

    @operation(
        "Which locales texts are shown in",
        answer={"type": "array", "items": {"type": "string"}},
        errors=(401, 403),
        tag="Configurations",
    )
    def get(self, request: Request) -> Response:
        """Localized texts may be given in any other locale as well; they are kept."""
        return Response([LOCALES[language] for language, _name in settings.LANGUAGES])


class PickingTimesView(ApiView):
    permissions = {"GET": "inventory.view", "PUT": "inventory.manage_facilities"}

    @operation(
        "Read when facilities pick that say nothing about it",
        answer=PickingTimesConfigurationSerializer,
        errors=(401, 403),
        tag="Configurations",
    )
    def get(self, request: Request) -> Response:
        return Response(render_picking_times(PickingTimesConfiguration.load()))

    @operation(
        "Change when facilities pick that are created without picking times",
        request=PickingTimesForUpdateSerializer,
        answer=PickingTimesConfigurationSerializer,
        errors=(400, 401, 403, 409),
        tag="Configurations",
    )
    def put(self, request: Request) -> Response:
        body = self.body(PickingTimesForUpdateSerializer)
        changed = set_default_picking_times(version=body["version"], picking_times=body["pickingTimes"])
        return Response(render_picking_times(changed))
