"""What a picker says about the lines of a job (P1-P3)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from orders.models import PickJob, PickLine
from orders.pickactions import LineReport


@dataclass(frozen=True, slots=True)
class PickedLine:
    """A line with its fields of the form."""

    line: PickLine
    picked: Any
    emptied: Any


class PickForm(forms.Form):
    """How much of each line was found. ``version`` is the one of the job that the picker saw."""

    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, data: Any = None, *, job: PickJob) -> None:
        super().__init__(data, initial={"version": job.version})
        self.job = job
        for line in job.line_items:
            self.fields[_picked(line)] = forms.IntegerField(
                label=_("Picked"),
                min_value=0,
                max_value=line.quantity,
                initial=line.picked,
                error_messages={
                    "min_value": _("Give a number from 0."),
                    "max_value": _("No more than %(limit_value)s are to be picked."),
                    "required": _("Say how many were found, 0 if none."),
                },
                widget=forms.NumberInput(
                    {
                        "inputmode": "numeric",
                        "autocomplete": "off",
                        "class": "form-control",
                        "aria-describedby": f"of-{line.pk}",
                    }
                ),
            )
            self.fields[_emptied(line)] = forms.BooleanField(
                label=_("The place is empty now"),
                required=False,
                initial=line.stock_emptied,
                widget=forms.CheckboxInput({"class": "form-check-input"}),
            )

    @property
    def lines(self) -> Iterator[PickedLine]:
        for line in self.job.line_items:
            yield PickedLine(line, self[_picked(line)], self[_emptied(line)])

    @property
    def missing(self) -> int:
        """Units that were not found; of a valid form."""
        return sum(line.quantity - self.cleaned_data[_picked(line)] for line in self.job.line_items)

    def reports(self, *, done: bool) -> tuple[LineReport, ...]:
        """Of a valid form; ``done``: nothing more will be said."""
        given = self.cleaned_data
        return tuple(
            LineReport(
                line_id=line.pk,
                path=_picked(line),
                picked=given[_picked(line)],
                done=done,
                stock_emptied=given[_emptied(line)],
            )
            for line in self.job.line_items
        )


def _picked(line: PickLine) -> str:
    return f"picked-{line.pk}"


def _emptied(line: PickLine) -> str:
    return f"emptied-{line.pk}"
