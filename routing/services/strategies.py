"""Creating, changing and activating routing strategies (spec 2, R1).

Every change of name or document is a new revision, kept for comparison, for restoring, and so that decisions can be
replayed. One strategy is in use.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import transaction

from backoffice.core.actor import current_actor
from backoffice.core.errors import Invalid
from backoffice.core.events import publish
from backoffice.core.texts import text
from routing import documents
from routing.documents.rules import check_fence
from routing.documents.shape import Reading
from routing.events import StrategyChanged, StrategyCreated
from routing.models import RoutingStrategy, StrategyRevision
from routing.services.references import with_references

DEFAULT_NAME = {"en_US": "Standard", "de_DE": "Standard"}


@dataclass(frozen=True, slots=True)
class FenceChange:
    """What is to change about the fence with this ``id``; what is ``None`` stays."""

    id: str
    active: bool | None = None
    active_mode: str | None = None


def strategy_in_use() -> RoutingStrategy:
    """The strategy that routes; a new site gets one with the default document."""
    found: RoutingStrategy | None = RoutingStrategy.objects.filter(in_use=True).first()
    if found is not None:
        return found
    with transaction.atomic():
        document = documents.identified(documents.default_document())
        strategy: RoutingStrategy
        strategy, created = RoutingStrategy.objects.get_or_create(
            in_use=True, defaults={"name_localized": DEFAULT_NAME, "document": document}
        )
        if created:
            keep_revision(strategy)
    return strategy


def blacklists_assigned_facilities() -> bool:
    """Whether a plan that is routed anew must not go back to the facility that it comes from (R9)."""
    return bool(strategy_in_use().document["globalConfiguration"].get("blacklistAssignedFacilities"))


def current_revision(strategy: RoutingStrategy) -> StrategyRevision:
    """The revision that holds the document as it is now, which is read only where somebody asks for it."""
    found = StrategyRevision.objects.defer("document")
    return found.get(strategy=strategy, revision=strategy.revision)


def create_strategy(
    *, name_localized: Mapping[str, str], document: Mapping[str, Any] | None = None, reason: str = ""
) -> RoutingStrategy:
    """A strategy that is not in use. What ``document`` leaves out is taken from the default document.

    :raises Invalid: with every problem of name and document at once, each named by its path.
    """
    draft = with_references(documents.read_creation, {**(document or {}), "nameLocalized": name_localized})
    with transaction.atomic():
        strategy: RoutingStrategy = RoutingStrategy.objects.create(
            name_localized=draft.name_localized,
            document=documents.identified({**documents.default_document(), **draft.document}),
        )
        keep_revision(strategy)
        publish([StrategyCreated(strategy_id=strategy.id)], reason=reason)
    return strategy


def replace_strategy(
    *,
    strategy_id: UUID,
    version: int,
    name_localized: Mapping[str, str],
    document: Mapping[str, Any],
    reason: str = "",
) -> RoutingStrategy:
    """Gives a strategy another name and document; a document without ``globalConfiguration`` leaves that as it is.

    Fences, nodes and conditions that are still the same keep their ids. A replacement that changes nothing makes no
    revision, but counts as a version.

    :raises Invalid: with every problem of name and document at once, each named by its path.
    :raises NotFound: there is no such strategy.
    :raises VersionConflict: it changed since ``version``.
    """
    draft = with_references(
        documents.read_replacement, {**document, "nameLocalized": name_localized, "version": version}
    )
    with transaction.atomic():
        strategy: RoutingStrategy = RoutingStrategy.objects.lock_version(strategy_id, version)
        given = {"globalConfiguration": strategy.document["globalConfiguration"], **draft.document}
        after = documents.identified(given, previous=strategy.document)
        change_document(strategy, draft.name_localized, after, reason=reason)
    return strategy


def modify_fences(
    *, strategy_id: UUID, version: int, changes: Sequence[FenceChange], reason: str = ""
) -> RoutingStrategy:
    """Turns fences on and off, and sets their mode: D0's way of making complete stock reactive.

    :raises Invalid: an unknown fence, a mode that it does not support (F3), or a fence that cannot be active; all of
        them at once, as ``actions[0].activeMode``.
    :raises NotFound: there is no such strategy.
    :raises VersionConflict: it changed since ``version``.
    """
    with transaction.atomic():
        strategy: RoutingStrategy = RoutingStrategy.objects.lock_version(strategy_id, version)
        document = deepcopy(strategy.document)
        _apply(changes, document)
        change_document(strategy, strategy.name_localized, document, reason=reason)
    return strategy


def activate_strategy(*, strategy_id: UUID, version: int, reason: str = "") -> RoutingStrategy:
    """Puts a strategy in use, and the one that was out of use. One that is in use already stays untouched.

    :raises NotFound: there is no such strategy.
    :raises VersionConflict: it changed since ``version``.
    """
    with transaction.atomic():
        # All of them, by id: two activations at once would else each lock a part and wait for the other's.
        list(RoutingStrategy.objects.order_by("pk").select_for_update(no_key=True).values_list("pk"))
        strategy: RoutingStrategy = RoutingStrategy.objects.lock_version(strategy_id, version)
        if strategy.in_use:
            return strategy
        replaced = RoutingStrategy.objects.filter(in_use=True)
        events = [
            StrategyChanged(strategy_id=id, in_use=False) for id in replaced.values_list("pk", flat=True)
        ]
        replaced.bumped(in_use=False)
        strategy.touch(in_use=True)
        publish([*events, StrategyChanged(strategy_id=strategy.id, in_use=True)], reason=reason)
    return strategy


def _apply(changes: Sequence[FenceChange], document: dict[str, Any]) -> None:
    fences = {fence["id"]: fence for _path, fence in documents.fences_of(document)}
    reading = Reading()
    for index, change in enumerate(changes):
        path = f"actions[{index}]"
        fence = fences.get(change.id)
        if fence is None:
            reading.add(
                f"{path}.id", text("The strategy has no fence %(id)s.", id=change.id), "UNKNOWN_FENCE"
            )
            continue
        if change.active is not None:
            fence["active"] = change.active
        if change.active_mode is not None:
            fence["activeMode"] = change.active_mode
        check_fence(fence, path, reading)
    if reading.problems:
        raise Invalid.many(reading.problems)


def change_document(
    strategy: RoutingStrategy, name_localized: dict[str, str], document: dict[str, Any], *, reason: str
) -> None:
    """Writes a locked strategy's new name and document as its next revision; if nothing changed, only as a version."""
    if (strategy.name_localized, strategy.document) == (name_localized, document):
        strategy.touch()
        return
    strategy.touch(name_localized=name_localized, document=document, revision=strategy.revision + 1)
    keep_revision(strategy)
    facts = {"revision": strategy.revision}
    event = StrategyChanged(strategy_id=strategy.id, in_use=strategy.in_use, facts=facts)
    publish([event], reason=reason)


def keep_revision(strategy: RoutingStrategy) -> None:
    """Keeps name and document as they are now."""
    StrategyRevision.objects.create(
        strategy=strategy,
        revision=strategy.revision,
        document=strategy.document,
        name_localized=strategy.name_localized,
        actor=current_actor().name,
    )
