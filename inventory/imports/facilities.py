from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from backoffice.core.importing.columns import Column, Degrees, Units, Word, Words, labelled
from backoffice.core.importing.resources import Record, Resource, RowProblem, Verdict, changes_between
from backoffice.core.texts import text
from inventory.imports.naming import LONGEST
from inventory.models import Facility, FacilityService, FacilityStatus, LocationType
from inventory.places import country_names, is_time_zone
from inventory.services.facilities import FacilityValues, create_facility, modify_facility

COLUMNS = {"type": "location_type"}
"""Columns of the file that a facility calls otherwise."""


class TimeZone(forms.CharField):
    def clean(self, value: Any) -> str:
        name = super().clean(value)
        if not is_time_zone(name):
            raise forms.ValidationError(
                text("“%(name)s” is not a time zone such as Europe/Berlin.", name=name)
            )
        return str(name)


def _text(name: str, label: Any, example: str, *, most: int = LONGEST, explanation: Any = "") -> Column:
    return Column(
        name=name,
        label=label,
        explanation=explanation,
        field=forms.CharField(max_length=most),
        example=example,
    )


class Facilities(Resource):
    """Stores and warehouses, known by their numbers."""

    name = "facilities"
    title = _("Facilities")
    lead = _("Stores and warehouses, known by their numbers.")
    permission = "inventory.manage_facilities"
    list_name = "facilities"
    key = ("number",)
    per_batch = 100
    fields = {
        "address.country": "country",
        "address.resolvedTimeZone.timeZoneId": "time_zone",
        "tenantFacilityId": "number",
        "location_type": "type",
    }
    columns = (
        Column(
            name="number",
            label=_("Number"),
            explanation=_(
                "How your other systems call it. A number that is not known yet is a new facility."
            ),
            field=forms.CharField(max_length=LONGEST),
            example="BER-01",
            needed=True,
        ),
        _text("name", _("Name"), "Berlin Mitte", explanation=_("A new facility needs one.")),
        Column(
            name="status",
            label=_("Status"),
            explanation=_("ONLINE, SUSPENDED or OFFLINE; a new one is online."),
            field=Word({status.value: status.label for status in FacilityStatus}),
            example="ONLINE",
        ),
        Column(
            name="type",
            label=_("Type"),
            explanation=_("STORE, WAREHOUSE or EXTERNAL; a new one is a store."),
            field=Word(labelled(LocationType.choices)),
            example="STORE",
        ),
        Column(
            name="services",
            label=_("Services"),
            explanation=_("SHIP_FROM_STORE, PICKUP or both, with a comma between."),
            field=Words(labelled(FacilityService.choices)),
            example="SHIP_FROM_STORE, PICKUP",
        ),
        Column(
            name="rank",
            label=_("Rank"),
            explanation=_("Between equals, the lower rank wins."),
            field=Units(),
            example="100",
        ),
        _text("company_name", _("Company"), "Example GmbH"),
        _text("street", _("Street"), "Torstraße"),
        _text("house_number", _("House number"), "12", most=64),
        _text("postal_code", _("Postal code"), "10119", most=64),
        _text("city", _("City"), "Berlin"),
        _text("province", _("Province"), ""),
        Column(
            name="country",
            label=_("Country"),
            explanation=_("Two letters, such as DE, or its English name. A new facility needs one."),
            field=Word(country_names),
            example="DE",
        ),
        Column(
            name="latitude",
            label=_("Latitude"),
            explanation=_("In degrees; together with the longitude."),
            field=Degrees(min_value=-90, max_value=90),
            example="52.5296",
        ),
        Column(
            name="longitude",
            label=_("Longitude"),
            explanation=_("In degrees."),
            field=Degrees(min_value=-180, max_value=180),
            example="13.4015",
        ),
        Column(
            name="time_zone",
            label=_("Time zone"),
            explanation=_("Where none is given, it follows from the place."),
            field=TimeZone(max_length=64),
            example="Europe/Berlin",
        ),
    )

    def judge(self, records: Sequence[Record]) -> list[Verdict]:
        found = Facility.objects.filter(tenant_facility_id__in=[one.values["number"] for one in records])
        known = {facility.tenant_facility_id: facility for facility in found}
        return [self._judge(record, known.get(record.values["number"])) for record in records]

    def _judge(self, record: Record, facility: Facility | None) -> Verdict:
        given = record.values
        title = " · ".join(part for part in (given["number"], given.get("name", "")) if part)
        values = {COLUMNS.get(name, name): value for name, value in given.items() if name != "number"}
        problems = list(_problems(record, facility))
        if problems:
            return Verdict(record, "REFUSED", title, problems=problems)
        before: dict[str, Any] = {}
        if facility is not None:
            title = f"{given['number']} · {facility.name}"
            before = {name: getattr(facility, COLUMNS.get(name, name)) for name in given if name != "number"}
        names = tuple(column.name for column in self.columns if column.name != "number")
        changes = changes_between(names, before, given)
        return Verdict(
            record,
            "NEW" if facility is None else "CHANGED" if changes else "UNCHANGED",
            title,
            changes=changes,
            seen=[facility.version] if facility else [],
            draft=(facility, FacilityValues(tenant_facility_id=given["number"], **values)),  # type: ignore[typeddict-item]
        )

    def write(self, verdicts: Sequence[Verdict], *, reason: str) -> None:
        for verdict in verdicts:
            facility, values = verdict.draft
            if facility is None:
                create_facility(values=values)
            else:
                modify_facility(facility_id=facility.pk, version=facility.version, values=values)


def _problems(record: Record, facility: Facility | None) -> Any:
    given = record.values
    if facility is None:
        for name in ("name", "country"):
            if name not in given:
                yield RowProblem(record.row, name, text("A new facility needs this: fill it in."), "REQUIRED")
    for name, other in (("latitude", "longitude"), ("longitude", "latitude")):
        if name in given and other not in given and (facility is None or getattr(facility, other) is None):
            yield RowProblem(record.row, other, text("Give both coordinates, or neither."), "REQUIRED")
