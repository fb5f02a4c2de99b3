"""Questions of every visit: their SQL is written once.

Django takes ten times as long to write the SQL of a short question as the database takes to answer it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

from django.db import connection
from django.db.models import QuerySet
from django.db.models.sql.compiler import SQLCompiler

ANY = -(2**31) + 1
"""Stands in the SQL for the number that is asked for."""


class Asked:
    """A query of tuples about one number, such as a project's; further arguments choose one of several queries.

    Use it as a decorator of the function that builds the query. What is called then answers with the rows.
    """

    def __init__(self, build: Callable[..., QuerySet[Any, Any]]) -> None:
        self._build = build
        self._written = cache(self._write)

    def _write(self, *which: str) -> tuple[SQLCompiler, str, tuple[Any, ...]]:
        compiler = self._build(ANY, *which).query.get_compiler(connection.alias)
        return compiler, *compiler.as_sql()

    def __call__(self, number: int, *which: str) -> list[Sequence[Any]]:
        """Return the rows for a number."""
        compiler, sql, params = self._written(*which)
        with connection.cursor() as cursor:
            cursor.execute(sql, [number if param == ANY else param for param in params])
            found = cursor.fetchall()
        return list(compiler.results_iter([found], tuple_expected=True))
