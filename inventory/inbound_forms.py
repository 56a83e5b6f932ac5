"""What people are asked about what is on its way."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from backoffice.core.api.fields import LARGEST_QUANTITY
from inventory.article_rows import ARTICLE_ROWS, ArticleRowsForm
from inventory.forms import LONGEST_REASON, UNITS, FacilityField, layout
from inventory.models import Article


class DayField(forms.DateField):
    """A calendar day of the facility; empty is as soon as possible, of which nothing can be promised."""

    def __init__(self, **options: Any) -> None:
        super().__init__(
            label=_("Delivery date"),
            required=False,
            widget=forms.DateInput({"type": "date", "autofocus": True}, "%Y-%m-%d"),
            help_text=_("Empty: as soon as possible. Nothing can be promised without a date."),
            **options,
        )


class NewPurchaseOrderForm(ArticleRowsForm):
    """What was ordered, of whom, and when it comes to which facility."""

    facility = FacilityField()
    number = forms.CharField(
        label=_("Number"),
        max_length=255,
        help_text=_("One that no other purchase order has."),
        widget=forms.TextInput({"autocomplete": "off"}),
    )
    supplier = forms.CharField(label=_("Supplier"), required=False, max_length=255)
    day = DayField()

    helper = layout({"facility": 8, "number": 4}, {"supplier": 6, "day": 6}, *ARTICLE_ROWS)


class WhyForm(forms.Form):
    """``version`` is the one that the reader saw."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    reason = forms.CharField(
        label=_("Reason"),
        required=False,
        max_length=LONGEST_REASON,
        widget=forms.TextInput({"autocomplete": "off"}),
    )
    helper = layout("version", "reason")


class OrderDateForm(WhyForm):
    day = DayField()

    field_order = ("version", "day", "reason")
    helper = layout("version", "day", "reason")


class ItemForm(WhyForm):
    day = DayField()
    quantity = forms.IntegerField(
        label=_("Ordered"),
        min_value=1,
        max_value=LARGEST_QUANTITY,
        error_messages={**UNITS, "min_value": _("Give a number of units from 1, or close the item.")},
    )

    field_order = ("version", "day", "quantity", "reason")
    helper = layout("version", {"day": 7, "quantity": 5}, "reason")


class ReceiveForm(forms.Form):
    """How many units came of each article that is expected, and where."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    facility = FacilityField()

    def __init__(self, data: Any, expected: Sequence[tuple[Article, int]], **options: Any) -> None:
        super().__init__(data, **options)
        self.expected = expected
        for article, units in expected:
            self.fields[self.name_of(article)] = forms.IntegerField(
                label=f"{article} ({article.tenant_article_id})" if article.title else str(article),
                min_value=0,
                max_value=LARGEST_QUANTITY,
                required=False,
                error_messages=UNITS,
                help_text=ngettext("%(units)d unit is expected.", "%(units)d units are expected.", units)
                % {"units": units},
            )

    @staticmethod
    def name_of(article: Article) -> str:
        return f"units_{article.pk}"

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        if not self.errors and not any(units for _, units in self.received()):
            raise forms.ValidationError(_("Say how many units came."))
        return given

    def received(self) -> list[tuple[Article, int]]:
        """What came, article by article."""
        return [(article, self.cleaned_data.get(self.name_of(article)) or 0) for article, _ in self.expected]
