# ruff: noqa: N815 - filters are named as in query strings
"""What lists of inbound processes can be narrowed by, on the page and in the API alike."""

from __future__ import annotations

import django_filters
from django import forms
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from backoffice.core.filters import ManyFilter
from inventory.filters import FacilityRefFilter, facility_choice, labelled, search_field
from inventory.models import ExpectedStock, InboundProcess, InboundStatus, Receipt, ReceiptLine


class InboundProcessFilter(django_filters.FilterSet):
    facilityRef = FacilityRefFilter(field_name="facility")
    status = ManyFilter(field_name="status")
    searchTerm = django_filters.CharFilter(method="with_part")
    searchTermExact = django_filters.CharFilter(method="with_whole")
    scannableCode = django_filters.CharFilter(method="with_code")
    purchaseOrder_cancelled = django_filters.BooleanFilter(field_name="purchase_order__cancelled")
    receipt_status = ManyFilter(method="with_receipt")

    class Meta:
        model = InboundProcess
        fields = ()

    def with_part(self, rows: QuerySet[InboundProcess], name: str, text: str) -> QuerySet[InboundProcess]:
        return _found(rows, "icontains", text)

    def with_whole(self, rows: QuerySet[InboundProcess], name: str, text: str) -> QuerySet[InboundProcess]:
        return _found(rows, "iexact", text)

    def with_code(self, rows: QuerySet[InboundProcess], name: str, code: str) -> QuerySet[InboundProcess]:
        """Processes have no codes here (spec 5)."""
        return rows.none()

    def with_receipt(
        self, rows: QuerySet[InboundProcess], name: str, values: list[str]
    ) -> QuerySet[InboundProcess]:
        if not values:
            return rows
        return rows.filter(Exists(Receipt.objects.filter(inbound_process=OuterRef("pk"), status__in=values)))


class IncomingScreenFilter(django_filters.FilterSet):
    """Of :func:`inventory.rows.inbound_rows`."""

    q = django_filters.CharFilter(
        label=_("Search"), method="with_text", widget=search_field(_("Number, supplier or article"))
    )
    facility = facility_choice()
    status = django_filters.ChoiceFilter(
        label=_("Status"), choices=labelled(InboundStatus), empty_label=_("Any status")
    )
    show = django_filters.ChoiceFilter(
        label=_("Show"),
        method="that_are",
        choices=(
            ("LATE", _("Only late")),
            ("UNDATED", _("Only without a date")),
            ("PROMISED", _("Only promised to orders")),
        ),
        empty_label=_("Everything"),
    )
    article = django_filters.CharFilter(method="of_article", widget=forms.HiddenInput)

    class Meta:
        model = InboundProcess
        fields = ()

    def with_text(self, rows: QuerySet[InboundProcess], name: str, text: str) -> QuerySet[InboundProcess]:
        return _found(rows, "icontains", text)

    def of_article(self, rows: QuerySet[InboundProcess], name: str, key: str) -> QuerySet[InboundProcess]:
        """Those of which units of the article, by its tenantArticleId, are still to come."""
        items = ExpectedStock.objects.outstanding().filter(article__tenant_article_id=key)
        return rows.filter(Exists(items.filter(inbound_process=OuterRef("pk"))))

    def that_are(self, rows: QuerySet[InboundProcess], name: str, wanted: str) -> QuerySet[InboundProcess]:
        """Late is what should have come before today."""
        items = ExpectedStock.objects.outstanding().filter(inbound_process=OuterRef("pk"))
        kinds = {
            "LATE": Q(delivery_date__lt=timezone.localdate()),
            "UNDATED": Q(delivery_date__isnull=True),
            "PROMISED": Q(reserved__gt=0),
        }
        return rows.filter(Exists(items.filter(kinds[wanted])))


def _found(rows: QuerySet[InboundProcess], lookup: str, text: str) -> QuerySet[InboundProcess]:
    """By its number, its supplier, and the numbers and titles of what was ordered and of what came."""
    text = text.strip()
    if not text:
        return rows
    article = Q(**{f"article__tenant_article_id__{lookup}": text}) | Q(**{f"article__title__{lookup}": text})
    ordered = ExpectedStock.objects.filter(article, inbound_process=OuterRef("pk"))
    came = ReceiptLine.objects.filter(article, receipt__inbound_process=OuterRef("pk"))
    return rows.filter(
        Q(**{f"tenant_inbound_process_id__{lookup}": text})
        | Q(**{f"purchase_order__supplier__{lookup}": text})
        | Exists(ordered)
        | Exists(came)
    )
