from __future__ import annotations

from collections.abc import Collection
from typing import Any, ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, Group, PermissionsMixin
from django.db import models, transaction
from django.db.models import Exists, OuterRef
from django.db.models.functions import Coalesce, Lower
from django.utils.translation import gettext_lazy as _

from backoffice.core.access import Role
from backoffice.core.models.base import Versioned, VersionedQuerySet


class UserQuerySet(VersionedQuerySet["User"]):
    def with_standing(self) -> UserQuerySet:
        """``second_factor``: whether they sign in with a code as well; ``locked_out``: whether too many attempts
        failed; ``seen_at``: when they were last there.
        """
        from allauth.mfa.models import Authenticator

        from backoffice.core.lockout import locked_out

        codes = Authenticator.objects.filter(user=OuterRef("pk"), type=Authenticator.Type.TOTP)
        return self.annotate(
            second_factor=Exists(codes), locked_out=locked_out(), seen_at=Coalesce("last_seen", "last_login")
        )


class UserManager(BaseUserManager["User"]):
    def get_queryset(self) -> UserQuerySet:
        return UserQuerySet(self.model, using=self._db)

    def with_standing(self) -> UserQuerySet:
        """See :meth:`UserQuerySet.with_standing`."""
        return self.get_queryset().with_standing()

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> User:
        user = self.model(email=self.normalize_email(email), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> User:
        """What ``createsuperuser`` calls: an administrator. Nobody stands above the roles."""
        return self.create_user(email, password, **{**fields, "role": Role.ADMINISTRATOR})

    def get_by_natural_key(self, username: str | None) -> User:
        return self.get(email__iexact=username)


class User(AbstractBaseUser, PermissionsMixin, Versioned):
    """A person or a client of the API. The role decides what they may do; their Django group follows it.

    ``language`` and ``time_zone`` (such as Europe/Berlin) are theirs; empty, the browser's language and the site's zone
    count. ``last_seen`` is when they last looked at a screen, exact to five minutes.
    Everyone is staff, so that viewers may look into the admin; what they see there is up to the role.
    """

    email = models.EmailField(_("e-mail address"), unique=True)
    name = models.CharField(_("name"), max_length=255, blank=True)
    role = models.CharField(_("role"), max_length=32, choices=Role.choices, default=Role.VIEWER)
    is_active = models.BooleanField(
        _("active"), default=True, help_text=_("Inactive users cannot sign in, and their tokens are refused.")
    )

    language = models.CharField(_("language"), max_length=16, blank=True)
    time_zone = models.CharField(_("time zone"), max_length=64, blank=True)
    last_seen = models.DateTimeField(_("last seen"), null=True, blank=True, editable=False)

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    is_staff = True
    is_superuser = False

    objects = UserManager()

    class Meta(Versioned.Meta):
        verbose_name = _("user")
        verbose_name_plural = _("users")
        constraints = (
            models.UniqueConstraint(Lower("email"), name="user_email_once_in_any_case"),
            models.CheckConstraint(name="user_role_known", condition=models.Q(role__in=Role.values)),
        )

    def __str__(self) -> str:
        return self.email

    def save(self, *args: Any, **kwargs: Any) -> None:
        with transaction.atomic():
            super().save(*args, **kwargs)
            if "role" in (kwargs.get("update_fields") or ("role",)):
                self._join_group()

    def touch(self, fields: Collection[str] = (), /, **changes: Any) -> None:
        with transaction.atomic():
            super().touch(fields, **changes)
            if "role" in (*fields, *changes):
                self._join_group()

    def _join_group(self) -> None:
        self.groups.set([Group.objects.get_or_create(name=self.role)[0]])

    def get_full_name(self) -> str:
        return self.name or self.email

    def get_short_name(self) -> str:
        return self.name or self.email.partition("@")[0]
