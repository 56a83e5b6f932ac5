from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db import models
from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _

from backoffice.core.models.base import Versioned, VersionedQuerySet
from backoffice.core.statuses import StatusChoices


class FacilityStatus(StatusChoices):
    """ONLINE takes orders; SUSPENDED finishes what it has; OFFLINE does neither (O3)."""

    ONLINE = "ONLINE", _("Online"), "green", "active"
    SUSPENDED = "SUSPENDED", _("Suspended"), "amber", "inactive"
    OFFLINE = "OFFLINE", _("Offline"), "red", "inactive"


class LocationType(models.TextChoices):
    STORE = "STORE", _("Store")
    WAREHOUSE = "WAREHOUSE", _("Warehouse")
    EXTERNAL = "EXTERNAL", _("External")


class FacilityService(models.TextChoices):
    """What a facility does with an order: ships it, or hands it over the counter."""

    SHIP_FROM_STORE = "SHIP_FROM_STORE", _("Ships")
    PICKUP = "PICKUP", _("Hands over to collectors")


class FacilityQuerySet(VersionedQuerySet["Facility"]):
    def open(self) -> FacilityQuerySet:
        """Facilities that have not been deleted."""
        return self.filter(retired_at__isnull=True)

    def online(self) -> FacilityQuerySet:
        """Facilities that take new orders (F5)."""
        return self.filter(status=FacilityStatus.ONLINE)


class OpenFacilities(models.Manager["Facility"]):
    """Facilities that have not been deleted."""

    def get_queryset(self) -> FacilityQuerySet:
        return FacilityQuerySet(self.model, using=self._db).open()

    def online(self) -> FacilityQuerySet:
        return self.get_queryset().online()

    def lock_version(self, id: UUID | str, version: int) -> Facility:
        """See :meth:`VersionedQuerySet.lock_version`."""
        return self.get_queryset().lock_version(id, version)


class Facility(Versioned):
    """A place that holds stock and fulfils orders.

    One that is deleted is retired: its row stays for what history says of it, and nothing but history sees it
    (``with_retired``); another facility may have its ``tenant_facility_id``.

    ``rank`` settles ties between facilities of equal penalty: the lower one wins, then the id (R2).
    ``services`` is a list of :class:`FacilityService` values, ``carriers`` a list of carrier keys,
    ``tags`` a list of ``{"id", "value"}``; ``details`` keeps what the contract carries and nothing here reads.
    """

    tenant_facility_id = models.CharField(max_length=255, null=True, blank=True)  # noqa: DJ001 - none is not ""
    name = models.CharField(max_length=255)
    status = models.CharField(max_length=16, choices=FacilityStatus.choices, default=FacilityStatus.ONLINE)
    location_type = models.CharField(max_length=16, choices=LocationType.choices, default=LocationType.STORE)
    services = models.JSONField(default=list, blank=True)
    rank = models.PositiveIntegerField(default=100)

    company_name = models.CharField(max_length=255, blank=True)
    street = models.CharField(max_length=255, blank=True)
    house_number = models.CharField(max_length=64, blank=True)
    postal_code = models.CharField(max_length=64, blank=True)
    city = models.CharField(max_length=255, blank=True)
    province = models.CharField(max_length=255, blank=True)
    country = models.CharField(max_length=2, help_text=_("ISO 3166-1 alpha-2"))
    latitude = models.FloatField(null=True, blank=True, help_text=_("degrees, WGS 84"))
    longitude = models.FloatField(null=True, blank=True, help_text=_("degrees, WGS 84"))
    time_zone = models.CharField(max_length=64, default="UTC")
    address_details = models.JSONField(default=dict, blank=True)

    tags = models.JSONField(default=list, blank=True)
    carriers = models.JSONField(default=list, blank=True)
    picking_times = models.JSONField(default=dict, blank=True)
    closing_days = models.JSONField(default=list, blank=True)
    capacity_enabled = models.BooleanField(default=False)
    capacity_planning_timeframe = models.PositiveIntegerField(null=True, blank=True, help_text=_("days"))
    fulfillment_process_buffer = models.PositiveIntegerField(default=240, help_text=_("minutes"))
    contact = models.JSONField(default=dict, blank=True)
    stock_configuration = models.JSONField(default=dict, blank=True)
    details = models.JSONField(default=dict, blank=True)
    custom_attributes = models.JSONField(default=dict, blank=True)
    retired_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = OpenFacilities()
    with_retired = FacilityQuerySet.as_manager()

    class Meta(Versioned.Meta):
        verbose_name_plural = "facilities"
        permissions = (
            ("view", "See facilities, listings and stock"),
            ("manage_facilities", "Create and change facilities and groups"),
            ("manage_listings", "Create and change listings"),
            ("manage_stock", "Change stock and safety stock"),
            ("manage_inbound", "Change expected stock"),
            ("manage_tags", "Change the catalogue of tags"),
        )
        constraints = (
            models.UniqueConstraint(
                name="tenant_facility_id_of_one_open_facility",
                fields=("tenant_facility_id",),
                condition=models.Q(retired_at__isnull=True),
            ),
            models.CheckConstraint(
                name="facility_status_known", condition=models.Q(status__in=FacilityStatus.values)
            ),
            models.CheckConstraint(
                name="facility_coordinates_complete",
                condition=models.Q(latitude__isnull=True, longitude__isnull=True)
                | models.Q(latitude__range=(-90, 90), longitude__range=(-180, 180)),
            ),
        )

    def __str__(self) -> str:
        return self.name

    @property
    def books_short_picks(self) -> bool:
        """Whether units that a picker did not find are booked out of the stock (P2); so it is until changed."""
        return bool(self.stock_configuration.get("shortpick", {}).get("active", True))


class FacilityGroup(Versioned):
    """A named set of facilities, for context rules (B2) and for filters."""

    tenant_facility_group_id = models.CharField(max_length=255, unique=True)
    name_localized = models.JSONField(default=dict)
    custom_attributes = models.JSONField(default=dict, blank=True)
    facilities: models.ManyToManyField[Facility, FacilityGroupMembership] = models.ManyToManyField(
        Facility, through="FacilityGroupMembership", related_name="groups"
    )

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        """The English name where there is one, else the first."""
        names: dict[str, Any] = self.name_localized or {}
        return str(names.get("en_US") or next(iter(names.values()), self.tenant_facility_group_id))


class FacilityGroupMembership(models.Model):
    group = models.ForeignKey(
        FacilityGroup, on_delete=models.CASCADE, related_name="memberships", db_index=False
    )
    facility = models.ForeignKey(Facility, on_delete=models.CASCADE, related_name="memberships")

    class Meta:
        constraints = (models.UniqueConstraint(name="facility_once_in_group", fields=("group", "facility")),)

    def __str__(self) -> str:
        return say("%(facility_id)s in %(group_id)s") % {
            "facility_id": self.facility_id,
            "group_id": self.group_id,
        }
