from __future__ import annotations

from django.urls import path

from backoffice.core.api import deliveries, events, jobs, status, subscriptions, tokens

urlpatterns = [
    path("events", events.EventsView.as_view(), name="events"),
    path("tokens", tokens.TokensView.as_view(), name="tokens"),
    path("tokens/<str:id>", tokens.TokenView.as_view(), name="token"),
    path("jobs", jobs.JobsView.as_view(), name="jobs"),
    path("jobs/<str:id>", jobs.JobView.as_view(), name="job"),
    path("jobs/<str:id>/actions", jobs.JobActionsView.as_view(), name="job-actions"),
    path("subscriptions", subscriptions.SubscriptionsView.as_view(), name="subscriptions"),
    path("subscriptions/<str:id>", subscriptions.SubscriptionView.as_view(), name="subscription"),
    path(
        "subscriptions/<str:id>/actions",
        subscriptions.SubscriptionActionsView.as_view(),
        name="subscription-actions",
    ),
    path("supportedevents", subscriptions.SupportedEventsView.as_view(), name="supported-events"),
    path("webhookdeliveries", deliveries.DeliveriesView.as_view(), name="webhook-deliveries"),
    path(
        "webhookdeliveries/<str:id>/actions",
        deliveries.DeliveryActionsView.as_view(),
        name="webhook-delivery-actions",
    ),
    path("status", status.StatusView.as_view(), name="status"),
    path("health", status.HealthView.as_view(), name="health"),
]
