"""How clients name a facility: by its id, or by ``urn:fft:facility:tenantFacilityId:{tenantFacilityId}`` (spec 5)."""

from __future__ import annotations

from collections.abc import Collection

from django.db.models import Q

from backoffice.core.errors import NotFound
from backoffice.core.ids import as_uuid
from inventory.models import Facility

URN = "urn:fft:facility:tenantFacilityId:"


def facility_by_ref(ref: str) -> Facility:
    """:raises NotFound: nothing is named so."""
    found = facilities_by_ref([ref]).get(ref)
    if found is None:
        raise NotFound.of(Facility, ref)
    return found


def facilities_by_ref(refs: Collection[str]) -> dict[str, Facility]:
    """The facilities by the names that were given for them, in one query; names of nothing are left out."""
    ids = {ref: key for ref in refs if (key := as_uuid(ref)) is not None}
    tenant_ids = {ref: ref.removeprefix(URN) for ref in refs if ref.startswith(URN)}
    if not ids and not tenant_ids:
        return {}
    rows = Facility.objects.filter(
        Q(pk__in=set(ids.values())) | Q(tenant_facility_id__in=set(tenant_ids.values()))
    )
    by_id = {row.pk: row for row in rows}
    by_tenant_id = {row.tenant_facility_id: row for row in by_id.values()}
    found = {ref: by_id.get(key) for ref, key in ids.items()}
    found |= {ref: by_tenant_id.get(key) for ref, key in tenant_ids.items()}
    return {ref: facility for ref, facility in found.items() if facility is not None}


def of_facilities(lookup: str, refs: Collection[str]) -> Q:
    """The rows whose facility, at ``lookup``, is named by any of ``refs``; what names nothing matches nothing."""
    ids = {key for ref in refs if (key := as_uuid(ref)) is not None}
    tenant_ids = {ref.removeprefix(URN) for ref in refs if ref.startswith(URN)}
    found = Q(pk__in=())
    if ids:
        found |= Q(**{f"{lookup}__in": ids})
    if tenant_ids:
        column = "tenant_facility_id" if lookup == "pk" else f"{lookup}__tenant_facility_id"
        found |= Q(**{f"{column}__in": tenant_ids})
    return found
