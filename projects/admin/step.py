"""Steps: where each stands, why it failed in our words and in the engine's own, and the verbs cancel and retry."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.helpers import ActionForm
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.timesince import timesince

from projects import actions
from projects.admin.base import Listed, ReadOnly, counted
from projects.admin.filters import EngineFilter, FailureFilter, TaskFilter, TeamFilter
from projects.models import Approval, Attempt, Step

Verb = Callable[[User, Step], None]


class AttemptInline(ReadOnly, admin.TabularInline[Attempt, Step]):
    """The starts of a step, with the engine's own words."""

    model = Attempt
    fields = (
        "number",
        "state",
        "model",
        "quote_usd",
        "cost_usd",
        "bill",
        "http_status",
        "code",
        "detail",
        "ended_at",
    )
    readonly_fields = fields
    ordering = ("number",)
    show_change_link = True


class ApprovalInline(ReadOnly, admin.TabularInline[Approval, Step]):
    """Who approved the version and who withdrew it."""

    model = Approval
    fields = ("by", "at", "withdrawn_by", "withdrawn_at")
    readonly_fields = fields
    ordering = ("pk",)


class StepActionForm(ActionForm):
    """The verb, and the reason that *Not charged* asks for."""

    reason = forms.CharField(required=False, max_length=300, label="Reason")


@admin.register(Step)
class StepAdmin(ReadOnly, Listed[Step]):
    """What the studio works on, the newest first."""

    list_display = (
        "name",
        "stands",
        "phase",
        "age",
        "failure",
        "attempts_made",
        "task",
        "engine",
        "team",
        "project",
        "by",
    )
    list_filter = ("status", TeamFilter, TaskFilter, EngineFilter, FailureFilter)
    search_fields = ("=id", "name", "project__name", "project__team__name")
    search_help_text = "A step's number, or part of the name of a step, project or team"
    list_select_related = ("project__team", "order__by")
    ordering = ("-id",)
    inlines = (AttemptInline, ApprovalInline)
    actions = ("cancel", "retry", "not_charged")
    action_form = StepActionForm
    fieldsets = (
        (None, {"fields": (("stands", "phase", "share", "age"), "note", "not_before", "cancel_at")}),
        ("Why it failed", {"fields": (("code", "sentence"), "detail")}),
        ("Whose it is", {"fields": (("team", "project", "by"), "order")}),
        ("What was asked", {"fields": (("task", "engine", "model", "ability", "seed"), "prompt", "wish")}),
        ("What it came from and made", {"fields": (("parent", "source", "output"),)}),
        ("Who runs it", {"fields": (("owner", "lease_until", "recoveries", "version", "changed_at"),)}),
        ("When", {"fields": (("created_at", "started_at", "ended_at", "deleted_at"),)}),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Step]:
        """Return the steps with the number of their attempts and all that a page of one names."""
        rows = super().get_queryset(request).annotate(starts=counted(Attempt.objects.all(), "step"))
        if request.resolver_match and request.resolver_match.url_name == "projects_step_change":
            rows = rows.select_related(
                "project__team", "order__by", "order__project", "parent", "source", "output"
            )
        return rows

    @admin.display(description="status", ordering="status")
    def stands(self, step: Step) -> str:
        """Return the status, and what a waiting step waits for."""
        return f"{step.status}, waits for {step.waits_for}" if step.waits_for else step.status

    @admin.display(ordering="code")
    def failure(self, step: Step) -> str:
        """Return the cause of a failure in words."""
        return step.code.replace("_", " ")

    @admin.display(ordering="created_at")
    def age(self, step: Step) -> str:
        """Return how long ago the step was asked for."""
        return spoken_age(step.created_at)

    @admin.display(description="attempts", ordering="starts")
    def attempts_made(self, step: Step) -> int:
        """Return how often the step was started."""
        starts: int = step.starts  # type: ignore[attr-defined]  # annotated above
        return starts

    @admin.display(ordering="project__team__name")
    def team(self, step: Step) -> str:
        """Return whose step it is."""
        return step.project.team.name

    @admin.display(ordering="order__by__username")
    def by(self, step: Step) -> str:
        """Return who asked for it."""
        return step.order.by.get_username()

    def has_operate_permission(self, request: HttpRequest) -> bool:
        """Return whether a person may cancel and retry here."""
        return request.user.has_perm("projects.change_step")

    @admin.action(description="Cancel", permissions=["operate"])
    def cancel(self, request: HttpRequest, queryset: QuerySet[Step]) -> None:
        """Cancel the chosen steps, with a sentence for each."""
        self._each(
            request, queryset, actions.steps.cancel, "is cancelled, or stops as soon as its runner sees it"
        )

    @admin.action(description="Retry", permissions=["operate"])
    def retry(self, request: HttpRequest, queryset: QuerySet[Step]) -> None:
        """Queue the chosen steps again, with a sentence for each."""
        self._each(request, queryset, actions.steps.retry, "is queued again")

    @admin.action(description="Not charged (say how you know)", permissions=["operate"])
    def not_charged(self, request: HttpRequest, queryset: QuerySet[Step]) -> None:
        """Release the money of unconfirmed steps that the provider did not charge, with the reason that was given."""
        reason = request.POST.get("reason", "")
        self._each(
            request,
            queryset,
            lambda user, step: actions.unconfirmed.not_charged(user, step, reason),
            "is written off, and its money is free again",
        )

    def _each(self, request: HttpRequest, queryset: QuerySet[Step], verb: Verb, done: str) -> None:
        user = request.user
        if not isinstance(user, User):
            raise PermissionDenied
        for step in queryset.select_related("project"):
            try:
                verb(user, step)
            except (actions.Refused, PermissionDenied) as error:
                self.message_user(request, f"Step {step.pk}: {error}", messages.ERROR)
            else:
                self.message_user(request, f"Step {step.pk} {done}.")


def spoken_age(since: datetime) -> str:
    """Return an age in the largest unit, such as `4 minutes`."""
    return timesince(since, timezone.now(), depth=1)
