"""The product as the machine drives it: its services and its workers."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, time
from uuid import UUID

from django.utils import timezone

from backoffice.core.models import uuid7
from inventory.behaviour import Behaviour, Effective
from inventory.models import Article, ExpectedStock, Facility, InboundProcess, Stock
from inventory.services.articles import modify_article
from inventory.services.facilities import modify_facility
from inventory.services.inbound import create_inbound_process
from inventory.services.listing_change import ListingDraft
from inventory.services.listings import put_listings
from inventory.services.out_of_stock import RuleDraft
from inventory.services.purchase_orders import ItemChanges, ItemDraft, PurchaseOrderDraft, change_items
from inventory.services.receiving import ReceiptDraft, ReceivedItem, add_receipt
from inventory.services.safety_stock import set_safety_stocks
from inventory.services.stock import upsert_stocks
from inventory.services.stock_writing import StockDraft, StockItem, StockUpdate
from orders.drafts import (
    BundleDraft,
    BundleItemDraft,
    FacilityReference,
    LineDraft,
    LineUpdate,
    OrderDraft,
    OrderUpdate,
)
from orders.models import DeliveryType, OrderLine, OrderStatus, PickJob, ServiceLevel
from orders.models import Order as OrderRow
from orders.pickactions import LineReport, PickAction, Step
from orders.services.cancelling import cancel_order, force_cancel_order, unlock_order
from orders.services.modifying import cancel_line, modify_order
from orders.services.picking import change_pick_job
from orders.services.placing import place_order
from routing.documents import default_document
from routing.models import PlanLine, PlanStatus, RoutingPlan, WaitingRoomSettings
from routing.passes.dating import work_out_dates
from routing.passes.sweeping import sweep_up
from routing.services.assigning import assign_plan, assign_process
from routing.services.cancelling import cancel_plan
from routing.services.choosing import ChosenLines
from routing.services.dividing import split_plan
from routing.services.holding import hold_plan, release_hold
from routing.services.pinning import pin_plan, unpin_plan
from routing.services.rerouting import reroute_plan, reroute_process, retry_not_routable
from routing.services.settings import change_settings
from routing.services.strategies import replace_strategy, strategy_in_use
from tests.engine import oracle_facts
from tests.engine.oracle_facts import Name
from tests.factories.inventory import ArticleFactory, FacilityFactory
from tests.machine.nouns import Bucket, Order, Plan, Settings, Shelf, Strategy
from tests.machine.oracle import Item, Units
from tests.machine.records import Records


class Product:
    """Facilities and articles go by name. ``work`` does what the workers would, until nothing is left to do."""

    def __init__(
        self,
        facilities: Sequence[oracle_facts.Facility],
        zones: Mapping[Name, str],
        articles: Sequence[str],
        work: Callable[[], object],
    ) -> None:
        self._work = work
        # Ids in the order of the names: ties go by rank, then id (R2).
        self._facilities: dict[Name, Facility] = {
            facility["name"]: FacilityFactory.build(
                id=UUID(int=number),
                tenant_facility_id=facility["name"],
                rank=facility["rank"],
                location_type=facility["type"],
                services=facility["services"],
                country=facility["country"],
                time_zone=zones[facility["name"]],
            )
            for number, facility in enumerate(facilities, 1)
        }
        self._articles: dict[str, Article] = {
            name: ArticleFactory.build(tenant_article_id=name) for name in articles
        }
        self._names: dict[UUID | None, str] = {
            row.id: name for name, row in [*self._facilities.items(), *self._articles.items()]
        }
        Facility.objects.bulk_create(self._facilities.values())
        Article.objects.bulk_create(self._articles.values())
        for facility in facilities:
            drafts = [_listing_draft(name, listing) for name, listing in facility["listings"].items()]
            put_listings(facility=self._facilities[facility["name"]], drafts=drafts)
        self.records = Records(self._names)

    # What people and systems ask for

    def work(self) -> None:
        self._work()

    def date(self) -> None:
        """W10, which :meth:`work` may leave out."""
        work_out_dates()

    def queue(self) -> list[UUID]:
        """Plans that await a decision, in the order in which they will be decided."""
        return list(RoutingPlan.objects.queued().values_list("id", flat=True))

    def set_stock(self, on_hand: Mapping[Shelf, int]) -> None:
        """All in one write: of the records of a shelf the first has all of it."""
        items: list[StockItem] = []
        for (name, article), units in on_hand.items():
            facility, article_id = self._level((name, article))
            records = Stock.objects.filter(level__facility=facility, level__article=article_id).order_by("id")
            known = list(records.values_list("id", flat=True))
            items += [
                StockUpdate(stock_id=record, value=0 if number else units)
                for number, record in enumerate(known)
            ] or [StockDraft(facility_id=facility, tenant_article_id=article, value=units)]
        upsert_stocks(items=items)

    def set_safety_stock(self, shelf: Shelf, units: int) -> None:
        set_safety_stocks(targets={self._level(shelf): units})

    def list(self, shelf: Shelf, listing: oracle_facts.Listing) -> None:
        name, article = shelf
        put_listings(facility=self._facilities[name], drafts=[_listing_draft(article, listing)])

    def set_status(self, name: Name, status: str) -> None:
        facility = Facility.objects.get(pk=self._facilities[name].pk)
        modify_facility(facility_id=facility.pk, version=facility.version, values={"status": status})

    def use_strategy(self, strategy: Strategy) -> None:
        document = default_document()
        config = document["rootNode"]["config"]
        for fence in config["fences"]:
            if fence["implementation"] == "STOCK-AVAILABILITY":
                fence["active"] = strategy.stock != "off"
                fence["activeMode"] = "static" if strategy.stock == "static" else "reactive"
            elif fence["implementation"] == "FACILITY-COUNTRY":
                fence["active"] = strategy.country
        config["ratings"] = [
            {"type": "StandardRating", "implementation": name, "active": True, "maxPenalty": most}
            for name, most in strategy.ratings
        ]
        config["orderSplit"] = {
            "active": strategy.split,
            "activeForSameday": strategy.split_same_day,
            "maxSplitCount": strategy.max_parts,
            "shouldUseWaitingRoomForPreBackOrderItems": strategy.waiting_room,
        }
        ways = {"shipFromStore": strategy.short_picks, "clickAndCollect": strategy.short_picks_of_collect}
        config["reroute"] = {
            **{name: {"active": True, "rerouteType": way} for name, way in ways.items() if way},
            "rerouteZeroPicksOnly": strategy.zero_picks_only,
        }
        used = strategy_in_use()
        replace_strategy(
            strategy_id=used.pk, version=used.version, name_localized=used.name_localized, document=document
        )

    def change_settings(self, settings: Settings) -> None:
        quantity, unit = settings.limit
        changes = {
            "overtaking": "STRICT" if settings.strict else "ALLOW",
            "futureInventoryEnabled": settings.future,
            "futureDateLimit": {"quantity": quantity, "unit": unit},
            "partialRelease": settings.partial,
        }
        change_settings(version=WaitingRoomSettings.load().version, changes=changes)

    def sweep(self) -> None:
        """What is done every minute; what it finds is for :meth:`work`."""
        sweep_up()

    def place(self, draft: Order) -> tuple[UUID, UUID]:
        """The ids of the order and of its plan."""
        collect_at = draft.facts["collect_at"]
        items = tuple(BundleItemDraft(tenant_article_id=a, quantity=n) for a, n in draft.bundle.items())
        row = place_order(
            draft=OrderDraft(
                order_date=datetime.combine(draft.date, time(), UTC),
                lines=tuple(
                    LineDraft(tenant_article_id=a, title=a, quantity=n) for a, n in draft.lines.items()
                ),
                bundles=(BundleDraft(id=uuid7(), items=items),) if items else (),
                status=OrderStatus.LOCKED if draft.locked else OrderStatus.OPEN,
                country=draft.facts["country"],
                delivery_type=DeliveryType.COLLECT if collect_at else DeliveryType.SHIPPING,
                service_level=ServiceLevel.SAMEDAY if draft.same_day else ServiceLevel.DELIVERY,
                collect_facility=FacilityReference(tenant_facility_id=collect_at) if collect_at else None,
                tags=tuple(draft.facts["tags"]),
            )
        )
        return row.pk, RoutingPlan.objects.get(order=row).pk

    def expect(self, items: Sequence[tuple[Shelf, int, datetime | None]]) -> tuple[UUID, list[int]]:
        """A purchase order of items that come then, or as soon as possible (None); the ids of process and items."""
        process = create_inbound_process(
            facility=self._facilities[items[0][0][0]],
            purchase_order=PurchaseOrderDraft(
                order_date=timezone.now(),
                requested_at=None,
                items=[
                    ItemDraft(
                        tenant_article_id=article,
                        quantity=units,
                        own_date=True,
                        requested_at=when,
                        facility_id=self._facilities[name].pk,
                    )
                    for (name, article), units, when in items
                ],
            ),
        )
        rows = ExpectedStock.objects.filter(inbound_process=process).order_by("id")
        return process.pk, list(rows.values_list("id", flat=True))

    def receive(self, process: UUID, shelf: Shelf, units: int) -> None:
        name, article = shelf
        draft = ReceiptDraft(
            received_at=timezone.now(),
            facility_id=self._facilities[name].pk,
            items=[ReceivedItem(tenant_article_id=article, accepted=units)],
        )
        add_receipt(process_id=process, draft=draft)

    def change_item(self, bucket: Bucket, changes: ItemChanges) -> None:
        version = InboundProcess.objects.get(pk=bucket.process).version
        change_items(process_id=bucket.process, version=version, changes={bucket.id: changes})

    def look_ahead(self, article: str, ahead: bool) -> None:
        """Whether expected stock of the article counts (W6)."""
        row = Article.objects.get(pk=self._articles[article].pk)
        modify_article(article_id=row.pk, version=row.version, changes={"future_inventory_enabled": ahead})

    def pin(self, plan: Plan) -> None:
        pin_plan(plan_id=plan.id)

    def unpin(self, plan: Plan) -> None:
        unpin_plan(plan_id=plan.id)

    def hold(self, plan: Plan, until: datetime) -> None:
        hold_plan(plan_id=plan.id, until=until)

    def end_hold(self, plan: Plan) -> None:
        release_hold(plan_id=plan.id)

    def split_off(self, plan: Plan, units: Units) -> UUID:
        """The id of the plan that is made of these units."""
        return split_plan(plan_id=plan.id, choice=self._chosen(plan, units)).pk

    def cancel_units(self, plan: Plan, units: Units) -> None:
        cancel_plan(plan_id=plan.id, choice=self._chosen(plan, units))

    def assign_units(self, plan: Plan, units: Units, facility: Name) -> UUID:
        """The id of the plan of these units that stands there now."""
        facility_id = self._facilities[facility].pk
        return assign_plan(plan_id=plan.id, facility_id=facility_id, choice=self._chosen(plan, units)).pk

    def _chosen(self, plan: Plan, units: Units) -> ChosenLines:
        lines = {
            (self._names[article], bundle is not None): id
            for id, article, bundle in PlanLine.objects.filter(plan=plan.id).values_list(
                "id", "article_id", "bundle_id"
            )
        }
        return ChosenLines({lines[item]: number for item, number in units.items()})

    def work_on(
        self, plan: Plan, *actions: PickAction, picked: Units | None = None, emptied: Collection[Item] = ()
    ) -> None:
        """Actions on its pick job, with what was picked, in one go (P1)."""
        job = PickJob.objects.get(plan=plan.id)
        reports = self._reports(plan, job, picked or {}, emptied)
        steps = [Step((action,), reports if action is PickAction.PICK else ()) for action in actions]
        change_pick_job(pick_job_id=job.pk, version=job.version, steps=steps)

    def _reports(
        self, plan: Plan, job: PickJob, picked: Units, emptied: Collection[Item]
    ) -> tuple[LineReport, ...]:
        items = {
            line: Item(self._names[article], bundle is not None)
            for line, article, bundle in PlanLine.objects.filter(plan=plan.id).values_list(
                "id", "article_id", "bundle_id"
            )
        }
        lines = {items[reference]: id for id, reference in job.lines.values_list("id", "reference")}
        return tuple(
            LineReport(line_id=lines[item], picked=number, stock_emptied=item in emptied)
            for item, number in picked.items()
        )

    def cancel_line(self, order: Order, article: str, units: int) -> None:
        line = self._lines(order)[article]
        cancel_line(order_id=order.id, line_id=line, version=self._version(order), quantity=units)

    def set_quantity(self, order: Order, article: str, units: int) -> UUID | None:
        """The id of the plan that is made of added units, if some are."""
        lines = {name: LineUpdate(id=id) for name, id in self._lines(order).items()}
        lines[article] = replace(lines[article], quantity=units)
        update = OrderUpdate(lines=tuple(lines.values()))
        modify_order(order_id=order.id, version=self._version(order), update=update)
        added = RoutingPlan.objects.filter(order=order.id, status=PlanStatus.INITIAL)
        return added.values_list("id", flat=True).first()

    def _lines(self, order: Order) -> dict[str, UUID]:
        lines = OrderLine.objects.kept().filter(order=order.id)
        return {self._names[article]: id for id, article in lines.values_list("id", "article_id")}

    def force_cancel(self, order: Order) -> None:
        force_cancel_order(order_id=order.id, version=self._version(order))

    def unlock(self, order: Order) -> None:
        unlock_order(order_id=order.id, version=self._version(order))

    def cancel_order(self, order: Order) -> None:
        cancel_order(order_id=order.id, version=self._version(order))

    def cancel_plan(self, plan: Plan) -> None:
        cancel_plan(plan_id=plan.id)

    def reroute(self, plan: Plan) -> UUID:
        """The id of the plan that awaits the decision."""
        return reroute_plan(plan_id=plan.id).pk

    def reroute_order(self, order: Order) -> None:
        reroute_process(order_id=order.id, version=self._version(order))

    def retry(self) -> None:
        retry_not_routable()

    def assign(self, plan: Plan, facility: Name) -> UUID:
        """The id of the plan that stands there now."""
        return assign_plan(plan_id=plan.id, facility_id=self._facilities[facility].pk).pk

    def assign_order(self, order: Order, facility: Name) -> None:
        facility_id = self._facilities[facility].pk
        assign_process(order_id=order.id, facility_id=facility_id, version=self._version(order))

    def successors(self, plans: Iterable[Plan]) -> dict[UUID, UUID]:
        """Of those of the plans that were replaced."""
        replaced = RoutingPlan.objects.filter(reroute_predecessor__in=[plan.id for plan in plans])
        return dict(replaced.values_list("reroute_predecessor_id", "id"))

    def _version(self, order: Order) -> int:
        return OrderRow.objects.get(pk=order.id).version

    def _level(self, shelf: Shelf) -> tuple[UUID, UUID]:
        name, article = shelf
        return self._facilities[name].pk, self._articles[article].pk


def _listing_draft(article: str, listing: oracle_facts.Listing) -> ListingDraft:
    return ListingDraft(
        tenant_article_id=article,
        title=article,
        status="ACTIVE" if listing["active"] else "INACTIVE",
        own=_effective(listing["behaviour"]),
        rules=[
            RuleDraft(
                priority=rule["priority"],
                conditions=[
                    {
                        "type": condition["type"],
                        "values": condition["values"],
                        **({"operator": "NOT"} if condition["negated"] else {}),
                    }
                    for condition in rule["conditions"]
                ],
                effective=_effective(rule["behaviour"]),
            )
            for rule in listing["rules"]
        ],
    )


def _effective(behaviour: oracle_facts.Behaviour) -> Effective:
    return Effective(Behaviour(behaviour["kind"]), behaviour["start"], behaviour["days"])
