"""`manage.py check`: each task finds an able engine, and production has what it needs."""

from __future__ import annotations

import os
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register  # noqa: A004 - Django's own name

from projects import catalogue, engines


@register()
def every_task_is_served(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Complain about a task that no engine can serve."""
    return [
        Error(
            f"No engine can serve “{task.title}”.",
            hint=f"Add one of {', '.join(sorted(task.needs))}.",
            id="studio.E010",
        )
        for task in catalogue.all_tasks().values()
        if not any(engines.able(need) for need in task.needs)
    ]


@register(Tags.security, deploy=True)
def production(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Complain about what would lose files, money or keys in production."""
    found: list[CheckMessage] = []
    if "*" in settings.ALLOWED_HOSTS:
        found.append(Error("ALLOWED_HOSTS holds `*`. Name your hosts.", id="studio.E007"))
    if settings.PRODUCTION and {"", settings.SECRET_KEY} & {*(settings.FIELD_ENCRYPTION_KEYS or [""])}:
        found.append(
            Error(
                "FIELD_ENCRYPTION_KEYS is missing or equals SECRET_KEY.",
                hint="Run `manage.py doctor --new-key`.",
                id="studio.E006",
            )
        )
    if settings.PRODUCTION and "STUDIO_DATA_DIR" not in os.environ:
        found.append(
            Warning(
                "Files would be lost at the next deploy. Put STUDIO_DATA_DIR on a volume.",
                id="studio.E001",
            )
        )
    return found
