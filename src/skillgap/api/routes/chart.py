"""``/skill-gap/chart.svg`` and ``.png``: the comparison as a picture to take away."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Depends, HTTPException, Query, Request, Response

from skillgap.api.address import Address, RatedDomain, Shown
from skillgap.api.browsers import PICTURE_POLICY
from skillgap.api.chart import Format, RendererBusy, chart, draw
from skillgap.api.documents import problems
from skillgap.api.parameters import DOMAIN_DESCRIPTION, CatalogueDep, CodeText, supplying
from skillgap.api.picture import whole_comparison
from skillgap.api.problems import RETRY_AFTER_SECONDS
from skillgap.api.questions import sides_asked_for
from skillgap.api.routing import Routes

router = Routes(
    prefix="/skill-gap",
    tags=["gap"],
    responses=problems(
        "several-occupations",
        "invalid-parameter",
        "occupation-not-found",
        "code-of-older-taxonomy",
        "occupation-not-rated",
        "domain-not-loaded",
        "release-not-found",
        "nothing-loaded",
        "release-out-of-reach",
    ),
)


async def specification(
    request: Request,
    catalogue: CatalogueDep,
    *,
    source: Annotated[CodeText, Query(alias="from", description="The source occupation.")],
    target: Annotated[CodeText, Query(alias="to", description="The target occupation.")],
    domain: Annotated[RatedDomain, Query(description=DOMAIN_DESCRIPTION)] = "skills",
    show: Annotated[Shown, Query(description="What is drawn.")] = "gaps",
    min_gap: Annotated[
        float, Query(ge=0, le=7, allow_inf_nan=False, description="The smallest gap that counts.")
    ] = 0,
    certain: Annotated[bool, Query(description="Only gaps of class `gap` count.")] = False,
) -> dict[str, Any]:
    """The picture that is asked for, as a Vega-Lite specification."""
    asked = {"from": source, "to": target, "domain": domain}
    catalogue, sides = await supplying(
        request, catalogue, lambda served: sides_asked_for(served, asked)
    )
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
    headers = {"Content-Security-Policy": PICTURE_POLICY}
    try:
        return Response(await draw(asked, form), media_type=media_type, headers=headers)
    except RendererBusy:
        later = {"Retry-After": str(RETRY_AFTER_SECONDS)}
        raise HTTPException(503, headers=later) from None
