from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _

from inventory.article_rows import ARTICLE_ROWS, ArticleRowsForm
from inventory.forms import layout
from inventory.places import country_names
from orders.api.shapes import LONGEST_KEY
from orders.drafts import LineDraft, OrderDraft


class VersionedReasonForm(forms.Form):
    """Asks why. ``version`` is the one that the reader saw: what changed since is not changed unseen."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    reason = forms.CharField(
        label=_("Reason"),
        required=False,
        max_length=1024,
        help_text=_("The timeline shows it."),
        widget=forms.TextInput({"autofocus": True, "autocomplete": "off"}),
    )


class NewOrderForm(ArticleRowsForm):
    """An order as somebody takes it down, to be shipped to an address."""

    number = forms.CharField(
        label=_("Number"),
        max_length=LONGEST_KEY,
        help_text=_("One that no other order has."),
        widget=forms.TextInput({"autofocus": True, "autocomplete": "off"}),
    )
    first_name = forms.CharField(label=_("First name"), required=False, max_length=255)
    last_name = forms.CharField(label=_("Last name"), max_length=255)
    street = forms.CharField(label=_("Street"), max_length=255)
    house_number = forms.CharField(label=_("House number"), required=False, max_length=64)
    postal_code = forms.CharField(label=_("Postal code"), max_length=64)
    city = forms.CharField(label=_("City"), max_length=255)
    country = forms.ChoiceField(label=_("Country"))

    helper = layout(
        {"number": 4, "first_name": 4, "last_name": 4},
        {"street": 8, "house_number": 4},
        {"postal_code": 3, "city": 5, "country": 4},
        *ARTICLE_ROWS,
    )

    ADDRESS: ClassVar[dict[str, str]] = {
        "first_name": "firstName",
        "last_name": "lastName",
        "street": "street",
        "house_number": "houseNumber",
        "postal_code": "postalCode",
        "city": "city",
        "country": "country",
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["country"].choices = [("", "–"), *country_names().items()]  # type: ignore[attr-defined]  # it has

    def draft(self, now: datetime) -> OrderDraft:
        """Of a valid form: the order, as taken down at ``now``."""
        given = self.cleaned_data
        address = {path: given[name] for name, path in self.ADDRESS.items() if given[name]}
        return OrderDraft(
            order_date=now,
            tenant_order_id=given["number"],
            consumer={"addresses": [address]},
            country=given["country"],
            lines=tuple(
                LineDraft(
                    tenant_article_id=article.tenant_article_id,
                    title=article.title or article.tenant_article_id,
                    quantity=units,
                )
                for article, units in self.lines()
            ),
        )


PROMISED_FOR: tuple[tuple[int, Any], ...] = (
    (15, _("15 minutes")),
    (30, _("30 minutes")),
    (60, _("1 hour")),
    (120, _("2 hours")),
    (240, _("4 hours")),
    (480, _("8 hours")),
)
"""Minutes for which a promise may hold, as people choose them (R8)."""


class ExtendPromiseForm(VersionedReasonForm):
    """Asks for how long, from now."""

    holds_for = forms.TypedChoiceField(
        label=_("From now for"),
        choices=PROMISED_FOR,
        initial=30,
        coerce=lambda minutes: timedelta(minutes=int(minutes)),
    )
    field_order = ("holds_for", "reason")
