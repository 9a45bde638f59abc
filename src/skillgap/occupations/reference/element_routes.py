"""``/elements`` and ``/scales``: what occupations are rated on."""

from __future__ import annotations

from fastapi import Response

from skillgap.http.csv_response import CSV_TOO, FormatParameter, csv_answer
from skillgap.http.dependencies import CatalogueDep
from skillgap.http.parameters import DomainParameter
from skillgap.http.routing import StrictRouter
from skillgap.occupations.reference.schemas import ElementOut, ElementsOut, ScalesOut
from skillgap.occupations.schemas import ScaleOut

router = StrictRouter(
    tags=["reference"],
)


@router.get(
    "/elements",
    summary="What occupations are rated on",
    response_model=ElementsOut,
    responses=CSV_TOO,
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
async def list_scales(catalogue: CatalogueDep, format_: FormatParameter = "json") -> ScalesOut | Response:
    """Every scale of the release with its ends."""
    release = catalogue.info.release
    scales = [ScaleOut.model_validate(scale._asdict()) for scale in catalogue.scales.values()]
    if format_ == "csv":
        names = ("scales", release)
        return csv_answer(scales, ScaleOut, names=names, first={"release": release})
    return ScalesOut(release=release, scales=scales)
