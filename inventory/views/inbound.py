"""Incoming: what was ordered, when it comes, and booking what came."""

from __future__ import annotations

from collections import defaultdict
from typing import Any, ClassVar
from uuid import UUID

from django.db.models import Prefetch, QuerySet
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from backoffice.core import access
from backoffice.core.models import DomainEvent
from backoffice.core.ui.offers import Offer
from backoffice.core.ui.screens import ListScreen, Screen
from inventory.events import InboundProcessChanged
from inventory.inbound_filters import IncomingScreenFilter
from inventory.inbound_forms import ItemForm, NewPurchaseOrderForm, OrderDateForm, ReceiveForm, WhyForm
from inventory.inbound_tables import IncomingTable, ItemTable, ReceiptTable, due_words
from inventory.inbound_wording import event_words
from inventory.models import (
    Article,
    ExpectedStock,
    ExpectedStockStatus,
    InboundProcess,
    InboundStatus,
    ReceiptLine,
)
from inventory.rows import inbound_rows
from inventory.services.inbound import create_inbound_process
from inventory.services.purchase_orders import (
    ItemChanges,
    ItemDraft,
    PurchaseOrderDraft,
    change_items,
    close_open_items,
    delivery_day,
    has_own_date,
    modify_purchase_order,
    start_of,
)
from inventory.services.receiving import ReceiptDraft, ReceivedItem, add_receipt
from inventory.views.dialogs import NamedDialog

MANAGE = "inventory.manage_inbound"
CHANGES_SHOWN = 8


class IncomingView(ListScreen):
    """What comes first stands first; what has no date, and what is over, comes last."""

    permissions: ClassVar[dict[str, str]] = {"*": "inventory.view"}
    template_name = "inventory/incoming.html"
    filterset_class = IncomingScreenFilter
    table_class = IncomingTable
    keys = ("due", "id")
    extra_context = {
        "empty": {
            "icon": "truck",
            "title": _("Nothing is on its way"),
            "text": _(
                "Purchase orders stand here with their dates: those who wait are told a day by them. Write one down "
                "here, or let your systems send them to the API."
            ),
            "offers": (
                Offer(_("New purchase order"), "inbound-create", MANAGE, dialog=True),
                Offer(_("Import a file"), "imports", "core.import_files"),
                Offer(_("Look at the API"), "docs", "inventory.view"),
            ),
        }
    }

    def get_queryset(self) -> QuerySet[InboundProcess]:
        return inbound_rows()


class CreatePurchaseOrderView(NamedDialog):
    permissions: ClassVar[dict[str, str]] = {"*": MANAGE}
    template_name = "inventory/partials/rows_dialog.html"
    form_class = NewPurchaseOrderForm
    field_names: ClassVar[dict[str, str]] = {"tenantInboundProcessId": "number"}

    def get_context(self, **kwargs: Any) -> dict[str, Any]:
        return {
            "title": say("New purchase order"),
            "lead": say(
                "What you ordered from a supplier. Those who wait for it are told a day by its date."
            ),
            "submit": say("Create the purchase order"),
            "wide": True,
        }

    def act(self, form: Any, **kwargs: Any) -> str:
        given = form.cleaned_data
        process = create_inbound_process(
            facility=given["facility"],
            tenant_inbound_process_id=given["number"],
            purchase_order=PurchaseOrderDraft(
                order_date=timezone.now(),
                requested_at=start_of(given["day"], given["facility"]),
                supplier=given["supplier"],
                items=[
                    ItemDraft(tenant_article_id=article.tenant_article_id, quantity=units)
                    for article, units in form.lines()
                ],
            ),
        )
        self.leads_to = reverse("inbound-process", args=(process.pk,))
        return say("%(order)s was created.") % {"order": process}


class InboundProcessView(Screen):
    """One purchase order: its items, what came of it, and how it changed."""

    permissions: ClassVar[dict[str, str]] = {"*": "inventory.view"}
    template_name = "inventory/inbound_process.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        process: Any = get_object_or_404(inbound_rows(), pk=kwargs["pk"])
        order = getattr(process, "purchase_order", None)
        items = list(
            ExpectedStock.objects.filter(inbound_process=process)
            .select_related("article", "facility", "inbound_process")
            .order_by("id")
        )
        lines = ReceiptLine.objects.select_related("article").order_by("id")
        receipts = (
            process.receipts.select_related("facility")
            .prefetch_related(Prefetch("lines", queryset=lines))
            .order_by("-id")
        )
        hidden = () if access.may(self.request.user, MANAGE) else ("actions",)
        return super().get_context_data(
            process=process,
            order=order,
            status=InboundStatus(process.status),
            due=due_words(process.next_day, open_still=bool(process.outstanding)),
            items=ItemTable(items, request=self.request, exclude=hidden) if items else None,
            receipts=ReceiptTable(receipts, request=self.request) if receipts else None,
            changes=changes_of(process, {str(item.article_id): str(item.article) for item in items}),
            **kwargs,
        )


def changes_of(process: InboundProcess, articles: dict[str, str]) -> list[dict[str, Any]]:
    """The latest events of a process, each with its words."""
    events = DomainEvent.objects.filter(
        resource_type=InboundProcessChanged.resource_type, resource_id=str(process.pk)
    ).order_by("-id")[:CHANGES_SHOWN]
    return [{"event": event, "words": event_words(event, articles)} for event in events]


class InboundDialog(NamedDialog):
    """About one process, whose version the reader saw."""

    permissions: ClassVar[dict[str, str]] = {"*": MANAGE}
    process: Any  # with what inbound_rows adds

    def read(self, pk: UUID) -> Any:
        self.process = get_object_or_404(inbound_rows(), pk=pk)
        return self.process


class OrderDateView(InboundDialog):
    """The date of the whole purchase order; items with a date of their own keep it."""

    def get_form(self, data: Any = None, **kwargs: Any) -> OrderDateForm:
        process = self.read(kwargs["pk"])
        order = getattr(process, "purchase_order", None)
        day = delivery_day(order.requested_at, process.facility) if order else None
        return OrderDateForm(data, initial={"version": process.version, "day": day})

    def get_context(self, **kwargs: Any) -> dict[str, Any]:
        return {
            "title": say("Change the date"),
            "lead": f"{promised_words(self.process.promised)} {own_date_words(self.process)}",
            "submit": say("Change the date"),
        }

    def act(self, form: Any, **kwargs: Any) -> str:
        given = form.cleaned_data
        modify_purchase_order(
            process_id=self.process.pk,
            version=given["version"],
            changes={"requested_at": start_of(given["day"], self.process.facility)},
            reason=given["reason"],
        )
        return say("%(order)s: the date was changed.") % {"order": self.process}


class ItemDialog(InboundDialog):
    """About one item of a process that is still open."""

    item: ExpectedStock

    def read_item(self, pk: UUID, item: int) -> ExpectedStock:
        self.item = get_object_or_404(
            ExpectedStock.objects.select_related("article"),
            pk=item,
            inbound_process=self.read(pk),
            status=ExpectedStockStatus.OPEN,
        )
        return self.item

    def change(self, form: Any, changes: ItemChanges) -> None:
        change_items(
            process_id=self.process.pk,
            version=form.cleaned_data["version"],
            changes={self.item.pk: changes},
            reason=form.cleaned_data["reason"],
        )


class ChangeItemView(ItemDialog):
    def get_form(self, data: Any = None, **kwargs: Any) -> ItemForm:
        item = self.read_item(kwargs["pk"], kwargs["item"])
        first = {
            "version": self.process.version,
            "day": item.delivery_date,
            "quantity": item.quantity,
        }
        return ItemForm(data, initial=first)

    def get_context(self, **kwargs: Any) -> dict[str, Any]:
        return {
            "title": say("Change %(article)s") % {"article": self.item.article},
            "lead": promised_words(self.item.reserved),
            "submit": say("Change"),
        }

    def act(self, form: Any, **kwargs: Any) -> str:
        given = form.cleaned_data
        self.change(form, ItemChanges(quantity=given["quantity"], delivery_date=given["day"]))
        return say("%(article)s was changed.") % {"article": self.item.article}


class CloseItemView(ItemDialog):
    """Nothing more is expected of one item."""

    def get_form(self, data: Any = None, **kwargs: Any) -> WhyForm:
        self.read_item(kwargs["pk"], kwargs["item"])
        return WhyForm(data, initial={"version": self.process.version})

    def get_context(self, **kwargs: Any) -> dict[str, Any]:
        return {
            "title": say("Close %(article)s") % {"article": self.item.article},
            "lead": closing_words(self.item.outstanding, self.item.reserved),
            "submit": say("Expect nothing more"),
            "submit_class": "btn-danger",
        }

    def act(self, form: Any, **kwargs: Any) -> str:
        self.change(form, ItemChanges(status=ExpectedStockStatus.CLOSED))
        return say("Nothing more is expected of %(article)s.") % {"article": self.item.article}


class CloseView(InboundDialog):
    """Nothing more is expected of the whole purchase order."""

    def get_form(self, data: Any = None, **kwargs: Any) -> WhyForm:
        return WhyForm(data, initial={"version": self.read(kwargs["pk"]).version})

    def get_context(self, **kwargs: Any) -> dict[str, Any]:
        return {
            "title": say("Close %(order)s") % {"order": self.process},
            "lead": closing_words(self.process.outstanding, self.process.promised),
            "submit": say("Expect nothing more"),
            "submit_class": "btn-danger",
        }

    def act(self, form: Any, **kwargs: Any) -> str:
        given = form.cleaned_data
        close_open_items(process_id=self.process.pk, version=given["version"], reason=given["reason"])
        return say("Nothing more is expected of %(order)s.") % {"order": self.process}


class ReceiveView(InboundDialog):
    """Books what came; more than expected is free stock (W8)."""

    template_name = "core/partials/form_dialog.html"

    def get_form(self, data: Any = None, **kwargs: Any) -> ReceiveForm:
        process = self.read(kwargs["pk"])
        first = {"version": process.version, "facility": process.facility_id}
        return ReceiveForm(data, self._expected(), initial=first)

    def _expected(self) -> list[tuple[Article, int]]:
        """The articles that are still to come, each with its units; as they were ordered."""
        units: dict[Article, int] = defaultdict(int)
        items = ExpectedStock.objects.outstanding().filter(inbound_process=self.process)
        for item in items.select_related("article").order_by("id"):
            units[item.article] += item.outstanding
        return list(units.items())

    def get_context(self, **kwargs: Any) -> dict[str, Any]:
        return {
            "title": say("Receive %(order)s") % {"order": self.process},
            "lead": promised_words(self.process.promised),
            "submit": say("Book the receipt"),
        }

    def act(self, form: Any, **kwargs: Any) -> str:
        items = [
            ReceivedItem(tenant_article_id=article.tenant_article_id, accepted=units)
            for article, units in form.received()
            if units
        ]
        add_receipt(
            process_id=self.process.pk,
            version=form.cleaned_data["version"],
            draft=ReceiptDraft(
                received_at=timezone.now(), items=items, facility_id=form.cleaned_data["facility"].pk
            ),
        )
        units = sum(item.accepted for item in items)
        return ngettext(
            "%(units)d unit is on hand at %(facility)s now.",
            "%(units)d units are on hand at %(facility)s now.",
            units,
        ) % {"units": units, "facility": form.cleaned_data["facility"]}


def promised_words(units: int) -> str:
    """Who decides about a date is told that others were promised something."""
    if not units:
        return say("None of it is promised to orders.")
    return ngettext(
        "%(units)d unit of it is promised to orders.", "%(units)d units of it are promised to orders.", units
    ) % {"units": units}


def own_date_words(process: InboundProcess) -> str:
    """Items that do not follow the date of their purchase order; empty if all do."""
    order = getattr(process, "purchase_order", None)
    items = ExpectedStock.objects.outstanding().filter(inbound_process=process).select_related("facility")
    count = sum(order is not None and has_own_date(item, order) for item in items)
    if not count:
        return ""
    return ngettext(
        "%(count)d item has a date of its own and keeps it.",
        "%(count)d items have a date of their own and keep it.",
        count,
    ) % {"count": count}


def closing_words(outstanding: int, promised: int) -> str:
    said = ngettext(
        "%(units)d unit is still to come. It is no longer expected then.",
        "%(units)d units are still to come. They are no longer expected then.",
        outstanding,
    ) % {"units": outstanding}
    if not promised:
        return said
    freed = ngettext(
        "%(units)d of them is promised to orders, which have to wait again.",
        "%(units)d of them are promised to orders, which have to wait again.",
        promised,
    ) % {"units": promised}
    return f"{said} {freed}"
