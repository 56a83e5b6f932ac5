# ruff: noqa: N815 - fields are named as in JSON
"""``POST /api/waitingroom/actions``: the same intervention in many plans, in the background (M5)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.http import QueryDict
from django.urls import path
from drf_spectacular.utils import PolymorphicProxySerializer, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from backoffice.core.api.fields import RefField
from backoffice.core.api.jobs import JobSerializer, render_job
from backoffice.core.api.naming import named
from backoffice.core.api.schema import as_value, operation, query
from backoffice.core.api.serializers import StrictSerializer
from backoffice.core.api.views import ApiView
from backoffice.core.errors import Invalid, Problem
from backoffice.core.filters import filtered
from inventory.references import facility_by_ref
from routing.api.naming import ReasonField
from routing.api.plan_actions import AssignFields, HoldFields
from routing.api.waitingroom import FILTERS
from routing.filters import SelectionFilter
from routing.models import PlanStatus
from routing.services.bulk import start_interventions
from routing.services.choosing import ChosenArticles
from routing.services.intervening import Intervention, Name
from routing.waitingroom import standing_plans

MOST_IDS = 10_000
MOST_ARTICLES = 100


@extend_schema_field(
    {
        "type": "object",
        "properties": {one.name: as_value(one) for one in (*FILTERS, query("status", many=True))},
        "additionalProperties": False,
    }
)
class QueryField(serializers.DictField):
    """Filters by name, each with a value or a list of values."""


class BulkActionSerializer(StrictSerializer):
    ids = serializers.ListField(
        child=RefField(), required=False, allow_empty=False, max_length=MOST_IDS, help_text="routing plans"
    )
    query = QueryField(
        required=False,
        help_text="the filters of GET waitingroom, and status (WAITING unless told): WAITING, PLANNED, RETRYABLE, "
        "NOT_ROUTABLE; each a value or a list of values",
    )
    dryRun = serializers.BooleanField(default=False, help_text="write nothing, and tell what would happen")
    reason = ReasonField()

    def validate(self, attrs: Any) -> Any:
        if ("ids" in attrs) == ("query" in attrs):
            raise serializers.ValidationError(
                {"ids": ["Say which plans: give either ids or a query."]}, code="required"
            )
        return attrs


class ArticlesField(serializers.ListField):
    def __init__(self, **options: Any) -> None:
        child = serializers.CharField(max_length=255)
        super().__init__(child=child, allow_empty=False, max_length=MOST_ARTICLES, **options)


_PART = "only what the plans carry of these articles, and the bundles that they are in. Left out: everything"


class BulkAssignSerializer(AssignFields, BulkActionSerializer):
    name = serializers.ChoiceField((Name.ASSIGN.value,))
    tenantArticleIds = ArticlesField(required=False, help_text=_PART)


class BulkCancelSerializer(BulkActionSerializer):
    name = serializers.ChoiceField((Name.CANCEL.value,))
    tenantArticleIds = ArticlesField(required=False, help_text=_PART)


class BulkHoldSerializer(HoldFields, BulkActionSerializer):
    name = serializers.ChoiceField((Name.HOLD.value,))


class BulkSplitSerializer(BulkActionSerializer):
    name = serializers.ChoiceField((Name.SPLIT.value,))
    tenantArticleIds = ArticlesField(
        help_text="what becomes a plan of its own, with the bundles that they are in"
    )


class PlainBulkSerializer(BulkActionSerializer):
    name = serializers.ChoiceField(
        tuple(
            name.value for name in (Name.REROUTE, Name.PIN, Name.UNPIN, Name.UNHOLD, Name.JOIN, Name.UNASSIGN)
        )
    )


BODIES: Mapping[str, type[BulkActionSerializer]] = {
    **dict.fromkeys(Name.values, PlainBulkSerializer),
    Name.ASSIGN.value: BulkAssignSerializer,
    Name.CANCEL.value: BulkCancelSerializer,
    Name.HOLD.value: BulkHoldSerializer,
    Name.SPLIT.value: BulkSplitSerializer,
}


class WaitingRoomActionsView(ApiView):
    permissions = {"POST": "routing.intervene"}

    @operation(
        "Intervene in many plans",
        operation_id="actionsWaitingRoom",
        request=PolymorphicProxySerializer(
            component_name="WaitingRoomAction",
            serializers={str(name): body for name, body in BODIES.items()},
            resource_type_field_name="name",
        ),
        answer=JobSerializer,
        status=202,
        errors=(400, 401, 403, 404, 409),
        tag="Waiting room",
    )
    def post(self, request: Request) -> Response:
        """Answers at once with the job that does it; ``GET jobs/{id}`` tells how far it is, and what came of each plan.

        Plans are taken in the order of ``ids``, or of their release. One that is refused leaves the others done.
        """
        given = self.body(named(request.data, BODIES, "the waiting room"))
        articles = given.get("tenantArticleIds")
        what = Intervention(
            name=Name(given["name"]),
            facility_id=facility_by_ref(given["facilityRef"]).id if "facilityRef" in given else None,
            service_level=given.get("serviceLevel"),
            until=given.get("until"),
            choice=ChosenArticles(tuple(articles)) if articles else None,
        )
        job = start_interventions(
            what=what,
            plan_ids=given["ids"] if "ids" in given else _matching(given["query"]),
            dry_run=given["dryRun"],
            reason=given["reason"],
        )
        return Response(render_job(job), status=202, headers={"Location": f"/api/jobs/{job.pk}"})


def _matching(query: Mapping[str, Any]) -> list[UUID]:
    """The plans that match, in release order.

    :raises Invalid: with every filter that there is not, or that makes no sense.
    """
    params = QueryDict(mutable=True)
    problems = []
    for name, value in query.items():
        values = value if isinstance(value, list) else [value]
        if name not in SelectionFilter.base_filters:
            problems.append(Problem(f"query.{name}", "There is no such filter here.", "UNKNOWN_FIELD"))
        elif any(isinstance(one, (dict, list)) for one in values):
            problems.append(Problem(f"query.{name}", "Give a value, or a list of values."))
        else:
            params.setlist(name, [_text(one) for one in values])
    if problems:
        raise Invalid.many(problems)
    params.setdefault("status", PlanStatus.WAITING)
    plans = filtered(SelectionFilter, params, standing_plans())
    return list(plans.order_by("rank", "id").values_list("id", flat=True))


def _text(value: Any) -> str:
    """As it would stand in a query string."""
    return str(value).lower() if isinstance(value, bool) else str(value)


urlpatterns = [
    path("waitingroom/actions", WaitingRoomActionsView.as_view(), name="waiting-room-actions"),
]
