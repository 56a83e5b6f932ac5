"""Carriers, and which of them call at which facility.

``Facility.carriers`` holds the keys of those that count at a facility; whoever changes a carrier or a connection here
writes it, too, in the same transaction. Facilities are locked first, by ascending id, then carriers and connections.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from typing import Any, TypedDict
from uuid import UUID

from django.db import transaction

from backoffice.core.bulk import update_rows
from backoffice.core.errors import NotFound, StateConflict
from backoffice.core.events import publish
from backoffice.core.texts import text
from inventory.events import CarrierChanged, FacilityChanged
from inventory.models import Carrier, CarrierStatus, Facility, FacilityCarrier, FacilityStatus
from inventory.services.duplicates import refuse_duplicate


class CarrierValues(TypedDict, total=False):
    """What can be said about a carrier beside its key. ``details`` is merged key by key."""

    name: str
    status: str
    delivery_type: str
    details: dict[str, Any]


class ConnectionValues(TypedDict, total=False):
    """What can be said about a carrier's calls at a facility. ``details`` is merged key by key."""

    name: str
    status: str
    details: dict[str, Any]


@transaction.atomic
def create_carrier(*, key: str, values: CarrierValues) -> Carrier:
    """:raises StateConflict: there is a carrier of that key."""
    carrier = Carrier(key=key, **values)
    carrier.name = carrier.name or key
    with refuse_duplicate(
        "key", text("There is a carrier with the key %(key)s already.", key=key), field="key"
    ):
        carrier.save(force_insert=True)
    publish([CarrierChanged(resource_id=str(carrier.pk), facts={"created": True, "key": key})])
    return carrier


@transaction.atomic
def modify_carrier(*, carrier_id: UUID, version: int, values: CarrierValues) -> Carrier:
    """Changes what is given. While a carrier is INACTIVE it counts nowhere.

    :raises NotFound, VersionConflict:
    """
    connected = FacilityCarrier.objects.filter(carrier=carrier_id).values_list("facility_id", flat=True)
    _lock(connected)
    carrier: Carrier = Carrier.objects.lock_version(carrier_id, version)
    changed = _assign(carrier, values)
    carrier.touch(changed)
    publish([CarrierChanged(resource_id=str(carrier_id), facts={"fields": sorted(changed)})])
    if "status" in changed:
        _write_keys(connected)
    return carrier


@transaction.atomic
def connect_carrier(*, facility_id: UUID, carrier_id: UUID, values: ConnectionValues) -> FacilityCarrier:
    """The carrier calls at the facility from now on.

    :raises NotFound: the facility is gone.
    :raises StateConflict: it does already.
    """
    _lock([facility_id])
    connection = FacilityCarrier(facility_id=facility_id, carrier_id=carrier_id, **values)
    if FacilityCarrier.objects.filter(facility=facility_id, carrier=carrier_id).exists():
        raise StateConflict(
            text(
                "%(carrier)s is connected with %(facility)s already: change the connection.",
                carrier=connection.carrier,
                facility=connection.facility,
            ),
            code="ALREADY_EXISTS",
        )
    connection.save(force_insert=True)
    _write_keys([facility_id])
    return connection


@transaction.atomic
def modify_connection(
    *, facility_id: UUID, carrier_id: UUID, version: int, values: ConnectionValues
) -> FacilityCarrier:
    """Changes what is given.

    :raises NotFound, VersionConflict:
    """
    _lock([facility_id])
    found = FacilityCarrier.objects.filter(facility=facility_id, carrier=carrier_id).first()
    if found is None:
        raise NotFound.of(FacilityCarrier, carrier_id)
    connection: FacilityCarrier = FacilityCarrier.objects.lock_version(found.pk, version)
    connection.touch(_assign(connection, values))
    _write_keys([facility_id])
    return connection


@transaction.atomic
def disconnect_carrier(*, facility_id: UUID, carrier_id: UUID) -> None:
    """The carrier does not call at the facility any more.

    :raises NotFound:
    """
    _lock([facility_id])
    if not FacilityCarrier.objects.filter(facility=facility_id, carrier=carrier_id).delete()[0]:
        raise NotFound.of(FacilityCarrier, carrier_id)
    _write_keys([facility_id])


def follow_keys(facility: Facility) -> None:
    """Connects a facility with the carriers that its ``carriers`` name, and with no others.

    For who writes the keys: carriers that do not exist yet appear, named by their key. The caller
    has the facility locked.
    """
    keys = sorted(set(facility.carriers))
    Carrier.objects.bulk_create([Carrier(key=key, name=key) for key in keys], ignore_conflicts=True)
    connections = FacilityCarrier.objects.filter(facility=facility)
    connections.exclude(carrier__key__in=keys).delete()
    connections.exclude(status=CarrierStatus.ACTIVE).bumped(status=CarrierStatus.ACTIVE)
    missing = Carrier.objects.filter(key__in=keys).exclude(connections__facility=facility).order_by("id")
    FacilityCarrier.objects.bulk_create(
        FacilityCarrier(facility=facility, carrier=carrier) for carrier in missing
    )


def _assign(row: Carrier | FacilityCarrier, values: Any) -> frozenset[str]:
    """Sets what is given; returns the names of what is different."""
    wanted = dict(values)
    if "details" in wanted:
        merged = {**row.details, **wanted["details"]}
        wanted["details"] = {key: value for key, value in merged.items() if value is not None}
    changed = frozenset(name for name, value in wanted.items() if getattr(row, name) != value)
    for name in changed:
        setattr(row, name, wanted[name])
    return changed


def _lock(facility_ids: Collection[UUID]) -> None:
    """:raises NotFound: one of them is gone."""
    ids = sorted(set(facility_ids))
    rows = Facility.objects.select_for_update(no_key=True).filter(pk__in=ids).order_by("pk")
    missing = set(ids) - set(rows.values_list("pk", flat=True))
    if missing:
        raise NotFound.of(Facility, min(missing))


def _write_keys(facility_ids: Collection[UUID]) -> None:
    """Writes the keys of the carriers that count at the facilities, and tells where they changed (W4).

    The version of a facility stays: its own representation does not carry them.
    """
    keys: dict[UUID, list[str]] = defaultdict(list)
    counting = FacilityCarrier.objects.filter(
        facility__in=facility_ids, status=CarrierStatus.ACTIVE, carrier__status=CarrierStatus.ACTIVE
    )
    for facility_id, key in counting.order_by("carrier__key").values_list("facility_id", "carrier__key"):
        keys[facility_id].append(key)
    moved = [
        facility
        for facility in Facility.objects.filter(pk__in=facility_ids).order_by("pk")
        if sorted(facility.carriers) != keys[facility.pk]
    ]
    for facility in moved:
        facility.carriers = keys[facility.pk]
    update_rows(moved, ["carriers"])
    publish(
        [
            FacilityChanged(
                facility_id=facility.pk,
                may_release=facility.status == FacilityStatus.ONLINE,
                old_status=facility.status,
                new_status=facility.status,
                fields=frozenset({"carriers"}),
                facts={"fields": ["carriers"], "carriers": keys[facility.pk]},
            )
            for facility in moved
        ]
    )
