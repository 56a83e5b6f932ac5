from __future__ import annotations

from django.db.models import Q
from drf_spectacular.utils import PolymorphicProxySerializer
from rest_framework.request import Request
from rest_framework.response import Response

from backoffice.core.api.pages import page_in_order, page_of
from backoffice.core.api.schema import MOMENT, operation, query
from backoffice.core.api.views import ApiView
from backoffice.core.errors import Invalid, Problem
from backoffice.core.filters import filtered
from orders.api.answers import PickJobSerializer, StrippedPickJobSerializer
from orders.api.pages import live_first_page_of
from orders.api.pickjob_shapes import (
    ACTION_SHAPES,
    PickJobPatchSerializer,
    pick_job_id,
    read_action,
    read_patch,
    shape_of,
)
from orders.filters import PickJobFilter
from orders.models import PickJob
from orders.models.pickjob import STANDING
from orders.rendering import render_pick_job, render_stripped_pick_job
from orders.services.picking import change_pick_job

UNSUPPORTED = ("consumerName",)
"""Parameters of the contract that change the answer, so that ignoring them would be wrong."""

ORDERS = {"TARGET_TIME": "target_time", "LAST_MODIFIED": "last_modified", "ORDER_DATE": "order_date"}
DIRECTIONS = {"ASC": False, "DESC": True}
ORDER_NAMES = [f"{name}_{direction}" for name in ORDERS for direction in DIRECTIONS]
"""What ``orderBy`` may name."""


class PickJobsView(ApiView):
    permissions = {"GET": "orders.view"}

    @operation(
        "List pick jobs",
        operation_id="queryPickJobs",
        page=("pickjobs", StrippedPickJobSerializer),
        parameters=(
            query("orderRef", many=True),
            query("facilityRef", many=True),
            query("status", many=True),
            query("tenantOrderId", "the standing jobs first, then the newest"),
            query("channel", "COLLECT or SHIPPING", many=True),
            query("shortId"),
            query("startOrderDate", "ordered at or after this moment", kind=MOMENT),
            query("endOrderDate", "ordered at or before this moment", kind=MOMENT),
            query("startTargetTime", "due at or after this moment", kind=MOMENT),
            query("endTargetTime", "due at or before this moment", kind=MOMENT),
            query("pickJobRefs", many=True),
            query("articleTitle", "part of the title of an article to pick"),
            query("orderBy", "instead of by id", enum=ORDER_NAMES),
            query("searchTerm", "part of an order's or an article's number or title, or a short id"),
        ),
        errors=(400, 401, 403),
        tag="Pick jobs",
    )
    def get(self, request: Request) -> Response:
        _refuse_unsupported(request)
        jobs = filtered(PickJobFilter, request.query_params, PickJob.objects.all())
        if order := request.query_params.get("orderBy"):
            if order not in ORDER_NAMES:
                raise Invalid(f"Order by one of {', '.join(ORDER_NAMES)}.", field="orderBy")
            name, _, direction = order.rpartition("_")
            return page_in_order(
                jobs,
                request,
                "pickjobs",
                render_stripped_pick_job,
                column=ORDERS[name],
                descending=DIRECTIONS[direction],
            )
        if request.query_params.get("tenantOrderId"):
            live = Q(status__in=STANDING)
            return live_first_page_of(jobs, request, "pickjobs", render_stripped_pick_job, live=live)
        return page_of(jobs, request, "pickjobs", render_stripped_pick_job)


class PickJobView(ApiView):
    permissions = {"GET": "orders.view", "PATCH": "orders.pick"}

    @operation(
        "Read a pick job",
        operation_id="getPickJob",
        answer=PickJobSerializer,
        errors=(401, 403, 404),
        tag="Pick jobs",
    )
    def get(self, request: Request, id: str) -> Response:
        return Response(render_pick_job(self.get_or_404(PickJob.objects.with_line_items(), id)))

    @operation(
        "Change a pick job, or its status",
        operation_id="patchPickJob",
        request=PickJobPatchSerializer,
        answer=PickJobSerializer,
        errors=(400, 401, 403, 404, 409),
        tag="Pick jobs",
    )
    def patch(self, request: Request, id: str) -> Response:
        """The actions are done in their order, all or none; REJECTED and EXPIRED arrive only here (spec 5)."""
        change = read_patch(self.body(PickJobPatchSerializer))
        return Response(render_pick_job(change_pick_job(pick_job_id=pick_job_id(id), **change)))


class PickJobActionsView(ApiView):
    permissions = {"POST": "orders.pick"}

    @operation(
        "Work on a pick job",
        operation_id="pickJobAction",
        request=PolymorphicProxySerializer(
            component_name="PickJobAction", serializers=dict(ACTION_SHAPES), resource_type_field_name="name"
        ),
        answer=PickJobSerializer,
        errors=(400, 401, 403, 404, 409),
        tag="Pick jobs",
    )
    def post(self, request: Request, id: str) -> Response:
        change = read_action(self.body(shape_of(request.data)))
        return Response(render_pick_job(change_pick_job(pick_job_id=pick_job_id(id), **change)))


def _refuse_unsupported(request: Request) -> None:
    given = [name for name in UNSUPPORTED if request.query_params.get(name)]
    if given:
        raise Invalid.many(
            Problem(name, f"Pick jobs cannot be listed by {name} yet: leave it out.", "NOT_SUPPORTED")
            for name in given
        )
