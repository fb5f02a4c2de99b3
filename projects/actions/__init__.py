"""What people can do, by noun. Each verb checks who asks, writes rows in one transaction, and hints the watchers."""

from projects.actions import assets, covers, projects, steps, uploads
from projects.actions.refusal import Refused

__all__ = ["Refused", "assets", "covers", "projects", "steps", "uploads"]
