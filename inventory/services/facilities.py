"""Creating and changing facilities."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Any, TypedDict
from uuid import UUID

from django.db import transaction

from backoffice.core.errors import Invalid, Problem
from backoffice.core.events import publish
from backoffice.core.texts import text
from inventory import places
from inventory.events import FacilityChanged
from inventory.models import Facility, FacilityStatus, PickingTimesConfiguration
from inventory.services.carriers import follow_keys
from inventory.services.duplicates import refuse_duplicate


class FacilityValues(TypedDict, total=False):
    """What can be said about a facility; the fields of :class:`inventory.models.Facility`, by their names."""

    tenant_facility_id: str | None
    name: str
    status: str
    location_type: str
    services: list[str]
    rank: int
    company_name: str
    street: str
    house_number: str
    postal_code: str
    city: str
    province: str
    country: str
    latitude: float | None
    longitude: float | None
    time_zone: str
    address_details: dict[str, Any]
    tags: list[dict[str, str]]
    carriers: list[str]
    picking_times: dict[str, Any]
    closing_days: list[dict[str, Any]]
    capacity_enabled: bool
    capacity_planning_timeframe: int | None
    fulfillment_process_buffer: int
    contact: dict[str, Any]
    stock_configuration: dict[str, Any]
    details: dict[str, Any]
    custom_attributes: dict[str, Any]


READ_BY_FENCES = frozenset(
    {
        "status",
        "location_type",
        "services",
        "country",
        "postal_code",
        "city",
        "province",
        "latitude",
        "longitude",
        "time_zone",
        "tags",
        "carriers",
        "picking_times",
        "closing_days",
        "capacity_enabled",
        "capacity_planning_timeframe",
        "fulfillment_process_buffer",
        "custom_attributes",
    }
)
"""What fences look at (F4), and predicates over a facility may: a change of it may let waiting plans go (W4)."""

KEPT_BY_A_REPLACEMENT = ("carriers", "rank", "stock_configuration")
"""What a facility's own representation does not carry, so that replacing it leaves it alone."""


@transaction.atomic
def create_facility(*, values: FacilityValues) -> Facility:
    """``name`` and ``country`` are needed; the time zone follows from the place where none is given, and the picking
    times from the site's.

    :raises Invalid: an unknown country or time zone.
    :raises StateConflict: the tenantFacilityId is taken.
    """
    facility = Facility()
    if "picking_times" not in values:
        facility.picking_times = PickingTimesConfiguration.load().picking_times
    _assign(facility, values)
    with _tenant_id_taken(facility):
        facility.save(force_insert=True)
    if facility.carriers:
        follow_keys(facility)
    publish(
        [
            FacilityChanged(
                facility_id=facility.id,
                may_release=facility.status == FacilityStatus.ONLINE,
                new_status=facility.status,
            )
        ]
    )
    return facility


@transaction.atomic
def modify_facility(*, facility_id: UUID, version: int, values: FacilityValues) -> Facility:
    """Changes what is given.

    :raises NotFound, VersionConflict:
    :raises Invalid: an unknown country or time zone.
    :raises StateConflict: the tenantFacilityId is taken.
    """
    facility = Facility.objects.lock_version(facility_id, version)
    before = _snapshot(facility)
    _assign(facility, values)
    return _save_changes(facility, before)


@transaction.atomic
def replace_facility(*, facility_id: UUID, version: int, values: FacilityValues) -> Facility:
    """Like :func:`modify_facility`, but what is not given goes back to its default."""
    facility = Facility.objects.lock_version(facility_id, version)
    before = _snapshot(facility)
    blank = Facility()
    for name in FacilityValues.__annotations__:
        if name not in KEPT_BY_A_REPLACEMENT:
            setattr(facility, name, getattr(blank, name))
    facility.time_zone = ""
    _assign(facility, values)
    return _save_changes(facility, before)


def _assign(facility: Facility, values: FacilityValues) -> None:
    old_place = (facility.country, facility.latitude, facility.longitude)
    for name, value in values.items():
        setattr(facility, name, value)
    facility.tenant_facility_id = facility.tenant_facility_id or None
    place = (facility.country, facility.latitude, facility.longitude)
    if not facility.time_zone or ("time_zone" not in values and place != old_place):
        facility.time_zone = places.time_zone_of(*place)
    _check(facility)


def _check(facility: Facility) -> None:
    problems = []
    if not facility.name.strip():
        problems.append(Problem("name", text("A facility needs a name."), "REQUIRED"))
    if not places.is_country(facility.country):
        problems.append(
            Problem(
                "address.country",
                text(
                    "%(country)s is not a two-letter country code such as DE.", country=repr(facility.country)
                ),
            )
        )
    if not places.is_time_zone(facility.time_zone):
        problems.append(
            Problem(
                "address.resolvedTimeZone.timeZoneId",
                text(
                    "%(time_zone)s is not a time zone such as Europe/Berlin.",
                    time_zone=repr(facility.time_zone),
                ),
            )
        )
    if problems:
        raise Invalid.many(problems)


def _tenant_id_taken(facility: Facility) -> AbstractContextManager[None]:
    return refuse_duplicate(
        "tenant_facility_id",
        text(
            "There is another facility with the tenantFacilityId %(tenant_facility_id)s.",
            tenant_facility_id=facility.tenant_facility_id,
        ),
        field="tenantFacilityId",
    )


def _snapshot(facility: Facility) -> dict[str, Any]:
    return {name: getattr(facility, name) for name in FacilityValues.__annotations__}


def _save_changes(facility: Facility, before: dict[str, Any]) -> Facility:
    changed = frozenset(name for name, value in before.items() if getattr(facility, name) != value)
    with _tenant_id_taken(facility):
        facility.touch(changed)
    if "carriers" in changed:
        follow_keys(facility)
    publish(
        [
            FacilityChanged(
                facility_id=facility.id,
                may_release=facility.status == FacilityStatus.ONLINE
                and not changed.isdisjoint(READ_BY_FENCES),
                old_status=before["status"],
                new_status=facility.status,
                fields=changed,
                facts={"fields": sorted(changed)},
            )
        ]
    )
    return facility
