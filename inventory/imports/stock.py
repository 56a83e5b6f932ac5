from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from backoffice.core.importing.columns import Column, Units
from backoffice.core.importing.resources import Record, Resource, RowProblem, Verdict, changes_between
from backoffice.core.texts import text
from inventory.imports.naming import FACILITY, article_column, facilities_named, unknown_facility
from inventory.models import Facility, StockLevel
from inventory.services.adjusting import Adjustment, adjust_levels

NUMBERS = ("on_hand", "safety_stock")


class StockLevels(Resource):
    """What facilities have on hand, and what they keep back: like adjusting it by hand, many at a time."""

    name = "stock"
    title = _("Stock")
    lead = _(
        "What facilities have on hand of articles, and what they keep back. A row sets the numbers that it has."
    )
    permission = "inventory.manage_stock"
    list_name = "stock"
    key = ("article", "facility")
    per_batch = 250  # their levels are locked together, and others wait for them
    columns = (
        FACILITY,
        article_column(),
        Column(
            name="on_hand",
            label=_("On hand"),
            explanation=_(
                "Units that lie there, counted. More than before goes to those who wait, within seconds."
            ),
            field=Units(),
            example="120",
        ),
        Column(
            name="safety_stock",
            label=_("Safety stock"),
            explanation=_("Units that are kept back from orders."),
            field=Units(),
            example="5",
        ),
    )

    def judge(self, records: Sequence[Record]) -> list[Verdict]:
        facilities = facilities_named({record.values["facility"] for record in records})
        levels = _levels(
            {facility.pk for facility in facilities.values()},
            {record.values["article"] for record in records},
        )
        return [self._judge(record, facilities, levels) for record in records]

    def _judge(
        self,
        record: Record,
        facilities: dict[str, Facility],
        levels: dict[tuple[UUID, str], StockLevel],
    ) -> Verdict:
        given = record.values
        title = f"{given['article']} · {given['facility']}"
        facility = facilities.get(given["facility"])
        if facility is None:
            return unknown_facility(record, title)
        wanted = {name: given[name] for name in NUMBERS if name in given}
        if not wanted:
            message = text("Say how many units are on hand, or how many are kept back.")
            return Verdict(
                record, "REFUSED", title, problems=[RowProblem(record.row, "on_hand", message, "REQUIRED")]
            )
        level = levels.get((facility.pk, given["article"]))
        before: dict[str, Any] = {name: getattr(level, name) for name in NUMBERS} if level else {}
        changes = changes_between(NUMBERS, before, wanted)
        return Verdict(
            record,
            "NEW" if level is None else "CHANGED" if changes else "UNCHANGED",
            title,
            changes=changes,
            seen=list(before.values()),
            draft=Adjustment(
                facility_id=facility.pk,
                tenant_article_id=given["article"],
                seen_on_hand=level.on_hand if level else 0,
                **wanted,
            ),
        )

    def write(self, verdicts: Sequence[Verdict], *, reason: str) -> None:
        adjust_levels(adjustments=[verdict.draft for verdict in verdicts], reason=reason)


def _levels(facilities: set[UUID], articles: set[str]) -> dict[tuple[UUID, str], StockLevel]:
    found = StockLevel.objects.filter(
        facility__in=facilities, article__tenant_article_id__in=articles
    ).select_related("article")
    return {(level.facility_id, level.article.tenant_article_id): level for level in found}
