"""What a strategy was: its revisions, what differs between any two, and the way back (spec 2)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as say

from backoffice.core.models import DomainEvent
from backoffice.core.ui.paging import keyset_page
from routing.documents.differences import Difference, differences
from routing.models import StrategyRevision
from routing.services.strategy_parts import restore_revision
from routing.views.strategies.acts import StrategyDialog
from routing.views.strategies.common import StrategyScreen, told, whole
from routing.wording.changes import ChangedPlace

DRAFT = "draft"
"""What somebody compares who wants to see what is not saved."""


@dataclass(frozen=True, slots=True)
class RevisionRow:
    """``changes`` are how many places of the document it changed; none are known of the first one."""

    revision: StrategyRevision
    reason: str
    changes: int | None
    current: bool


class RevisionsView(StrategyScreen):
    template_name = "routing/strategies/revisions.html"
    tab = "strategy-revisions"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        kept = StrategyRevision.objects.filter(strategy=self.seen.strategy)
        page = keyset_page(kept, self.request.GET.dict(), keys=("-revision",))
        rows = self._rows(page.rows)
        return super().get_context_data(
            page=page,
            rows=rows,
            comparison=self._comparison(),
            **kwargs,
        )

    def _rows(self, revisions: Sequence[StrategyRevision]) -> list[RevisionRow]:
        """Each with what it changed; the one before the last of the page is read besides."""
        strategy = self.seen.strategy
        numbers = [one.revision for one in revisions]
        by_number = {one.revision: one for one in revisions}
        if numbers and numbers[-1] > 1:
            found = StrategyRevision.objects.filter(strategy=strategy, revision=numbers[-1] - 1)
            by_number |= {one.revision: one for one in found}
        reasons = _reasons(str(strategy.pk))
        return [
            RevisionRow(
                revision=one,
                reason=reasons.get(one.revision, ""),
                changes=len(differences(whole(before), whole(one)))
                if (before := by_number.get(one.revision - 1))
                else None,
                current=one.revision == strategy.revision,
            )
            for one in revisions
        ]

    def _comparison(self) -> Comparison | None:
        """What the address asks for; else the draft, or the newest revision with the one before."""
        asked = self.request.GET
        current = self.seen.strategy.revision
        later = asked.get("later") or (DRAFT if self.seen.draft else str(current))
        earlier = asked.get("earlier") or str(current if later == DRAFT else current - 1)
        before, after = self._kept(earlier), self._kept(later)
        if before is None or after is None:
            return None
        return Comparison(earlier, later, before, after)

    def _kept(self, number: str) -> Any:
        if number == DRAFT:
            return self.seen.draft
        found = int(number) if number.isascii() and number.isdigit() and len(number) < 10 else 0
        if not found:
            return None
        if "earlier" in self.request.GET or "later" in self.request.GET:
            return get_object_or_404(StrategyRevision, strategy=self.seen.strategy, revision=found)
        return StrategyRevision.objects.filter(strategy=self.seen.strategy, revision=found).first()


class Comparison:
    """What differs between two revisions, the later of which may be the reader's draft."""

    def __init__(self, earlier: str, later: str, before: Any, after: Any) -> None:
        self.earlier = earlier
        self.later = later
        self.is_draft = later == DRAFT
        self._before = before
        self._after = after
        self._found: list[Difference] = differences(whole(before), whole(after))

    @property
    def count(self) -> int:
        return len(self._found)

    @property
    def places(self) -> list[ChangedPlace]:
        return told(self._found, self._before, self._after)


class RestoreRevisionDialog(StrategyDialog):
    def get_context(self, **kwargs: Any) -> dict[str, Any]:
        strategy = self.strategy(**kwargs)
        kept = get_object_or_404(StrategyRevision, strategy=strategy, revision=kwargs["revision"])
        now = get_object_or_404(StrategyRevision, strategy=strategy, revision=strategy.revision)
        count = len(differences(whole(now), whole(kept)))
        return {
            "title": say("Restore revision %(revision)d?") % {"revision": kept.revision},
            "lead": say(
                "It becomes revision %(next)d; what is there now stays among the revisions. What it would change: "
                "%(count)d. %(counts)s"
            )
            % {
                "next": strategy.revision + 1,
                "count": count,
                "counts": say("It counts for every decision from then on.") if strategy.in_use else "",
            },
            "submit": say("Restore"),
        }

    def act(self, form: Any, **kwargs: Any) -> str:
        given = form.cleaned_data
        strategy = restore_revision(
            strategy_id=kwargs["pk"],
            version=given["version"],
            revision=kwargs["revision"],
            reason=given["reason"],
        )
        self.leads_to = reverse("strategy-revisions", args=(strategy.pk,))
        said = say("Revision %(old)d was restored as revision %(new)d.")
        return said % {"old": kwargs["revision"], "new": strategy.revision}


def _reasons(strategy_id: str) -> dict[int, str]:
    """Why each revision was made, as far as somebody said."""
    events = DomainEvent.objects.filter(
        resource_type="ROUTING_STRATEGY", resource_id=strategy_id, name="ROUTING_STRATEGY_CHANGED"
    ).exclude(reason="")
    found: dict[int, str] = {}
    for facts, reason in events.values_list("facts", "reason"):
        if "revision" in facts:
            found[facts["revision"]] = reason
    return found
