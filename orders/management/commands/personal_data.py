from __future__ import annotations

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from rest_framework.utils.encoders import JSONEncoder

from orders.models import Order
from orders.rendering import render_order
from orders.services.privacy import anonymise_consumer


class Command(BaseCommand):
    """What a consumer may ask a retailer for: all that is kept of them, and that it goes (spec 8, "Security")."""

    help = "Export what is kept of a consumer, or take it away from their orders."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "what", choices=("export", "anonymise"), help="export: prints JSON; anonymise: for good"
        )
        parser.add_argument("consumer", help="the consumerId of their orders")

    def handle(self, *args: Any, what: str, consumer: str, **options: Any) -> None:
        if not Order.objects.filter(consumer_id=consumer).exists():
            raise CommandError(
                f"No order is of a consumer {consumer}: give the consumerId as the orders have it. What was anonymised "
                "is found no more."
            )
        if what == "export":
            orders = Order.objects.filter(consumer_id=consumer).with_line_items().order_by("pk")
            document = {"consumerId": consumer, "orders": [render_order(order) for order in orders]}
            self.stdout.write(json.dumps(document, cls=JSONEncoder, ensure_ascii=False, indent=2))
            return
        done, left = anonymise_consumer(consumer_id=consumer, reason="manage.py personal_data")
        self.stdout.write(f"{done} {'order' if done == 1 else 'orders'} anonymised.")
        if left:
            raise CommandError(
                f"{left} {'is' if left == 1 else 'are'} still to be delivered or picked: cancel that, or wait for it, "
                "and ask again."
            )
