from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.models import Group
from django.db.models import QuerySet
from django.forms import ModelForm
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import FieldTextFilter, RangeDateTimeFilter
from unfold.forms import AdminPasswordChangeForm, UserChangeForm, UserCreationForm

from backoffice.core import admin_webhooks  # noqa: F401 - registers its pages
from backoffice.core.admin_base import BaseAdmin, ReadOnlyAdmin
from backoffice.core.admin_columns import message_column
from backoffice.core.models import (
    ApiToken,
    BackgroundJob,
    BrowserSession,
    DomainEvent,
    ImportBatch,
    ImportFile,
    ImportPart,
    ListPreference,
    SavedView,
    User,
)
from backoffice.core.services import tokens, users

# Groups follow the roles and are nobody's to edit.
admin.site.unregister(Group)


class NewUserForm(UserCreationForm):
    class Meta(UserCreationForm.Meta):
        model = User
        fields = ("email", "name", "role")
        field_classes: dict[str, Any] = {}


class ExistingUserForm(UserChangeForm):
    class Meta(UserChangeForm.Meta):
        model = User
        field_classes: dict[str, Any] = {}


class PasswordForm(AdminPasswordChangeForm):
    def save(self, commit: bool = True) -> User:
        usable = self.cleaned_data.get("set_usable_password", True)
        users.set_password(user=self.user, password=self.cleaned_data["password1"] if usable else None)
        return self.user


@admin.register(User)
class UserAdmin(DjangoUserAdmin, BaseAdmin):
    form = ExistingUserForm
    add_form = NewUserForm
    change_password_form = PasswordForm
    list_display = ("email", "name", "role", "is_active", "last_login")
    list_filter = ("role", "is_active")
    search_fields = ("email", "name")
    ordering = ("email",)
    readonly_fields = ("version", "created", "last_modified", "last_login", "last_seen")
    filter_horizontal = ()
    fieldsets = (
        (None, {"fields": ("email", "name", "role", "is_active", "password")}),
        (_("History"), {"fields": ("version", "created", "last_modified", "last_login", "last_seen")}),
    )
    add_fieldsets = (
        (None, {"fields": ("email", "name", "role", "usable_password", "password1", "password2")}),
    )

    def save_model(self, request: HttpRequest, obj: User, form: ModelForm[User], change: bool) -> None:
        if change:
            users.change_user(user=obj, fields=form.changed_data)
        else:
            given = form.cleaned_data
            created = users.create_user(
                email=given["email"],
                name=given["name"],
                role=given["role"],
                password=given.get("password1") or None,
            )
            obj.__dict__.update(created.__dict__)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """The form's groups, if it had any, would replace the one that the role gives."""

    def get_deleted_objects(
        self, objs: Any, request: HttpRequest
    ) -> tuple[list[str], dict[str, int], set[str], list[str]]:
        """Sessions, tokens and second factors go along, though nobody may delete them by themselves."""
        return [str(user) for user in objs], {str(User._meta.verbose_name_plural): len(objs)}, set(), []

    def delete_model(self, request: HttpRequest, obj: User) -> None:
        users.delete_users(users=[obj])

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        users.delete_users(users=list(queryset))


@admin.register(ApiToken)
class ApiTokenAdmin(BaseAdmin):
    list_display = ("__str__", "user", "role", "kind", "created", "expiry", "last_used", "valid")
    list_filter = ("kind", "role")
    search_fields = ("name", "user__email", "token_key")
    list_select_related = ("user",)
    autocomplete_fields = ("user",)
    ordering = ("-id",)
    fields = ("user", "name", "role", "expiry", "kind", "token_key", "created", "last_used")
    readonly_fields = ("kind", "token_key", "created", "last_used")

    @admin.display(boolean=True, description=_("valid"))
    def valid(self, token: ApiToken) -> bool:
        return not token.expired

    def get_fields(self, request: HttpRequest, obj: ApiToken | None = None) -> Any:
        return self.fields if obj else ("user", "name", "role", "expiry")

    def get_form(self, *args: Any, **kwargs: Any) -> Any:
        form = super().get_form(*args, **kwargs)
        if "name" in form.base_fields:
            form.base_fields["name"].required = True
        return form

    def permission_for(self, verb: str) -> str | None:
        return None if verb == "change" else super().permission_for(verb)

    def has_change_permission(self, request: HttpRequest, obj: ApiToken | None = None) -> bool:
        return False

    def save_model(
        self, request: HttpRequest, obj: ApiToken, form: ModelForm[ApiToken], change: bool
    ) -> None:
        token, cleartext = tokens.issue_token(user=obj.user, name=obj.name, role=obj.role, expiry=obj.expiry)
        obj.__dict__.update(token.__dict__)
        message = _("Copy the token now, it is not shown again: {}")
        messages.warning(request, format_html(str(message), format_html("<code>{}</code>", cleartext)))

    def delete_model(self, request: HttpRequest, obj: ApiToken) -> None:
        tokens.revoke_token(id=obj.pk)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[ApiToken]) -> None:
        for token in queryset:
            tokens.revoke_token(id=token.pk)


@admin.register(BrowserSession)
class BrowserSessionAdmin(ReadOnlyAdmin):
    """Without the keys, which are as good as passwords. Sessions are ended on the screens *Users* and *My account*."""

    list_display = ("started", "user", "browser", "address", "seen", "expire_date")
    list_select_related = ("user",)
    search_fields = ("user__email", "browser", "address")
    ordering = ("-started", "session_key")
    fields = ("user", "browser", "address", "started", "seen", "expire_date")

    def has_view_permission(self, request: HttpRequest, obj: BrowserSession | None = None) -> bool:
        """The list, whose rows lead nowhere: the address of a page would tell the key."""
        return obj is None and bool(super().has_view_permission(request, obj))

    def get_list_display_links(self, request: HttpRequest, list_display: Any) -> None:
        return None


@admin.register(DomainEvent)
class DomainEventAdmin(ReadOnlyAdmin):
    list_display = ("occurred_at", "name", "resource_type", "resource_id", "actor", "why")
    list_display_links = ("occurred_at", "name")
    list_filter = (
        ("name", FieldTextFilter),
        ("resource_type", FieldTextFilter),
        ("actor", FieldTextFilter),
        ("occurred_at", RangeDateTimeFilter),
    )
    list_filter_submit = True
    search_fields = ("=resource_id", "=process_id")
    search_help_text = _("The whole id of a resource or process")
    ordering = ("-id",)
    fields = (
        *("occurred_at", "name", "resource_type", "resource_id", "process_id", "actor", "why"),
        "facts",
    )

    why = message_column("reason")


@admin.register(BackgroundJob)
class BackgroundJobAdmin(ReadOnlyAdmin):
    list_display = ("created", "kind", "status", "actor", "total", "done", "failed", "finished")
    list_display_links = ("created", "kind")
    list_filter = ("kind", "status", ("created", RangeDateTimeFilter))
    list_filter_submit = True
    search_fields = ("=id", "actor")
    ordering = ("-id",)
    fields = (
        *("kind", "arguments", "status", "actor", "total", "done", "failed"),
        *("created", "started", "finished"),
    )


@admin.register(SavedView)
class SavedViewAdmin(ReadOnlyAdmin):
    """Read only: views are made on the lists that they are of."""

    list_display = ("name", "list_name", "shared", "owner", "last_modified")
    list_filter = ("list_name", "shared")
    search_fields = ("name", "owner__email")
    list_select_related = ("owner",)
    ordering = ("list_name", "name", "id")


@admin.register(ListPreference)
class ListPreferenceAdmin(ReadOnlyAdmin):
    list_display = ("user", "list_name", "view", "default_view")
    list_filter = ("list_name",)
    search_fields = ("user__email", "list_name")
    list_select_related = ("user", "view", "default_view")
    ordering = ("user__email", "list_name", "id")


@admin.register(ImportFile)
class ImportFileAdmin(ReadOnlyAdmin):
    list_display = ("created", "name", "resource", "rows", "actor")
    list_display_links = ("created", "name")
    list_filter = ("resource", ("created", RangeDateTimeFilter))
    list_filter_submit = True
    search_fields = ("=id", "name", "actor")
    ordering = ("-id",)
    fields = (
        *("name", "resource", "size", "encoding", "delimiter", "rows", "actor"),
        *("comparing", "writing", "together", "created"),
    )


@admin.register(ImportBatch)
class ImportBatchAdmin(ReadOnlyAdmin):
    list_display = (
        "file",
        "first_row",
        "rows",
        "new",
        "changed",
        "unchanged",
        "refused",
        "written",
        "failed",
    )
    search_fields = ("=file__id", "file__name")
    list_select_related = ("file",)
    ordering = ("-id",)
    exclude = ("content", "verdicts", "outcomes")


@admin.register(ImportPart)
class ImportPartAdmin(ReadOnlyAdmin):
    list_display = ("id", "file")
    search_fields = ("=file__id", "file__name")
    list_select_related = ("file",)
    ordering = ("-id",)
    exclude = ("data",)
