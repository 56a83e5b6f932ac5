"""An order to test a strategy with: one that there is, or one that is made up (spec 6)."""

from __future__ import annotations

import contextlib
import re
from typing import Any
from uuid import UUID

from django import forms
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from inventory.contexts import tags_of
from inventory.models import Article, Facility
from inventory.places import country_names
from orders.drafts import FacilityReference, LineDraft, OrderDraft
from orders.models import DeliveryType, Order, ServiceLevel

MOST_LINES = 50
_LINE = re.compile(r"\s*(?:(?P<units>\d{1,9})\s*[x×*]\s*)?(?P<article>.+?)\s*")


class ExistingOrderForm(forms.Form):
    order = forms.CharField(
        label=_("Order number or id"),
        max_length=255,
        widget=forms.TextInput({"type": "search", "autocomplete": "off"}),
    )

    def clean_order(self) -> Order:
        text = self.cleaned_data["order"].strip()
        wanted = Q(tenant_order_id=text)
        with contextlib.suppress(ValueError):
            wanted |= Q(pk=UUID(text)) | Q(plans__pk=UUID(text))
        found: Order | None = Order.objects.filter(wanted).order_by("-id").first()
        if found is None:
            raise forms.ValidationError(_("There is no order with this number."))
        return found


class MadeUpOrderForm(forms.Form):
    """An order that nobody placed: lines, where it goes, and what conditions may ask for."""

    lines = forms.CharField(
        label=_("Lines"),
        max_length=10_000,
        widget=forms.Textarea({"rows": 3, "placeholder": "2 × SKU-1"}),
        help_text=_("One article a line, as in: 2 × SKU-1."),
    )
    service = forms.ChoiceField(
        label=_("Delivery"),
        choices=[*ServiceLevel.choices, ("COLLECT", _("Collected at a facility"))],
    )
    facility = forms.ChoiceField(label=_("Collected at"), required=False)
    country = forms.ChoiceField(label=_("Country"), required=False)
    postal_code = forms.CharField(label=_("Postal code"), required=False, max_length=64)
    latitude = forms.FloatField(label=_("Latitude"), required=False, min_value=-90, max_value=90)
    longitude = forms.FloatField(label=_("Longitude"), required=False, min_value=-180, max_value=180)
    tags = forms.CharField(
        label=_("Tags"),
        required=False,
        max_length=2_000,
        help_text=_("As id or id:value, joined by commas."),
    )
    carriers = forms.CharField(
        label=_("Preferred carriers"), required=False, max_length=1_000, help_text=_("Joined by commas.")
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        places = Facility.objects.order_by("name").values_list("id", "name")
        self.fields["facility"].choices = [("", "–"), *((str(id), name) for id, name in places)]  # type: ignore[attr-defined]  # it has
        self.fields["country"].choices = [("", "–"), *country_names().items()]  # type: ignore[attr-defined]  # it has

    def clean_lines(self) -> list[tuple[str, int]]:
        """Article numbers with units; an article that there is not could go nowhere."""
        found = []
        for text in filter(str.strip, self.cleaned_data["lines"].splitlines()):
            match = _LINE.fullmatch(text)
            assert match is not None  # whatever is not blank matches
            units = int(match["units"] or 1)
            if not units:
                raise forms.ValidationError(_("Ask for one unit at least of each article."))
            found.append((match["article"], units))
        if len(found) > MOST_LINES:
            raise forms.ValidationError(
                _("These are %(count)d lines; at most %(most)d are tried."),
                params={"count": len(found), "most": MOST_LINES},
            )
        named = {article for article, _units in found}
        known = set(
            Article.objects.filter(tenant_article_id__in=named).values_list("tenant_article_id", flat=True)
        )
        if unknown := sorted(named - known):
            raise forms.ValidationError(
                _("There is no article %(names)s."), params={"names": ", ".join(unknown)}
            )
        return found

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        if given.get("service") == "COLLECT" and not given.get("facility"):
            self.add_error("facility", _("Choose where it is collected."))
        if (given.get("latitude") is None) != (given.get("longitude") is None) and not self.errors:
            missing = "latitude" if given.get("latitude") is None else "longitude"
            self.add_error(missing, _("Give both coordinates, or neither."))
        return given

    def draft(self) -> OrderDraft:
        """The order as the API would have been asked for it."""
        given = self.cleaned_data
        collects = given["service"] == "COLLECT"
        carriers = _parts(given["carriers"])
        address = {
            "addressType": "POSTAL_ADDRESS",
            **({"country": given["country"]} if given["country"] else {}),
            **({"postalCode": given["postal_code"]} if given["postal_code"] else {}),
        }
        service = ServiceLevel.DELIVERY if collects else ServiceLevel(given["service"])
        shipping = {"serviceLevel": service.value, "preferredCarriers": carriers}
        place = FacilityReference(id=UUID(given["facility"])) if collects else None
        return OrderDraft(
            order_date=timezone.now(),
            lines=tuple(
                LineDraft(tenant_article_id=article, title=article, quantity=units)
                for article, units in given["lines"]
            ),
            consumer={"addresses": [address]},
            country=given["country"],
            latitude=given["latitude"],
            longitude=given["longitude"],
            delivery_type=DeliveryType.COLLECT if collects else DeliveryType.SHIPPING,
            service_level=service,
            collect_facility=place,
            preferred_carriers=() if collects else tuple(carriers),
            delivery_preferences={"collect": [{"facilityRef": given["facility"]}]}
            if collects
            else {"shipping": shipping},
            tags=tuple(tags_of([given["tags"]])),
        )


def _parts(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]
