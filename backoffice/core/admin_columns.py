"""Columns and searches that the admin pages of all apps share."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from types import MappingProxyType
from typing import Any
from uuid import UUID

from django.contrib import admin
from django.db.models import Model, Q, QuerySet
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext_lazy

from backoffice.core.numbers import grouped
from backoffice.core.statuses import StatusChoices
from backoffice.core.texts import here

Column = Callable[[Any, Any], Any]

_VARIANTS: Mapping[str, str] = MappingProxyType(
    {
        "gray": "default",
        "blue": "info",
        "green": "success",
        "amber": "warning",
        "orange": "warning",
        "red": "danger",
        "violet": "info",
    }
)
"""The theme's names for the colours of statuses."""


def label(text: object, colour: str = "gray") -> SafeString:
    """A short text on a coloured ground, in lists and on pages alike."""
    shown = render_to_string("unfold/helpers/label.html", {"text": text, "type": _VARIANTS[colour]})
    return mark_safe(shown.strip())  # noqa: S308 - a template made it


def status_column(field: str, statuses: type[StatusChoices], description: Any = None) -> Column:
    """The status in ``field`` as a label of its colour; sortable."""

    @admin.display(description=description or gettext_lazy(field.replace("_", " ")), ordering=field)
    def column(_admin: Any, row: Any) -> SafeString | str:
        value = getattr(row, field)
        return label(statuses(value).label, statuses(value).colour) if value else ""

    return column


def message_column(field: str) -> Column:
    """What a :class:`~backoffice.core.messages.MessageField` keeps, in the reader's language; sortable."""

    @admin.display(description=gettext_lazy(field.replace("_", " ")), ordering=field)
    def column(_admin: Any, row: Any) -> str | None:
        said: str | None = here(getattr(row, field))
        return said

    return column


def unbroken(text: object) -> SafeString:
    """A text that is kept on one line, such as a number with hyphens."""
    return format_html('<span class="whitespace-nowrap">{}</span>', text)


def money(amount: Decimal | None, currency: str) -> str:
    return "" if amount is None else f"{grouped(amount, 2)}\N{NO-BREAK SPACE}{currency}".strip()


def link_to(row: Model | None, text: object = None) -> SafeString | str:
    """A link to the row's admin page, or an empty text where there is no row."""
    if row is None:
        return ""
    meta = row._meta
    url = reverse(f"admin:{meta.app_label}_{meta.model_name}_change", args=(row.pk,))
    return format_html('<a class="text-link" href="{}">{}</a>', url, row if text is None else text)


class SearchById:
    """Searches for whole ids in ``id_fields``, and for anything else as ``search_fields`` say."""

    id_fields: tuple[str, ...] = ("pk",)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        id = as_id(search_term)
        if id is None:
            return super().get_search_results(request, queryset, search_term)  # type: ignore[misc]  # of ModelAdmin
        wanted = Q()
        for field in self.id_fields:
            wanted |= Q(**{field: id})
        return queryset.filter(wanted), False


def as_id(text: str) -> UUID | None:
    """The id that ``text`` is, if it is one."""
    try:
        return UUID(text.strip())
    except ValueError:
        return None
