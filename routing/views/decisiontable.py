"""A decision as a table: every candidate against every fence, in words, with ratings where it was rated (F2, R2)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _

from backoffice.core.days import day
from backoffice.core.numbers import grouped
from inventory.models import FacilityService
from routing.decisions import ToldDecision
from routing.documents.routingrules import COMPLETE_STOCK
from routing.documents.vocabulary import FENCE_NAMES, RATING_NAMES
from routing.engine import Line
from routing.engine.fences.complete_stock import Verdict
from routing.engine.splitting import Method
from routing.explain import Candidate, Explanation, FenceVerdict, LineVerdict, Place, SplitOff
from routing.sentences import Names

FIRST = 40
"""Candidates that are shown at first."""

_SERVICES = dict(FacilityService.choices)

WORDS = {
    Verdict.PASSED: (_("Passed"), "green"),
    Verdict.REACTIVE_PASSING_POSSIBLE: (_("May wait"), "amber"),
    Verdict.FAILED: (_("Failed"), "red"),
}
_LINE_REASONS = {"BACKORDER_LISTING": _("backorder"), "PREORDER_LISTING": _("preorder")}


@dataclass(frozen=True, slots=True)
class Cell:
    """What one fence said about one candidate: a word, and why; ``was`` is what it said in another decision."""

    column: str
    word: Any
    colour: str
    details: Sequence[str] = ()
    was: str = ""


@dataclass(frozen=True, slots=True)
class ScoreCell:
    column: str
    penalty: str
    score: str


@dataclass(frozen=True, slots=True)
class DecisionRow:
    """``rank`` is the place among those who were rated; ``chosen`` is where the plan or a part of it went.

    Beside another decision, ``was`` tells in words what was otherwise there about the facility as a whole, and
    ``total_was`` what penalty it had.
    """

    id: str
    name: str
    chosen: bool
    cells: list[Cell]
    scores: list[ScoreCell]
    total: str
    rank: int | None
    was: str = ""
    total_was: str = ""


@dataclass(frozen=True, slots=True)
class SplitPart:
    """Where a part of a split plan went, in words; ``stays`` with the plan, or is the plan ``plan_id`` (S6)."""

    place: Any
    units: str
    plan_id: str = ""
    waits: bool = False
    stays: bool = False


@dataclass(frozen=True, slots=True)
class DecisionTable:
    """``ratings`` are names with the highest penalty; none where nobody was rated. ``more`` candidates are left out.

    ``parts`` are those of a split, ``made_do`` if there may be a better one (S3). ``gone`` are facilities that were
    candidates in the decision that it is set beside, and are none any more; ``compared`` says that there is one.
    """

    fences: list[str]
    ratings: list[tuple[str, str]]
    rows: list[DecisionRow]
    more: int
    parts: list[SplitPart]
    made_do: bool
    gone: Sequence[str] = ()
    compared: bool = False

    @property
    def differences(self) -> int:
        """Facilities about which something was otherwise."""
        return len(self.gone) + sum(
            1 for row in self.rows if row.was or row.total_was or any(cell.was for cell in row.cells)
        )


def table_of(decision: ToldDecision, *, everything: bool = False) -> DecisionTable:
    """Who was chosen comes first, then who passed, by penalty, then who could be waited for, then the others."""
    explained = decision.explained
    ordered = sorted(explained.candidates, key=lambda one: _place(one, explained))
    shown = ordered if everything else ordered[:FIRST]
    fences = [str(FENCE_NAMES.get(name, name)) for name in explained.fences]
    if explained.stock_asked:
        fences.append(str(FENCE_NAMES[COMPLETE_STOCK]))
    rated = any(candidate.rank is not None for candidate in shown)
    return DecisionTable(
        fences=fences,
        ratings=[(str(RATING_NAMES.get(name, name)), _number(most)) for name, most in explained.ratings]
        if rated
        else [],
        rows=[_row(candidate, fences, decision, rated=rated) for candidate in shown],
        more=len(ordered) - len(shown),
        parts=_parts(decision),
        made_do=explained.method == Method.GREEDY,
    )


@dataclass(frozen=True, slots=True)
class Otherwise:
    """What differences are called, by what a decision is set beside."""

    no_candidate: Any
    chosen: Any
    not_chosen: Any
    not_asked: Any
    said: Any
    total: Any
    not_rated: Any


THEN = Otherwise(
    no_candidate=_("no candidate then"),
    chosen=_("chosen then"),
    not_chosen=_("not chosen then"),
    not_asked=_("not asked then"),
    said=_("then: %(word)s%(details)s"),
    total=_("then %(total)s, place %(rank)d"),
    not_rated=_("not rated then"),
)
"""Beside what was decided."""

IN_USE = Otherwise(
    no_candidate=_("in use: no candidate"),
    chosen=_("in use: chosen"),
    not_chosen=_("in use: not chosen"),
    not_asked=_("in use: not asked"),
    said=_("in use: %(word)s%(details)s"),
    total=_("in use: %(total)s, place %(rank)d"),
    not_rated=_("in use: not rated"),
)
"""Beside what the strategy in use would decide."""


def beside(table: DecisionTable, other: DecisionTable, *, words: Otherwise = THEN) -> DecisionTable:
    """The table with what is otherwise in ``other``, which holds all of its candidates."""
    before = {row.id: row for row in other.rows}
    now = {row.id for row in table.rows}
    return replace(
        table,
        rows=[_beside(row, before.get(row.id), words) for row in table.rows],
        gone=[row.name for row in other.rows if row.id not in now],
        compared=True,
    )


def _beside(row: DecisionRow, before: DecisionRow | None, words: Otherwise) -> DecisionRow:
    if before is None:
        return replace(row, was=str(words.no_candidate))
    cells: Mapping[str, Cell] = {cell.column: cell for cell in before.cells}
    was = ""
    if row.chosen != before.chosen:
        was = str(words.chosen if before.chosen else words.not_chosen)
    return replace(
        row,
        cells=[replace(cell, was=_was(cell, cells.get(cell.column), words)) for cell in row.cells],
        was=was,
        total_was=_total(before, words) if (row.total, row.rank) != (before.total, before.rank) else "",
    )


def _was(cell: Cell, before: Cell | None, words: Otherwise) -> str:
    if before is None:
        return str(words.not_asked)
    if str(cell.word) == str(before.word) and list(cell.details) == list(before.details):
        return ""
    details = f" ({'; '.join(before.details)})" if before.details else ""
    return str(words.said) % {"word": before.word, "details": details}


def _total(before: DecisionRow, words: Otherwise) -> str:
    if before.rank is None:
        return str(words.not_rated)
    return str(words.total) % {"total": before.total, "rank": before.rank}


def _parts(decision: ToldDecision) -> list[SplitPart]:
    """The parts that a split made, what stayed first; none if nothing was split off."""
    explained = decision.explained
    if not explained.split_off:
        return []
    kept = explained.facility.name if explained.facility else say("Nowhere yet")
    stays = [SplitPart(kept, _units(explained.kept, decision.names), stays=True)] if explained.kept else []
    return [
        *stays,
        *(
            SplitPart(
                _where(part),
                _units(part.lines, decision.names),
                part.plan_id,
                part.place is None,
            )
            for part in explained.split_off
        ),
    ]


def _where(part: SplitOff) -> str:
    if part.place is None:
        return say("Waiting room")
    if not part.planned_for:
        return part.place.name
    named = {"place": part.place.name, "day": day(date.fromisoformat(part.planned_for))}
    return say("%(place)s, on %(day)s") % named


def _units(lines: Sequence[Line], names: Names) -> str:
    return ", ".join(f"{line.quantity} × {names.article(line.article)}" for line in lines)


def _chosen(explained: Explanation) -> list[Place | None]:
    return [explained.facility, *(part.place for part in explained.split_off)]


def _place(candidate: Candidate, explained: Explanation) -> tuple[Any, ...]:
    return (
        candidate.place not in _chosen(explained),
        candidate.rank is None,
        candidate.rank or 0,
        not candidate.permitted,
        candidate.stock.verdict,
        candidate.lacking,
    )


def _row(candidate: Candidate, fences: Sequence[str], decision: ToldDecision, *, rated: bool) -> DecisionRow:
    cells = [_static(column, fence) for column, fence in zip(fences, candidate.fences, strict=False)]
    if decision.explained.stock_asked:
        cells.append(_stock(fences[-1], candidate, decision.names))
    scores = [
        ScoreCell(str(RATING_NAMES.get(score.name, score.name)), _number(score.penalty), _raw(score.score))
        for score in candidate.scores
    ]
    if rated and not scores:
        scores = [
            ScoreCell(str(RATING_NAMES.get(name, name)), "", "") for name, _most in decision.explained.ratings
        ]
    return DecisionRow(
        id=candidate.place.id,
        name=candidate.place.name,
        chosen=candidate.place in _chosen(decision.explained),
        cells=cells,
        scores=scores,
        total="" if candidate.total_penalty is None else _number(candidate.total_penalty),
        rank=candidate.rank,
    )


def _static(column: str, fence: FenceVerdict) -> Cell:
    if fence.passed:
        return Cell(column, *WORDS[Verdict.PASSED])
    expected, actual = _named(fence.expected), _named(fence.actual)
    detail = say("%(expected)s is wanted, %(actual)s is there") % {"expected": expected, "actual": actual}
    return Cell(column, *WORDS[Verdict.FAILED], [detail])


def _stock(column: str, candidate: Candidate, names: Names) -> Cell:
    return Cell(column, *WORDS[candidate.stock.verdict], list(_lines(candidate.lines, names)))


def _lines(lines: Sequence[LineVerdict], names: Names) -> Iterator[str]:
    """About each line that stock does not cover; a line of a bundle shares the bundle's verdict."""
    for one in lines:
        if one.available >= one.line.quantity and one.verdict is Verdict.PASSED:
            continue
        there = say("%(available)d of %(quantity)d %(article)s") % {
            "available": min(one.available, one.line.quantity),
            "quantity": one.line.quantity,
            "article": names.article(one.line.article),
        }
        yield f"{there} · {_why(one)}"


def _why(line: LineVerdict) -> Any:
    if line.verdict is Verdict.PASSED:
        return say("to be restocked")
    if line.available >= line.line.quantity:
        return say("not without its bundle")
    return _LINE_REASONS.get(line.reason) or say("missing")


def _named(value: str) -> str:
    """Services in words, as people know them; all else as it is."""
    return ", ".join(str(_SERVICES.get(part, part)) for part in value.split(", "))


def _number(value: float) -> str:
    return grouped(value, 1 if value % 1 else 0)


def _raw(score: float | None) -> str:
    return say("unknown") if score is None else _number(score)
