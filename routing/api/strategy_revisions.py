# ruff: noqa: N815 - fields are named as in JSON
"""The revisions of a strategy: listed, read, and compared (spec 2)."""

from __future__ import annotations

from typing import Any

from django.urls import path
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from backoffice.core.api.pages import page_of
from backoffice.core.api.schema import operation, query
from backoffice.core.api.values import instant
from backoffice.core.api.views import ApiView
from backoffice.core.errors import NotFound
from routing import documents
from routing.api.documents import DocumentSerializer
from routing.api.strategies import TAG
from routing.documents.differences import Change, Difference, differences
from routing.documents.strategy import DOCUMENT
from routing.models import RoutingStrategy, StrategyRevision


class RevisionSerializer(serializers.Serializer[Any]):
    id = serializers.CharField(help_text="the cursor of the list")
    revision = serializers.IntegerField()
    routingStrategyRef = serializers.CharField()
    nameLocalized = serializers.DictField(child=serializers.CharField())
    actor = serializers.CharField(help_text="who made it")
    created = serializers.DateTimeField()


class DifferenceSerializer(serializers.Serializer[Any]):
    path = serializers.CharField(help_text="such as rootNode.config.fences[FACILITY-COUNTRY].active")
    change = serializers.ChoiceField([change.value for change in Change])
    before = serializers.JSONField(required=False)
    after = serializers.JSONField(required=False)


class WholeRevisionSerializer(RevisionSerializer):
    document = DocumentSerializer.of(DOCUMENT)()
    comparedTo = serializers.IntegerField(required=False, help_text="the revision that it is compared with")
    differences = DifferenceSerializer(many=True)


class RevisionsView(ApiView):
    permissions = {"GET": "routing.view"}

    @operation(
        "List the revisions of a routing strategy, the first one first",
        operation_id="getRoutingStrategyRevisions",
        page=("revisions", RevisionSerializer),
        errors=(400, 401, 403, 404),
        tag=TAG,
    )
    def get(self, request: Request, id: str) -> Response:
        strategy = self.get_or_404(RoutingStrategy.objects.all(), id)
        kept = StrategyRevision.objects.filter(strategy=strategy).defer("document")
        return page_of(kept, request, "revisions", _render)


class RevisionView(ApiView):
    permissions = {"GET": "routing.view"}

    @operation(
        "Read a revision of a routing strategy, and what it changed",
        operation_id="getRoutingStrategyRevision",
        answer=WholeRevisionSerializer,
        parameters=(query("compareTo", "another revision; without it, the one before"),),
        errors=(401, 403, 404),
        tag=TAG,
    )
    def get(self, request: Request, id: str, revision: str) -> Response:
        strategy = self.get_or_404(RoutingStrategy.objects.all(), id)
        kept = _kept(strategy, revision)
        other = request.query_params.get("compareTo")
        if other is None and kept.revision == 1:
            return Response(
                {**_render(kept), "document": documents.rendered(kept.document), "differences": []}
            )
        earlier = _kept(strategy, str(kept.revision - 1) if other is None else other)
        return Response(
            {
                **_render(kept),
                "document": documents.rendered(kept.document),
                "comparedTo": earlier.revision,
                "differences": [_difference(one) for one in differences(_whole(earlier), _whole(kept))],
            }
        )


def _kept(strategy: RoutingStrategy, text: str) -> StrategyRevision:
    """:raises NotFound: the strategy has no such revision."""
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0
    found = StrategyRevision.objects.filter(strategy=strategy, revision=number).first()
    if found is None:
        raise NotFound(f"The strategy {strategy.pk} has no revision {text}.")
    return found


def _whole(kept: StrategyRevision) -> dict[str, Any]:
    return {"nameLocalized": kept.name_localized, **kept.document}


def _render(kept: StrategyRevision) -> dict[str, Any]:
    return {
        "id": str(kept.pk),
        "revision": kept.revision,
        "routingStrategyRef": str(kept.strategy_id),
        "nameLocalized": kept.name_localized,
        "actor": kept.actor,
        "created": instant(kept.created),
    }


def _difference(one: Difference) -> dict[str, Any]:
    values = {"before": one.before, "after": one.after}
    return {
        "path": one.path,
        "change": one.change.value,
        **{name: value for name, value in values.items() if value is not None},
    }


urlpatterns = [
    path("routing/strategies/<str:id>/revisions", RevisionsView.as_view(), name="strategy-revisions"),
    path(
        "routing/strategies/<str:id>/revisions/<str:revision>",
        RevisionView.as_view(),
        name="strategy-revision",
    ),
]
