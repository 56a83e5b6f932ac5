"""What becomes of an order's lines when it is changed (O1)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from backoffice.core.bulk import update_rows
from backoffice.core.errors import Invalid, Problem, StateConflict
from backoffice.core.texts import text
from inventory.services.articles import ensure_articles
from orders.drafts import LineUpdate
from orders.models import Order, OrderLine


@dataclass(slots=True)
class LineChange:
    """Units that go and come, by line; ``touched`` tells whether anything about the lines changed at all."""

    lowered: dict[UUID, int] = field(default_factory=dict)
    raised: dict[UUID, int] = field(default_factory=dict)
    touched: bool = False


def change_lines(order: Order, updates: Sequence[LineUpdate]) -> LineChange:
    """Writes the lines of a locked order as they are asked for, all or none; the plans are not told yet.

    :raises Invalid: a line that is named does not exist, or a new one lacks something.
    :raises StateConflict: units that are to go are fulfilled, or nothing would be left.
    """
    lines = {line.id: line for line in order.lines.kept().select_related("article")}
    if problems := [problem for update in updates for problem in _problems(update, lines, updates)]:
        raise Invalid.many(problems)
    change = LineChange()
    known = {update.id for update in updates if update.id is not None}
    _take_out([line for id, line in lines.items() if id not in known], change)
    for update in updates:
        if update.id is not None:
            _change_line(lines[update.id], update, change)
    update_rows(list(lines.values()), ("quantity", "cancelled", "removed", "title", "details"))
    added = _add_lines(order, [update for update in updates if update.id is None])
    if not added and not any(line.live or line.fulfilled for line in lines.values()):
        raise StateConflict(
            text("Nothing of the order would be left to deliver: cancel it instead."),
            code="NOTHING_LEFT",
            field="orderLineItems",
        )
    change.raised |= {line.id: line.quantity for line in added}
    change.touched = change.touched or bool(change.lowered or change.raised)
    return change


def _problems(
    update: LineUpdate, lines: Mapping[UUID, OrderLine], updates: Sequence[LineUpdate]
) -> list[Problem]:
    if update.id is None:
        article = f"{update.field}.article"
        given = {
            f"{article}.tenantArticleId": update.tenant_article_id,
            f"{update.field}.quantity": update.quantity,
        }
        return [
            Problem(
                name,
                text("A new line names its article and how many; a line that there is, its id."),
                "REQUIRED",
            )
            for name, value in given.items()
            if value is None
        ]
    line = lines.get(update.id)
    if line is None:
        return [
            Problem(
                f"{update.field}.id",
                text("The order has no line %(id)s.", id=update.id),
                "ORDER_LINE_UNKNOWN",
            )
        ]
    if next(other for other in updates if other.id == update.id) is not update:
        return [
            Problem(f"{update.field}.id", text("The line %(id)s is named twice.", id=update.id), "DUPLICATE")
        ]
    if update.tenant_article_id not in (None, line.article.tenant_article_id):
        return [
            Problem(
                f"{update.field}.article.tenantArticleId",
                text(
                    "The line is for %(article)s: leave it out and add a line for another article.",
                    article=line.article.tenant_article_id,
                ),
                "ARTICLE_FIXED",
            )
        ]
    return []


def _take_out(lines: Sequence[OrderLine], change: LineChange) -> None:
    for line in lines:
        done = line.fulfilled + line.short_picked
        if done:
            raise StateConflict(
                text(
                    "%(done)s units of %(article)s are picked already: the line %(id)s can be "
                    "lowered to them, but not left out.",
                    done=done,
                    article=line.article.tenant_article_id,
                    id=line.id,
                ),
                code="UNITS_PICKED",
                field="orderLineItems",
            )
        if line.live:
            change.lowered[line.id] = line.live
        line.cancelled, line.removed = line.quantity, True
        change.touched = True


def _change_line(line: OrderLine, update: LineUpdate, change: LineChange) -> None:
    quantity = line.quantity if update.quantity is None else update.quantity
    if quantity < line.quantity:
        least = line.quantity - line.live
        if quantity < least:
            raise StateConflict(
                text(
                    "The line for %(article)s cannot be lowered to %(quantity)s: of its units "
                    "%(fulfilled)s are fulfilled, %(short_picked)s were short-picked and "
                    "%(cancelled)s are cancelled, so that %(least)s is the least.",
                    article=line.article.tenant_article_id,
                    quantity=quantity,
                    fulfilled=line.fulfilled,
                    short_picked=line.short_picked,
                    cancelled=line.cancelled,
                    least=least,
                ),
                code="UNITS_PICKED",
                field=f"{update.field}.quantity",
            )
        change.lowered[line.id] = line.quantity - quantity
    elif quantity > line.quantity:
        change.raised[line.id] = quantity - line.quantity
    line.quantity = quantity
    before = (line.title, line.details)
    if update.title is not None:
        line.title = update.title
    if update.described is not None and update.described != line.details.get("article", {}):
        line.details = {**line.details, "article": dict(update.described)}
    change.touched = change.touched or before != (line.title, line.details)


def _add_lines(order: Order, updates: Sequence[LineUpdate]) -> list[OrderLine]:
    if not updates:
        return []
    articles = ensure_articles({str(update.tenant_article_id): update.title or "" for update in updates})
    first = order.lines.order_by("-position").values_list("position", flat=True)[0] + 1
    return OrderLine.objects.bulk_create(
        [
            OrderLine(
                order=order,
                position=position,
                article=articles[str(update.tenant_article_id)],
                quantity=update.quantity or 0,
                title=update.title or "",
                details={"article": dict(update.described)} if update.described else {},
            )
            for position, update in enumerate(updates, first)
        ]
    )
