"""``/skill-gap/chart.svg`` and ``.png``: the comparison as a picture to take away."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Depends, Query, Request, Response

from skillgap.http.dependencies import CatalogueDep, supplying
from skillgap.http.parameters import DOMAIN_DESCRIPTION, CodeText
from skillgap.http.routing import StrictRouter
from skillgap.occupations.charts.rows import whole_comparison
from skillgap.occupations.charts.specification import Format, chart, draw
from skillgap.occupations.charts.view import Address, RatedDomain, Shown
from skillgap.occupations.pair.query import sides_asked_for

CHART_POLICY = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; sandbox"
"""For an SVG that is opened by itself: it may be styled, and nothing else."""

router = StrictRouter(
    prefix="/skill-gap",
    tags=["gap"],
)


async def specification(
    request: Request,
    catalogue: CatalogueDep,
    *,
    source: Annotated[CodeText, Query(alias="from", description="The source occupation.")],
    target: Annotated[CodeText, Query(alias="to", description="The target occupation.")],
    domain: Annotated[RatedDomain, Query(description=DOMAIN_DESCRIPTION)] = "skills",
    show: Annotated[Shown, Query(description="What is drawn.")] = "gaps",
    min_gap: Annotated[float, Query(ge=0, le=7, allow_inf_nan=False, description="The smallest gap that counts.")] = 0,
    certain: Annotated[bool, Query(description="Only gaps of class `gap` count.")] = False,
) -> dict[str, Any]:
    """The picture that is asked for, as a Vega-Lite specification."""
    asked = {"from": source, "to": target, "domain": domain}
    catalogue, sides = await supplying(request, catalogue, lambda served: sides_asked_for(served, asked))
    address = Address.model_validate(
        {
            "from": sides[0].onetsoc_code,
            "to": sides[1].onetsoc_code,
            "domain": domain,
            "show": show,
            "min_gap": min_gap,
            "certain": certain,
        }
    )
    return chart(whole_comparison(catalogue, address), address, catalogue.info)


Specification = Annotated[dict[str, Any], Depends(specification)]


@router.get(
    "/chart.svg",
    summary="The comparison as a picture (SVG)",
    response_class=Response,
    responses={200: {"content": {"image/svg+xml": {}}}},
)
async def get_svg(asked: Specification) -> Response:
    """Both levels of every gap on the 0-7 scale, joined; the interval as a band."""
    return await _drawn(asked, "svg", "image/svg+xml")


@router.get(
    "/chart.png",
    summary="The comparison as a picture (PNG)",
    response_class=Response,
    responses={200: {"content": {"image/png": {}}}},
)
async def get_png(asked: Specification) -> Response:
    """The same as pixels, at twice the size."""
    return await _drawn(asked, "png", "image/png")


@router.get("/chart.json", summary="The comparison as a picture (its Vega-Lite specification)")
async def get_specification(asked: Specification) -> dict[str, Any]:
    """What both pictures are drawn from, with the data in it, to be changed or drawn elsewhere."""
    return asked


async def _drawn(asked: dict[str, Any], form: Format, media_type: str) -> Response:
    headers = {"Content-Security-Policy": CHART_POLICY}
    return Response(await draw(asked, form), media_type=media_type, headers=headers)
