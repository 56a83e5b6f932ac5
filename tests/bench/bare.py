"""What Django costs at the least: a view that checks nothing and inserts the rows of an order (T9), and one that asks
the database for nothing but an answer (T8).

They have the project's models and database, and none of its middleware, tokens, validation, events or answers.
"""

from __future__ import annotations

import json

from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
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


def select_one(request: HttpRequest) -> HttpResponse:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        return HttpResponse(str(cursor.fetchone()[0]))


urlpatterns = [path("api/orders", place), path("select-1", select_one)]
