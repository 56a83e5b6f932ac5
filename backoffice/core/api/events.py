from __future__ import annotations

from typing import Any

import django_filters
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from backoffice.core.api.pages import page_of
from backoffice.core.api.schema import MOMENT, operation, query
from backoffice.core.api.values import instant
from backoffice.core.api.views import ApiView
from backoffice.core.filters import InstantFilter, ManyFilter, RefFilter, filtered
from backoffice.core.models import DomainEvent


class EventFilter(django_filters.FilterSet):
    event = ManyFilter(field_name="name")
    resourceType = ManyFilter(field_name="resource_type")  # noqa: N815
    resourceId = ManyFilter(field_name="resource_id")  # noqa: N815
    processRef = RefFilter(field_name="process_id")  # noqa: N815
    actor = ManyFilter(field_name="actor")
    to = InstantFilter(field_name="occurred_at", lookup_expr="lt")

    class Meta:
        model = DomainEvent
        fields = ()


# ``from`` is a word of Python's, so that it cannot be an attribute of the class body.
EventFilter.base_filters["from"] = InstantFilter(field_name="occurred_at", lookup_expr="gte")


class EventSerializer(serializers.Serializer[Any]):
    id = serializers.CharField()
    event = serializers.CharField()
    resourceType = serializers.CharField()  # noqa: N815
    resourceId = serializers.CharField()  # noqa: N815
    processRef = serializers.CharField(required=False)  # noqa: N815
    actor = serializers.CharField()
    reason = serializers.CharField(required=False)
    facts = serializers.DictField()
    occurredAt = serializers.DateTimeField()  # noqa: N815


def render_event(event: DomainEvent) -> dict[str, Any]:
    return {
        "id": str(event.pk),
        "event": event.name,
        "resourceType": event.resource_type,
        "resourceId": event.resource_id,
        **({"processRef": str(event.process_id)} if event.process_id else {}),
        "actor": event.actor,
        **({"reason": event.reason} if event.reason else {}),
        "facts": event.facts,
        "occurredAt": instant(event.occurred_at),
    }


class EventsView(ApiView):
    """The timeline of everything, oldest first."""

    permissions = {"GET": "core.view_events"}

    @operation(
        "List events",
        operation_id="getTimeline",
        page=("events", EventSerializer),
        parameters=(
            query("event", many=True),
            query("resourceType", many=True),
            query("resourceId", many=True),
            query("processRef", many=True),
            query("actor", "an e-mail address, or system", many=True),
            query("from", "at or after this moment", kind=MOMENT),
            query("to", "before this moment", kind=MOMENT),
        ),
        errors=(400, 401, 403),
        tag="Events",
    )
    def get(self, request: Request) -> Response:
        events = filtered(EventFilter, request.query_params, DomainEvent.objects.all())
        return page_of(events, request, "events", render_event)
