"""``/api/stocks``"""

from __future__ import annotations

from rest_framework.request import Request
from rest_framework.response import Response

from backoffice.core.api.pages import page_of
from backoffice.core.api.schema import ANY_JSON, START_AFTER_ID, operation, page_schema, query, size_up_to
from backoffice.core.api.views import ApiView
from backoffice.core.filters import filtered
from inventory.api.stock_rendering import (
    StockResultSerializer,
    StockSerializer,
    render_stock,
    render_stocks,
    stocks_to_render,
)
from inventory.api.stock_shapes import (
    StockForCreationSerializer,
    StockForUpdateSerializer,
    StocksForUpsertSerializer,
    stock_items,
    stock_update,
)
from inventory.filters import StockFilter
from inventory.models import Stock
from inventory.services import stock
from inventory.services.stock_writing import StockDraft

MOST_STOCKS = 100
"""The largest page of stocks (spec 5, "Lists")."""


class StocksView(ApiView):
    permissions = {
        "GET": "inventory.view",
        "POST": "inventory.manage_stock",
        "PUT": "inventory.manage_stock",
    }

    @operation(
        "List stock",
        answer=page_schema("stocks", StockSerializer, page_info=True),
        parameters=(
            query("facilityRef", many=True),
            query("tenantFacilityId", many=True),
            query("tenantArticleId", many=True),
            query("locationRef", many=True),
            size_up_to(MOST_STOCKS),
            START_AFTER_ID,
        ),
        errors=(400, 401, 403),
        tag="Stocks",
    )
    def get(self, request: Request) -> Response:
        rows = filtered(StockFilter, request.query_params, stocks_to_render())
        return page_of(rows, request, "stocks", render_stock, max_size=MOST_STOCKS, page_info=True)

    @operation(
        "Create a stock",
        request=StockForCreationSerializer,
        answer=StockSerializer,
        status=201,
        errors=(400, 401, 403, 409),
        tag="Stocks",
    )
    def post(self, request: Request) -> Response:
        [draft] = stock_items([self.body(StockForCreationSerializer)])
        assert isinstance(draft, StockDraft)
        created = stock.create_stock(draft=draft)
        return Response(render_stock(self.get_or_404(stocks_to_render(), created.pk)), status=201)

    @operation(
        "Create and update stocks, all or none",
        request=StocksForUpsertSerializer,
        answer=StockResultSerializer(many=True),
        errors=(400, 401, 403, 409),
        tag="Stocks",
    )
    def put(self, request: Request) -> Response:
        """Items are applied in order; one may name the record of another before it."""
        body = self.body(StocksForUpsertSerializer)
        outcomes = stock.upsert_stocks(items=stock_items(body["stocks"], path="stocks[{}]."))
        rendered = render_stocks(record.pk for record, _ in outcomes)
        return Response(
            [
                {"stock": rendered[record.pk], "status": outcome}
                for record, outcome in outcomes
                if record.pk in rendered
            ]
        )


class StockView(ApiView):
    permissions = {
        "GET": "inventory.view",
        "PUT": "inventory.manage_stock",
        "DELETE": "inventory.manage_stock",
    }

    @operation("Read a stock", answer=StockSerializer, errors=(401, 403, 404), tag="Stocks")
    def get(self, request: Request, stock_id: str) -> Response:
        return Response(render_stock(self.get_or_404(stocks_to_render(), stock_id)))

    @operation(
        "Update a stock",
        request=StockForUpdateSerializer,
        answer=StockSerializer,
        errors=(400, 401, 403, 404, 409),
        tag="Stocks",
    )
    def put(self, request: Request, stock_id: str) -> Response:
        record = self.get_or_404(Stock.objects.all(), stock_id)
        body = self.body(StockForUpdateSerializer)
        stock.update_stock(update=stock_update(record.pk, body))
        return Response(render_stock(self.get_or_404(stocks_to_render(), record.pk)))

    @operation("Delete a stock", answer=ANY_JSON, errors=(401, 403, 404), tag="Stocks")
    def delete(self, request: Request, stock_id: str) -> Response:
        stock.delete_stock(stock_id=self.get_or_404(Stock.objects.all(), stock_id).pk)
        return Response({})
