"""A site with very many orders, and many of everything that the API lists."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from django.utils import timezone

from backoffice.core.models import ApiToken, BackgroundJob, DomainEvent, JobItem, User, WebhookDelivery
from backoffice.core.models import Subscription as WebhookSubscription
from backoffice.core.services.subscriptions import SubscriptionDraft, create_subscription
from inventory.models import (
    Article,
    Carrier,
    ExpectedStock,
    Facility,
    FacilityCarrier,
    FacilityGroup,
    InboundProcess,
    PurchaseOrder,
    Reservation,
    SafetyStock,
    Stock,
    StockLevel,
    Tag,
)
from orders.drafts import LineDraft, OrderDraft
from orders.models import (
    CancelationReason,
    CustomService,
    Order,
    OrderLine,
    PaymentAuthorisation,
    PaymentOperation,
    PickJob,
    PickLine,
)
from orders.models.paymentoperation import OperationKind
from orders.services.placing import place_orders
from routing.jobs import INTERVENTIONS
from routing.models import (
    DecisionLog,
    PlanLine,
    ReleaseRun,
    RoutingPlan,
    RoutingStrategy,
    StrategyRevision,
    WaitingArticle,
)
from routing.passes.queue import route_queue
from routing.passes.release import serve_waiting_room
from routing.services.strategies import strategy_in_use
from tests.bench import worlds
from tests.bench.multiplying import multiply

SEED = 1_000
"""Orders that come about by the services; all others are copies of them."""

ORDERED = 200
"""Articles that orders are of; half of them are there."""

ARTICLES, MANY = 5_000, 2_000
"""How many articles there are, and of every other thing that a site has few of: enough to tell a first page from a
last one."""

_OF_AN_ORDER = (
    Order,
    OrderLine,
    PickJob,
    PickLine,
    RoutingPlan,
    PlanLine,
    DecisionLog,
    WaitingArticle,
    Reservation,
    PaymentAuthorisation,
    PaymentOperation,
    DomainEvent,
    WebhookDelivery,
)


def _ranked(column: str, id: str) -> str:
    """A rank ends with the plan's id."""
    own = f"decode(replace(pg_temp.later({id}, copy)::text, '-', ''), 'hex')"
    return f"substr({column}, 1, length({column}) - 16) || {own}"


def build(orders: int) -> None:
    """So many orders, rounded down to whole thousands: half of them are routed, half wait. The rest by thousands."""
    worlds.empty()
    _catalogue()
    _seed()
    multiply(
        _OF_AN_ORDER,
        orders // SEED - 1,
        {
            (Order, "tenant_order_id"): "tenant_order_id || '-' || copy",
            (PickJob, "tenant_order_id"): "tenant_order_id || '-' || copy",
            (PickJob, "short_id"): "short_id || to_hex(copy)",
            (RoutingPlan, "rank"): _ranked("rank", "id"),
            (WaitingArticle, "rank"): _ranked("rank", "plan_id"),
            (DomainEvent, "resource_id"): (
                "CASE WHEN length(resource_id) = 36 THEN pg_temp.later(resource_id::uuid, copy)::text "
                "ELSE resource_id END"
            ),
        },
    )
    _sundries()
    worlds.analyze()


def _catalogue() -> None:
    """Five facilities with every article in stock, except for what is ordered; and many that have nothing."""
    facilities, articles = worlds.network(5, ARTICLES)
    levels = StockLevel.objects.filter(article__in=articles[ORDERED:])
    Stock.objects.bulk_create([Stock(level=level, value=10) for level in levels], batch_size=5_000)
    levels.update(on_hand=10)
    own = StockLevel.objects.filter(facility=facilities[0])
    SafetyStock.objects.bulk_create([SafetyStock(level=level) for level in own])
    worlds.expect(facilities[1], articles[0], 10, deliveries=1)
    multiply((InboundProcess, PurchaseOrder, ExpectedStock), MANY)
    Facility.objects.bulk_create(
        [Facility(name=f"Idle {n}", country="FR", postal_code=f"{n:05}") for n in range(MANY)]
    )
    for number in range(ORDERED // 2):
        worlds.arrive(facilities[number % 5], articles[number], SEED)


def _seed() -> None:
    subscription = SubscriptionDraft(name="Crowd", event="ORDER_CREATED", callback_url="https://example.org/")
    create_subscription(draft=subscription)
    orders = place_orders(
        drafts=[
            OrderDraft(
                tenant_order_id=f"ORDER-{number}",
                order_date=worlds.FIRST_OF_MAY + timedelta(minutes=number),
                lines=(LineDraft(tenant_article_id=f"SKU-{number % ORDERED}", title="Article", quantity=1),),
                country="DE",
                latitude=52.5,
                longitude=13.4,
            )
            for number in range(SEED)
        ]
    )
    route_queue()
    serve_waiting_room()
    assert RoutingPlan.objects.waiting().count() == PickJob.objects.count() == SEED // 2
    payments = PaymentAuthorisation.objects.bulk_create(
        [PaymentAuthorisation(order=order, amount=Decimal(10), currency="EUR") for order in orders]
    )
    PaymentOperation.objects.bulk_create(
        [
            PaymentOperation(
                order_id=payment.order_id,
                authorisation=payment,
                kind=OperationKind.AUTHORISE,
                amount=payment.amount,
                next_attempt=timezone.now(),
            )
            for payment in payments
        ]
    )


def _sundries() -> None:
    """Much of what a site has little of, also within one order, job, facility or strategy."""
    first = Order.objects.order_by("id")[0]
    strategy_in_use()
    place = Facility.objects.order_by("id")[0]
    FacilityCarrier.objects.create(facility=place, carrier=Carrier.objects.create(key="carrier", name="C"))
    FacilityGroup.objects.create(tenant_facility_group_id="group")
    Tag.objects.create(id="tag")
    CancelationReason.objects.create(reason="reason")
    CustomService.objects.create(tenant_custom_service_id="service")
    job = BackgroundJob.objects.create(kind=INTERVENTIONS.name, actor="system")
    ReleaseRun.objects.create(started=timezone.now())
    multiply((BackgroundJob,), MANY)
    JobItem.objects.create(job=job, subject="subject")
    ApiToken.objects.create(User.objects.create_user("crowd@example.org", None, role="VIEWER"), name="crowd")
    for few in (FacilityGroup, Tag, CancelationReason, CustomService, JobItem, ReleaseRun, ApiToken):
        multiply((few,), MANY)
    multiply((Carrier, FacilityCarrier), MANY)
    multiply((WebhookSubscription,), MANY)
    multiply((RoutingStrategy,), MANY, {(RoutingStrategy, "in_use"): "false"})
    revisions = {(StrategyRevision, "revision"): "revision + copy"}
    multiply((StrategyRevision,), MANY, revisions)
    PaymentAuthorisation.objects.bulk_create(
        [PaymentAuthorisation(order=first, amount=Decimal(1), currency="EUR") for _ in range(MANY)]
    )
    DomainEvent.objects.bulk_create(
        [
            DomainEvent(
                name="ORDER_UNLOCKED",
                resource_type="ORDER",
                resource_id=str(first.pk),
                process_id=first.pk,
                actor="system",
                occurred_at=timezone.now(),
            )
            for _ in range(MANY // 10)
        ]
    )
    assert Article.objects.count() == ARTICLES
