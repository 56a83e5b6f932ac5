"""The services that orders may ask for."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Any, TypedDict
from uuid import UUID

from django.db import transaction

from backoffice.core.events import publish
from backoffice.core.models import uuid7
from backoffice.core.texts import text
from inventory.services.duplicates import refuse_duplicate
from orders.events import CustomServiceChanged
from orders.models import CustomService


class CustomServiceValues(TypedDict, total=False):
    """What can be said about a service; the fields of :class:`orders.models.CustomService`, by their names."""

    tenant_custom_service_id: str | None
    status: str
    name_localized: dict[str, str]
    description_localized: dict[str, str]
    items_required: str
    items_returnable: bool | None
    execution_time: int | None
    image_refs: list[str]
    additional_information: list[dict[str, Any]]
    custom_attributes: dict[str, Any]


@transaction.atomic
def create_custom_service(*, values: CustomServiceValues) -> CustomService:
    """What has to be known to do it gets ids.

    :raises StateConflict: the tenantCustomServiceId is taken.
    """
    service = CustomService(**values)
    service.tenant_custom_service_id = service.tenant_custom_service_id or None
    service.additional_information = [
        {"id": str(uuid7()), **information} for information in service.additional_information
    ]
    with _tenant_id_taken(service):
        service.save(force_insert=True)
    publish([CustomServiceChanged(resource_id=str(service.pk), facts={"created": True})])
    return service


@transaction.atomic
def modify_custom_service(*, service_id: UUID, version: int, values: CustomServiceValues) -> CustomService:
    """Changes what is given. Orders keep what they were placed with.

    :raises NotFound, VersionConflict:
    :raises StateConflict: the tenantCustomServiceId is taken.
    """
    service: CustomService = CustomService.objects.lock_version(service_id, version)
    changed = frozenset(name for name, value in values.items() if getattr(service, name) != value)
    for name in changed:
        setattr(service, name, values[name])  # type: ignore[literal-required]  # its own keys
    with _tenant_id_taken(service):
        service.touch(changed)
    publish([CustomServiceChanged(resource_id=str(service_id), facts={"fields": sorted(changed)})])
    return service


def _tenant_id_taken(service: CustomService) -> AbstractContextManager[None]:
    return refuse_duplicate(
        "tenant_custom_service_id",
        text(
            "There is another custom service with the tenantCustomServiceId %(tenant_custom_service_id)s.",
            tenant_custom_service_id=service.tenant_custom_service_id,
        ),
        field="tenantCustomServiceId",
    )
