"""Deleting facilities. What history says of one stays, so its row is retired, and seen by nobody else (O3)."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction
from django.utils import timezone

from backoffice.core.errors import NotFound, StateConflict
from backoffice.core.events import publish
from backoffice.core.texts import counted, text, together
from inventory.events import FacilityChanged, FacilityDeleting
from inventory.models import (
    ExpectedStock,
    ExpectedStockStatus,
    Facility,
    FacilityCarrier,
    FacilityGroupMembership,
    FacilityStatus,
    InboundProcess,
    Listing,
    SafetyStock,
    Stock,
    StockLevel,
)
from inventory.services.expected import Held, Terms, hold, write_buckets
from inventory.services.inbound import delete_inbound_process
from inventory.services.inbound_status import settle_process
from inventory.services.listings import delete_listings
from inventory.services.stock import delete_stocks


@transaction.atomic
def delete_facility(*, facility_id: UUID, force: bool = False) -> None:
    """Retires a facility; with ``force`` its listings, its stock and what it expects go with it.

    Its ledger stays, and so does whatever orders, plans and pick jobs say of it. Its tenantFacilityId is free.

    :raises NotFound:
    :raises StateConflict: it still has listings or stock (without ``force``), or live records refer to it (O3).
    """
    locked = Facility.objects.select_for_update(no_key=True).filter(pk=facility_id)
    if not list(locked.values_list("pk")):
        raise NotFound.of(Facility, facility_id)
    facility = Facility.objects.get(pk=facility_id)
    publish([FacilityDeleting(facility_id=facility.id)])
    if not force:
        _refuse_unless_empty(facility)
    _empty(facility)
    old_status = facility.status
    facility.touch(status=FacilityStatus.OFFLINE, retired_at=timezone.now(), carriers=[])
    FacilityGroupMembership.objects.filter(facility=facility).delete()
    FacilityCarrier.objects.filter(facility=facility).delete()
    publish(
        [
            FacilityChanged(
                facility_id=facility_id, may_release=False, old_status=old_status, facts={"deleted": True}
            )
        ]
    )


def _empty(facility: Facility) -> None:
    """Removes what the facility has, in the order of locks: processes, listings, levels, buckets.

    :raises StateConflict: somebody has units of it reserved.
    """
    buckets = ExpectedStock.objects.filter(facility=facility)
    own = InboundProcess.objects.filter(facility=facility)
    processes = sorted(
        {*own.values_list("id", flat=True), *buckets.values_list("inbound_process", flat=True)}
    )
    list(InboundProcess.objects.select_for_update().filter(id__in=processes).order_by("id").values_list("id"))
    listings = Listing.objects.select_for_update(no_key=True).filter(facility=facility).order_by("id")
    listing_ids = list(listings.values_list("id", flat=True))
    held = hold(
        level_ids=list(StockLevel.objects.filter(facility=facility).values_list("id", flat=True)),
        bucket_ids=list(buckets.values_list("id", flat=True)),
    )
    _refuse_if_reserved(facility, held)
    delete_listings(listing_ids=listing_ids)
    delete_stocks(stock_ids=list(Stock.objects.filter(level__facility=facility).values_list("id", flat=True)))
    SafetyStock.objects.filter(level__facility=facility).delete()
    StockLevel.objects.filter(facility=facility).update(safety_stock=0)
    _expect_nothing(facility, held)
    for process_id in list(own.values_list("id", flat=True)):
        delete_inbound_process(process_id=process_id)


def _expect_nothing(facility: Facility, held: Held) -> None:
    """Cancels what purchase orders of other facilities wanted delivered here."""
    others = [
        bucket
        for bucket in held.buckets.values()
        if bucket.outstanding
        and not InboundProcess.objects.filter(pk=bucket.inbound_process_id, facility=facility).exists()
    ]
    before = {bucket.pk: Terms.of(bucket) for bucket in others}
    for bucket in others:
        bucket.status = ExpectedStockStatus.CANCELLED
    write_buckets(buckets=others, before=before, held=held)
    for process in InboundProcess.objects.filter(pk__in={bucket.inbound_process_id for bucket in others}):
        settle_process(process)


def _refuse_if_reserved(facility: Facility, held: Held) -> None:
    if sum(level.reserved for level in held.levels.values()):
        raise StateConflict(
            text(
                "%(facility)s has reserved stock: cancel or reroute the orders that hold it first.",
                facility=facility,
            )
        )
    if sum(bucket.reserved for bucket in held.buckets.values()):
        raise StateConflict(
            text(
                "Orders are promised from what %(facility)s expects: cancel or reroute them first.",
                facility=facility,
            )
        )


def _refuse_unless_empty(facility: Facility) -> None:
    listings = Listing.objects.filter(facility=facility).count()
    stocks = Stock.objects.filter(level__facility=facility).count()
    processes = InboundProcess.objects.filter(facility=facility).count()
    found = [
        said
        for said in (
            counted("%(number)d listing", "%(number)d listings", listings),
            counted("%(number)d stock record", "%(number)d stock records", stocks),
            counted("%(number)d inbound process", "%(number)d inbound processes", processes),
        )
        if said.number
    ]
    if found:
        raise StateConflict(
            text(
                "%(facility)s still has %(found)s: remove them first, or delete with forceDeletion=true.",
                facility=facility,
                found=together(found, ", "),
            ),
            code="NOT_EMPTY",
        )
