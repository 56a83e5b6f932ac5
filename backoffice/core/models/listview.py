from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q, QuerySet
from django.db.models.functions import Lower
from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _

from backoffice.core.models.base import Versioned, VersionedQuerySet
from backoffice.core.models.user import User

MOST_NAME = 80


class SavedViewQuerySet(VersionedQuerySet["SavedView"]):
    def seen_by(self, user: User) -> QuerySet[SavedView]:
        """One's own, and those that are shared."""
        return self.filter(Q(owner=user) | Q(shared=True))


class SavedView(Versioned):
    """A list as somebody wants to see it again: what its address asks for, and which columns are out of sight.

    ``list_name`` is the URL name of the list, ``query`` the filters as its address has them. Shared ones are for
    everybody who may see the list, and stay when their owner is deleted.
    """

    private = True

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        related_name="saved_views",
        verbose_name=_("owner"),
    )
    list_name = models.CharField(_("list"), max_length=64)
    name = models.CharField(_("name"), max_length=MOST_NAME)
    query = models.TextField(_("filters"), blank=True)
    hidden_columns = models.JSONField(_("columns out of sight"), default=list, blank=True)
    shared = models.BooleanField(_("shared"), default=False)

    objects = SavedViewQuerySet.as_manager()

    class Meta(Versioned.Meta):
        verbose_name = _("saved view")
        verbose_name_plural = _("saved views")
        constraints = (
            models.UniqueConstraint("owner", "list_name", Lower("name"), name="view_name_once_per_owner"),
            models.UniqueConstraint(
                "list_name", Lower("name"), name="shared_view_name_once", condition=Q(shared=True)
            ),
        )

    def __str__(self) -> str:
        return self.name


class ListPreference(models.Model):
    """How somebody likes a list, or one of its views: which columns are out of sight, and for the list itself with
    which view it opens.
    """

    private = True

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="+",
        verbose_name=_("user"),
        db_index=False,
    )
    list_name = models.CharField(_("list"), max_length=64)
    view = models.ForeignKey(
        SavedView, on_delete=models.CASCADE, null=True, blank=True, related_name="+", verbose_name=_("view")
    )
    hidden_columns = models.JSONField(_("columns out of sight"), null=True, blank=True)
    default_view = models.ForeignKey(
        SavedView,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("opens with"),
    )

    class Meta:
        verbose_name = _("preference for a list")
        verbose_name_plural = _("preferences for lists")
        constraints = (
            models.UniqueConstraint(
                name="one_preference_per_list", fields=("user", "list_name"), condition=Q(view__isnull=True)
            ),
            models.UniqueConstraint(name="one_preference_per_view", fields=("user", "view")),
        )

    def __str__(self) -> str:
        return say("%(list_name)s of %(user_id)s") % {"list_name": self.list_name, "user_id": self.user_id}
