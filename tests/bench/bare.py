"""What placing an order costs at the least: a Django view that checks nothing and inserts the rows (T9).

It has the project's models and database, and none of its middleware, tokens, validation, events or answers.
"""

from __future__ import annotations

import json

from django.db import transaction
from django.http import HttpRequest, JsonResponse
from django.urls import path
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from backoffice.core.models import DomainEvent
from inventory.models import Article
from orders.models import Order, OrderLine
from routing.models import PlanLine, RoutingPlan


def place(request: HttpRequest) -> JsonResponse:
    given = json.loads(request.body)
    address = given["consumer"]["addresses"][0]
    with transaction.atomic():
        order = Order.objects.create(
            tenant_order_id=given["tenantOrderId"],
            order_date=parse_datetime(given["orderDate"]),
            consumer=given["consumer"],
            country=address["country"],
        )
        plan = RoutingPlan.objects.create(
            order=order, queued_run="INTAKE", queued_at=timezone.now(), rank=order.id.bytes
        )
        for position, item in enumerate(given["orderLineItems"]):
            article = Article.objects.get(tenant_article_id=item["article"]["tenantArticleId"])
            line = OrderLine.objects.create(
                order=order,
                position=position,
                article=article,
                quantity=item["quantity"],
                title=item["article"]["title"],
            )
            PlanLine.objects.create(plan=plan, order_line=line, article=article, quantity=line.quantity)
        DomainEvent.objects.create(
            name="ORDER_CREATED",
            resource_type="ORDER",
            resource_id=str(order.id),
            process_id=order.id,
            actor="bare",
            occurred_at=timezone.now(),
        )
    return JsonResponse({"id": str(order.id), "status": order.status, **given}, status=201)


urlpatterns = [path("api/orders", place)]
