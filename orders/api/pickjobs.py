from __future__ import annotations

from django.db.models import Q
from rest_framework.request import Request
from rest_framework.response import Response

from backoffice.core.api.pages import page_of
from backoffice.core.api.schema import operation, query
from backoffice.core.api.views import ApiView
from backoffice.core.errors import Invalid, Problem
from backoffice.core.filters import filtered
from orders.api.answers import PickJobSerializer, StrippedPickJobSerializer
from orders.api.pages import live_first_page_of
from orders.filters import PickJobFilter
from orders.models import PickJob
from orders.models.pickjob import STANDING
from orders.rendering import render_pick_job, render_stripped_pick_job

UNSUPPORTED = ("consumerName", "orderBy")
"""Parameters of the contract that change the answer, so that ignoring them would be wrong."""


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
            query("startOrderDate", "ordered at or after this moment"),
            query("endOrderDate", "ordered at or before this moment"),
            query("startTargetTime", "due at or after this moment"),
            query("endTargetTime", "due at or before this moment"),
            query("pickJobRefs", many=True),
            query("articleTitle", "part of the title of an article to pick"),
            query("searchTerm", "part of an order's or an article's number or title, or a short id"),
        ),
        errors=(400, 401, 403),
        tag="Pick jobs",
    )
    def get(self, request: Request) -> Response:
        _refuse_unsupported(request)
        jobs = filtered(PickJobFilter, request.query_params, PickJob.objects.all())
        if request.query_params.get("tenantOrderId"):
            live = Q(status__in=STANDING)
            return live_first_page_of(jobs, request, "pickjobs", render_stripped_pick_job, live=live)
        return page_of(jobs, request, "pickjobs", render_stripped_pick_job)


class PickJobView(ApiView):
    permissions = {"GET": "orders.view"}

    @operation(
        "Read a pick job",
        operation_id="getPickJob",
        answer=PickJobSerializer,
        errors=(401, 403, 404),
        tag="Pick jobs",
    )
    def get(self, request: Request, id: str) -> Response:
        return Response(render_pick_job(self.get_or_404(PickJob.objects.with_line_items(), id)))


def _refuse_unsupported(request: Request) -> None:
    given = [name for name in UNSUPPORTED if request.query_params.get(name)]
    if given:
        raise Invalid.many(
            Problem(name, f"Pick jobs cannot be listed by {name} yet: leave it out.", "NOT_SUPPORTED")
            for name in given
        )
