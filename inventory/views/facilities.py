"""Facilities: the list, one of them, and the questions that are asked before one changes."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db.models import Count, Q, QuerySet, Sum
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _

from backoffice.core.models import DomainEvent
from backoffice.core.ui.offers import Offer
from backoffice.core.ui.screens import ListScreen, Screen
from inventory.events import FacilityChanged
from inventory.filters import FacilityScreenFilter
from inventory.forms import FacilityForm, FacilityStatusForm
from inventory.models import ExpectedStock, Facility, FacilityService, FacilityStatus, Listing, ListingStatus
from inventory.places import country_names
from inventory.rows import facility_rows, level_rows
from inventory.services.facilities import FacilityValues, create_facility, modify_facility
from inventory.tables import FacilityTable, services_words
from inventory.views.dialogs import NamedDialog
from inventory.wording import change_words

CHANGES_SHOWN = 5

FORM_FIELDS = {"address.country": "country", "tenantFacilityId": "tenant_facility_id"}
"""What services call the fields of the form."""


class FacilitiesView(ListScreen):
    permissions: ClassVar[dict[str, str]] = {"*": "inventory.view"}
    template_name = "inventory/facilities.html"
    filterset_class = FacilityScreenFilter
    table_class = FacilityTable
    keys = ("name", "id")
    extra_context = {
        "empty": {
            "icon": "warehouse",
            "title": _("No facilities yet"),
            "text": _(
                "Stores and warehouses hold the stock that orders wait for. Create the first one here, or let your "
                "systems send them to the API."
            ),
            "offers": (
                Offer(_("New facility"), "facility-create", "inventory.manage_facilities", dialog=True),
                Offer(_("Import a file"), "imports", "core.import_files"),
                Offer(_("Look at the API"), "docs", "inventory.view"),
            ),
        }
    }

    def get_queryset(self) -> QuerySet[Facility]:
        return facility_rows()


class FacilityView(Screen):
    permissions: ClassVar[dict[str, str]] = {"*": "inventory.view"}
    template_name = "inventory/facility.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        facility = get_object_or_404(Facility, pk=kwargs["pk"])
        return super().get_context_data(
            facility=facility,
            status=FacilityStatus(facility.status),
            country=country_names().get(facility.country, facility.country),
            services=services_words(facility.services),
            groups=sorted(facility.groups.all(), key=lambda group: group.name),
            stock=stock_at(facility),
            listings=listings_at(facility),
            changes=changes_of(facility),
            **kwargs,
        )


def stock_at(facility: Facility) -> dict[str, int]:
    """Units at the facility; ``available`` where the listing is active (B3), ``missing`` articles that have none."""
    free = Q(free__gt=0, counts=True)
    sums = (
        level_rows()
        .filter(facility=facility)
        .aggregate(
            on_hand=Sum("on_hand"),
            reserved=Sum("reserved"),
            available=Sum("free", filter=free),
            missing=Count("pk", filter=~free),
        )
    )
    sums |= ExpectedStock.objects.outstanding().filter(facility=facility).aggregate(incoming=Sum("units"))
    return {name: units or 0 for name, units in sums.items()}


def listings_at(facility: Facility) -> dict[str, int]:
    return Listing.objects.filter(facility=facility).aggregate(
        total=Count("pk"), active=Count("pk", filter=Q(status=ListingStatus.ACTIVE))
    )


def changes_of(facility: Facility) -> list[dict[str, Any]]:
    events = DomainEvent.objects.filter(
        resource_type=FacilityChanged.resource_type, resource_id=str(facility.pk)
    ).order_by("-id")[:CHANGES_SHOWN]
    return [{"event": event, "words": change_words(event, Facility)} for event in events]


class FacilityDialog(NamedDialog):
    permissions: ClassVar[dict[str, str]] = {"*": "inventory.manage_facilities"}
    field_names = FORM_FIELDS


class CreateFacilityView(FacilityDialog):
    """It ships unless somebody says otherwise: one that does nothing with orders would never get any."""

    def get_form(self, data: Any = None, **kwargs: Any) -> FacilityForm:
        return FacilityForm(data, initial={"services": [FacilityService.SHIP_FROM_STORE]})

    def get_context(self, **kwargs: Any) -> dict[str, Any]:
        return {
            "title": say("New facility"),
            "lead": say("It takes orders as soon as it has active listings."),
            "submit": say("Create the facility"),
            "wide": True,
        }

    def act(self, form: Any, **kwargs: Any) -> str:
        facility = create_facility(values=facility_values(form))
        return say("%(facility)s was created.") % {"facility": facility}


class EditFacilityView(FacilityDialog):
    """The basics; the rest is the API's."""

    def get_form(self, data: Any = None, **kwargs: Any) -> FacilityForm:
        self.facility = get_object_or_404(Facility, pk=kwargs["pk"])
        return FacilityForm(data, initial=FacilityForm.of(self.facility))

    def get_context(self, **kwargs: Any) -> dict[str, Any]:
        return {
            "title": say("Edit %(facility)s") % {"facility": self.facility},
            "submit": say("Save"),
            "wide": True,
        }

    def act(self, form: Any, **kwargs: Any) -> str:
        facility = modify_facility(
            facility_id=self.facility.pk,
            version=form.cleaned_data["version"] or 0,
            values=facility_values(form),
        )
        return say("%(facility)s was saved.") % {"facility": facility}


class FacilityStatusView(FacilityDialog):
    """What it would mean is said first: what is held there, and what the floors above know (if they say)."""

    template_name = "inventory/partials/facility_status_dialog.html"

    def get_form(self, data: Any = None, **kwargs: Any) -> FacilityStatusForm:
        self.facility = get_object_or_404(Facility, pk=kwargs["pk"])
        initial = {"version": self.facility.version, "status": self.facility.status}
        return FacilityStatusForm(data, initial=initial)

    def get_context(self, **kwargs: Any) -> dict[str, Any]:
        return {
            "title": say("Status of %(facility)s") % {"facility": self.facility},
            "submit": say("Change the status"),
            "facility": self.facility,
            "stock": stock_at(self.facility),
            "listings": listings_at(self.facility),
        }

    def act(self, form: Any, **kwargs: Any) -> str:
        given = form.cleaned_data
        facility = modify_facility(
            facility_id=self.facility.pk, version=given["version"], values={"status": given["status"]}
        )
        return say("%(facility)s is now %(status)s.") % {
            "facility": facility,
            "status": str(facility.get_status_display()).lower(),
        }


def facility_values(form: FacilityForm) -> FacilityValues:
    given = dict(form.cleaned_data)
    del given["version"]
    return FacilityValues(**given)  # type: ignore[typeddict-item]  # the form's fields are its keys
