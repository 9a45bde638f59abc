"""The page at ``/about``: method, limits and attribution."""

from __future__ import annotations

from fastapi import Request, Response

from skillgap.api.page.frame import PageRouter, render
from skillgap.http.reader import ReaderDep

router = PageRouter()


@router.get("/about")
async def get_about(request: Request, reader: ReaderDep) -> Response:
    """What the figures are, what they may be used for, and whose data they rest on."""
    return render(request, "about.html", {"section": "about"}, catalogue=reader.current())
