"""Rules of one's own at a node: fences and ratings that people write, in rows (ToolkitFence, ToolkitRating)."""

from __future__ import annotations

from typing import Any

from django.http import Http404
from django.utils.functional import cached_property
from django.utils.translation import gettext as say

from backoffice.core.models import uuid7
from routing.documents import editing
from routing.documents import vocabulary as words
from routing.documents.inheriting import UNITS, lineage, units_at
from routing.ruleforms import COMPARED, LEFT, RIGHT, WrittenRuleForm, predicates_of, rows_of
from routing.strategyforms import COMMON_PATHS
from routing.views.strategies.dialogs import DraftDialog
from routing.wording.units import unit_name


class RuleDialog(DraftDialog):
    """``kind`` is fences or ratings; ``key`` in the query names the one that there is, without it it is a new one."""

    template_name = "routing/strategies/partials/rule_dialog.html"

    @cached_property
    def unit(self) -> dict[str, Any] | None:
        """The rule as the node has it, its own or from above.

        :raises Http404: there is no such rule.
        """
        if self.found[0] != "node" or self.kwargs["kind"] not in UNITS:
            raise Http404
        key = self.request.GET.get("key")
        if key is None:
            return None
        nodes = lineage(self.seen.document, self.at)
        for one in units_at(nodes, self.kwargs["kind"]):
            if one.key == key and "implementation" not in one.unit:
                return dict(one.unit)
        raise Http404

    def get_form(self, data: Any = None, **kwargs: Any) -> WrittenRuleForm:
        unit = self.unit
        form = WrittenRuleForm(data, initial={} if unit is None else WrittenRuleForm.of(unit))
        form.rows = rows_of(data, unit or {})  # type: ignore[attr-defined]  # put there for the template
        return form

    def get_context(self, **kwargs: Any) -> dict[str, Any]:
        title = say("Edit the rule “%(name)s”") % {"name": unit_name(self.unit)} if self.unit else ""
        fences = self.kwargs["kind"] == UNITS[0]
        return {
            "title": title or (say("A fence of your own") if fences else say("A rating of your own")),
            "fence": fences,
            "submit": say("Into the draft"),
            "wide": True,
            "paths": COMMON_PATHS,
        }

    def is_valid(self, form: Any) -> bool:
        if "more" in self.request.POST:
            return False
        sound = all([form.is_valid(), *(rows.is_valid() for rows in form.rows.values())])
        if not sound:
            return False
        kept = {group: rows.kept() for group, rows in form.rows.items()}
        if bool(kept[LEFT]) != bool(kept[RIGHT]):
            form.add_error(None, say("A rule has two sides: give at least one field on each."))
        elif not kept[LEFT] and not kept[COMPARED]:
            form.add_error(None, say("A rule asks for something: fill in both sides, or a comparison."))
        return not form.errors

    def act(self, form: Any, **kwargs: Any) -> str:
        kind, unit = self.kwargs["kind"], self.unit
        before = predicates_of(unit or {})
        rows = {
            group: [
                one.predicate(before[group][number] if number < len(before[group]) else {})
                for number, one in found.kept()
            ]
            for group, found in form.rows.items()
        }
        changes = form.changes(unit or {}, rows)
        if unit is None:
            there = len(units_at(lineage(self.seen.document, self.at), kind))
            new = new_rule(kind, there, {name: value for name, value in changes.items() if value is not None})
            self.change(lambda document: editing.add_unit(document, self.at, kind, new))
        else:
            key = self.request.GET["key"]
            self.change(lambda document: editing.set_unit(document, self.at, kind, key, changes))
        return ""


def new_rule(kind: str, place: int, fields: dict[str, Any]) -> dict[str, Any]:
    """A fence, or a rating of the usual weight, that is on; ``place`` is behind how many others it stands."""
    own: dict[str, Any] = (
        {"type": words.TOOLKIT_FENCE, "order": place}
        if kind == UNITS[0]
        else {"type": words.TOOLKIT_RATING, "maxPenalty": 100}
    )
    return {**own, "referenceId": str(uuid7()), "active": True, **fields}
