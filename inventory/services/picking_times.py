"""When facilities pick that say nothing about it."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from backoffice.core.events import publish
from inventory.events import PickingTimesChanged
from inventory.models import PickingTimesConfiguration


@transaction.atomic
def set_default_picking_times(*, version: int, picking_times: dict[str, Any]) -> PickingTimesConfiguration:
    """For facilities that are created from now on; those that exist keep their own.

    :raises VersionConflict:
    """
    id = PickingTimesConfiguration.load().pk
    configuration: PickingTimesConfiguration = PickingTimesConfiguration.objects.lock_version(id, version)
    configuration.touch(picking_times=picking_times)
    publish([PickingTimesChanged(resource_id=str(id))])
    return configuration
