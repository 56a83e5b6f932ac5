"""Gives the theme to the pages that libraries bring: background jobs, and sign-ins that failed."""

from __future__ import annotations

from typing import Any

from allauth.account.models import EmailAddress, EmailConfirmation
from allauth.mfa.models import Authenticator
from axes import admin as axes
from axes.models import AccessAttempt, AccessFailureLog, AccessLog
from django.contrib import admin
from django.http import HttpRequest
from django_celery_beat import admin as beat
from django_celery_beat.models import (
    ClockedSchedule,
    CrontabSchedule,
    IntervalSchedule,
    PeriodicTask,
    SolarSchedule,
)
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from backoffice.core.admin_base import BaseAdmin, ReadOnlyAdmin

for model in (
    *(PeriodicTask, IntervalSchedule, CrontabSchedule, SolarSchedule, ClockedSchedule),
    *(AccessAttempt, AccessFailureLog, AccessLog),
    # Second factors are set up and reset on screens; the addresses that allauth would keep are not used.
    *(Authenticator, EmailAddress, EmailConfirmation),
):
    if admin.site.is_registered(model):
        admin.site.unregister(model)


class TaskSelectWidget(UnfoldAdminSelectWidget, beat.TaskSelectWidget):
    """The library's list of known tasks, in the theme's clothes."""


class PeriodicTaskForm(beat.PeriodicTaskForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "task" in self.fields:
            self.fields["task"].widget = UnfoldAdminTextInputWidget()
            self.fields["regtask"].widget = TaskSelectWidget()


@admin.register(PeriodicTask)
class PeriodicTaskAdmin(beat.PeriodicTaskAdmin, BaseAdmin):
    form = PeriodicTaskForm


@admin.register(IntervalSchedule)
class IntervalScheduleAdmin(beat.IntervalScheduleAdmin, BaseAdmin):
    pass


@admin.register(CrontabSchedule)
class CrontabScheduleAdmin(beat.CrontabScheduleAdmin, BaseAdmin):
    pass


@admin.register(SolarSchedule)
class SolarScheduleAdmin(beat.SolarScheduleAdmin, BaseAdmin):
    pass


@admin.register(ClockedSchedule)
class ClockedScheduleAdmin(beat.ClockedScheduleAdmin, BaseAdmin):
    pass


@admin.register(AccessAttempt)
class AccessAttemptAdmin(axes.AccessAttemptAdmin, BaseAdmin):
    """Deleting an attempt lets its user in again before the lock-out is over; what it says is a fact."""

    def permission_for(self, verb: str) -> str | None:
        return super().permission_for(verb) if verb in ("view", "delete") else None

    def has_change_permission(self, request: HttpRequest, obj: AccessAttempt | None = None) -> bool:
        return False


@admin.register(AccessFailureLog)
class AccessFailureLogAdmin(ReadOnlyAdmin, axes.AccessFailureLogAdmin):
    pass


@admin.register(AccessLog)
class AccessLogAdmin(ReadOnlyAdmin, axes.AccessLogAdmin):
    pass
