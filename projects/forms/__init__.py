"""Forms: a project's own, and one made from any task."""

from projects.forms.project import ProjectForm
from projects.forms.task import TaskForm

__all__ = ["ProjectForm", "TaskForm"]
