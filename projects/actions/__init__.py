"""What people can do, by noun. Each verb checks who asks, writes rows in one transaction, and hints the watchers."""

from projects.actions import (
    approvals,
    assets,
    budgets,
    chains,
    covers,
    doors,
    hooks,
    orders,
    people,
    projects,
    repeats,
    shelf,
    stages,
    steps,
    trash,
    unconfirmed,
    uploads,
)
from projects.actions.refusal import Refused

__all__ = [
    "Refused",
    "approvals",
    "assets",
    "budgets",
    "chains",
    "covers",
    "doors",
    "hooks",
    "orders",
    "people",
    "projects",
    "repeats",
    "shelf",
    "stages",
    "steps",
    "trash",
    "unconfirmed",
    "uploads",
]
