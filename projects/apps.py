"""The app's registration."""

from __future__ import annotations

from django.apps import AppConfig


class ProjectsConfig(AppConfig):
    """Registers the system checks when Django is ready."""

    name = "projects"
    verbose_name = "Studio"

    def ready(self) -> None:
        """Load the checks, which register themselves."""
        from projects import checks  # noqa: F401, PLC0415 - rows can be imported only now
