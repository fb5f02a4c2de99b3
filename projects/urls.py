"""Every address of the app, HTTP and WebSocket."""

from __future__ import annotations

from typing import Any

from django.urls import path

from projects import consumers
from projects.views import (
    assets,
    board,
    budgets,
    composing,
    doors,
    files,
    health,
    home,
    hooks,
    make,
    people,
    picking,
    search,
    spend,
    steps,
    theme,
    trash,
    unconfirmed,
    uploads,
)
from projects.views import projects as project_views

app_name = "projects"
urlpatterns = [
    path("", home.home, name="home"),
    path("search/", search.search, name="search"),
    path("running/", home.running, name="running"),
    path("theme/", theme.switch, name="theme"),
    path("spend/", spend.spend, name="spend"),
    path("spend.csv", spend.csv, name="spend-csv"),
    path("teams/<int:pk>/budget/", budgets.of_team, name="team-budget"),
    path("teams/<int:pk>/doors/", doors.doors, name="team-doors"),
    path("teams/<int:pk>/doors/<int:door>/test/", doors.test, name="door-test"),
    path("teams/<int:pk>/doors/<int:door>/remove/", doors.remove, name="door-remove"),
    path("healthz", health.ready, name="ready"),
    path("healthz/live", health.live, name="live"),
    path("hooks/gemini/", hooks.registered, name="hook"),
    path("hooks/gemini/<uuid:attempt>/<str:mark>/", hooks.of_attempt, name="hook-attempt"),
    path("projects/new/", project_views.new, name="project-new"),
    path("projects/<int:pk>/", board.board, name="board"),
    path("projects/<int:pk>/cover/", project_views.cover, name="cover"),
    path("projects/<int:pk>/edit/", project_views.edit, name="project-edit"),
    path("projects/<int:pk>/delete/", project_views.delete, name="project-delete"),
    path("projects/<int:pk>/restore/", project_views.restore, name="project-restore"),
    path("projects/<int:pk>/trash/", trash.trash, name="project-trash"),
    path("projects/<int:pk>/spend/", spend.project_spend, name="project-spend"),
    path("projects/<int:pk>/spend.csv", spend.project_csv, name="project-spend-csv"),
    path("projects/<int:pk>/budget/", budgets.of_project, name="project-budget"),
    path("projects/<int:pk>/upload/", uploads.form, name="upload"),
    path("projects/<int:pk>/uploads/", uploads.begin, name="upload-begin"),
    path("projects/<int:pk>/uploads/<uuid:uuid>/", uploads.slice_, name="upload-slice"),
    path("projects/<int:pk>/make/<slug:slug>/", make.make, name="make"),
    path("steps/<int:pk>/", steps.workspace, name="step"),
    path("steps/<int:pk>/cancel/", steps.cancel, name="step-cancel"),
    path("steps/<int:pk>/retry/", steps.retry, name="step-retry"),
    path("steps/<int:pk>/composer/", composing.composer, name="step-composer"),
    path("steps/<int:pk>/fold/", composing.fold, name="step-fold"),
    path("steps/<int:pk>/check/", unconfirmed.check, name="step-check"),
    path("steps/<int:pk>/again/", unconfirmed.again, name="step-again"),
    path("steps/<int:pk>/confirm/", unconfirmed.confirm, name="step-confirm"),
    path("steps/<int:pk>/leave/", unconfirmed.leave, name="step-leave"),
    path("steps/<int:pk>/picks/", picking.picks, name="step-picks"),
    path("steps/<int:pk>/pick/", picking.pick, name="step-pick"),
    path("steps/<int:pk>/approve/", steps.approve, name="step-approve"),
    path("steps/<int:pk>/withdraw/", steps.withdraw, name="step-withdraw"),
    path("steps/<int:pk>/delete/", steps.delete, name="step-delete"),
    path("steps/<int:pk>/restore/", steps.restore, name="step-restore"),
    path("steps/<int:pk>/purge/", trash.purge_step, name="step-purge"),
    path("steps/<int:pk>/compare/", steps.compare, name="step-compare"),
    path("assets/<int:pk>/", assets.asset, name="asset"),
    path("assets/<int:pk>/delete/", assets.delete, name="asset-delete"),
    path("assets/<int:pk>/restore/", assets.restore, name="asset-restore"),
    path("assets/<int:pk>/purge/", trash.purge_asset, name="asset-purge"),
    path("assets/<int:pk>/people/", people.answer, name="asset-people"),
    path("assets/<int:pk>/outline/", assets.outline, name="asset-outline"),
    path("assets/<int:pk>/download/", files.download, name="asset-download"),
    path("assets/<int:pk>/file/<str:name>", files.file, name="asset-file"),
]
websocket_urlpatterns: list[Any] = [
    path("ws/project/<int:pk>/", consumers.ProjectConsumer.as_asgi()),  # type: ignore[arg-type] # no view
    path("ws/team/<int:pk>/", consumers.TeamConsumer.as_asgi()),  # type: ignore[arg-type] # no view
]
