"""What the screens about one strategy share: the strategy, what its reader has not saved, and the tabs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar
from uuid import UUID

from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as say

from backoffice.core import access
from backoffice.core.models import DomainEvent
from backoffice.core.ui.screens import Screen
from inventory.references import facilities_by_ref
from routing.documents.differences import Difference, differences
from routing.documents.rendering import in_one_language
from routing.documents.tree import nodes_of
from routing.models import RoutingStrategy, StrategyDraft
from routing.services.strategy_drafts import draft_of
from routing.wording.changes import ChangedPlace, told_differences

MANAGE = "routing.manage_strategies"


class Seen:
    """A strategy as somebody sees it: with what this person has changed and not saved."""

    def __init__(self, strategy: RoutingStrategy, draft: StrategyDraft | None) -> None:
        self.strategy = strategy
        self.draft = draft

    @property
    def document(self) -> dict[str, Any]:
        found: dict[str, Any] = (self.draft or self.strategy).document
        return found

    @property
    def name_localized(self) -> dict[str, str]:
        found: dict[str, str] = (self.draft or self.strategy).name_localized
        return found

    @property
    def name(self) -> str:
        return in_one_language(self.name_localized)

    @property
    def outdated(self) -> bool:
        """Whether somebody saved another revision since the draft was begun."""
        return self.draft is not None and self.draft.revision != self.strategy.revision

    @cached_property
    def changes(self) -> list[Difference]:
        """What saving the draft would change."""
        if self.draft is None:
            return []
        return differences(whole(self.strategy), whole(self.draft))

    @cached_property
    def told_changes(self) -> list[ChangedPlace]:
        if self.draft is None:
            return []
        return told(self.changes, self.strategy, self.draft)

    @cached_property
    def changed_by(self) -> str:
        """Who changed the strategy last, as far as the timeline knows."""
        event = DomainEvent.objects.filter(
            resource_type="ROUTING_STRATEGY", resource_id=str(self.strategy.pk)
        ).last()
        return event.actor if event is not None else say("Somebody")


def seen_by(user: Any, strategy_id: UUID) -> Seen:
    """:raises Http404: there is no such strategy."""
    strategy = get_object_or_404(RoutingStrategy, pk=strategy_id)
    return Seen(strategy, draft_of(strategy_id=strategy.pk, owner_id=user.pk))


def owner_of(request: HttpRequest) -> UUID:
    """Whose draft it is: that of who asks, who is signed in."""
    found: UUID = request.user.pk  # type: ignore[assignment]  # an anonymous user does not get here
    return found


def whole(kept: Any) -> dict[str, Any]:
    """A strategy, a revision or a draft with its name, as documents are compared."""
    return {"nameLocalized": kept.name_localized, **kept.document}


def told(found: list[Difference], earlier: Any, later: Any) -> list[ChangedPlace]:
    """Differences in words; one query for the names of facilities, if there are any."""
    refs = {
        ref
        for kept in (earlier, later)
        for _path, node in nodes_of(kept.document)
        for ref in (node["config"].get("fallbackFacility") or {}).get("facilityRefs", ())
    }
    places = {ref: facility.name for ref, facility in facilities_by_ref(refs).items()}
    return told_differences(found, earlier.document, later.document, places)


class StrategyScreen(Screen):
    """A page about one strategy; ``tab`` is the URL name that is current."""

    permissions: ClassVar[dict[str, str]] = {"*": "routing.view"}
    tab: ClassVar[str]

    @cached_property
    def seen(self) -> Seen:
        return seen_by(self.request.user, self.kwargs["pk"])

    @property
    def may_manage(self) -> bool:
        return access.may(self.request.user, MANAGE)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        kwargs.pop("pk", None)
        return super().get_context_data(
            seen=self.seen,
            strategy=self.seen.strategy,
            may_manage=self.may_manage,
            tabs=self._tabs(),
            **kwargs,
        )

    def _tabs(self) -> list[Mapping[str, Any]]:
        titles = {
            "routing-strategy": say("Tree"),
            "strategy-test": say("Test with an order"),
            "strategy-impact": say("Impact"),
            "strategy-revisions": say("Revisions"),
        }
        return [
            {
                "title": title,
                "url": reverse(name, args=(self.seen.strategy.pk,)),
                "current": name == self.tab,
            }
            for name, title in titles.items()
            if name != "strategy-impact" or self.may_manage
        ]
