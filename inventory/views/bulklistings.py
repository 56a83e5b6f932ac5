"""The behaviour of many listings at once: the question, the dry run, and then the real thing, as background jobs."""

from __future__ import annotations

from typing import Any, ClassVar
from uuid import UUID

from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as say
from django.utils.translation import ngettext

from backoffice.core.models import BackgroundJob
from backoffice.core.ui.jobs import NextStepView
from backoffice.core.ui.listtools import chosen_ids
from inventory.filters import ListingScreenFilter
from inventory.forms import OutOfStockForm
from inventory.models import Listing
from inventory.services.bulk_behaviour import (
    KIND,
    carry_out,
    rehearse_taking_back,
    start_behaviour_change,
)
from inventory.views.dialogs import NamedDialog

MANAGE = "inventory.manage_listings"

OUT_OF_STOCK_FIELDS = {
    "outOfStockConfig.preorder.availabilityTimeframe.start": "preorder_start",
    "outOfStockConfig.restock.restockableInDays": "restockable_in_days",
}
"""What services call the fields of :class:`inventory.forms.OutOfStockForm`."""


class BulkBehaviourView(NamedDialog):
    """The listings are those that the query names as ``ids``; with ``all`` those that match its filters.

    Nothing happens yet: what it leads to is a dry run, and from there one goes on.
    """

    permissions: ClassVar[dict[str, str]] = {"*": MANAGE}
    template_name = "inventory/partials/listing_dialog.html"
    field_names = OUT_OF_STOCK_FIELDS
    form_class = OutOfStockForm

    @cached_property
    def listing_ids(self) -> list[UUID]:
        """In the order of the list."""
        listings = Listing.objects.all()
        if "all" in self.request.GET:
            filterset = ListingScreenFilter(self.request.GET, queryset=listings)
            listings = filterset.qs if filterset.is_valid() else listings.none()
        else:
            listings = listings.filter(pk__in=chosen_ids(self.request.GET))
        ordered = listings.order_by("article__tenant_article_id", "facility__name", "id")
        return list(ordered.values_list("pk", flat=True))

    def get_context(self, **kwargs: Any) -> dict[str, Any]:
        count = len(self.listing_ids)
        title = ngettext("Behaviour of %(count)d listing", "Behaviour of %(count)d listings", count) % {
            "count": count
        }
        return {
            "title": title,
            "lead": say("First you see what would happen to each of them. Context rules stay as they are."),
            "submit": say("Show what would happen"),
        }

    def act(self, form: Any, **kwargs: Any) -> str:
        job = start_behaviour_change(listing_ids=self.listing_ids, own=form.effective(), dry_run=True)
        self.leads_to = reverse("job", args=(job.pk,))
        return ""


class BehaviourStepView(NextStepView):
    permissions: ClassVar[dict[str, str]] = {"*": MANAGE}
    kind = KIND


class CarryOutBehaviourView(BehaviourStepView):
    def step(self, job: BackgroundJob) -> BackgroundJob:
        return carry_out(rehearsed=job)


class TakeBackBehaviourView(BehaviourStepView):
    def step(self, job: BackgroundJob) -> BackgroundJob:
        return rehearse_taking_back(done=job)
