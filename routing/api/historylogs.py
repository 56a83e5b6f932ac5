# ruff: noqa: N815 - fields are named as in JSON
from __future__ import annotations

from typing import Any

from django.urls import path
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from backoffice.core.api.pages import read_size
from backoffice.core.api.schema import SIZE, START_AFTER_ID, operation, page_schema, query
from backoffice.core.api.views import ApiView
from backoffice.core.errors import Invalid, Problem
from orders.models import Order
from routing.historylogs import (
    KINDS,
    MODIFICATIONS,
    ORDERS,
    history_of,
    in_order,
    render_log,
    without_repeats,
)

SORTS = [f"{key}_{direction}" for key in ORDERS for direction in ("ASC", "DESC")]
EVENT_TYPES = sorted(
    {kind.event_type for kind in KINDS.values()} | {*MODIFICATIONS.values(), "PICKING_DONE_INCOMPLETE"}
)


class HistoryLogUserSerializer(serializers.Serializer[Any]):
    userRef = serializers.CharField()
    username = serializers.CharField()


class ProcessHistoryLogSerializer(serializers.Serializer[Any]):
    id = serializers.CharField()
    type = serializers.CharField(help_text="our name of the event")
    eventType = serializers.ChoiceField(EVENT_TYPES)
    domain = serializers.ChoiceField(("ORDER", "ORDER_MODIFICATION", "PICKJOB", "ROUTING_PLAN"))
    domainRef = serializers.CharField()
    status = serializers.CharField(allow_null=True)
    version = serializers.IntegerField(allow_null=True)
    user = HistoryLogUserSerializer()
    timestamp = serializers.DateTimeField()
    info = serializers.CharField(help_text="what happened, in a sentence")
    payload = serializers.DictField(allow_null=True)


class HistoryLogsView(ApiView):
    permissions = {"GET": "routing.view"}

    @operation(
        "Read the history of a process",
        operation_id="getProcessHistoryLogs",
        answer=page_schema("historyLogs", ProcessHistoryLogSerializer),
        parameters=(
            query("type", "one of the types", many=True),
            query("username"),
            query("facilityName"),
            query("orderBy", "TIMESTAMP_ASC unless told", enum=SORTS),
            query("filterConsecutiveDuplicates", "true unless told", kind=bool),
            SIZE,
            START_AFTER_ID,
        ),
        errors=(400, 401, 403, 404),
        tag="Processes",
        description="What the contract has event types for; `GET /api/events?processRef=` tells everything.",
    )
    def get(self, request: Request, id: str) -> Response:
        problems: list[Problem] = []
        given = request.query_params
        size = read_size(request, problems)
        sort, once = given.get("orderBy", "TIMESTAMP_ASC"), given.get("filterConsecutiveDuplicates", "true")
        if sort not in SORTS:
            problems.append(Problem("orderBy", f"Order by one of {', '.join(SORTS)}."))
        if once.lower() not in ("true", "false"):
            problems.append(Problem("filterConsecutiveDuplicates", "Use true or false."))
        if problems:
            raise Invalid.many(problems)
        logs = history_of(self.get_or_404(Order.objects.all(), id).pk)
        types = [one for text in given.getlist("type") for one in text.split(",") if one]
        found = [
            log
            for log in (without_repeats(logs) if once.lower() == "true" else logs)
            if (not types or log.event.name in types or log.kind.event_type in types)
            and given.get("username", log.user) == log.user
            and ("facilityName" not in given or (log.facility and log.facility.name == given["facilityName"]))
        ]
        ordered = in_order(found, sort)
        places = {str(log.event.pk): place for place, log in enumerate(ordered, 1)}
        begin = places.get(given.get("startAfterId", ""), 0)
        return Response(
            {"historyLogs": [render_log(log) for log in ordered[begin : begin + size]], "total": len(ordered)}
        )


urlpatterns = [path("processes/<str:id>/historylogs", HistoryLogsView.as_view(), name="process-history-logs")]
