from __future__ import annotations

import sys
from typing import Any

from django.core.management.base import BaseCommand

from inventory.models import Reservation, StockLevel
from orders.models import Order, PickJob
from routing.models import RoutingPlan
from routing.reconcile import find_discrepancies


class Command(BaseCommand):
    """Exit code 0: the books agree; 1: they do not, and each sentence says where."""

    help = "Check that stock, reservations, plans and pick jobs agree with one another."

    def handle(self, *args: Any, **options: Any) -> None:
        discrepancies = find_discrepancies()
        for discrepancy in discrepancies:
            self.stdout.write(str(discrepancy))
        if discrepancies:
            count = len(discrepancies)
            self.stdout.write(f"{count} {'discrepancy' if count == 1 else 'discrepancies'} found.")
            sys.exit(1)
        counts = ", ".join(
            f"{model.objects.count()} {name}"
            for model, name in (
                (StockLevel, "levels"),
                (Reservation, "reservations"),
                (Order, "orders"),
                (RoutingPlan, "plans"),
                (PickJob, "pick jobs"),
            )
        )
        self.stdout.write(f"Everything reconciles: {counts}.")
