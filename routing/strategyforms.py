"""What people are asked when they change nodes and conditions of a strategy: from its document to forms, and back."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _

from backoffice.core.api.values import instant
from inventory.forms import layout
from routing.documents import vocabulary as words
from routing.forms import UntilField
from routing.wording.rules import PATHS, RECURRENCES, TRANSFORMATIONS, operator_in_words

ENGLISH, GERMAN = "en_US", "de_DE"
_NUMBER = re.compile(r"-?(0|[1-9]\d{0,14})(\.\d{1,9})?")
_QUIET = {"autocomplete": "off"}

Values = Mapping[str, Any]


class NameForm(forms.Form):
    """Names in the two languages of the back office; those in other languages stay."""

    name_en = forms.CharField(
        label=_("Name"), max_length=1024, widget=forms.TextInput({"autofocus": True, **_QUIET})
    )
    name_de = forms.CharField(
        label=_("Name in German"), required=False, max_length=1024, widget=forms.TextInput(_QUIET)
    )

    @staticmethod
    def of_name(texts: Mapping[str, str]) -> dict[str, Any]:
        other = next(iter(texts.values()), "")
        return {"name_en": texts.get(ENGLISH, other), "name_de": texts.get(GERMAN, "")}

    def name(self, before: Mapping[str, str] | None = None) -> dict[str, str]:
        return texts_with(before or {}, self.cleaned_data["name_en"], self.cleaned_data["name_de"])


class NamedReasonForm(NameForm):
    reason = forms.CharField(
        label=_("Reason"),
        required=False,
        max_length=1024,
        help_text=_("The timeline shows it."),
        widget=forms.TextInput(_QUIET),
    )


class BranchForm(NameForm):
    """What a node and a condition have in common: names, a description, and when it counts."""

    description = forms.CharField(
        label=_("Description"), required=False, max_length=1024, widget=forms.Textarea({"rows": 2})
    )
    active = forms.BooleanField(label=_("Switched on"), required=False)
    active_from = UntilField(required=False)
    active_until = UntilField(required=False)
    recurrence = forms.ChoiceField(
        label=_("How often"),
        choices=[("NONRECURRING", RECURRENCES["NONRECURRING"]), ("YEARLY", RECURRENCES["YEARLY"])],
        required=False,
    )

    helper = layout(
        {"name_en": 6, "name_de": 6},
        "description",
        "active",
        {"active_from": 4, "active_until": 4, "recurrence": 4},
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["active_from"].label = _("Counts from")
        self.fields["active_until"].label = _("Counts until")

    @classmethod
    def of(cls, branch: Values) -> dict[str, Any]:
        """What the form shows first."""
        frame: Values = next(iter(branch.get("activationTimeFrames") or ()), {})
        return {
            **cls.of_name(branch["nameLocalized"]),
            "description": (branch.get("descriptionLocalized") or {}).get(ENGLISH, ""),
            "active": branch["active"],
            "active_from": _moment(frame.get("activeFrom")),
            "active_until": _moment(frame.get("activeUntil")),
            "recurrence": frame.get("recurrence", "NONRECURRING"),
        }

    def changes(self, before: Values) -> dict[str, Any]:
        """The fields of the node or condition as the form has them; ``None`` for one that it shall not have."""
        given = self.cleaned_data
        described = texts_with(before.get("descriptionLocalized") or {}, given["description"])
        return {
            "nameLocalized": self.name(before.get("nameLocalized")),
            "descriptionLocalized": described or None,
            "active": given["active"],
            "activationTimeFrames": self._frames(),
        }

    def _frames(self) -> list[dict[str, Any]] | None:
        given = self.cleaned_data
        times = {"activeFrom": given["active_from"], "activeUntil": given["active_until"]}
        frame = {name: instant(value) for name, value in times.items() if value is not None}
        return [{**frame, "recurrence": given["recurrence"] or "NONRECURRING"}] if frame else None


class RootForm(NameForm):
    """The root is always active: it has no times (R1)."""

    description = forms.CharField(
        label=_("Description"), required=False, max_length=1024, widget=forms.Textarea({"rows": 2})
    )
    helper = layout({"name_en": 6, "name_de": 6}, "description")

    @classmethod
    def of(cls, branch: Values) -> dict[str, Any]:
        """What the form shows first."""
        described = (branch.get("descriptionLocalized") or {}).get(ENGLISH, "")
        return {**cls.of_name(branch["nameLocalized"]), "description": described}

    def changes(self, before: Values) -> dict[str, Any]:
        described = texts_with(before.get("descriptionLocalized") or {}, self.cleaned_data["description"])
        return {
            "nameLocalized": self.name(before.get("nameLocalized")),
            "descriptionLocalized": described or None,
        }


class ConditionForm(BranchForm):
    """With the predicates beside it (:data:`PredicateFormSet`); ``node_name`` is asked for a new one."""

    connector = forms.ChoiceField(
        label=_("It holds where"),
        choices=[("AND", _("all of these are so")), ("OR", _("any of these is so"))],
    )
    node_name = forms.CharField(
        label=_("Leads to a new node called"), required=False, max_length=1024, widget=forms.TextInput(_QUIET)
    )

    def __init__(self, *args: Any, new: bool = False, **options: Any) -> None:
        super().__init__(*args, **options)
        self.new = new
        if not new:
            del self.fields["node_name"]


class PredicateForm(forms.Form):
    """One thing that a condition asks of an order: a field, how it is compared, and with what."""

    path = forms.CharField(
        label=_("Field"),
        required=False,
        max_length=1000,
        widget=forms.TextInput({"list": "paths", "class": "ar-code", **_QUIET}),
    )
    transformation = forms.ChoiceField(label=_("What of it"), required=False)
    operator = forms.ChoiceField(label=_("Comparison"))
    value = forms.CharField(
        label=_("Value"), required=False, max_length=10_000, widget=forms.TextInput(_QUIET)
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["operator"].choices = [  # type: ignore[attr-defined]  # it has
            (name, operator_in_words(name)) for name in words.OPERATORS
        ]
        self.fields["transformation"].choices = [  # type: ignore[attr-defined]  # it has
            ("", _("Itself")),
            *(
                (name, str(text) % {"what": say("them")})
                for name, text in TRANSFORMATIONS.items()
                if name != "SUBSTRING" or self.initial.get("transformation") == name
            ),
        ]

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        if given.get("value") and not given.get("path"):
            self.add_error("path", _("Give a JSONPath, such as $.tags[*].id."))
        return given

    def has_changed(self) -> bool:
        """A row in which nobody wrote anything asks for nothing."""
        return bool(self.data.get(self.add_prefix("path")) or self.data.get(self.add_prefix("value")))

    @staticmethod
    def of(predicate: Values) -> dict[str, Any]:
        expected = predicate.get("expectedValue")
        return {
            "path": predicate["propertyPath"],
            "transformation": predicate.get("transformation", ""),
            "operator": predicate["entityOperator"],
            "value": "" if expected is None else _spelled(expected),
        }

    def predicate(self, before: Values) -> dict[str, Any]:
        """What the form says; of ``before`` what it does not ask for."""
        given = self.cleaned_data
        kept = {name: value for name, value in before.items() if name not in _ASKED_OF_PREDICATES}
        if given["transformation"] != "SUBSTRING":
            kept.pop("transformationArgs", None)
        return {
            **kept,
            "propertyPath": given["path"],
            "entityOperator": given["operator"],
            **({"expectedValue": value_of(given["value"])} if given["value"] else {}),
            **({"transformation": given["transformation"]} if given["transformation"] else {}),
        }


_ASKED_OF_PREDICATES = ("propertyPath", "entityOperator", "expectedValue", "transformation")


class _PredicateRows(forms.BaseFormSet):
    def add_fields(self, form: forms.Form, index: int | None) -> None:
        super().add_fields(form, index)
        form.fields["DELETE"].label = _("Leave this row out")


PredicateFormSet = forms.formset_factory(PredicateForm, _PredicateRows, extra=1, can_delete=True, max_num=100)

COMMON_PATHS = tuple(PATHS.items())


class RawForm(forms.Form):
    """JSON, for those who want it."""

    text = forms.CharField(
        label=_("JSON"),
        max_length=500_000,
        widget=forms.Textarea({"rows": 22, "class": "ar-code", "spellcheck": "false", "autofocus": True}),
    )

    def clean_text(self) -> Any:
        try:
            found = json.loads(self.cleaned_data["text"])
        except RecursionError:
            raise forms.ValidationError(_("It is nested too deeply.")) from None
        except json.JSONDecodeError as error:
            raise forms.ValidationError(
                _("This is no JSON: line %(line)d, column %(column)d."),
                params={"line": error.lineno, "column": error.colno},
            ) from error
        if not isinstance(found, dict):
            raise forms.ValidationError(_("An object is expected: {…}."))
        return found


def value_of(text: str) -> Any:
    """What people typed as the value of a predicate: a truth value or a number where it reads as one."""
    if text in ("true", "false"):
        return text == "true"
    if _NUMBER.fullmatch(text):
        return float(text) if "." in text else int(text)
    return text


def _spelled(value: Any) -> str:
    return json.dumps(value) if isinstance(value, bool) else str(value)


def texts_with(before: Mapping[str, str], english: str, german: str | None = None) -> dict[str, str]:
    """The texts of ``before`` with these instead, or without those that are empty."""
    given = {ENGLISH: english, **({} if german is None else {GERMAN: german})}
    return {name: text for name, text in {**before, **given}.items() if text}


def _moment(text: str | None) -> datetime | None:
    if text is None:
        return None
    return timezone.localtime(datetime.fromisoformat(text).astimezone(UTC))
