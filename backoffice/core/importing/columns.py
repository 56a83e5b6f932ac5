"""What a cell of a file may hold. A column is a Django form field with a name, an explanation and an example."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from backoffice.core.api.values import parse_instant
from backoffice.core.texts import languages, text
from backoffice.core.ui.exporting import FORMULA


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """``needed``: there is no record without it. ``per_line``: where several rows are one record, each has its own."""

    name: str
    label: Any
    explanation: Any
    field: forms.Field
    example: str
    needed: bool = False
    per_line: bool = False

    def read(self, text: str) -> Any:
        """The value in a cell that is not empty.

        :raises ValidationError: the text makes no sense here.
        """
        if text.startswith("'") and text[1:].startswith(FORMULA):
            text = text[1:]  # as our own files write what is no formula
        return self.field.clean(text)


class Word(forms.Field):
    """One of some words, whatever their case: a code, or how people call it in one of the languages."""

    def __init__(self, choices: Mapping[str, Any] | Callable[[], Mapping[str, Any]], **options: Any) -> None:
        super().__init__(**options)
        self._choices = choices

    @property
    def choices(self) -> Mapping[str, Any]:
        return self._choices() if callable(self._choices) else self._choices

    def clean(self, value: Any) -> str:
        wanted = str(value).strip().casefold()
        for _language in languages():
            for code, label in self.choices.items():
                if wanted in (code.casefold(), str(label).casefold()):
                    return code
        codes = list(self.choices)
        known = ", ".join(codes[:12]) + (", …" if len(codes) > 12 else "")
        raise ValidationError(
            text("“%(value)s” is not known here: use one of %(known)s.", value=value, known=known),
            code="UNKNOWN",
        )


class Words(Word):
    """Several of them, with a comma or a semicolon between."""

    def clean(self, value: Any) -> Any:
        parts = str(value).replace(";", ",").split(",")
        return [super(Words, self).clean(part.strip()) for part in parts if part.strip()]


class Amount(forms.DecimalField):
    """With a point or a comma, without anything between thousands."""

    def to_python(self, value: Any) -> Any:
        text = str(value).strip()
        return super().to_python(text.replace(",", ".") if text.count(",") == 1 and "." not in text else text)


class Degrees(Amount):
    def clean(self, value: Any) -> float:
        return float(super().clean(value))


class Units(forms.IntegerField):
    def __init__(self, *, least: int = 0, most: int = 2**31 - 1) -> None:
        said = text("Give a whole number from %(least)d.", least=least)
        messages = {"invalid": said, "min_value": said}
        super().__init__(min_value=least, max_value=most, error_messages=messages)


class Day(forms.Field):
    """``2026-05-31``, or as spreadsheets write it ``31.05.2026``."""

    def clean(self, value: Any) -> date:
        given = str(value).strip()
        for pattern in ("%Y-%m-%d", "%d.%m.%Y"):
            try:
                return datetime.strptime(given, pattern).date()  # noqa: DTZ007 - a day has no zone
            except ValueError:
                continue
        raise ValidationError(text("“%(given)s” is not a day such as 2026-05-31.", given=given))


class Moment(forms.Field):
    """A moment in ISO-8601, UTC where it says no offset; of a day alone, its beginning."""

    def clean(self, value: Any) -> datetime:
        given = str(value).strip()
        try:
            return parse_instant(given)
        except ValueError:
            pass
        try:
            return parse_instant(f"{Day().clean(given).isoformat()}T00:00:00Z")
        except ValidationError:
            message = text("“%(given)s” is not a moment such as 2026-05-31T08:00:00Z.", given=given)
            raise ValidationError(message) from None


def labelled(choices: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    return dict(choices)
