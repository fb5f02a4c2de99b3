"""Every address of the app, HTTP and WebSocket."""

from __future__ import annotations

from typing import Any

from django.urls import path

from projects import consumers
from projects.views import assets, board, files, health, home, make, search, steps, theme, uploads
from projects.views import projects as project_views

app_name = "projects"
urlpatterns = [
    path("", home.home, name="home"),
    path("search/", search.search, name="search"),
    path("running/", home.running, name="running"),
    path("theme/", theme.switch, name="theme"),
    path("healthz", health.ready, name="ready"),
    path("healthz/live", health.live, name="live"),
    path("projects/new/", project_views.new, name="project-new"),
    path("projects/<int:pk>/", board.board, name="board"),
    path("projects/<int:pk>/cover/", project_views.cover, name="cover"),
    path("projects/<int:pk>/edit/", project_views.edit, name="project-edit"),
    path("projects/<int:pk>/delete/", project_views.delete, name="project-delete"),
    path("projects/<int:pk>/restore/", project_views.restore, name="project-restore"),
    path("projects/<int:pk>/upload/", uploads.form, name="upload"),
    path("projects/<int:pk>/uploads/", uploads.begin, name="upload-begin"),
    path("projects/<int:pk>/uploads/<uuid:uuid>/", uploads.slice_, name="upload-slice"),
    path("projects/<int:pk>/make/<slug:slug>/", make.make, name="make"),
    path("steps/<int:pk>/", steps.workspace, name="step"),
    path("steps/<int:pk>/cancel/", steps.cancel, name="step-cancel"),
    path("steps/<int:pk>/retry/", steps.retry, name="step-retry"),
    path("steps/<int:pk>/delete/", steps.delete, name="step-delete"),
    path("steps/<int:pk>/restore/", steps.restore, name="step-restore"),
    path("steps/<int:pk>/compare/", steps.compare, name="step-compare"),
    path("assets/<int:pk>/", assets.asset, name="asset"),
    path("assets/<int:pk>/delete/", assets.delete, name="asset-delete"),
    path("assets/<int:pk>/restore/", assets.restore, name="asset-restore"),
    path("assets/<int:pk>/outline/", assets.outline, name="asset-outline"),
    path("assets/<int:pk>/download/", files.download, name="asset-download"),
    path("assets/<int:pk>/file/<str:name>", files.file, name="asset-file"),
]
websocket_urlpatterns: list[Any] = [
    path("ws/project/<int:pk>/", consumers.ProjectConsumer.as_asgi()),  # type: ignore[arg-type] # no view
    path("ws/team/<int:pk>/", consumers.TeamConsumer.as_asgi()),  # type: ignore[arg-type] # no view
]
