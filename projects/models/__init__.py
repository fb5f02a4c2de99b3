"""Rows and querysets, one noun a file."""

from projects.models.approval import Approval
from projects.models.asset import Asset
from projects.models.attempt import Attempt, Receipt
from projects.models.budget import Budget
from projects.models.closure import Closure
from projects.models.consent import Consent
from projects.models.door import Door, ProviderFile, Rest
from projects.models.model import ModelChange
from projects.models.order import Order
from projects.models.project import Project
from projects.models.removal import Removal
from projects.models.spend import Spend
from projects.models.step import Step
from projects.models.team import Member, Role, Team
from projects.models.upload import Upload

__all__ = [
    "Approval",
    "Asset",
    "Attempt",
    "Budget",
    "Closure",
    "Consent",
    "Door",
    "Member",
    "ModelChange",
    "Order",
    "Project",
    "ProviderFile",
    "Receipt",
    "Removal",
    "Rest",
    "Role",
    "Spend",
    "Step",
    "Team",
    "Upload",
]
