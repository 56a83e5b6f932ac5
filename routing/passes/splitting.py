"""Making plans of what a split takes off a plan (S4, S6)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from uuid import UUID

from backoffice.core.bulk import update_rows
from routing.engine import Decision, Line, Outcome, Part, Plan
from routing.models import PlanLine, RoutingPlan
from routing.passes.loading import Row, units_of
from routing.passes.outcomes import came_to_be
from routing.passes.settled import UNPICKABLE, Settled

Seen = tuple[tuple[tuple[int, int], ...], ...]


def with_children(settled: Iterable[Settled]) -> list[Settled]:
    """Each decision, and after it those about the children that it makes of other parts (S6).

    The children are not written yet; :func:`write_split` does that.
    """
    found: list[Settled] = []
    for one in settled:
        children = [_child(one, part) for part in one.decision.split_off]
        found.append(
            replace(one, children=tuple(child.row.plan.id for child in children)) if children else one
        )
        found += children
    return found


def write_split(settled: Sequence[Settled]) -> None:
    """Inserts the children with their lines, and takes from their parents' lines what the children carry (S7).

    A parent that ends keeps its lines, as those do whose place another takes: they tell what it was (W6).
    """
    born = [one for one in settled if one.new]
    if not born:
        return
    RoutingPlan.objects.bulk_create([one.row.plan for one in born], batch_size=2_000)
    PlanLine.objects.bulk_create([line for one in born for line in one.row.lines], batch_size=2_000)
    gone: list[UUID] = []
    reduced: list[PlanLine] = []
    for one in settled:
        if one.decision.split_off and one.decision.outcome is not Outcome.REASSIGNED:
            kept = {line.id: line.quantity for line in one.decision.kept}
            for line in one.row.lines:
                if line.id not in kept:
                    gone.append(line.id)
                elif line.quantity != kept[line.id]:
                    line.quantity = kept[line.id]
                    reduced.append(line)
    PlanLine.objects.filter(id__in=gone).delete()
    update_rows(reduced, ("quantity",))


def _child(one: Settled, part: Part) -> Settled:
    """The part as a plan of its own, which inherits since when it waits (W1)."""
    parent = one.row.plan
    plan = parent.part(
        first_routing_attempt=parent.first_routing_attempt,
        pinned_at=parent.pinned_at,
        held_until=parent.held_until,
    )
    originals = {line.id: line for line in one.row.lines}
    lines = {line.id: originals[line.id].carried_by(plan, quantity=line.quantity) for line in part.lines}
    rows = tuple(lines.values())
    facts = Plan(plan.id, b"", one.row.facts.order, units_of(rows))
    waits = part.outcome is Outcome.WAITING
    plan.remainder = parent.remainder or (waits and (one.released or one.holds))
    return Settled(
        row=Row(plan, rows, facts),
        decision=Decision(
            plan=facts,
            outcome=part.outcome,
            reason=part.reason,
            pattern=one.decision.pattern,
            seen=_seen_by(part, one.decision),
            facility=part.facility,
            allocations=tuple(
                replace(
                    allocation,
                    line=Line(
                        lines[allocation.line.id].id, allocation.line.article, allocation.line.quantity
                    ),
                )
                for allocation in part.allocations
            ),
            not_before=part.not_before,
            rated=() if waits else one.decision.rated,
            may_wait=waits and part.may_wait,
            behaviour=part.behaviour,
            planned_for=part.planned_for,
            expected=one.decision.expected if part.planned_for else (),
        ),
        run_type=one.run_type,
        consolidated=came_to_be(part.outcome, locked=parent.order.status in UNPICKABLE),
        released=one.released and not waits,
        in_full=one.in_full and not waits,
    )


def _seen_by(part: Part, decision: Decision) -> Seen:
    """What was available to the part, by line: what the decision saw, without what it gave to the other parts."""
    given: dict[tuple[int, UUID], int] = {}
    for facility, allocations in decision.given:
        if facility != part.facility:
            for allocation in allocations:
                place = (facility, allocation.line.article)
                given[place] = given.get(place, 0) + allocation.reserved
    saw = {line.id: there for line, there in zip(decision.plan.lines, decision.seen, strict=True)}
    return tuple(
        tuple(
            (facility, left)
            for facility, units in saw[line.id]
            if (left := units - given.get((facility, line.article), 0))
        )
        for line in part.lines
    )
