from __future__ import annotations

from django.urls import path
from rest_framework.request import Request
from rest_framework.response import Response

from backoffice.core.api.pages import read_size
from backoffice.core.api.schema import DAY, SIZE, operation, page_schema, query
from backoffice.core.api.views import ApiView
from backoffice.core.errors import Invalid, Problem
from backoffice.core.filters import filtered
from routing.api.answers import WaitingPlanSerializer
from routing.filters import MOST_DAYS, WaitingRoomFilter
from routing.rendering import PlanRenderer
from routing.waitingroom import cursor_of, page_after, rank_at, waiting_room

DAYS = {"type": "integer", "minimum": 0, "maximum": MOST_DAYS}


FILTERS = (
    query("article", "waits for any of these, by tenantArticleId", many=True),
    query("facility", "could be served by any of these, each by id or by URN", many=True),
    query("tag", "the order has any of these, each as id or id:value", many=True),
    query("behaviour", "the listing behaviour that let it wait", many=True),
    query("consolidatedStatus", many=True),
    query("reason", "why it waits", many=True),
    query("age", "has waited for at least so many days", kind=DAYS),
    query("ageBelow", "has waited for fewer days", kind=DAYS),
    query("overdue", "its expected date or its preorder start has passed", kind=bool),
    query("expectedBefore", "its expected date is before this day", kind=DAY),
    query("mayNoLongerWait", "would not be allowed to wait today", kind=bool),
    query("waitingTooLong", "has waited longer than the site's maxWaitDays", kind=bool),
)
"""Which waiting plans."""


class WaitingRoomView(ApiView):
    permissions = {"GET": "routing.view"}

    @operation(
        "List waiting plans in the order of their release",
        operation_id="getWaitingRoom",
        answer=page_schema("waitingPlans", WaitingPlanSerializer, page_info=True),
        parameters=(
            *FILTERS,
            SIZE,
            query("startAfterId", "the endCursor of the page before, or the id of its last plan"),
        ),
        errors=(400, 401, 403),
        tag="Waiting room",
    )
    def get(self, request: Request) -> Response:
        problems: list[Problem] = []
        size = read_size(request, problems)
        after = _read_cursor(request, problems)
        if problems:
            raise Invalid.many(problems)
        plans = filtered(WaitingRoomFilter, request.query_params, waiting_room())
        narrowed = any(request.query_params.get(name) for name in WaitingRoomFilter.base_filters)
        page = page_after(plans, after, size, narrowed=narrowed)
        renderer = PlanRenderer()
        renderer.prepare(page.plans)
        return Response(
            {
                "waitingPlans": [
                    renderer.render_waiting(plan, page.positions[plan.id]) for plan in page.plans
                ],
                "total": page.total,
                "pageInfo": {
                    "startCursor": cursor_of(page.plans[0]) if page.plans else "",
                    "endCursor": cursor_of(page.plans[-1]) if page.plans else "",
                    "hasNextPage": page.has_more,
                    "hasPreviousPage": after is not None,
                },
            }
        )


def _read_cursor(request: Request, problems: list[Problem]) -> bytes | None:
    text = request.query_params.get("startAfterId")
    if not text:
        return None
    try:
        return rank_at(text)
    except ValueError:
        problems.append(Problem("startAfterId", "This is not where a page ended."))
        return None


urlpatterns = [
    path("waitingroom", WaitingRoomView.as_view(), name="waiting-room"),
]
