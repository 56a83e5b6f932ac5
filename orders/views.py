"""Orders as people see them; the page of one order is routing's, since it shows its plans."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, ClassVar

from django.db.models import F, IntegerField, OuterRef, QuerySet, Subquery, Sum
from django.db.models.aggregates import Count
from django.db.models.functions import Coalesce
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from backoffice.core.errors import DomainError
from backoffice.core.ui.offers import Offer
from backoffice.core.ui.screens import Dialog, ListScreen
from orders.filters import OrderScreenFilter
from orders.forms import ExtendPromiseForm, NewOrderForm, VersionedReasonForm
from orders.models import Order, OrderLine
from orders.services.cancelling import cancel_order, force_cancel_order, unlock_order
from orders.services.placing import place_order
from orders.services.privacy import anonymise_order
from orders.services.promising import confirm_promise, extend_promise
from orders.tables import OrderTable


def listed_orders() -> QuerySet[Order]:
    """Orders with what their list shows: ``line_count``, and in units ``unit_count`` and ``live_count``."""
    return Order.objects.select_related("collect_facility", "ordering_facility").annotate(
        line_count=_of_lines(Count("id")),
        unit_count=_of_lines(Sum("quantity")),
        live_count=_of_lines(Sum(F("quantity") - F("cancelled") - F("fulfilled") - F("short_picked"))),
    )


def _of_lines(total: Any) -> Coalesce:
    lines = (
        OrderLine.objects.kept().filter(order=OuterRef("pk")).order_by().values("order").annotate(total=total)
    )
    return Coalesce(Subquery(lines.values("total"), output_field=IntegerField()), 0)


class OrdersView(ListScreen):
    permissions: ClassVar[dict[str, str]] = {"*": "orders.view"}
    template_name = "orders/orders.html"
    filterset_class = OrderScreenFilter
    table_class = OrderTable
    keys = ("-order_date", "-id")
    extra_context = {
        "empty": {
            "icon": "receipt-text",
            "title": _("No orders yet"),
            "text": _(
                "Your shop sends them to the API. Every order that arrives is routed at once, or waits. You can also "
                "take one down here, or import a file."
            ),
            "offers": (
                Offer(_("New order"), "order-create", "orders.place", dialog=True),
                Offer(_("Import a file"), "imports", "core.import_files"),
                Offer(_("Look at the API"), "docs", "orders.view"),
            ),
        }
    }

    def get_queryset(self) -> QuerySet[Order]:
        return listed_orders()


class CreateOrderView(Dialog):
    """An order that is taken down by hand. What is collected, promised or bundled comes by the API."""

    permissions: ClassVar[dict[str, str]] = {"*": "orders.place"}
    template_name = "inventory/partials/rows_dialog.html"
    form_class = NewOrderForm

    def get_context(self, **kwargs: Any) -> dict[str, Any]:
        return {
            "title": say("New order"),
            "lead": say("As if your shop had sent it: it is routed at once, or waits until it can be."),
            "submit": say("Place the order"),
            "wide": True,
        }

    def problems(self, error: DomainError, form: Any, **kwargs: Any) -> Iterator[tuple[str | None, str]]:
        for problem in error.problems:
            yield "number" if problem.field == "tenantOrderId" else None, problem.said

    def act(self, form: Any, **kwargs: Any) -> str:
        order = place_order(draft=form.draft(timezone.now()))
        self.leads_to = reverse("order", args=(order.pk,))
        return say("Order %(order)s was placed.") % {"order": order}


class OrderDialog(Dialog):
    """A question about one order, which is read once. Whoever says yes ``does`` it, and reads what it ``says``."""

    form_class = VersionedReasonForm
    does: Callable[..., Order]
    """A service that takes ``order_id``, ``version`` and ``reason``."""
    says: ClassVar[Any]
    """Afterwards, with the ``order``: a lazy text."""

    def get_form(self, data: Any = None, **kwargs: Any) -> VersionedReasonForm:
        self.order = get_object_or_404(Order, pk=kwargs["pk"])
        return VersionedReasonForm(data, initial={"version": self.order.version})

    def act(self, form: Any, **kwargs: Any) -> str:
        given = form.cleaned_data
        order = self.does(order_id=kwargs["pk"], version=given["version"], reason=given["reason"])
        return self.says % {"order": order}


class CancelOrderView(OrderDialog):
    """Nothing more of the order is delivered (O2)."""

    permissions: ClassVar[dict[str, str]] = {"*": "orders.cancel"}
    does = staticmethod(cancel_order)
    says = _("Order %(order)s was cancelled.")

    def get_context(self, **kwargs: Any) -> dict[str, Any]:
        units = sum(line.live for line in self.order.lines.all())
        return {
            "title": say("Cancel order %(order)s?") % {"order": self.order},
            "lead": ngettext(
                "%(count)d unit will not be delivered. What is reserved for it goes to others; this cannot be undone.",
                "%(count)d units will not be delivered. What is reserved for them goes to others; this cannot be "
                "undone.",
                units,
            )
            % {"count": units},
            "submit": say("Cancel the order"),
            "submit_class": "btn-danger",
            "dismiss": say("Keep it"),
        }


class ForceCancelOrderView(OrderDialog):
    """Nothing more of the order is delivered, although picking has begun (O2)."""

    permissions: ClassVar[dict[str, str]] = {"*": "orders.cancel"}
    does = staticmethod(force_cancel_order)
    says = _("Order %(order)s was cancelled by force.")

    def get_context(self, **kwargs: Any) -> dict[str, Any]:
        units = sum(line.live for line in self.order.lines.all())
        return {
            "title": say("Cancel order %(order)s by force?") % {"order": self.order},
            "lead": ngettext(
                "Picking has begun. It ends, and %(count)d unit will not be delivered: what was picked of it has to go "
                "back to its place. What is fulfilled stays so. This cannot be undone.",
                "Picking has begun. It ends, and %(count)d units will not be delivered: what was picked of them has to "
                "go back to its place. What is fulfilled stays so. This cannot be undone.",
                units,
            )
            % {"count": units},
            "submit": say("Cancel by force"),
            "submit_class": "btn-danger",
            "dismiss": say("Keep it"),
        }


class UnlockOrderView(OrderDialog):
    """A locked order may be picked (R8)."""

    permissions: ClassVar[dict[str, str]] = {"*": "orders.place"}
    does = staticmethod(unlock_order)
    says = _("Order %(order)s is unlocked.")

    def get_context(self, **kwargs: Any) -> dict[str, Any]:
        return {
            "title": say("Unlock order %(order)s?") % {"order": self.order},
            "lead": say("Its routed plans get their pick jobs, and picking can begin."),
            "submit": say("Unlock the order"),
        }


class AnonymiseOrderView(OrderDialog):
    """Nothing tells any more who bought it (spec 8, "Security")."""

    permissions: ClassVar[dict[str, str]] = {"*": "orders.anonymise"}
    does = staticmethod(anonymise_order)
    says = _("Order %(order)s was anonymised.")

    def get_context(self, **kwargs: Any) -> dict[str, Any]:
        return {
            "title": say("Anonymise order %(order)s?") % {"order": self.order},
            "lead": say(
                "Names, addresses and what your shop noted about it go, here and in the API. What was bought, for how "
                "much, the country and the history stay. This cannot be undone."
            ),
            "submit": say("Anonymise"),
            "submit_class": "btn-danger",
            "dismiss": say("Keep it"),
        }


class ConfirmPromiseView(OrderDialog):
    """A promise becomes an order (R8)."""

    permissions: ClassVar[dict[str, str]] = {"*": "orders.place"}
    does = staticmethod(confirm_promise)
    says = _("Order %(order)s is confirmed.")

    def get_context(self, **kwargs: Any) -> dict[str, Any]:
        return {
            "title": say("Confirm order %(order)s?") % {"order": self.order},
            "lead": say("It stands without an end then: its routed plans get their pick jobs."),
            "submit": say("Confirm the order"),
        }


class ExtendPromiseView(OrderDialog):
    """A promise holds longer, or shorter (R8)."""

    permissions: ClassVar[dict[str, str]] = {"*": "orders.place"}

    def get_form(self, data: Any = None, **kwargs: Any) -> ExtendPromiseForm:
        self.order = get_object_or_404(Order, pk=kwargs["pk"])
        return ExtendPromiseForm(data, initial={"version": self.order.version})

    def get_context(self, **kwargs: Any) -> dict[str, Any]:
        return {
            "title": say("Extend the promise of order %(order)s") % {"order": self.order},
            "lead": say("What is reserved for it stays reserved until then, unless it is confirmed before."),
            "submit": say("Extend"),
        }

    def act(self, form: Any, **kwargs: Any) -> str:
        given = form.cleaned_data
        order = extend_promise(
            order_id=kwargs["pk"],
            version=given["version"],
            valid_until=timezone.now() + given["holds_for"],
            reason=given["reason"],
        )
        return say("The promise of order %(order)s was extended.") % {"order": order}
