from __future__ import annotations

from django.urls import path

from orders.api import (
    actions,
    bulk_actions,
    bulk_placing,
    cancelationreasons,
    line_actions,
    orders,
    paymentoperations,
    payments,
    pickjobs,
    searches,
    servicecatalogue,
)

urlpatterns = [
    *(search.url for search in searches.SEARCHES),
    path("orders", orders.OrdersView.as_view(), name="orders"),
    path("orders/actions", bulk_actions.BulkOrderActionsView.as_view(), name="orders-actions"),
    path("orders/bulk", bulk_placing.BulkOrdersView.as_view(), name="orders-bulk"),
    path("orders/<str:id>", orders.OrderView.as_view(), name="order"),
    path("orders/<str:id>/actions", actions.OrderActionsView.as_view(), name="order-actions"),
    path("orders/<str:id>/payments", payments.OrderPaymentsView.as_view(), name="order-payments"),
    path("paymentoperations", paymentoperations.PaymentOperationsView.as_view(), name="payment-operations"),
    path(
        "paymentoperations/<str:id>",
        paymentoperations.PaymentOperationView.as_view(),
        name="payment-operation",
    ),
    path(
        "paymentoperations/<str:id>/actions",
        paymentoperations.PaymentOperationActionsView.as_view(),
        name="payment-operation-actions",
    ),
    path(
        "orders/<str:id>/orderlineitems/<str:line_id>/actions",
        line_actions.OrderLineActionsView.as_view(),
        name="order-line-actions",
    ),
    path(
        "cancelationreasons",
        cancelationreasons.CancelationReasonsView.as_view(),
        name="cancelation-reasons",
    ),
    path(
        "cancelationreasons/<str:id>",
        cancelationreasons.CancelationReasonView.as_view(),
        name="cancelation-reason",
    ),
    path("customservices", servicecatalogue.CustomServicesView.as_view(), name="custom-services"),
    path("customservices/<str:id>", servicecatalogue.CustomServiceView.as_view(), name="custom-service"),
    path("pickjobs", pickjobs.PickJobsView.as_view(), name="pick-jobs"),
    path("pickjobs/<str:id>", pickjobs.PickJobView.as_view(), name="pick-job"),
    path("pickjobs/<str:id>/actions", pickjobs.PickJobActionsView.as_view(), name="pick-job-actions"),
]
