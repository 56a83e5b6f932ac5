# ruff: noqa: N815 - fields are named as in JSON
from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import Q
from django.urls import path
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from backoffice.core.api.fields import LARGEST_VERSION
from backoffice.core.api.naming import named
from backoffice.core.api.pages import page_of
from backoffice.core.api.schema import MOMENT, operation, query
from backoffice.core.api.serializers import LenientSerializer, VersionField
from backoffice.core.api.views import ApiView
from backoffice.core.errors import Invalid, NotFound, Problem
from backoffice.core.filters import filtered
from inventory.references import facility_by_ref
from orders.api.pages import live_first_page_of
from orders.models import Order
from orders.models.order import LIVE_ORDER_STATUSES
from routing.api.answers import ProcessSerializer
from routing.api.naming import ReasonField, RefTextField
from routing.filters import OneProcessFilter, ProcessFilter
from routing.processes import processes, render_process
from routing.services.assigning import assign_process
from routing.services.rerouting import reroute_process, retry_not_routable

TAG = "Processes"
LIVE = Q(status__in=LIVE_ORDER_STATUSES)

UNSUPPORTED = (
    "facilityCountries",
    "facilityRefsWithActiveOperations",
    "searchTerm",
    "sortBy",
    "sortByDirection",
    "startTargetTime",
    "endTargetTime",
    "stickers",
)
"""Parameters of the contract that change the answer, so that ignoring them would be wrong."""


class ProcessesView(ApiView):
    permissions = {"GET": "routing.view"}

    @operation(
        "List processes",
        operation_id="getAllProcesses",
        page=("processes", ProcessSerializer),
        parameters=(
            query("tenantOrderId", "the live order's first, then the newest"),
            query("consumerId"),
            query("status", many=True),
            query("operativeStatus", many=True),
            query("orderStatus", many=True),
            query("orderDomainStatus", many=True),
            query("routingDomainStatus", many=True),
            query("pickingDomainStatus", many=True),
            query("facilityRefs", "with a plan or a pick job at any of them", many=True),
            query("countries", many=True),
            query("serviceTypes", "COLLECT or SHIPPING", many=True),
            query("serviceLevels", "DELIVERY or SAMEDAY", many=True),
            query("startDate", "created at or after this moment", kind=MOMENT),
            query("endDate", "created at or before this moment", kind=MOMENT),
            query("locked", kind=bool),
        ),
        errors=(400, 401, 403),
        tag=TAG,
    )
    def get(self, request: Request) -> Response:
        _refuse_unsupported(request)
        found = filtered(ProcessFilter, request.query_params, processes())
        if request.query_params.get("tenantOrderId"):
            return live_first_page_of(found, request, "processes", render_process, live=LIVE)
        return page_of(found, request, "processes", render_process)


class ProcessView(ApiView):
    permissions = {"GET": "routing.view"}

    @operation(
        "Read a process",
        operation_id="getProcessByID",
        answer=ProcessSerializer,
        errors=(401, 403, 404),
        tag=TAG,
    )
    def get(self, request: Request, id: str) -> Response:
        return Response(render_process(self.get_or_404(processes(), id)))


class OneProcessView(ApiView):
    permissions = {"GET": "routing.view"}

    @operation(
        "Read the process that an order or a pick job belongs to",
        operation_id="getProcess",
        answer=ProcessSerializer,
        parameters=(query("orderRef"), query("tenantOrderId"), query("pickJobRef")),
        errors=(400, 401, 403, 404),
        tag=TAG,
    )
    def get(self, request: Request) -> Response:
        """Of several orders with the same ``tenantOrderId`` the live one, else the newest."""
        names = [name for name in OneProcessFilter.base_filters if request.query_params.get(name)]
        if not names:
            known = ", ".join(OneProcessFilter.base_filters)
            raise Invalid(f"Say which process, by one of {known}.", code="REQUIRED", field="orderRef")
        found = filtered(OneProcessFilter, request.query_params, processes())
        order = found.filter(LIVE).order_by("-id").first() or found.order_by("-id").first()
        if order is None:
            raise NotFound(f"There is no process with this {' and '.join(names)}.")
        return Response(render_process(order))


class AssignFacilitySerializer(LenientSerializer):
    name = serializers.ChoiceField(("ASSIGN_FACILITY_TO_PROCESS",))
    version = VersionField()
    facilityRef = RefTextField(help_text="a facility, by id or by URN")
    reason = ReasonField()


def _assign_facility(order_id: UUID, given: Mapping[str, Any]) -> Order:
    return assign_process(
        order_id=order_id,
        facility_id=facility_by_ref(given["facilityRef"]).id,
        version=given["version"],
        reason=given["reason"],
    )


class Action(NamedTuple):
    body: type[LenientSerializer]
    act: Callable[[UUID, Mapping[str, Any]], Order]


ACTIONS: Mapping[str, Action] = {
    "ASSIGN_FACILITY_TO_PROCESS": Action(AssignFacilitySerializer, _assign_facility),
}


class ProcessActionsView(ApiView):
    permissions = {"POST": "routing.intervene"}

    @operation(
        "Assign a facility to all open plans of an order",
        operation_id="processAction",
        request=AssignFacilitySerializer,
        answer=ProcessSerializer,
        errors=(400, 401, 403, 404, 409),
        tag=TAG,
    )
    def post(self, request: Request, id: str) -> Response:
        action = named(request.data, ACTIONS, "processes")
        given = self.body(action.body)
        order = self.get_or_404(Order.objects.all(), id)
        action.act(order.id, given)
        return Response(render_process(self.get_or_404(processes(), order.id)))


class ProcessRerouteView(ApiView):
    permissions = {"POST": "routing.intervene"}

    @operation(
        "Ask for a new decision about all open plans of an order",
        operation_id="rerouteProcess",
        answer=ProcessSerializer,
        parameters=(
            query("version", "of the process", kind=int, required=True),
            query("reason", "for the timeline"),
        ),
        errors=(400, 401, 403, 404, 409),
        tag=TAG,
    )
    def post(self, request: Request, id: str) -> Response:
        version = _version(request)
        reason = request.query_params.get("reason", "")[:1024]
        order = self.get_or_404(Order.objects.all(), id)
        reroute_process(order_id=order.id, version=version, reason=reason)
        return Response(render_process(self.get_or_404(processes(), order.id)))


class RetryNotRoutableView(ApiView):
    permissions = {"POST": "routing.intervene"}

    @operation(
        "Try to route again whatever could not be routed",
        operation_id="triggerRetryNotRoutable",
        status=204,
        errors=(401, 403),
        tag=TAG,
    )
    def post(self, request: Request) -> Response:
        retry_not_routable()
        return Response(status=204)


def _version(request: Request) -> int:
    """:raises Invalid: the query has no version, or one that cannot be."""
    text = request.query_params.get("version", "")
    if text.isascii() and text.isdigit() and len(text) <= 10 and int(text) <= LARGEST_VERSION:
        return int(text)
    message, code = "The version of the process is a whole number.", "INVALID"
    if not text:
        message, code = "The version of the process is needed, as a query parameter.", "REQUIRED"
    raise Invalid(message, code=code, field="version")


def _refuse_unsupported(request: Request) -> None:
    given = [name for name in UNSUPPORTED if request.query_params.get(name)]
    if given:
        raise Invalid.many(
            Problem(name, f"Processes cannot be listed by {name} yet: leave it out.", "NOT_SUPPORTED")
            for name in given
        )


urlpatterns = [
    path("process", OneProcessView.as_view(), name="one-process"),
    path("processes", ProcessesView.as_view(), name="processes"),
    path("processes/retrynotroutable", RetryNotRoutableView.as_view(), name="retry-not-routable"),
    path("processes/<str:id>", ProcessView.as_view(), name="process"),
    path("processes/<str:id>/actions", ProcessActionsView.as_view(), name="process-actions"),
    path("processes/<str:id>/reroute", ProcessRerouteView.as_view(), name="process-reroute"),
]
