"""Which units of plans are meant, when not all are: bundles go as a whole or not at all (S2)."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol
from uuid import UUID

from backoffice.core.errors import DomainError, Invalid, Problem, StateConflict
from backoffice.core.texts import text
from inventory.models import Article
from routing.models import PlanLine

Refuse = Callable[[UUID, int, Sequence[PlanLine]], DomainError]
"""Why units of an order line cannot be taken: that line, how many can, and all lines that might have given some."""


class Choice(Protocol):
    """Some of a plan's units."""

    def units_of(self, lines: Sequence[PlanLine]) -> Counter[UUID]:
        """Units by plan line, at least one; a bundle's are all or none of it.

        :raises Invalid: what is chosen is not in the plan.
        :raises StateConflict: it would tear a bundle apart.
        """


@dataclass(frozen=True, slots=True)
class ChosenLines:
    """Units of lines, by the id of the order line, as the API shows plans, or of the plan line.

    Where an order line's units are partly in bundles, plain ones are taken first.
    """

    units: Mapping[UUID, int]

    def units_of(self, lines: Sequence[PlanLine]) -> Counter[UUID]:
        own = {line.id: line for line in lines}
        there = _per_order_line(lines) | {line.id: line.quantity for line in lines}
        problems = [
            _not_there(index, id, there.get(id, 0))
            for index, (id, units) in enumerate(self.units.items())
            if not 0 < units <= there.get(id, 0)
        ]
        if problems:
            raise Invalid.many(problems)
        exact = Counter({id: units for id, units in self.units.items() if id in own})
        takings = Takings({id: units for id, units in self.units.items() if id not in own}, _refuse_to_choose)
        takings.take_from([line for line in lines if line.id not in exact])
        chosen = exact + takings.units
        _keep_bundles_whole(lines, chosen)
        return chosen


@dataclass(frozen=True, slots=True)
class ChosenArticles:
    """Everything that a plan carries of articles, by ``tenantArticleId``, and with it the bundles that they are in."""

    tenant_article_ids: Collection[str]

    def units_of(self, lines: Sequence[PlanLine]) -> Counter[UUID]:
        articles = set(
            Article.objects.filter(
                tenant_article_id__in=self.tenant_article_ids, id__in={line.article_id for line in lines}
            ).values_list("id", flat=True)
        )
        if not articles:
            named = ", ".join(sorted(self.tenant_article_ids))
            raise StateConflict(
                text("The plan carries nothing of %(named)s.", named=named), field="tenantArticleIds"
            )
        bundles = {line.bundle_id for line in lines if line.article_id in articles} - {None}
        return Counter(
            {
                line.id: line.quantity
                for line in lines
                if line.article_id in articles or line.bundle_id in bundles
            }
        )


@dataclass(slots=True)
class Takings:
    """Takes ``wanted`` units, by order line, from plan lines.

    ``units`` are taken per plan line; ``bundles`` go as a whole, and only where plain units do not suffice; ``missing``
    is still to be found, by order line.
    """

    wanted: Mapping[UUID, int]
    refuse: Refuse
    units: Counter[UUID] = field(default_factory=Counter)
    bundles: list[UUID] = field(default_factory=list)
    missing: dict[UUID, int] = field(init=False)

    def __post_init__(self) -> None:
        self.missing = dict(self.wanted)

    def take_from(self, lines: Sequence[PlanLine]) -> None:
        """``lines`` are in the order in which they give.

        :raises DomainError: what ``refuse`` makes of units that are not found.
        """
        plain = [line for line in lines if line.bundle_id is None]
        self._take_bundles(lines, _per_order_line(plain))
        for line in plain:
            taken = min(line.quantity, self.missing.get(line.order_line_id, 0))
            if taken:
                self.units[line.id] = taken
                self.missing[line.order_line_id] -= taken
        for order_line, missing in self.missing.items():
            if missing:
                raise self.refuse(order_line, self.wanted[order_line] - missing, lines)

    def _take_bundles(self, lines: Sequence[PlanLine], plain: Mapping[UUID, int]) -> None:
        together: dict[UUID, list[PlanLine]] = defaultdict(list)
        for line in lines:
            if line.bundle_id is not None:
                together[line.bundle_id].append(line)
        for bundle, parts in together.items():
            units = _per_order_line(parts)
            needed = any(self.missing.get(line, 0) > plain[line] for line in units)
            if needed and all(self.missing.get(line, 0) >= quantity for line, quantity in units.items()):
                self.bundles.append(bundle)
                for part in parts:
                    self.units[part.id] = part.quantity
                    self.missing[part.order_line_id] -= part.quantity


def bundle_broken(units: int, article: str, field: str) -> StateConflict:
    return StateConflict(
        text(
            "Only %(units)s units of %(article)s can go by themselves: the others belong "
            "to a bundle, all lines of which go together or not at all.",
            units=units,
            article=article,
        ),
        code="BUNDLE_BROKEN",
        field=field,
    )


def _refuse_to_choose(order_line: UUID, units: int, lines: Sequence[PlanLine]) -> DomainError:
    article = next(line.article_id for line in lines if line.order_line_id == order_line)
    return bundle_broken(units, Article.objects.get(pk=article).tenant_article_id, "lineItems")


def _keep_bundles_whole(lines: Sequence[PlanLine], chosen: Mapping[UUID, int]) -> None:
    torn = {line.bundle_id for line in lines if chosen.get(line.id)} & {
        line.bundle_id for line in lines if chosen.get(line.id, 0) < line.quantity
    }
    for line in lines:
        if line.bundle_id is not None and line.bundle_id in torn:
            raise bundle_broken(0, Article.objects.get(pk=line.article_id).tenant_article_id, "lineItems")


def _not_there(index: int, id: UUID, units: int) -> Problem:
    if not units:
        return Problem(
            f"lineItems[{index}].id", text("The plan carries no line %(id)s.", id=id), "LINE_UNKNOWN"
        )
    message = text("Choose from 1 to %(units)s units: the plan carries no more of this line.", units=units)
    return Problem(f"lineItems[{index}].quantity", message, "OUT_OF_RANGE")


def _per_order_line(lines: Collection[PlanLine]) -> Counter[UUID]:
    units: Counter[UUID] = Counter()
    for line in lines:
        units[line.order_line_id] += line.quantity
    return units
