"""``/skill-gap/chart.svg``, ``.png`` and ``.json``: a comparison as a chart to download."""

from typing import Annotated, Any

from fastapi import Query, Response

from skillgap.http.reader import ReaderDep
from skillgap.http.routing import StrictRouter
from skillgap.occupations.charts.rows import ChartQuery, whole_comparison
from skillgap.occupations.charts.specification import Format, chart, draw
from skillgap.onet.catalogue import Catalogue

router = StrictRouter(prefix="/skill-gap", tags=["gap"])

CHART_POLICY = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; sandbox"
"""For an SVG that is opened by itself: it may be styled, and nothing else."""

Chart = Annotated[ChartQuery, Query()]


@router.get(
    "/chart.svg",
    summary="The comparison as a chart (SVG)",
    response_class=Response,
    responses={200: {"content": {"image/svg+xml": {}}}},
)
async def get_chart_svg(query: Chart, reader: ReaderDep) -> Response:
    """Both levels of every gap on the 0-7 scale, joined; the interval as a band."""
    return await _draw(query, reader, "svg", "image/svg+xml")


@router.get(
    "/chart.png",
    summary="The comparison as a chart (PNG)",
    response_class=Response,
    responses={200: {"content": {"image/png": {}}}},
)
async def get_chart_png(query: Chart, reader: ReaderDep) -> Response:
    """The same as pixels, at twice the size."""
    return await _draw(query, reader, "png", "image/png")


@router.get("/chart.json", summary="The comparison as a chart (its Vega-Lite specification)")
async def get_chart_specification(query: Chart, reader: ReaderDep) -> dict[str, Any]:
    """What both charts are drawn from, with the data in it, to be changed or drawn elsewhere."""

    levels = query.levels or reader.default_levels

    def specify(catalogue: Catalogue) -> dict[str, Any]:
        answer = whole_comparison(catalogue, query.from_code, query.to_code, query.domain, levels)
        return chart(answer, query, catalogue.info)

    return await reader.read(query.release, specify)


async def _draw(query: ChartQuery, reader: ReaderDep, form: Format, media_type: str) -> Response:
    specification = await get_chart_specification(query, reader)
    headers = {"Content-Security-Policy": CHART_POLICY}
    return Response(await draw(specification, form), media_type=media_type, headers=headers)
