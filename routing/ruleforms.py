"""Rules of one's own, as fences and ratings (ToolkitFence, ToolkitRating): from their documents to forms, and back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from routing.documents import vocabulary as words
from routing.strategyforms import ENGLISH, NameForm, PredicateForm, Values, texts_with

ENTITIES: Mapping[str, Any] = {
    "ORDER": _("The order"),
    "FACILITY": _("The facility"),
    "CARRIERCONNECTION": _("A carrier of the facility"),
    "LISTING": _("Every listing of what is ordered"),
    "ORDERING_FACILITY": _("The store that ordered"),
    "ORDERING_FACILITY_GROUPS": _("A group of the store that ordered"),
}

COMPARISONS: Mapping[str, Any] = {
    "NO_MATCHES": _("has nothing in common with"),
    "ALL_MATCHES": _("has the same values as"),
    "LEFT_CONTAINS_RIGHT": _("has all values of"),
    "RIGHT_CONTAINS_LEFT": _("has only values of"),
}

CONNECTORS = [("AND", _("all of these are so")), ("OR", _("any of these is so"))]

LEFT, RIGHT, COMPARED = "left", "right", "compared"
"""The three groups of rows; also what their fields begin with."""


class WrittenRuleForm(NameForm):
    """What a rule is called, and how its rows (:func:`rows_of`) belong together."""

    description = forms.CharField(
        label=_("Description"), required=False, max_length=1024, widget=forms.Textarea({"rows": 2})
    )
    scope = forms.ChoiceField(
        label=_("It looks at"),
        choices=[("WHOLE_ENTITY", _("the whole order")), ("LINE_ITEM", _("each line by itself"))],
    )
    left_connector = forms.ChoiceField(label=_("It holds where"), choices=CONNECTORS)
    right_connector = forms.ChoiceField(label=_("It holds where"), choices=CONNECTORS)
    compared_connector = forms.ChoiceField(label=_("It holds where"), choices=CONNECTORS)

    @classmethod
    def of(cls, unit: Values) -> dict[str, Any]:
        """What the form shows first."""
        rule, comparison = unit.get("rule") or {}, unit.get("comparisonRule") or {}
        return {
            **cls.of_name(unit["nameLocalized"]),
            "description": (unit.get("descriptionLocalized") or {}).get(ENGLISH, ""),
            "scope": rule.get("evaluationScope") or comparison.get("evaluationScope") or "WHOLE_ENTITY",
            "left_connector": _connector(rule.get("leftPart")),
            "right_connector": _connector(rule.get("rightPart")),
            "compared_connector": _connector(comparison),
        }

    def changes(self, before: Values, rows: Mapping[str, Sequence[Values]]) -> dict[str, Any]:
        """The fields of the fence or rating; ``None`` for one that it shall not have.

        ``rows`` are the predicates of each group, as their forms say.
        """
        given = self.cleaned_data
        described = texts_with(before.get("descriptionLocalized") or {}, given["description"])
        old, compared = before.get("rule") or {}, before.get("comparisonRule") or {}
        rule, comparison = None, None
        if rows[LEFT]:
            rule = {
                **old,
                "evaluationScope": self._scope(old),
                "operator": words.RULE_OPERATORS[0],
                "leftPart": _part(given["left_connector"], rows[LEFT]),
                "rightPart": _part(given["right_connector"], rows[RIGHT]),
            }
        if rows[COMPARED]:
            comparison = {
                **compared,
                "evaluationScope": self._scope(compared),
                **_part(given["compared_connector"], rows[COMPARED]),
            }
        return {
            "nameLocalized": self.name(before.get("nameLocalized")),
            "descriptionLocalized": described or None,
            "rule": rule,
            "comparisonRule": comparison,
        }

    def _scope(self, before: Values) -> Any:
        """What was chosen; a rule and a comparison that look at different things go on to, unless somebody chose."""
        chosen = self.cleaned_data["scope"]
        return chosen if "scope" in self.changed_data else before.get("evaluationScope", chosen)


class RulePredicateForm(PredicateForm):
    """One thing that a rule asks of the order, the facility, or what belongs to them."""

    entity = forms.ChoiceField(label=_("Of what"), choices=list(ENTITIES.items()))

    field_order = ("entity",)

    @staticmethod
    def of(predicate: Values) -> dict[str, Any]:
        return {**PredicateForm.of(predicate), "entity": predicate["entity"]}

    def predicate(self, before: Values) -> dict[str, Any]:
        return {**super().predicate(before), "entity": self.cleaned_data["entity"]}


class ComparisonForm(forms.Form):
    """What a path finds on the left, set against what another finds on the right."""

    left_entity = forms.ChoiceField(label=_("Of what"), choices=list(ENTITIES.items()))
    left_path = forms.CharField(
        label=_("Field"), required=False, max_length=1000, widget=forms.TextInput({"class": "ar-code"})
    )
    operator = forms.ChoiceField(label=_("Comparison"), choices=list(COMPARISONS.items()))
    right_entity = forms.ChoiceField(label=_("Of what"), choices=list(ENTITIES.items()))
    right_path = forms.CharField(
        label=_("Field"), required=False, max_length=1000, widget=forms.TextInput({"class": "ar-code"})
    )

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        for one, other in (("left_path", "right_path"), ("right_path", "left_path")):
            if given.get(one) and not given.get(other):
                self.add_error(other, _("Give a JSONPath, such as $.tags[*].id."))
        return given

    def has_changed(self) -> bool:
        """A row in which nobody wrote anything asks for nothing."""
        return any(self.data.get(self.add_prefix(name)) for name in ("left_path", "right_path"))

    @staticmethod
    def of(predicate: Values) -> dict[str, Any]:
        return {
            "left_entity": predicate["leftEntity"],
            "left_path": predicate["leftPropertyPath"],
            "operator": predicate["entityOperator"],
            "right_entity": predicate["rightEntity"],
            "right_path": predicate["rightPropertyPath"],
        }

    def predicate(self, before: Values) -> dict[str, Any]:
        """What the form says; of ``before`` what it does not ask for, such as transformations."""
        given = self.cleaned_data
        return {
            **before,
            "entityOperator": given["operator"],
            "leftEntity": given["left_entity"],
            "leftPropertyPath": given["left_path"],
            "rightEntity": given["right_entity"],
            "rightPropertyPath": given["right_path"],
        }


class _Rows(forms.BaseFormSet):
    def add_fields(self, form: forms.Form, index: int | None) -> None:
        super().add_fields(form, index)
        form.fields["DELETE"].label = _("Leave this row out")

    def kept(self) -> list[tuple[int, Any]]:
        """Of valid rows: those that ask for something, with their numbers."""
        return [
            (number, one)
            for number, one in enumerate(self.forms)
            if (one.cleaned_data.get("path") or one.cleaned_data.get("left_path"))
            and not one.cleaned_data.get("DELETE")
        ]


_PREDICATES = forms.formset_factory(RulePredicateForm, _Rows, extra=1, can_delete=True, max_num=100)
_COMPARISONS = forms.formset_factory(ComparisonForm, _Rows, extra=1, can_delete=True, max_num=100)


def predicates_of(unit: Values) -> dict[str, list[Values]]:
    """The predicates of a fence or rating, by the groups in which they are asked for."""
    rule, comparison = unit.get("rule") or {}, unit.get("comparisonRule") or {}
    return {
        LEFT: (rule.get("leftPart") or {}).get("predicates", []),
        RIGHT: (rule.get("rightPart") or {}).get("predicates", []),
        COMPARED: comparison.get("predicates", []),
    }


def rows_of(data: Any, unit: Values) -> dict[str, Any]:
    """A formset for each group; with ``more`` in ``data``, which names a group, that one has a row more."""
    if data is not None and data.get("more") in (LEFT, RIGHT, COMPARED):
        data = data.copy()
        total = f"{data['more']}-TOTAL_FORMS"
        count = data.get(total, "")
        data[total] = str(min(int(count), 99) + 1) if count.isdecimal() else "1"
    found = {}
    for group, predicates in predicates_of(unit).items():
        formset = _COMPARISONS if group == COMPARED else _PREDICATES
        initial = [formset.form.of(one) for one in predicates]
        found[group] = formset(data, initial=initial, prefix=group)
        for one in found[group].forms[len(initial) :]:
            if group == RIGHT:
                one.initial.setdefault("entity", "FACILITY")
    return found


def _connector(part: Values | None) -> str:
    return str((part or {}).get("predicateConnector", "AND"))


def _part(connector: str, predicates: Sequence[Values]) -> dict[str, Any]:
    return {"predicateConnector": connector, "predicates": list(predicates)}
