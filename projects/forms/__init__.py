"""Forms: a project's own, a budget's, and one made from any task."""

from projects.forms.budget import BudgetForm
from projects.forms.outline import OutlineForm
from projects.forms.project import NewProjectForm, ProjectForm
from projects.forms.task import TaskForm

__all__ = ["BudgetForm", "NewProjectForm", "OutlineForm", "ProjectForm", "TaskForm"]
