"""Which units of which lines a bundle holds (S2)."""

from __future__ import annotations

from collections.abc import Sequence

from backoffice.core.errors import Problem
from backoffice.core.texts import text
from orders.drafts import BundleDraft, BundleItemDraft, LineDraft


def fit(
    lines: Sequence[LineDraft], bundles: Sequence[BundleDraft]
) -> tuple[list[dict[int, int]], list[Problem]]:
    """For each bundle, how many units of which line (by index) it takes; and what does not fit.

    An article may stand on several lines: they are used up in their order, and what one bundle took is no longer
    there for the next.
    """
    left = [line.quantity for line in lines]
    indexes: dict[str, list[int]] = {}
    for index, line in enumerate(lines):
        indexes.setdefault(line.tenant_article_id, []).append(index)

    taken: list[dict[int, int]] = []
    problems: list[Problem] = []
    for bundle in bundles:
        units: dict[int, int] = {}
        for item in bundle.items:
            missing = item.quantity
            for index in indexes.get(item.tenant_article_id, ()):
                part = min(missing, left[index])
                if part:
                    left[index] -= part
                    missing -= part
                    units[index] = units.get(index, 0) + part
            if missing:
                problems.append(_misfit(item, missing, known=item.tenant_article_id in indexes))
        taken.append(units)
    return taken, problems


def _misfit(item: BundleItemDraft, missing: int, *, known: bool) -> Problem:
    if not known:
        return Problem(
            f"{item.field}.tenantArticleRef",
            text(
                "No order line is for the article %(article)s: add a line for it, or leave it "
                "out of the bundle.",
                article=item.tenant_article_id,
            ),
            "ARTICLE_NOT_ORDERED",
        )
    return Problem(
        f"{item.field}.quantity",
        text(
            "The order lines have %(quantity)s of the %(item_quantity)s units of "
            "%(article)s that are left for this bundle: raise their quantity or lower the "
            "bundle's.",
            quantity=item.quantity - missing,
            item_quantity=item.quantity,
            article=item.tenant_article_id,
        ),
        "BUNDLE_EXCEEDS_LINES",
    )
