"""What people are asked about a context rule (B1, B2)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from inventory.behaviour import Effective
from inventory.forms import OutOfStockForm
from inventory.models import FacilityGroup
from inventory.services.out_of_stock import LOWEST_PRIORITY, MOST_CONDITIONS, RuleDraft

GROUP, TAG = "FACILITY_GROUP", "TAG_REFERENCE"
KINDS = (("", _("No condition")), (GROUP, _("Facility group")), (TAG, _("Order tag")))
OPERATORS = (("", _("is one of")), ("NOT", _("is none of")))


@dataclass(frozen=True, slots=True)
class ConditionFields:
    """The fields of one condition."""

    number: int
    kind: Any
    operator: Any
    groups: Any
    tags: Any


class RuleForm(OutOfStockForm):
    """A rule's priority, its conditions, of which all must hold, and the behaviour that counts then.

    ``version`` is the listing's that the reader saw. A group that the rule names by its number keeps being named so.
    """

    version = forms.IntegerField(widget=forms.HiddenInput)
    priority = forms.IntegerField(
        label=_("Priority"),
        min_value=1,
        max_value=LOWEST_PRIORITY,
        help_text=_("Of the rules that hold, the one with the lowest number decides."),
        widget=forms.NumberInput({"autofocus": True}),
    )

    def __init__(self, data: Any = None, *, rule: RuleDraft | None, initial: dict[str, Any]) -> None:
        super().__init__(data, initial=initial)
        named = rule.conditions if rule else []
        choices = _group_choices(named)
        for number in range(MOST_CONDITIONS):
            condition = named[number] if number < len(named) else {}
            self._add_condition(number, condition, choices)

    @classmethod
    def of(cls, rule: RuleDraft, version: int) -> dict[str, Any]:
        """What the form shows first of a rule that there is."""
        own = rule.effective
        return {
            "version": version,
            "priority": rule.priority,
            "behaviour": own.behaviour.value,
            "preorder_start": own.preorder_start,
            "restockable_in_days": own.restockable_in_days,
        }

    @property
    def conditions(self) -> Iterator[ConditionFields]:
        for number in range(MOST_CONDITIONS):
            names = (f"{name}_{number}" for name in ("kind", "operator", "groups", "tags"))
            yield ConditionFields(number, *(self[name] for name in names))

    def clean(self) -> dict[str, Any]:
        given = super().clean()
        found = False
        for number in range(MOST_CONDITIONS):
            kind = given.get(f"kind_{number}")
            found = found or bool(kind)
            if kind == GROUP and not given.get(f"groups_{number}"):
                self.add_error(f"groups_{number}", _("Choose at least one group."))
            if kind == TAG and not _split(given.get(f"tags_{number}", "")):
                self.add_error(f"tags_{number}", _("Name at least one tag."))
        if not found:
            self.add_error("kind_0", _("A rule needs at least one condition."))
        return given

    def draft(self) -> RuleDraft:
        """Of a valid form."""
        own: Effective = self.effective()
        return RuleDraft(
            priority=self.cleaned_data["priority"], conditions=list(self._drafts()), effective=own
        )

    def _drafts(self) -> Iterator[dict[str, Any]]:
        given = self.cleaned_data
        for number in range(MOST_CONDITIONS):
            kind = given[f"kind_{number}"]
            if kind:
                values = given[f"groups_{number}"] if kind == GROUP else _split(given[f"tags_{number}"])
                operator = {"operator": "NOT"} if given[f"operator_{number}"] else {}
                yield {"type": kind, **operator, "values": list(values)}

    def _add_condition(
        self, number: int, condition: Mapping[str, Any], groups: list[tuple[str, str]]
    ) -> None:
        kind, values = condition.get("type", ""), list(condition.get("values", ()))
        self.fields[f"kind_{number}"] = forms.ChoiceField(
            label=_("Looks at"), choices=KINDS, required=False, initial=kind
        )
        self.fields[f"operator_{number}"] = forms.ChoiceField(
            label=_("Holds if it"),
            choices=OPERATORS,
            required=False,
            initial=condition.get("operator", ""),
        )
        self.fields[f"groups_{number}"] = forms.MultipleChoiceField(
            label=_("Groups"),
            choices=groups,
            required=False,
            initial=values if kind == GROUP else [],
            widget=forms.CheckboxSelectMultiple,
            help_text=_("Of the facility, or of the one that orders."),
        )
        self.fields[f"tags_{number}"] = forms.CharField(
            label=_("Tags"),
            required=False,
            max_length=1000,
            initial=", ".join(values) if kind == TAG else "",
            widget=forms.TextInput({"autocomplete": "off"}),
            help_text=_("As tag or tag:value, with commas between them."),
        )


def _group_choices(conditions: list[dict[str, Any]]) -> list[tuple[str, str]]:
    """Every group once, by the name that the conditions use for it, else by its id; and what they name in vain."""
    named = [value for one in conditions if one["type"] == GROUP for value in one["values"]]
    choices = []
    known: set[str] = set()
    for group in sorted(FacilityGroup.objects.all(), key=lambda group: group.name):
        names = [value for value in named if value in (str(group.pk), group.tenant_facility_group_id)]
        choices += [(name, group.name) for name in dict.fromkeys(names or [str(group.pk)])]
        known |= set(names)
    return [*choices, *((value, value) for value in dict.fromkeys(named) if value not in known)]


def _split(text: str) -> list[str]:
    return [part for one in text.split(",") if (part := one.strip())]
