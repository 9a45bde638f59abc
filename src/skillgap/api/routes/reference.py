"""``/elements`` and ``/scales``: what occupations are rated on."""

from __future__ import annotations

from fastapi import Response

from skillgap.api.documents import problems
from skillgap.api.parameters import CatalogueDep, DomainParameter
from skillgap.api.routing import Routes
from skillgap.api.schemas import ElementOut, ElementsOut, ScaleOut, ScalesOut
from skillgap.api.tables import CSV_TOO, FormatParameter, csv_answer

router = Routes(
    tags=["reference"],
    responses=problems(
        "invalid-parameter", "release-not-found", "nothing-loaded", "release-out-of-reach"
    ),
)


@router.get(
    "/elements",
    summary="What occupations are rated on",
    response_model=ElementsOut,
    responses=CSV_TOO | problems("domain-not-loaded", "release-not-found"),
)
async def list_elements(
    catalogue: CatalogueDep,
    domain: DomainParameter = "all",
    format_: FormatParameter = "json",
) -> ElementsOut | Response:
    """Every rated element with its domain, its description and what its levels mean."""
    if domain != "all":
        catalogue.require_domain(domain)
    release = catalogue.info.release
    elements = [
        ElementOut.of(catalogue, element)
        for element in catalogue.elements.values()
        if element.domain and domain in (element.domain, "all")
    ]
    if format_ == "csv":
        names = ("elements", domain, release)
        return csv_answer(elements, ElementOut, names=names, first={"release": release})
    return ElementsOut(release=release, elements=elements)


@router.get(
    "/scales",
    summary="What numbers are measured on",
    response_model=ScalesOut,
    responses=CSV_TOO,
)
async def list_scales(
    catalogue: CatalogueDep, format_: FormatParameter = "json"
) -> ScalesOut | Response:
    """Every scale of the release with its ends."""
    release = catalogue.info.release
    scales = [ScaleOut.model_validate(scale._asdict()) for scale in catalogue.scales.values()]
    if format_ == "csv":
        names = ("scales", release)
        return csv_answer(scales, ScaleOut, names=names, first={"release": release})
    return ScalesOut(release=release, scales=scales)
