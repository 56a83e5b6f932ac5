"""Changing a part of a strategy, copying it, and going back to an earlier revision (spec 2, R1)."""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from typing import Any
from uuid import UUID

from django.db import transaction

from backoffice.core.errors import Invalid, NotFound
from backoffice.core.events import publish
from backoffice.core.texts import text
from routing import documents
from routing.documents.shape import Reading, Shape
from routing.documents.strategy import (
    CONDITION_FOR_REPLACE,
    GLOBAL_CONFIGURATION,
    NODE_FOR_REPLACE,
    check_root,
)
from routing.documents.tree import branches_of
from routing.events import StrategyCreated
from routing.models import RoutingStrategy, StrategyRevision
from routing.services.references import with_references
from routing.services.strategies import change_document, keep_revision


def copy_strategy(
    *, strategy_id: UUID, version: int, name_localized: Mapping[str, str], reason: str = ""
) -> RoutingStrategy:
    """A new strategy with the same document, that is not in use; the original stays untouched.

    :raises Invalid: the name is none.
    :raises NotFound: there is no such strategy.
    :raises VersionConflict: it changed since ``version``.
    """
    draft = documents.read_creation({"nameLocalized": name_localized})
    with transaction.atomic():
        original: RoutingStrategy = RoutingStrategy.objects.lock_version(strategy_id, version)
        copied: RoutingStrategy = RoutingStrategy.objects.create(
            name_localized=draft.name_localized, document=documents.identified(deepcopy(original.document))
        )
        keep_revision(copied)
        facts = {"copyOf": str(original.id)}
        publish([StrategyCreated(strategy_id=copied.id, facts=facts)], reason=reason)
    return copied


def replace_node(
    *, strategy_id: UUID, version: int, node_id: str, node: Mapping[str, Any], reason: str = ""
) -> RoutingStrategy:
    """Gives a node other texts, times and configuration; what follows it stays. Fences keep their ids.

    :raises Invalid: the strategy has no such node, or with every problem of ``node``, each named by its path.
    :raises NotFound: there is no such strategy.
    :raises VersionConflict: it changed since ``version``.
    """
    read = with_references(lambda body: _read_part(body, "node", NODE_FOR_REPLACE), {"node": node})
    with transaction.atomic():
        strategy: RoutingStrategy = RoutingStrategy.objects.lock_version(strategy_id, version)
        document = deepcopy(strategy.document)
        found = _branch(document, "node", node_id)
        if found is document["rootNode"]:
            reading = Reading()
            check_root(read, "node", reading)
            if reading.problems:
                raise Invalid.many(reading.problems)
        _replace(found, read, kept=("id", "nextCondition"))
        after = documents.identified(document, previous=strategy.document)
        change_document(strategy, strategy.name_localized, after, reason=reason)
    return strategy


def replace_condition(
    *, strategy_id: UUID, version: int, condition_id: str, condition: Mapping[str, Any], reason: str = ""
) -> RoutingStrategy:
    """Gives a condition another rule, other texts and times; the node that it leads to and what follows it stay.

    :raises Invalid: the strategy has no such condition, or with every problem of ``condition``, named by its path.
    :raises NotFound: there is no such strategy.
    :raises VersionConflict: it changed since ``version``.
    """
    read = _read_part({"condition": condition}, "condition", CONDITION_FOR_REPLACE)
    with transaction.atomic():
        strategy: RoutingStrategy = RoutingStrategy.objects.lock_version(strategy_id, version)
        document = deepcopy(strategy.document)
        _replace(_branch(document, "condition", condition_id), read, kept=("id", "nextNode", "nextCondition"))
        change_document(strategy, strategy.name_localized, document, reason=reason)
    return strategy


def replace_global_configuration(
    *, strategy_id: UUID, version: int, configuration: Mapping[str, Any], reason: str = ""
) -> RoutingStrategy:
    """Gives a strategy another global configuration; what ``configuration`` leaves out is gone.

    :raises Invalid: with every problem at once, each named by its path.
    :raises NotFound: there is no such strategy.
    :raises VersionConflict: it changed since ``version``.
    """
    name = "globalConfiguration"
    read = _read_part({name: configuration}, name, GLOBAL_CONFIGURATION)
    with transaction.atomic():
        strategy: RoutingStrategy = RoutingStrategy.objects.lock_version(strategy_id, version)
        document = {**strategy.document, name: read}
        change_document(strategy, strategy.name_localized, document, reason=reason)
    return strategy


def restore_revision(*, strategy_id: UUID, version: int, revision: int, reason: str = "") -> RoutingStrategy:
    """Gives a strategy the name and the document of an earlier revision; that is a new revision.

    :raises Invalid: the document is not one that may be used today, with every problem named by its path.
    :raises NotFound: there is no such strategy or revision.
    :raises VersionConflict: it changed since ``version``.
    """
    with transaction.atomic():
        strategy: RoutingStrategy = RoutingStrategy.objects.lock_version(strategy_id, version)
        kept = StrategyRevision.objects.filter(strategy=strategy, revision=revision).first()
        if kept is None:
            raise NotFound(
                text(
                    "The strategy %(strategy_id)s has no revision %(revision)s.",
                    strategy_id=strategy_id,
                    revision=revision,
                )
            )
        document = with_references(documents.read_document, kept.document)
        change_document(strategy, kept.name_localized, document, reason=reason)
    return strategy


def _read_part(body: Mapping[str, Any], name: str, shape: Shape) -> dict[str, Any]:
    reading = Reading()
    read: dict[str, Any] = shape.read(body[name], name, reading)
    if reading.problems:
        raise Invalid.many(reading.problems)
    return read


def _branch(document: Mapping[str, Any], kind: str, id: str) -> dict[str, Any]:
    """:raises Invalid: the document has no such node or condition."""
    for found, _path, branch in branches_of(document):
        if found == kind and branch["id"] == id:
            return branch
    raise Invalid(
        text("The strategy has no %(kind)s %(id)s.", kind=kind, id=id),
        code=f"UNKNOWN_{kind.upper()}",
        field=f"{kind}Id",
    )


def _replace(branch: dict[str, Any], part: Mapping[str, Any], *, kept: tuple[str, ...]) -> None:
    staying = {name: branch[name] for name in kept if name in branch}
    branch.clear()
    branch.update({**part, **staying})
