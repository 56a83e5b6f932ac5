"""Working on a strategy before it is saved: a draft each, that nobody else follows (spec 6)."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from typing import Any
from uuid import UUID

from django.db import transaction

from backoffice.core.errors import NotFound, VersionConflict
from backoffice.core.texts import text
from routing import documents
from routing.models import RoutingStrategy, StrategyDraft
from routing.services.references import with_references
from routing.services.strategies import change_document

Edit = Callable[[dict[str, Any]], None]
"""Changes a document in place; ``nameLocalized`` is a part of it."""


def draft_of(*, strategy_id: UUID, owner_id: UUID) -> StrategyDraft | None:
    """What this person has changed and not saved, if anything."""
    found: StrategyDraft | None = StrategyDraft.objects.filter(
        strategy_id=strategy_id, owner_id=owner_id
    ).first()
    return found


def change_draft(*, strategy_id: UUID, owner_id: UUID, edit: Edit) -> StrategyDraft | None:
    """Changes this person's draft, which begins as the strategy is; one that differs in nothing is none.

    :raises Invalid: what comes of it is no strategy, with every problem named by its path; the draft stays as it was.
    :raises NotFound: there is no such strategy.
    """
    with transaction.atomic():
        strategy = _locked(strategy_id)
        draft = draft_of(strategy_id=strategy_id, owner_id=owner_id)
        if draft is None:
            draft = StrategyDraft(
                strategy=strategy,
                owner_id=owner_id,
                revision=strategy.revision,
                document=strategy.document,
                name_localized=strategy.name_localized,
            )
        given = {**deepcopy(draft.document), "nameLocalized": dict(draft.name_localized), "version": 0}
        edit(given)
        read = with_references(documents.read_replacement, given)
        draft.name_localized = read.name_localized
        kept = {"globalConfiguration": draft.document["globalConfiguration"]}
        draft.document = documents.identified({**kept, **read.document}, previous=draft.document)
        if (draft.name_localized, draft.document) == (strategy.name_localized, strategy.document):
            if draft.pk is not None:
                draft.delete()
            return None
        draft.save()
    return draft


def discard_draft(*, strategy_id: UUID, owner_id: UUID) -> None:
    """Forgets what this person has changed; without a draft nothing happens."""
    StrategyDraft.objects.filter(strategy_id=strategy_id, owner_id=owner_id).delete()


def save_draft(*, strategy_id: UUID, owner_id: UUID, revision: int, reason: str = "") -> RoutingStrategy:
    """Makes the draft the strategy's next revision. ``revision`` is the one that the person knows that it replaces.

    :raises Invalid: it refers to a facility that is gone by now.
    :raises NotFound: there is no such strategy, or no draft of this person.
    :raises VersionConflict: the strategy has another revision by now; the draft stays.
    """
    with transaction.atomic():
        strategy = _locked(strategy_id)
        draft = draft_of(strategy_id=strategy_id, owner_id=owner_id)
        if draft is None:
            raise NotFound(
                text("There is nothing left to save: it was saved or discarded in another window.")
            )
        if strategy.revision != revision:
            raise VersionConflict(strategy.revision, revision)
        document = with_references(documents.read_document, draft.document)
        change_document(strategy, draft.name_localized, document, reason=reason)
        draft.delete()
    return strategy


def _locked(strategy_id: UUID) -> RoutingStrategy:
    """:raises NotFound: there is no such strategy."""
    locked = RoutingStrategy.objects.get_queryset().select_for_update(no_key=True, of=("self",))
    strategy: RoutingStrategy | None = locked.filter(pk=strategy_id).first()
    if strategy is None:
        raise NotFound.of(RoutingStrategy, strategy_id)
    return strategy
