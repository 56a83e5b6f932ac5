"""What can be searched for in orders: ``POST /api/orders/search`` and ``POST /api/pickjobs/search``."""

from __future__ import annotations

from collections.abc import Collection

from django.db.models import Exists, OuterRef, Q, QuerySet

from backoffice.core.api.search import (
    Absent,
    Attributes,
    Choice,
    Flag,
    Group,
    Member,
    Moment,
    ObjectElements,
    Only,
    Ref,
    RefList,
    Rows,
    Search,
    SearchedElement,
    Sort,
    Text,
    TextElements,
    each,
)
from inventory.api.searches import TAG_KEYS, at_facility
from orders.api.answers import OrderSerializer, PickJobSerializer
from orders.models import (
    DeliveryType,
    Order,
    OrderLine,
    OrderStatus,
    PickJob,
    PickJobStatus,
    PickLine,
    ServiceLevel,
)
from orders.rendering import render_order, render_pick_job

ADDRESS_KEYS = (
    "addressType",
    "city",
    "companyName",
    "country",
    "email",
    "firstName",
    "houseNumber",
    "lastName",
    "postalCode",
    "province",
    "street",
)
LOCALES = ("de_DE", "en_US", "ru_RU")
COLLECTED = Q(delivery_type=DeliveryType.COLLECT)


def localized(column: str, name: str, *, within: tuple[str, ...] = ()) -> Group:
    """``{"en_US": {"eq": …}}`` about a document of one text per language."""
    return Group({locale: Text(Member(column, locale, within=(*within, name))) for locale in LOCALES})


def _lines() -> QuerySet[OrderLine]:
    return OrderLine.objects.kept().filter(order=OuterRef("pk"))


ORDERS = Search(
    name="Order",
    plural="orders",
    at="orders",
    permission="orders.view",
    tag="Orders",
    item=OrderSerializer,
    rows=Order.objects.with_line_items,
    render=each(render_order),
    fields={
        "id": Ref("pk"),
        "tenantOrderId": Text("tenant_order_id"),
        "status": Choice("status", OrderStatus.values),
        "orderDate": Moment("order_date"),
        "consumer": Group(
            {
                "consumerId": Text("consumer_id"),
                "addresses": ObjectElements("consumer", ADDRESS_KEYS, within=("addresses",)),
            }
        ),
        "deliveryPreferences": Group(
            {
                "collect": Only(
                    COLLECTED,
                    {
                        "facilityRef": at_facility("collect_facility"),
                        "paid": Flag("delivery_preferences__collect__0__paid"),
                    },
                ),
                "shipping": Group(
                    {
                        "desiredDeliveryTime": Moment("target_time"),
                        "serviceLevel": Choice("service_level", ServiceLevel.values),
                    }
                ),
            }
        ),
        "orderLineItems": Rows(
            _lines,
            {
                "article": Group(
                    {
                        "tenantArticleId": Text("article__tenant_article_id"),
                        "title": Text("title"),
                        "titleLocalized": localized("details", "titleLocalized", within=("article",)),
                    }
                ),
            },
        ),
        "paymentInfo": Group(
            {
                "currency": Text("currency"),
                "method": Absent(Text("pk")),
                "methodLocalized": localized("payment_info", "methodLocalized"),
            }
        ),
        "tags": ObjectElements("tags", TAG_KEYS),
        "customAttributes": Attributes("custom_attributes"),
    },
    sorts={
        "orderDate": Sort("order_date"),
        "status": Sort("status"),
        "tenantOrderId": Sort("tenant_order_id", nullable=True),
    },
)


def _to_pick(articles: Collection[str]) -> Q:
    lines = PickLine.objects.filter(pick_job=OuterRef("pk"), article__tenant_article_id__in=articles)
    return Q(Exists(lines))


PICK_JOBS = Search(
    name="PickJob",
    plural="pickJobs",
    at="pickjobs",
    permission="orders.view",
    tag="Pick jobs",
    item=PickJobSerializer,
    rows=PickJob.objects.with_line_items,
    render=each(render_pick_job),
    fields={
        "id": Ref("pk"),
        "orderRef": Ref("order"),
        "facilityRef": at_facility("facility"),
        "status": Choice("status", PickJobStatus.values),
        "tenantOrderId": Text("tenant_order_id"),
        "shortId": Text("short_id"),
        "consumerName": SearchedElement(
            "order__consumer", ("firstName", "lastName", "companyName"), within=("addresses",)
        ),
        "tenantArticleIds": RefList(_to_pick),
        "targetTime": Moment("target_time"),
        "created": Moment("created"),
        "lastModified": Moment("last_modified"),
        "preferredPickingMethods": Absent(TextElements("pk", operators=("eq", "in", "notEq"))),
        "transfers": Absent(ObjectElements("pk", ("id",))),
    },
    sorts={
        "created": Sort("created"),
        "lastModified": Sort("last_modified"),
        "targetTime": Sort("target_time", nullable=True),
        "tenantOrderId": Sort("tenant_order_id"),
    },
)

SEARCHES = (ORDERS, PICK_JOBS)
