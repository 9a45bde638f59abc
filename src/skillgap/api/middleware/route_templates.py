"""The template of the route that a path leads to, such as ``/occupations/{code}``: the label of its metrics."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from fastapi.routing import iter_route_contexts

if TYPE_CHECKING:
    from fastapi import FastAPI

METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
NO_ROUTE = "none"  # a path itself would be a label of unlimited values
LONGEST_KEPT = 200  # characters of a path whose template is remembered; clients may send 8,000


class RouteTemplates:
    """The templates of an application's routes."""

    def __init__(self, app: FastAPI) -> None:
        patterns: list[tuple[re.Pattern[str], str]] = []
        self._exact: dict[str, str] = {}
        for context in iter_route_contexts(app.routes):
            template = context.path_format or ""
            if "{" in template:
                patterns.append((context.path_regex, template))
            else:
                self._exact[template] = template

        @lru_cache(maxsize=4096)
        def match(path: str) -> str:
            return next((template for pattern, template in patterns if pattern.match(path)), NO_ROUTE)

        self._match = match

    def template(self, path: str) -> str:
        """The template for a path, ``none`` without a route."""
        match = self._match if len(path) <= LONGEST_KEPT else self._match.__wrapped__
        return self._exact.get(path) or match(path)


def method_label(method: str) -> str:
    """The method of a request, ``other`` for one that HTTP does not define."""
    return method if method in METHODS else "other"
