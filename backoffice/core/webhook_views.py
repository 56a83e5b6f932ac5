"""Settings → Webhooks: who is told of what, whether they hear it, and sending again what they did not (spec 6)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar

from django import forms
from django.conf import settings
from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from backoffice.core import access, webhooks
from backoffice.core.errors import DomainError
from backoffice.core.models import Subscription, WebhookDelivery
from backoffice.core.services.deliveries import resend, resend_parked
from backoffice.core.services.subscriptions import create_subscription, delete_subscription, rotate_secret
from backoffice.core.ui.offers import Offer
from backoffice.core.ui.screens import Act, Dialog, ListScreen, SecretDialog
from backoffice.core.webhook_forms import DeliveryScreenFilter, SubscribeForm, SubscriptionScreenFilter
from backoffice.core.webhook_tables import DeliveryTable, SubscriptionTable, shown_address, state_of

LOOK, MANAGE = "core.view_webhooks", "core.manage_webhooks"


class WebhooksView(ListScreen):
    permissions: ClassVar[dict[str, str]] = {"*": LOOK}
    template_name = "core/webhooks/webhooks.html"
    filterset_class = SubscriptionScreenFilter
    table_class = SubscriptionTable
    keys = ("name", "id")
    extra_context = {
        "empty": {
            "icon": "webhook",
            "title": _("Nobody has subscribed"),
            "text": _(
                "Other systems can be told of orders, plans and stock the moment something happens to them."
            ),
            "offers": (Offer(_("Subscribe"), "webhook-create", "core.manage_webhooks", dialog=True),),
        }
    }

    def get_queryset(self) -> QuerySet[Subscription]:
        return Subscription.objects.with_counts()


class WebhookView(ListScreen):
    """One subscription and its deliveries, the newest first."""

    permissions: ClassVar[dict[str, str]] = {"*": LOOK}
    template_name = "core/webhooks/webhook.html"
    filterset_class = DeliveryScreenFilter
    table_class = DeliveryTable
    keys = ("-id",)
    extra_context = {
        "empty": {
            "icon": "send",
            "title": _("Nothing was sent so far"),
            "text": _("The next event of this kind is sent as soon as it happens."),
        }
    }

    def get_queryset(self) -> QuerySet[WebhookDelivery]:
        return WebhookDelivery.objects.filter(subscription=self.kwargs["pk"]).select_related("event")

    def without(self) -> tuple[str, ...]:
        return () if access.may(self.request.user, MANAGE) else ("actions",)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        subscription = get_object_or_404(Subscription.objects.with_counts(), pk=self.kwargs["pk"])
        told = webhooks.find(subscription.event)
        return super().get_context_data(
            subscription=subscription,
            address=shown_address(subscription.callback_url),
            description=told.description if told else "",
            state=state_of(subscription),
            **kwargs,
        )

    def get_template_names(self) -> list[str]:
        """The part that is asked for, or the page."""
        parts = {"deliveries": self.list_template_name, "webhook": "core/webhooks/partials/facts.html"}
        return [parts.get(self.request.headers.get("HX-Target", ""), self.template_name)]


class WebhookSecretDialog(SecretDialog):
    permissions: ClassVar[dict[str, str]] = {"*": MANAGE}
    secret_lead = _("This is the secret that signs what is sent. Copy it now: it is not shown again.")


class SubscribeView(WebhookSecretDialog):
    template_name = "core/webhooks/partials/subscribe.html"

    def get_form(self, data: Any = None, **kwargs: Any) -> SubscribeForm:
        return SubscribeForm(data)

    def get_context(self, **kwargs: Any) -> dict[str, Any]:
        return {"title": say("Subscribe to an event"), "submit": say("Subscribe")}

    def problems(self, error: DomainError, form: Any, **kwargs: Any) -> Iterator[tuple[str | None, str]]:
        """Of a header or a context, at the field in which it was written."""
        given = form.draft().contexts
        for problem in error.problems:
            field = str(problem.field)
            if field.startswith("contexts["):
                kind = given[int(field.split("[")[1].split("]")[0])]["type"]
                yield ("facilities" if kind == "FACILITY" else "groups"), problem.said
            else:
                name = field.partition("[")[0]
                yield (name if name in form.fields else None), problem.said

    def act(self, form: Any, **kwargs: Any) -> str:
        subscription, secret = create_subscription(draft=form.draft())
        self.said = say("%(name)s is subscribed") % {"name": subscription.name}
        return secret


class RotateView(WebhookSecretDialog):
    subscription: Subscription

    def get_form(self, data: Any = None, **kwargs: Any) -> forms.Form:
        self.subscription = get_object_or_404(Subscription, pk=kwargs["pk"])
        return forms.Form(data)

    def get_context(self, **kwargs: Any) -> dict[str, Any]:
        hours = settings.WEBHOOK_SECRET_GRACE_HOURS
        return {
            "title": say("Rotate the secret"),
            "lead": ngettext(
                "You get a new secret. For %(hours)d hour the one before signs as well.",
                "You get a new secret. For %(hours)d hours the one before signs as well.",
                hours,
            )
            % {"hours": hours},
            "submit": say("Rotate the secret"),
        }

    def act(self, form: Any, **kwargs: Any) -> str:
        self.said = say("%(name)s has a new secret") % {"name": self.subscription.name}
        return rotate_secret(subscription_id=self.subscription.pk)[1]


class UnsubscribeView(Dialog):
    permissions: ClassVar[dict[str, str]] = {"*": MANAGE}
    subscription: Any  # with its counts

    def get_form(self, data: Any = None, **kwargs: Any) -> forms.Form:
        self.subscription = get_object_or_404(Subscription.objects.with_counts(), pk=kwargs["pk"])
        return forms.Form(data)

    def get_context(self, **kwargs: Any) -> dict[str, Any]:
        return {
            "title": say("Delete %(name)s") % {"name": self.subscription.name},
            "lead": self.consequences(),
            "submit": say("Delete"),
            "submit_class": "btn-danger",
        }

    def consequences(self) -> str:
        unsent = self.subscription.pending + self.subscription.retrying + self.subscription.parked
        said = say("Nobody is told there any more.")
        if not unsent:
            return said
        dropped = ngettext(
            "%(count)d event that has not arrived is not sent any more.",
            "%(count)d events that have not arrived are not sent any more.",
            unsent,
        ) % {"count": unsent}
        return f"{said} {dropped}"

    def act(self, form: Any, **kwargs: Any) -> str:
        deleted = delete_subscription(subscription_id=self.subscription.pk)
        self.leads_to = reverse("webhooks")
        return say("%(name)s was deleted.") % {"name": deleted.name}


class ResendView(Act):
    permissions: ClassVar[dict[str, str]] = {"*": MANAGE}

    def act(self, **kwargs: Any) -> str:
        sent = resend(delivery_id=kwargs["delivery"])
        return say("Event %(event)s is sent again.") % {"event": sent.event_id}


class ResendParkedView(Act):
    permissions: ClassVar[dict[str, str]] = {"*": MANAGE}

    def act(self, **kwargs: Any) -> str:
        count = resend_parked(subscription_id=kwargs["pk"])
        return ngettext("%(count)d event is sent again.", "%(count)d events are sent again.", count) % {
            "count": count
        }
