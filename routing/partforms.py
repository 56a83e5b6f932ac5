"""Dialogs' forms that let one choose a part of a plan: units of plain lines, and bundles as they are (S2)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Any
from uuid import UUID

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Div, Layout
from django import forms
from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _

from orders.forms import VersionedReasonForm
from routing.coverage import Coverage
from routing.forms import AssignForm
from routing.models import PlanLine
from routing.services.choosing import ChosenLines

UNITS, BUNDLE = "units_", "bundle_"


class PartForm(VersionedReasonForm):
    """Asks whether all of a plan is meant, or which part of it, by the plan's ``lines`` with their articles."""

    part = forms.BooleanField(label=_("Only a part of it"), required=False)

    def __init__(self, *args: Any, lines: Sequence[PlanLine], **options: Any) -> None:
        super().__init__(*args, **options)
        self.lines = lines
        self.names = dict(self._ask_for_units())
        if sum(line.quantity for line in lines) < 2 or (len(self.names) < 2 and not self._divisible()):
            del self.fields["part"]
            for name in self.names:
                del self.fields[name]
            self.names = {}

    def _divisible(self) -> bool:
        return any(line.bundle_id is None and line.quantity > 1 for line in self.lines)

    def _ask_for_units(self) -> Iterator[tuple[str, Sequence[PlanLine]]]:
        """One field per line that may be divided, and one per bundle, each with its lines."""
        together: dict[UUID, list[PlanLine]] = defaultdict(list)
        for line in self.lines:
            if line.bundle_id is not None:
                together[line.bundle_id].append(line)
                continue
            name = f"{UNITS}{line.pk}"
            self.fields[name] = forms.IntegerField(
                label=f"{line.article.tenant_article_id} {line.article.title}",
                required=False,
                min_value=0,
                max_value=line.quantity,
                initial=line.quantity,
                help_text=say("of %(units)d") % {"units": line.quantity},
            )
            yield name, [line]
        for bundle, lines in together.items():
            contents = ", ".join(f"{line.quantity} × {line.article.tenant_article_id}" for line in lines)
            name = f"{BUNDLE}{bundle}"
            self.fields[name] = forms.BooleanField(
                label=say("The bundle of %(contents)s") % {"contents": contents}, required=False
            )
            yield name, lines

    @property
    def helper(self) -> FormHelper:
        """The units stand together below the question for a part, and are out of sight unless there is one."""
        lines = Div(*self.names, css_class="ar-part-lines")
        choosing = Div("part", lines, css_class="ar-part") if "part" in self.fields else lines
        layout: list[Any] = [name for name in self.fields if name not in self.names and name != "part"]
        if self.names:
            layout.insert(layout.index("reason"), choosing)
        helper = FormHelper()
        helper.form_tag = False
        helper.layout = Layout(*layout)
        return helper

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or self.cleaned_data
        if given.get("part") and not self.errors and not self._units(given):
            self.add_error(None, say("Choose at least one unit."))
        return given

    @property
    def choice(self) -> ChosenLines | None:
        """What was chosen, by plan lines; None is all of it."""
        return ChosenLines(self._units(self.cleaned_data)) if self.cleaned_data.get("part") else None

    def _units(self, given: dict[str, Any]) -> dict[UUID, int]:
        units = {}
        for name, lines in self.names.items():
            for line in lines:
                chosen = given.get(name) or 0
                units[line.pk] = line.quantity if chosen is True else int(chosen)
        return {line: number for line, number in units.items() if number}


class AssignPartForm(PartForm, AssignForm):
    """Where, how, and which part (M1)."""

    def __init__(self, *args: Any, places: Sequence[Coverage], same_day: bool, **options: Any) -> None:
        super().__init__(*args, places=places, same_day=same_day, **options)
        self.order_fields(("facility", "service_level", "part", *self.names, "reason"))


class SplitForm(PartForm):
    """A part it must be, of more than one unit (M4)."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields.pop("part", None)
        self.fields["reason"].widget.attrs.pop("autofocus", None)
        for number, name in enumerate(self.names):
            self.fields[name].initial = 0
            self.fields[name].widget.attrs["autofocus"] = not number

    def clean(self) -> dict[str, Any]:
        given = super().clean()
        if not self.errors and not self._units(given):
            self.add_error(None, say("Choose at least one unit."))
        return given

    @property
    def choice(self) -> ChosenLines:
        return ChosenLines(self._units(self.cleaned_data))
