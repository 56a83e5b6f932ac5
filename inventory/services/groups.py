"""Groups of facilities, for context rules (B2) and filters."""

from __future__ import annotations

from collections.abc import Collection
from contextlib import AbstractContextManager
from typing import Any, TypedDict
from uuid import UUID

from django.db import transaction

from backoffice.core.errors import NotFound
from backoffice.core.events import publish
from backoffice.core.texts import text
from inventory.events import FacilityGroupChanged
from inventory.models import FacilityGroup, FacilityGroupMembership
from inventory.services.duplicates import refuse_duplicate


class GroupValues(TypedDict, total=False):
    tenant_facility_group_id: str
    name_localized: dict[str, str]
    custom_attributes: dict[str, Any]


@transaction.atomic
def create_group(*, values: GroupValues, facility_ids: Collection[UUID] = ()) -> FacilityGroup:
    """:raises StateConflict: the tenantFacilityGroupId is taken."""
    group = FacilityGroup(**values)
    with _tenant_id_taken(group):
        group.save(force_insert=True)
    _join(group, set(facility_ids))
    publish([FacilityGroupChanged(group_id=group.id, facility_ids=tuple(sorted(set(facility_ids))))])
    return group


@transaction.atomic
def modify_group(
    *,
    group_id: UUID,
    version: int | None,
    values: GroupValues | None = None,
    facility_ids: Collection[UUID] | None = None,
    add: Collection[UUID] = (),
    remove: Collection[UUID] = (),
) -> FacilityGroup:
    """Changes what is given; ``facility_ids`` replaces the members, ``add`` and ``remove`` change them.

    Without a ``version`` the change applies to whatever the group is now.

    :raises NotFound, VersionConflict:
    :raises StateConflict: the tenantFacilityGroupId is taken.
    """
    group = _lock(group_id, version)
    before = {name: getattr(group, name) for name in values or {}}
    for name, value in (values or {}).items():
        setattr(group, name, value)
    with _tenant_id_taken(group):
        group.touch(tuple(values or ()))
    members = set(group.memberships.values_list("facility_id", flat=True))
    wanted = (members if facility_ids is None else set(facility_ids)) | set(add)
    wanted -= set(remove)
    _join(group, wanted - members)
    group.memberships.filter(facility_id__in=members - wanted).delete()
    facts = {
        "fields": sorted(name for name, value in (values or {}).items() if value != before[name]),
        "joined": len(wanted - members),
        "left": len(members - wanted),
    }
    publish(
        [FacilityGroupChanged(group_id=group.id, facility_ids=tuple(sorted(members ^ wanted)), facts=facts)]
    )
    return group


@transaction.atomic
def delete_group(*, group_id: UUID) -> None:
    """Context rules that name the group keep naming it; nobody is a member any more.

    :raises NotFound:
    """
    group = _lock(group_id, None)
    members = tuple(sorted(group.memberships.values_list("facility_id", flat=True)))
    group.delete()
    publish([FacilityGroupChanged(group_id=group_id, facility_ids=members, facts={"deleted": True})])


def _lock(group_id: UUID, version: int | None) -> FacilityGroup:
    group: FacilityGroup | None
    if version is not None:
        group = FacilityGroup.objects.lock_version(group_id, version)
    else:
        group = FacilityGroup.objects.select_for_update(no_key=True).filter(pk=group_id).first()
    if group is None:
        raise NotFound.of(FacilityGroup, group_id)
    return group


def _join(group: FacilityGroup, facility_ids: Collection[UUID]) -> None:
    FacilityGroupMembership.objects.bulk_create(
        [
            FacilityGroupMembership(group=group, facility_id=facility_id)
            for facility_id in sorted(facility_ids)
        ]
    )


def _tenant_id_taken(group: FacilityGroup) -> AbstractContextManager[None]:
    return refuse_duplicate(
        "tenant_facility_group_id",
        text(
            "There is another facility group with the tenantFacilityGroupId %(tenant_facility_group_id)s.",
            tenant_facility_group_id=group.tenant_facility_group_id,
        ),
        field="tenantFacilityGroupId",
    )
