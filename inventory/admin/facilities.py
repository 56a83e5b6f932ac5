from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.admin.widgets import AutocompleteSelectMultiple
from django.db.models import Count
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import AutocompleteSelectFilter, ChoicesCheckboxFilter
from unfold.widgets import (
    UnfoldAdminCheckboxSelectMultipleWidget,
    UnfoldAdminTextInputWidget,
)

from backoffice.core.admin_columns import status_column
from backoffice.core.admin_editing import FactAdmin, ServiceAdmin, VersionedForm
from inventory.models import (
    Facility,
    FacilityGroup,
    FacilityGroupMembership,
    FacilityService,
    FacilityStatus,
)
from inventory.services import facilities, groups
from inventory.services.retiring import delete_facility

_EDITED = (
    *("tenant_facility_id", "name", "status", "location_type", "services", "rank"),
    *("company_name", "street", "house_number", "postal_code", "city", "province", "country"),
    *("latitude", "longitude", "time_zone"),
)


class FacilityForm(VersionedForm):
    services = forms.MultipleChoiceField(
        label=_("Services"),
        choices=FacilityService.choices,
        required=False,
        widget=UnfoldAdminCheckboxSelectMultipleWidget,
    )

    class Meta:
        model = Facility
        fields = _EDITED

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "time_zone" in self.fields:
            self.fields["time_zone"].required = False
            self.fields["time_zone"].help_text = _("Follows from the place where it is left empty.")


@admin.register(Facility)
class FacilityAdmin(ServiceAdmin):
    form = FacilityForm
    manage = "inventory.manage_facilities"
    may_add = True
    may_delete = True
    list_display = (
        *("name", "tenant_facility_id", "state", "location_type"),
        *("city", "country", "offered", "rank"),
    )
    list_filter = (
        ("status", ChoicesCheckboxFilter),
        ("location_type", ChoicesCheckboxFilter),
        "country",
    )
    list_filter_submit = True
    search_fields = ("name", "tenant_facility_id", "city")
    ordering = ("rank", "name")
    fieldsets = (
        (None, {"fields": (*_EDITED[:6], "seen_version")}),
        (_("Address"), {"fields": _EDITED[6:]}),
        (
            _("Kept by the API"),
            {
                "fields": (
                    *("tags", "carriers", "picking_times", "closing_days", "capacity_enabled"),
                    *("custom_attributes", "details"),
                ),
                "classes": ("collapse",),
            },
        ),
        (_("History"), {"fields": ("id", "version", "created", "last_modified")}),
    )
    readonly_fields = (
        *("tags", "carriers", "picking_times", "closing_days", "capacity_enabled"),
        *("custom_attributes", "details", "id", "version", "created", "last_modified"),
    )

    state = status_column("status", FacilityStatus)

    @admin.display(description=_("services"))
    def offered(self, facility: Facility) -> str:
        labels = dict(FacilityService.choices)
        return ", ".join(str(labels.get(service, service)) for service in facility.services)

    def save_model(self, request: HttpRequest, obj: Facility, form: Any, change: bool) -> None:
        values = form.given(_EDITED)
        if change:
            saved = facilities.modify_facility(facility_id=obj.pk, version=form.version, values=values)
        else:
            saved = facilities.create_facility(values=values)
        obj.__dict__.update(saved.__dict__)

    def delete_model(self, request: HttpRequest, obj: Facility) -> None:
        delete_facility(facility_id=obj.pk)


class FacilityGroupForm(VersionedForm):
    english_name = forms.CharField(label=_("English name"), max_length=255, widget=UnfoldAdminTextInputWidget)
    german_name = forms.CharField(
        label=_("German name"), max_length=255, required=False, widget=UnfoldAdminTextInputWidget
    )
    members = forms.ModelMultipleChoiceField(
        label=_("Members"),
        queryset=Facility.objects.order_by("name"),
        required=False,
        widget=AutocompleteSelectMultiple(FacilityGroup._meta.get_field("facilities"), admin.site),
    )

    class Meta:
        model = FacilityGroup
        fields = ("tenant_facility_group_id",)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        names = self.instance.name_localized or {}
        self.initial["english_name"] = names.get("en_US", "")
        self.initial["german_name"] = names.get("de_DE", "")
        if not self.instance._state.adding:
            self.initial["members"] = [m.facility_id for m in self.instance.memberships.all()]


@admin.register(FacilityGroup)
class FacilityGroupAdmin(ServiceAdmin):
    form = FacilityGroupForm
    manage = "inventory.manage_facilities"
    may_add = True
    may_delete = True
    list_display = ("name", "tenant_facility_group_id", "size")
    search_fields = ("tenant_facility_group_id", "name_localized")
    fieldsets = (
        (
            None,
            {
                "fields": (
                    *("tenant_facility_group_id", "english_name", "german_name", "members"),
                    "seen_version",
                )
            },
        ),
        (_("History"), {"fields": ("id", "version", "created", "last_modified")}),
    )
    readonly_fields = ("id", "version", "created", "last_modified")

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).annotate(members_count=Count("memberships"))

    @admin.display(description=_("facilities"), ordering="members_count")
    def size(self, group: Any) -> int:
        return int(group.members_count)

    def save_model(self, request: HttpRequest, obj: FacilityGroup, form: Any, change: bool) -> None:
        given = form.cleaned_data
        names = {**(obj.name_localized or {}), "en_US": given["english_name"], "de_DE": given["german_name"]}
        values: groups.GroupValues = {
            "tenant_facility_group_id": given["tenant_facility_group_id"],
            "name_localized": {locale: name for locale, name in names.items() if name},
        }
        members = [facility.pk for facility in given["members"]]
        if change:
            saved = groups.modify_group(
                group_id=obj.pk, version=form.version, values=values, facility_ids=members
            )
        else:
            saved = groups.create_group(values=values, facility_ids=members)
        obj.__dict__.update(saved.__dict__)

    def delete_model(self, request: HttpRequest, obj: FacilityGroup) -> None:
        groups.delete_group(group_id=obj.pk)


@admin.register(FacilityGroupMembership)
class FacilityGroupMembershipAdmin(FactAdmin):
    list_display = ("group", "facility")
    list_filter = (("group", AutocompleteSelectFilter), ("facility", AutocompleteSelectFilter))
    list_filter_submit = True
    list_select_related = ("group", "facility")
    search_fields = ("facility__name", "group__tenant_facility_group_id")
    id_fields = ("group", "facility")
