"""Forms: a project's own, and one made from any task."""

from projects.forms.outline import OutlineForm
from projects.forms.project import ProjectForm
from projects.forms.task import TaskForm

__all__ = ["OutlineForm", "ProjectForm", "TaskForm"]
