"""What a shop may offer at its checkout. Nothing is written, so whoever may look may ask."""

from __future__ import annotations

from django.urls import path
from rest_framework.request import Request
from rest_framework.response import Response

from backoffice.core.api.schema import operation
from backoffice.core.api.views import ApiView
from routing.api import checkout_shapes as shapes
from routing.api.promises import TAG
from routing.checkout.dates import (
    available_at,
    deliveries_by_day,
    earliest_collections,
    earliest_deliveries,
)
from routing.checkout.options import checkout_options

ERRORS = (400, 401, 403)


class CheckoutOptionsView(ApiView):
    permissions = {"POST": "routing.view"}

    @operation(
        "Where a basket may be collected, or from where it may be shipped",
        operation_id="postCheckoutOptions",
        request=shapes.CheckoutOptionsInputSerializer,
        answer=shapes.CheckoutOptionsSerializer,
        errors=ERRORS,
        tag=TAG,
    )
    def post(self, request: Request) -> Response:
        return Response(checkout_options(self.body(shapes.CheckoutOptionsInputSerializer)))


class DeliveryEarliestView(ApiView):
    permissions = {"POST": "routing.view"}

    @operation(
        "When articles could be delivered at the earliest",
        operation_id="checkoutoptionDeliveryEarliest",
        request=shapes.DeliveryEarliestRequestSerializer,
        answer=shapes.DeliveryEarliestSerializer,
        errors=ERRORS,
        tag=TAG,
    )
    def post(self, request: Request) -> Response:
        return Response(earliest_deliveries(self.body(shapes.DeliveryEarliestRequestSerializer)))


class DeliveryTimePeriodView(ApiView):
    permissions = {"POST": "routing.view"}

    @operation(
        "How much of a basket could be delivered on which day",
        operation_id="checkoutoptionDeliveryTimePeriod",
        request=shapes.DeliveryTimePeriodRequestSerializer,
        answer=shapes.DeliveryTimePeriodSerializer,
        errors=ERRORS,
        tag=TAG,
    )
    def post(self, request: Request) -> Response:
        return Response(deliveries_by_day(self.body(shapes.DeliveryTimePeriodRequestSerializer)))


class DeliveryTimePointView(ApiView):
    permissions = {"POST": "routing.view"}

    @operation(
        "How many units facilities can pick in time",
        operation_id="checkoutOptionsTimepoint",
        request=shapes.DeliveryTimePointRequestSerializer,
        answer=shapes.DeliveryTimePointSerializer,
        errors=ERRORS,
        tag=TAG,
    )
    def post(self, request: Request) -> Response:
        return Response(available_at(self.body(shapes.DeliveryTimePointRequestSerializer)))


class CollectEarliestView(ApiView):
    permissions = {"POST": "routing.view"}

    @operation(
        "When articles could be collected at the earliest",
        operation_id="checkoutoptionCollectEarliest",
        request=shapes.CollectEarliestRequestSerializer,
        answer=shapes.CollectEarliestSerializer,
        errors=ERRORS,
        tag=TAG,
    )
    def post(self, request: Request) -> Response:
        return Response(earliest_collections(self.body(shapes.CollectEarliestRequestSerializer)))


_UNDER = "promises/checkoutoptions"

urlpatterns = [
    path(_UNDER, CheckoutOptionsView.as_view(), name="checkout-options"),
    path(f"{_UNDER}/delivery/earliest", DeliveryEarliestView.as_view(), name="checkout-delivery-earliest"),
    path(
        f"{_UNDER}/delivery/timeperiod", DeliveryTimePeriodView.as_view(), name="checkout-delivery-timeperiod"
    ),
    path(f"{_UNDER}/delivery/timepoint", DeliveryTimePointView.as_view(), name="checkout-delivery-timepoint"),
    path(f"{_UNDER}/collect/earliest", CollectEarliestView.as_view(), name="checkout-collect-earliest"),
]
