from __future__ import annotations

from django.db import models
from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _

from backoffice.core.models.base import Versioned, VersionedQuerySet
from backoffice.core.statuses import StatusChoices
from inventory.models.facility import Facility


class CarrierStatus(StatusChoices):
    ACTIVE = "ACTIVE", _("Active"), "green", "active"
    INACTIVE = "INACTIVE", _("Inactive"), "gray", "inactive"


class CarrierDeliveryType(models.TextChoices):
    DELIVERY = "DELIVERY", _("Delivery")
    SAMEDAY = "SAMEDAY", _("Same day")


class Carrier(Versioned):
    """Who brings parcels to consumers. Orders name it by its ``key``; ``details`` keeps what nothing here reads."""

    key = models.CharField(max_length=255, unique=True)
    name = models.CharField(max_length=255)
    status = models.CharField(max_length=16, choices=CarrierStatus.choices, default=CarrierStatus.ACTIVE)
    delivery_type = models.CharField(
        max_length=16, choices=CarrierDeliveryType.choices, default=CarrierDeliveryType.DELIVERY
    )
    details = models.JSONField(default=dict, blank=True)

    objects = VersionedQuerySet.as_manager()

    def __str__(self) -> str:
        return self.name


class FacilityCarrier(Versioned):
    """A carrier that calls at a facility. It counts while both it and the carrier are ACTIVE (F4).

    ``Facility.carriers`` holds the keys of those that count; :mod:`inventory.services.carriers` keeps them in step.
    """

    facility = models.ForeignKey(
        Facility, on_delete=models.CASCADE, related_name="carrier_connections", db_index=False
    )
    carrier = models.ForeignKey(Carrier, on_delete=models.CASCADE, related_name="connections")
    name = models.CharField(max_length=255, blank=True)
    status = models.CharField(max_length=16, choices=CarrierStatus.choices, default=CarrierStatus.ACTIVE)
    details = models.JSONField(default=dict, blank=True)

    objects = VersionedQuerySet.as_manager()

    class Meta(Versioned.Meta):
        constraints = (
            models.UniqueConstraint(name="carrier_once_at_facility", fields=("facility", "carrier")),
        )

    def __str__(self) -> str:
        return say("%(carrier)s at %(facility)s") % {"carrier": self.carrier, "facility": self.facility}
