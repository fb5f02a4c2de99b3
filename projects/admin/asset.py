"""Assets with a preview, which the operator sees also in teams of others."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.defaultfilters import filesizeformat
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html

from projects.admin.base import Listed, ReadOnly
from projects.admin.filters import TeamFilter
from projects.models import Asset, files

PICTURES = ("320", "poster", "640")
"""The pictures that can serve as a preview, the preferred one first."""


@admin.register(Asset)
class AssetAdmin(ReadOnly, Listed[Asset]):
    """Every file of every project, deleted ones too."""

    list_display = (
        "preview",
        "name",
        "kind",
        "size",
        "project",
        "team",
        "is_draft",
        "who",
        "created_by",
        "created_at",
        "deleted_at",
    )
    list_display_links = ("preview", "name")
    list_filter = ("kind", TeamFilter, "is_draft")
    list_select_related = ("project__team", "created_by")
    search_fields = ("=id", "name", "project__name", "=sha256", "=original_sha")
    search_help_text = "A number, a sha-256, or part of the name of a file or project"
    ordering = ("-id",)
    list_per_page = 25
    readonly_fields = ("preview",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Asset]:
        """Return the assets with what a page of one names."""
        return super().get_queryset(request).select_related("project__team", "created_by", "made_by")

    def get_urls(self) -> list[URLPattern]:
        """Add the address of the previews."""
        view = self.admin_site.admin_view(self.picture, cacheable=True)
        return [path("<int:pk>/preview/", view, name="projects_asset_preview"), *super().get_urls()]

    def preview(self, asset: Asset) -> str:
        """Return a small picture of the asset, or nothing for what has none."""
        picture = _picture(asset)
        if not picture:
            return ""
        height = round(120 * picture["height"] / max(picture["width"], 1))
        return format_html(
            '<img src="{}" width="120" height="{}" alt="" loading="lazy">',
            reverse("admin:projects_asset_preview", args=[asset.pk]),
            height,
        )

    @admin.display(ordering="bytes")
    def size(self, asset: Asset) -> str:
        """Return the size of the clean file."""
        return filesizeformat(asset.bytes)

    def who(self, asset: Asset) -> str:
        """Return who can be recognised, and whether that was said for the file or for its project."""
        return f"{asset.who.label}{'' if asset.people or asset.made_by_id else ', as its project'}"

    @admin.display(ordering="project__team__name")
    def team(self, asset: Asset) -> str:
        """Return whose file it is."""
        return asset.project.team.name

    def picture(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Answer with the preview's bytes."""
        asset = get_object_or_404(self.get_queryset(request), pk=pk)
        picture = _picture(asset)
        if not picture or not self.has_view_permission(request, asset):
            raise Http404
        place = files.folder(asset.project.team_id, asset.sha256) / picture["file"]
        if not place.is_file():
            raise Http404
        kind = f"image/{place.suffix.lstrip('.')}"
        return HttpResponse(
            place.read_bytes(), content_type=kind, headers={"X-Content-Type-Options": "nosniff"}
        )


def _picture(asset: Asset) -> dict[str, Any]:
    return next((asset.pictures[name] for name in PICTURES if name in asset.pictures), {})
