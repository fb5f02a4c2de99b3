"""Orders: one press of a button each."""

from __future__ import annotations

from uuid import uuid4

from django.conf import settings
from django.db import models

from projects.models.project import Project


class Order(models.Model):
    """What a person asked for at once: a task with its inputs and controls, and the plan made of them."""

    class Origin(models.TextChoices):
        """Which door it came through."""

        PAGE = "page"
        CLI = "cli"
        API = "api"

    uuid = models.UUIDField(default=uuid4, unique=True, editable=False)
    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="orders")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    task = models.CharField(max_length=60)
    request_key = models.UUIDField(default=uuid4)
    inputs = models.JSONField(default=dict)
    controls = models.JSONField(default=dict)
    plan = models.JSONField(default=list)
    stop_after = models.CharField(max_length=30, blank=True)
    takes = models.PositiveSmallIntegerField(default=1)
    quote_usd = models.DecimalField(max_digits=12, decimal_places=6, default=0)
    origin = models.CharField(max_length=4, choices=Origin, default=Origin.PAGE)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["by", "request_key"], name="order_request_once"),
            models.CheckConstraint(condition=models.Q(takes__gte=1, takes__lte=8), name="order_takes"),
            models.CheckConstraint(condition=models.Q(quote_usd__gte=0), name="order_quote"),
        ]

    def __str__(self) -> str:
        return f"{self.task} in {self.project}"
