# ruff: noqa: N815 - fields are named as in JSON
from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.db.models import Q
from django.urls import path
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from backoffice.core.api.schema import ANY_JSON, operation
from backoffice.core.api.serializers import LenientSerializer
from backoffice.core.api.views import ApiView
from backoffice.core.ids import as_uuid
from orders.models.order import LIVE_ORDER_STATUSES
from routing.api.naming import ReasonField
from routing.models import RoutingPlan
from routing.services.rerouting import queue_reroutes, reroute_plans

MOST_NAMES = 10
"""The contract's limit of each list."""


class NamesField(serializers.ListField):
    def __init__(self, **options: Any) -> None:
        super().__init__(
            child=serializers.CharField(max_length=255), max_length=MOST_NAMES, required=False, **options
        )


class RerouteSerializer(LenientSerializer):
    allReroutable = serializers.BooleanField(
        required=False, help_text="all plans that could not be routed, whatever else is named"
    )
    orderRefs = NamesField()
    routingPlanIds = NamesField()
    tenantOrderIds = NamesField(help_text="live orders only")
    reason = ReasonField()

    def validate(self, attrs: Any) -> Any:
        if not any(attrs.get(name) for name in _NAMES):
            message = f"Say what to reroute, by one of {', '.join(_NAMES)}."
            raise serializers.ValidationError(message, code="required")
        return attrs


_NAMES = ("allReroutable", "orderRefs", "routingPlanIds", "tenantOrderIds")


class RerouteCommandView(ApiView):
    permissions = {"POST": "routing.intervene"}

    @operation(
        "Ask for new decisions about many plans",
        operation_id="reRoute",
        request=RerouteSerializer,
        answer=ANY_JSON,
        errors=(400, 401, 403),
        tag="Routing plans",
    )
    def post(self, request: Request) -> Response:
        """What is not known, or cannot be rerouted now, is passed over (M5)."""
        given = self.body(RerouteSerializer)
        if given.get("allReroutable"):
            queue_reroutes(reason=given["reason"])
        else:
            reroute_plans(plan_ids=_named_plans(given), reason=given["reason"])
        return Response({})


def _named_plans(given: Mapping[str, Any]) -> list[UUID]:
    named = (
        Q(id__in=_ids(given.get("routingPlanIds", ())))
        | Q(order_id__in=_ids(given.get("orderRefs", ())))
        | Q(
            order__tenant_order_id__in=given.get("tenantOrderIds", ()),
            order__status__in=LIVE_ORDER_STATUSES,
        )
    )
    return list(RoutingPlan.objects.live().filter(named).order_by("id").values_list("id", flat=True))


def _ids(texts: list[str]) -> list[UUID]:
    return [id for text in texts if (id := as_uuid(text)) is not None]


urlpatterns = [
    path("routing/commands/reroute", RerouteCommandView.as_view(), name="reroute-command"),
]
