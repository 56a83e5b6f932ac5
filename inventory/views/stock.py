"""Stock: what is where, how it came to be, and putting it right by hand."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _

from backoffice.core import access
from backoffice.core.errors import DomainError
from backoffice.core.ui.offers import Offer
from backoffice.core.ui.screens import ListScreen
from inventory.filters import LevelScreenFilter, MovementScreenFilter
from inventory.forms import LevelForm, RecordForm
from inventory.models import Listing, MovementCause, Stock, StockLevel, StockMovement
from inventory.rows import level_rows
from inventory.services.adjusting import adjust_level
from inventory.services.stock import update_stock
from inventory.services.stock_writing import StockUpdate
from inventory.tables import LevelTable, MovementTable
from inventory.views.dialogs import NamedDialog

ADJUST = "inventory.manage_stock"


class StockView(ListScreen):
    permissions: ClassVar[dict[str, str]] = {"*": "inventory.view"}
    template_name = "inventory/stock.html"
    filterset_class = LevelScreenFilter
    table_class = LevelTable
    keys = ("article__tenant_article_id", "facility__name", "id")
    extra_context = {
        "empty": {
            "icon": "boxes",
            "title": _("No stock yet"),
            "text": _(
                "Your systems send stock to the API. You can also open a listing and set its stock by hand."
            ),
            "offers": (
                Offer(_("To the listings"), "listings", "inventory.view"),
                Offer(_("Import a file"), "imports", "core.import_files"),
                Offer(_("Look at the API"), "docs", "inventory.view"),
            ),
        }
    }

    def get_queryset(self) -> QuerySet[StockLevel]:
        return level_rows()

    def without(self) -> tuple[str, ...]:
        return () if access.may(self.request.user, ADJUST) else ("actions",)


class StockLevelView(ListScreen):
    """One level with its records, and its ledger as the list."""

    permissions: ClassVar[dict[str, str]] = {"*": "inventory.view"}
    template_name = "inventory/stock_level.html"
    filterset_class = MovementScreenFilter
    table_class = MovementTable
    keys = ("-id",)
    extra_context = {
        "empty": {
            "icon": "scroll-text",
            "title": _("No movements yet"),
            "text": _("Whatever changes what is on hand or reserved is written down here."),
        }
    }

    def get_queryset(self) -> QuerySet[StockMovement]:
        return StockMovement.objects.filter(level=self.kwargs["pk"])

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        level = get_object_or_404(level_rows(), pk=self.kwargs["pk"])
        listing = Listing.objects.filter(facility=level.facility_id, article=level.article_id).first()
        return super().get_context_data(
            level=level, listing=listing, records=list(level.stocks.order_by("id")), **kwargs
        )

    def get_template_names(self) -> list[str]:
        """The part that is asked for, or the page."""
        parts = {"movements": self.list_template_name, "level": "inventory/partials/level.html"}
        return [parts.get(self.request.headers.get("HX-Target", ""), self.template_name)]


class AdjustLevelView(NamedDialog):
    """What is on hand and kept back, by hand."""

    permissions: ClassVar[dict[str, str]] = {"*": ADJUST}
    template_name = "inventory/partials/adjust_dialog.html"
    level: StockLevel

    def get_level(self, pk: int) -> StockLevel:
        return get_object_or_404(
            StockLevel.objects.of_open_facilities().select_related("article", "facility"), pk=pk
        )

    def get_form(self, data: Any = None, **kwargs: Any) -> LevelForm:
        self.level = self.get_level(kwargs["pk"])
        return LevelForm(
            data,
            initial={
                "seen": self.level.on_hand,
                "on_hand": self.level.on_hand,
                "safety_stock": self.level.safety_stock,
            },
        )

    def get_context(self, **kwargs: Any) -> dict[str, Any]:
        records = self.level.stocks.count() if self.level.pk else 0
        return {
            "title": say("Adjust stock"),
            "level": self.level,
            "records": records,
            "submit": say("Adjust"),
        }

    def problems(self, error: DomainError, form: Any, **kwargs: Any) -> Iterator[tuple[str | None, str]]:
        """Whoever is told what is on hand by now has seen it, and may insist."""
        if any(problem.code == "CHANGED_MEANWHILE" for problem in error.problems):
            form.data = {**form.data.dict(), "seen": self.level.on_hand}
        return super().problems(error, form, **kwargs)

    def act(self, form: Any, **kwargs: Any) -> str:
        given = form.cleaned_data
        level = adjust_level(
            key=(self.level.facility_id, self.level.article_id),
            on_hand=given["on_hand"],
            safety_stock=given["safety_stock"],
            seen_on_hand=given["seen"],
            reason=given["reason"],
        )
        return said_level(self.level, level)


class ListingStockView(AdjustLevelView):
    """The same for a listing, whose level appears when it is first needed."""

    def get_level(self, pk: Any) -> StockLevel:
        listing = get_object_or_404(Listing.objects.select_related("article", "facility"), pk=pk)
        found = (
            StockLevel.objects.select_related("article", "facility")
            .filter(facility=listing.facility_id, article=listing.article_id)
            .first()
        )
        return found or StockLevel(facility=listing.facility, article=listing.article)


class AdjustRecordView(NamedDialog):
    """One record of a level that has several."""

    permissions: ClassVar[dict[str, str]] = {"*": ADJUST}
    template_name = "inventory/partials/adjust_dialog.html"

    def get_form(self, data: Any = None, **kwargs: Any) -> RecordForm:
        self.stock = get_object_or_404(
            Stock.objects.select_related("level__article", "level__facility"), pk=kwargs["pk"]
        )
        return RecordForm(data, initial={"version": self.stock.version, "value": self.stock.value})

    def get_context(self, **kwargs: Any) -> dict[str, Any]:
        return {
            "title": say("Adjust record"),
            "level": self.stock.level,
            "record": self.stock,
            "submit": say("Adjust"),
        }

    def act(self, form: Any, **kwargs: Any) -> str:
        given = form.cleaned_data
        update_stock(
            update=StockUpdate(stock_id=self.stock.pk, version=given["version"], value=given["value"]),
            cause=MovementCause.CORRECTION,
            reason=given["reason"],
        )
        return said_level(self.stock.level, StockLevel.objects.get(pk=self.stock.level_id))


def said_level(named: StockLevel, level: StockLevel) -> str:
    """``named`` has its article and facility at hand, ``level`` what counts now."""
    return say("%(article)s at %(facility)s: %(on_hand)d on hand, %(available)d available.") % {
        "article": named.article,
        "facility": named.facility,
        "on_hand": level.on_hand,
        "available": level.available,
    }
