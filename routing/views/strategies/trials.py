"""Testing a strategy with an order: the whole decision, beside that of the strategy in use. Nothing is written."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _

from backoffice.core.errors import DomainError
from routing.decisions import ToldDecision, picked_for, told
from routing.documents.rendering import in_one_language
from routing.engine.strategy import Result
from routing.models import DecisionLog, PlanStatus
from routing.services.strategy_trials import StrategyTrial, try_draft, try_order
from routing.trialforms import ExistingOrderForm, MadeUpOrderForm
from routing.views.decisiontable import IN_USE, DecisionTable, beside, table_of
from routing.views.strategies.common import StrategyScreen

_STEPS = {
    Result.NODE_ACTIVE: (_("asks on"), "gray"),
    Result.NODE_INACTIVE: (_("is off: the way ends"), "gray"),
    Result.CONDITION_TRUE: (_("holds"), "green"),
    Result.CONDITION_FALSE: (_("does not hold"), "gray"),
    Result.CONDITION_INACTIVE: (_("is off"), "gray"),
}


@dataclass(frozen=True, slots=True)
class WayStep:
    name: str
    word: Any
    colour: str
    is_node: bool


class ToldTrial:
    """One plan or order, what the strategy that is looked at would decide, and what the one in use would."""

    def __init__(self, trial: StrategyTrial, *, in_use: bool) -> None:
        self.plan = trial.plan
        self.tried = told(trial.tried)
        self.status = PlanStatus(trial.tried.status)
        self.way = list(_way(trial.tried))
        self.other: ToldDecision | None = None if in_use else told(trial.in_use)
        self.other_status = PlanStatus(trial.in_use.status)
        self.table: DecisionTable = table_of(self.tried, everything=True)
        if self.other is not None:
            self.table = beside(self.table, table_of(self.other, everything=True), words=IN_USE)

    @property
    def differs(self) -> bool:
        """Whether something else would come of it than by the strategy in use."""
        return self.other is not None and (
            self.status != self.other_status
            or self.tried.explained.facility != self.other.explained.facility
            or [part.lines for part in self.tried.explained.split_off]
            != [part.lines for part in self.other.explained.split_off]
        )


class TestStrategyView(StrategyScreen):
    """With ``order`` or ``lines`` in the address the answer stands below the question, and can be shared."""

    template_name = "routing/strategies/test.html"
    tab = "strategy-test"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        asked = self.request.GET
        existing = ExistingOrderForm(asked if "order" in asked else None)
        made_up = MadeUpOrderForm(
            asked if "lines" in asked else None, initial={"country": "DE", "service": "DELIVERY"}
        )
        trials: list[ToldTrial] = []
        refused = ""
        try:
            trials = [ToldTrial(one, in_use=self._in_use) for one in self._trials(existing, made_up)]
        except DomainError as error:
            refused = " ".join(problem.said for problem in error.problems)
        return super().get_context_data(
            existing=existing,
            made_up=made_up,
            trials=trials,
            refused=refused,
            asked_for=existing.is_bound or made_up.is_bound,
            made_up_asked=made_up.is_bound,
            **kwargs,
        )

    @property
    def _in_use(self) -> bool:
        """Whether what is tried is what routes: then there is nothing to set it beside."""
        return self.seen.strategy.in_use and self.seen.draft is None

    def _trials(self, existing: ExistingOrderForm, made_up: MadeUpOrderForm) -> list[StrategyTrial]:
        """:raises Invalid: the order could not be placed."""
        document = self.seen.document
        if existing.is_bound and existing.is_valid():
            return try_order(document=document, order=existing.cleaned_data["order"])
        if made_up.is_bound and made_up.is_valid():
            return [try_draft(document=document, draft=made_up.draft())]
        return []


def _way(log: DecisionLog) -> Iterator[WayStep]:
    """What was looked at, in that order; the node that decides stands last."""
    picked = picked_for(log)
    if picked is None:
        return
    last = picked.path[-1].branch is picked.node
    for step in picked.path[:-1] if last else picked.path:
        word, colour = _STEPS[step.result]
        is_node = step.result in (Result.NODE_ACTIVE, Result.NODE_INACTIVE)
        yield WayStep(in_one_language(step.branch["nameLocalized"]), word, colour, is_node)
    yield WayStep(in_one_language(picked.node["nameLocalized"]), say("decides"), "blue", is_node=True)
