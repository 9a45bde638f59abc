"""The home page: three doors, and examples."""

from __future__ import annotations

from collections.abc import Iterator

from fastapi import Request, Response

from skillgap.api.page.address import Address
from skillgap.api.page.choice import Choice
from skillgap.api.page.frame import render
from skillgap.http.reader import ReaderDep
from skillgap.onet.catalogue import Catalogue
from skillgap.onet.tables import DOMAINS

EXAMPLES = (
    ("41-9012.00", "53-5031.00"),
    ("11-1011.00", "11-3013.00"),
    ("31-1131.00", "29-1141.00"),
    ("41-2031.00", "43-4051.00"),
)


async def home_page(request: Request, reader: ReaderDep) -> Response:
    """The doors to a comparison, to what fits a person, and to a plan for a team."""
    address = Address.of(request.query_params)
    catalogue = await reader.open(address.release)
    values = {
        "address": address,
        "section": "compare",
        "source": Choice(""),
        "target": Choice(""),
        "domains": [domain for domain in DOMAINS if domain in catalogue.profiles],
        "examples": list(_examples(catalogue)),
    }
    return render(request, "home.html", values, catalogue=catalogue)


def _examples(catalogue: Catalogue) -> Iterator[tuple[str, str, str, str]]:
    for pair in EXAMPLES:
        if all(code in catalogue.occupations and catalogue.is_rated(code) for code in pair):
            source, target = (catalogue.occupations[code].title for code in pair)
            yield *pair, source, target
