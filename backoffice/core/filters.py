"""Filters that serve pages and API alike. Their names are those of the query parameters."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar
from uuid import UUID

import django_filters
from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Model, QuerySet
from django.forms.utils import flatatt
from django.http import QueryDict
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from backoffice.core.api.values import parse_instant
from backoffice.core.errors import Invalid, Problem

M = TypeVar("M", bound=Model)


class _ManyWidget(forms.Widget):
    def value_from_datadict(self, data: Any, files: Any, name: str) -> list[str]:
        given = data.getlist(name) if hasattr(data, "getlist") else [data[name]] if name in data else []
        return [part.strip() for text in given for part in str(text).split(",") if part.strip()]


class ManyText(_ManyWidget, forms.TextInput):
    """Shows the values of a :class:`ManyFilter` on a page, joined by commas."""

    def format_value(self, value: Any) -> str | None:
        return ", ".join(value) if value else None


class ManyHidden(_ManyWidget, forms.MultipleHiddenInput):
    """Keeps what a link asked for while a page is filtered further."""


class OpenSelect(forms.Select):
    """Also shows what a link asked for though it is not among the choices."""

    def use_required_attribute(self, initial: Any) -> bool:
        """No filter is required; to find that out, the choices would be read from the database once more."""
        return False

    def optgroups(self, name: str, value: list[str], attrs: Any = None) -> Any:
        choices = [(str(key), label) for key, label in self.choices]
        known = dict(choices)
        self.choices = [*choices, *((key, self.named(key, known)) for key in value if key not in known)]
        return super().optgroups(name, value, attrs)

    def named(self, key: str, known: Mapping[str, Any]) -> str:
        return key

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        """As Django's templates do choices without groups; they are two for each option, and a network has hundreds
        (T8).
        """
        widget = self.get_context(name, value, attrs)["widget"]
        options = [option for _name, group, _index in widget["optgroups"] for option in group]
        return format_html(
            '<select name="{}"{}>{}</select>',
            widget["name"],
            flatatt(widget["attrs"]),
            format_html_join(
                "",
                '<option value="{}"{}>{}</option>',
                ((option["value"], flatatt(option["attrs"]), option["label"]) for option in options),
            ),
        )


class ManySelect(_ManyWidget, OpenSelect):
    """One of the values of a :class:`ManyFilter` to choose from; several that a link asked for are one choice more."""

    def format_value(self, value: Any) -> list[str]:
        return [",".join(value) if isinstance(value, list) else str(value or "")]

    def named(self, key: str, known: Mapping[str, Any]) -> str:
        return ", ".join(str(known.get(part, part)) for part in key.split(","))


class _ManyField(forms.Field):
    widget = _ManyWidget


class ManyFilter(django_filters.Filter):
    """Any of the values, repeated or joined by commas. Unknown values match nothing."""

    field_class = _ManyField

    def filter(self, qs: QuerySet[M], value: list[str]) -> QuerySet[M]:
        if not value:
            return qs
        found = self.get_method(qs)(**{f"{self.field_name}__in": self.clean_values(value)})
        return found.distinct() if self.distinct else found

    def clean_values(self, values: list[str]) -> list[Any]:
        return list(values)


class RefFilter(ManyFilter):
    """Any of the ids. What is not an id matches nothing, since ids are opaque to clients."""

    def clean_values(self, values: list[str]) -> list[UUID]:
        found = []
        for text in values:
            try:
                found.append(UUID(text))
            except ValueError:
                continue
        return found


class _InstantField(forms.CharField):
    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        if not text:
            return None
        try:
            return parse_instant(text)
        except ValueError as error:
            raise ValidationError(str(error), code="invalid") from error


class InstantFilter(django_filters.Filter):
    """A moment in ISO-8601; without an offset it is UTC, and a space counts as the ``+`` of one."""

    field_class = _InstantField


def filtered(
    filterset_class: type[django_filters.FilterSet], params: QueryDict, queryset: QuerySet[M]
) -> QuerySet[M]:
    """The rows that match the parameters; parameters that no filter knows are ignored.

    :raises Invalid: with every parameter that makes no sense.
    """
    filterset = filterset_class(params, queryset=queryset)
    if not filterset.is_valid():
        raise Invalid.many(
            Problem(name, str(message))
            for name, messages in filterset.form.errors.items()
            for message in messages
        )
    return filterset.qs
