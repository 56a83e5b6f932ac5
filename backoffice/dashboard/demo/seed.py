"""The seed of the demo, from an empty site to one that has been open for eight weeks.

Everything goes through the services and passes that serve the API, under the users who would have done it. It is one
transaction: a seed that is interrupted leaves nothing behind.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from random import Random

from django.db import transaction
from django.utils import timezone

from backoffice.core.access import Role
from backoffice.core.actor import Actor, acting_as
from backoffice.dashboard.demo import incoming, interventions, picking
from backoffice.dashboard.demo.assortment import BY_KEY
from backoffice.dashboard.demo.backdating import backdate, backdate_purchases, backdate_to_orders
from backoffice.dashboard.demo.calendar import OPENING_DAY, Calendar
from backoffice.dashboard.demo.demand import SEED, Purchase, at_checkout, purchases
from backoffice.dashboard.demo.documents import order_draft
from backoffice.dashboard.demo.network import COMPANY, GROUPS, PLACES, SUSPENDED_FACILITY
from backoffice.dashboard.demo.passes import run_passes
from backoffice.dashboard.demo.shelves import Shelf, initial_units, listing_of, safety_stock, shelves
from backoffice.dashboard.demo.strategies import create_peak_season
from backoffice.dashboard.demo.users import create_users, user_of
from inventory.models import Article, Facility
from inventory.services.articles import modify_article
from inventory.services.facilities import create_facility, modify_facility
from inventory.services.groups import create_group
from inventory.services.listings import put_listings
from inventory.services.safety_stock import set_safety_stocks
from inventory.services.stock import upsert_stocks
from inventory.services.stock_writing import StockDraft
from orders.models import Order, OrderStatus
from orders.services.placing import place_orders
from routing.services.promising import promise_delivery
from routing.services.settings import change_settings, waiting_room_settings
from routing.services.strategies import strategy_in_use


def seed() -> str:
    """Seeds the demo, unless that was done before. Returns what is there, in a few words."""
    if not seeded():
        with transaction.atomic():
            create_users()
            _Seeding(Calendar.of_now()).run()
    return f"{Facility.objects.count()} facilities, {Article.objects.count()} articles, {Order.objects.count()} orders"


def seeded() -> bool:
    """Whether the demo's first facility is there: it comes with everything else, or not at all."""
    return Facility.objects.filter(tenant_facility_id=PLACES[0].key).exists()


class _Seeding:
    def __init__(self, calendar: Calendar) -> None:
        self.calendar = calendar
        self.facilities: dict[str, Facility] = {}
        self.network_manager = Actor.of(user_of(Role.NETWORK_MANAGER))
        self.planner = Actor.of(user_of(Role.PLANNER))
        self.agent = Actor.of(user_of(Role.AGENT))

    def run(self) -> None:
        bought = purchases(self.calendar)
        self._open()
        for delivery in incoming.DELIVERIES:
            arrival = self.calendar.moment(delivery.days_ago, 8)
            self._sell([purchase for purchase in bought if purchase.ordered_at < arrival], until=arrival)
            bought = [purchase for purchase in bought if purchase.ordered_at >= arrival]
            self._deliver(delivery)
        self._sell(bought, until=self.calendar.moment(1, 23))
        with acting_as(self.agent):
            interventions.intervene()
            run_passes()
            picking.pick()
            run_passes()
        self._promise()

    def _open(self) -> None:
        started = timezone.now()
        with acting_as(self.network_manager):
            self._build_network()
            strategy_in_use()
            create_peak_season()
        with acting_as(self.planner):
            change_settings(version=waiting_room_settings().version, changes={"futureInventoryEnabled": True})
            self._fill_shelves()
            incoming.create_purchases(self.calendar)
        run_passes()
        backdate(since=started, to=self.calendar.moment(OPENING_DAY))
        backdate_purchases()

    def _sell(self, bought: Sequence[Purchase], *, until: datetime) -> None:
        started = timezone.now()
        place_orders(drafts=[order_draft(purchase) for purchase in bought])
        run_passes()
        backdate_to_orders(since=started)
        backdate(since=started, to=until)

    def _promise(self) -> None:
        """For as long as a promise can last; then the sweep lets it go (R8)."""
        now = timezone.now()
        for purchase in at_checkout(now):
            draft = replace(
                order_draft(purchase), status=OrderStatus.PROMISED, valid_until=now + timedelta(hours=8)
            )
            promise_delivery(draft=draft)

    def _deliver(self, delivery: incoming.Delivery) -> None:
        started = timezone.now()
        with acting_as(self.planner):
            incoming.receive(delivery, self.calendar)
        run_passes()
        backdate(since=started, to=self.calendar.moment(delivery.days_ago, 8))

    def _build_network(self) -> None:
        for place in PLACES:
            self.facilities[place.key] = create_facility(
                values={
                    "tenant_facility_id": place.key,
                    "name": place.name,
                    "location_type": place.location_type,
                    "services": place.services,
                    "rank": place.rank,
                    "company_name": COMPANY,
                    "street": place.street,
                    "house_number": place.house_number,
                    "postal_code": place.postal_code,
                    "city": place.city,
                    "country": place.country,
                    "latitude": place.latitude,
                    "longitude": place.longitude,
                    "time_zone": place.time_zone,
                    "tags": [{"id": id, "value": value} for id, value in place.tags],
                    "carriers": list(place.carriers),
                }
            )
        suspended = self.facilities[SUSPENDED_FACILITY]
        modify_facility(facility_id=suspended.id, version=suspended.version, values={"status": "SUSPENDED"})

    def _fill_shelves(self) -> None:
        groups = self._create_groups()
        by_place: dict[str, list[Shelf]] = {key: [] for key in self.facilities}
        for shelf in shelves():
            by_place[shelf.place.key].append(shelf)
        random = Random(SEED)  # noqa: S311 - the same every time is what it is for
        items = []
        kept_back = {}
        for key, own in by_place.items():
            facility = self.facilities[key]
            put_listings(
                facility=facility, drafts=[listing_of(shelf, self.calendar, groups) for shelf in own]
            )
            items += [
                self._stock(key, shelf.product.key, units)
                for shelf in own
                if (units := initial_units(shelf, random))
            ]
            kept_back.update(
                {(key, shelf.product.key): units for shelf in own if (units := safety_stock(shelf))}
            )
        self._configure_articles()
        upsert_stocks(items=items, reason="Opening stock")
        articles = dict(Article.objects.values_list("tenant_article_id", "id"))
        set_safety_stocks(
            targets={
                (self.facilities[place].id, articles[article]): units
                for (place, article), units in kept_back.items()
            }
        )

    def _create_groups(self) -> Mapping[str, str]:
        """The groups' ids by their keys; context rules name the ids (B2)."""
        return {
            group.key: str(
                create_group(
                    values={"tenant_facility_group_id": group.key, "name_localized": group.names},
                    facility_ids=[self.facilities[member].id for member in group.members],
                ).id
            )
            for group in GROUPS
        }

    def _configure_articles(self) -> None:
        for article in Article.objects.all():
            product = BY_KEY[article.tenant_article_id]
            modify_article(
                article_id=article.id,
                version=article.version,
                changes={
                    "backorder_days": product.backorder_days,
                    "future_inventory_enabled": product.promised_ahead,
                },
            )

    def _stock(self, place: str, article: str, units: int) -> StockDraft:
        return StockDraft(
            facility_id=self.facilities[place].id,
            tenant_article_id=article,
            value=units,
            values={"tenant_stock_id": f"{place}-{article}-opening"},
        )
