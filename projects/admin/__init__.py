"""The operator's pages: what runs, why it failed, what it cost, and who belongs where.

Work and money are read-only here; steps change through `projects.actions` alone.
"""

from django.contrib import admin

from projects.admin import (
    asset,
    closure,
    consent,
    door,
    model,
    money,
    order,
    project,
    removal,
    step,
    team,
    upload,
)

admin.site.site_header = admin.site.site_title = "Studio, operations"
admin.site.index_title = "What runs, what it cost, and who belongs where"
admin.site.enable_nav_sidebar = False

__all__ = [
    "asset",
    "closure",
    "consent",
    "door",
    "model",
    "money",
    "order",
    "project",
    "removal",
    "step",
    "team",
    "upload",
]
