from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from django.urls import path
from rest_framework.request import Request
from rest_framework.response import Response

from backoffice.core.api.pages import page_of
from backoffice.core.api.schema import operation
from backoffice.core.api.values import instant
from backoffice.core.api.views import ApiView
from routing import documents
from routing.api.documents import DocumentSerializer
from routing.documents.actions import ACTION, FENCE_CHANGES
from routing.documents.strategy import FOR_CREATION, FOR_MODIFICATION, STRATEGY
from routing.models import RoutingStrategy
from routing.services import strategies, strategy_parts
from routing.services.deleting import delete_strategy
from routing.services.references import with_references

TAG = "Routing strategies"

JSON = dict[str, Any]

StrategySerializer = DocumentSerializer.of(STRATEGY)


def render_strategy(strategy: RoutingStrategy) -> dict[str, Any]:
    """The strategy as the contract has it; what is sent back like this changes nothing."""
    return {
        "id": str(strategy.id),
        "version": strategy.version,
        "created": instant(strategy.created),
        "lastModified": instant(strategy.last_modified),
        "inUse": strategy.in_use,
        "revision": strategy.revision,
        "nameLocalized": strategy.name_localized,
        "name": strategy.name,
        **documents.rendered(strategy.document),
    }


class StrategiesView(ApiView):
    permissions = {"GET": "routing.view", "POST": "routing.manage_strategies"}

    @operation(
        "List routing strategies",
        operation_id="getRoutingStrategies",
        page=("routingStrategies", StrategySerializer),
        errors=(400, 401, 403),
        tag=TAG,
    )
    def get(self, request: Request) -> Response:
        strategies.strategy_in_use()  # so that a new site has one to show
        return page_of(RoutingStrategy.objects.all(), request, "routingStrategies", render_strategy)

    @operation(
        "Create a routing strategy, by name alone or with a whole tree",
        operation_id="postRoutingStrategy",
        request=DocumentSerializer.of(FOR_CREATION),
        answer=StrategySerializer,
        status=201,
        errors=(400, 401, 403),
        tag=TAG,
    )
    def post(self, request: Request) -> Response:
        draft = with_references(documents.read_creation, request.data)
        strategy = strategies.create_strategy(name_localized=draft.name_localized, document=draft.document)
        return Response(render_strategy(strategy), status=201)


class StrategyView(ApiView):
    permissions = {
        "GET": "routing.view",
        "PUT": "routing.manage_strategies",
        "PATCH": "routing.manage_strategies",
        "DELETE": "routing.manage_strategies",
    }

    @operation(
        "Read a routing strategy",
        operation_id="getRoutingStrategy",
        answer=StrategySerializer,
        errors=(401, 403, 404),
        tag=TAG,
    )
    def get(self, request: Request, id: str) -> Response:
        return Response(render_strategy(self._strategy(id)))

    @operation(
        "Replace a routing strategy",
        operation_id="putRoutingStrategy",
        request=DocumentSerializer.of(FOR_MODIFICATION),
        answer=StrategySerializer,
        errors=(400, 401, 403, 404, 409),
        tag=TAG,
    )
    def put(self, request: Request, id: str) -> Response:
        strategy = self._strategy(id)
        draft = with_references(documents.read_replacement, request.data)
        changed = strategies.replace_strategy(
            strategy_id=strategy.id,
            version=draft.version,
            name_localized=draft.name_localized,
            document=draft.document,
        )
        return Response(render_strategy(changed))

    @operation(
        "Change fences of a routing strategy: on and off, static and reactive",
        operation_id="patchRoutingStrategy",
        request=DocumentSerializer.of(FENCE_CHANGES),
        answer=StrategySerializer,
        errors=(400, 401, 403, 404, 409),
        tag=TAG,
    )
    def patch(self, request: Request, id: str) -> Response:
        strategy = self._strategy(id)
        given = documents.read(request.data, FENCE_CHANGES)
        changes = [
            strategies.FenceChange(action["id"], action.get("active"), action.get("activeMode"))
            for action in given["actions"]
        ]
        changed = strategies.modify_fences(strategy_id=strategy.id, version=given["version"], changes=changes)
        return Response(render_strategy(changed))

    @operation(
        "Delete a routing strategy that was never used",
        operation_id="deleteRoutingStrategy",
        status=204,
        errors=(401, 403, 404, 409),
        tag=TAG,
    )
    def delete(self, request: Request, id: str) -> Response:
        delete_strategy(strategy_id=self._strategy(id).id)
        return Response(status=204)

    def _strategy(self, id: str) -> RoutingStrategy:
        return self.get_or_404(RoutingStrategy.objects.all(), id)


class StrategyActionsView(ApiView):
    permissions = {"POST": "routing.manage_strategies"}

    @operation(
        "Activate or copy a routing strategy, replace a part of it, or restore a revision",
        operation_id="actionsRoutingStrategy",
        request=DocumentSerializer.of(ACTION, "RoutingStrategyAction"),
        answer=StrategySerializer,
        errors=(400, 401, 403, 404, 409),
        tag=TAG,
    )
    def post(self, request: Request, id: str) -> Response:
        strategy = self.get_or_404(RoutingStrategy.objects.all(), id)
        given = with_references(_read_action, request.data)
        return Response(render_strategy(_ACTS[given["name"]](strategy.id, given)))


def _read_action(body: Any) -> JSON:
    return documents.read(body, ACTION)


def _activate(id: UUID, given: JSON) -> RoutingStrategy:
    return strategies.activate_strategy(strategy_id=id, version=given["version"])


def _copy(id: UUID, given: JSON) -> RoutingStrategy:
    return strategy_parts.copy_strategy(
        strategy_id=id, version=given["version"], name_localized=given["nameLocalized"]
    )


def _replace_node(id: UUID, given: JSON) -> RoutingStrategy:
    return strategy_parts.replace_node(
        strategy_id=id, version=given["version"], node_id=given["nodeId"], node=given["node"]
    )


def _replace_condition(id: UUID, given: JSON) -> RoutingStrategy:
    return strategy_parts.replace_condition(
        strategy_id=id,
        version=given["version"],
        condition_id=given["conditionId"],
        condition=given["condition"],
    )


def _replace_global_configuration(id: UUID, given: JSON) -> RoutingStrategy:
    return strategy_parts.replace_global_configuration(
        strategy_id=id, version=given["version"], configuration=given["globalConfiguration"]
    )


def _restore_revision(id: UUID, given: JSON) -> RoutingStrategy:
    return strategy_parts.restore_revision(
        strategy_id=id, version=given["version"], revision=given["revision"]
    )


_ACTS: Mapping[str, Callable[[UUID, JSON], RoutingStrategy]] = {
    "ACTIVATE": _activate,
    "COPY": _copy,
    "REPLACE_NODE": _replace_node,
    "REPLACE_CONDITION": _replace_condition,
    "REPLACE_GLOBAL_CONFIGURATION": _replace_global_configuration,
    "RESTORE_REVISION": _restore_revision,
}


urlpatterns = [
    path("routing/strategies", StrategiesView.as_view(), name="strategies"),
    path("routing/strategies/<str:id>", StrategyView.as_view(), name="strategy"),
    path("routing/strategies/<str:id>/actions", StrategyActionsView.as_view(), name="strategy-actions"),
]
