"""The chart to download, declared in Vega-Lite and drawn by vl-convert in a process of its own.

Vega runs in a JavaScript engine that takes some 100 MB, which the end of the process frees.
"""

import asyncio
import json
import sys
from typing import Any, Literal

from skillgap.errors import ChartsBusy
from skillgap.occupations.charts.rows import KINDS, NOUNS, Row, View, counted, hidden_by_filters, rows_of
from skillgap.occupations.pair.schemas import ElementGapOut, SkillGapOut
from skillgap.onet.records import ReleaseInfo

Format = Literal["svg", "png"]

SCHEMA = "https://vega.github.io/schema/vega-lite/v6.json"
COLOURS = {
    "gap": "#c14a00",
    "possible_gap": "#a97500",
    "negligible": "#6b7785",
    "unjudged": "#8a3f78",
    "met": "#6b7785",
    "surplus": "#0067a8",
}
ATTRIBUTION = (
    "Includes information from the O*NET Database by USDOL/ETA, used under CC BY 4.0; modified by skillgap.",
    "USDOL/ETA has not approved, endorsed, or tested these modifications.",
)
NOTHING = {
    "height": 20,
    "data": {"values": [{}]},
    "mark": {"type": "text", "text": "There is nothing to show.", "align": "left", "x": 0},
}  # an empty scale has no size, and cannot be drawn
MOST_SECONDS = 30
DRAWING = asyncio.Semaphore(1)  # a picture takes a core for about a second
QUEUE = asyncio.Semaphore(8)  # who may wait for that, the one that is drawn among them


class ChartFailed(Exception):
    """The renderer did not draw; its text is the renderer's."""


def chart(answer: SkillGapOut, view: View, info: ReleaseInfo) -> dict[str, Any]:
    """The comparison as a Vega-Lite specification, with its data in it."""
    every = rows_of(answer, view)
    rows = [row for row in every if row.shown]
    return {
        "$schema": SCHEMA,
        "background": "#ffffff",
        "padding": 16,
        "title": {
            "text": [  # in lines, to stay inside the picture
                f"{NOUNS[view.domain][1].capitalize()}: {answer.source_title} to {answer.to_occupation.title}",
                counted(answer.summary, view.domain),
            ],
            "subtitle": [
                f"○ {answer.source_title} · ● {answer.to_occupation.title} · "
                f"{info.title}{', not O*NET data' if info.illustrative else ''}. {hidden_by_filters(every)}",
                *_other_sources(answer, info),
                *ATTRIBUTION,
            ],
            "anchor": "start",
            "frame": "group",
            "fontSize": 15,
            "subtitleFontSize": 11,
            "subtitleColor": "#4e5b69",
            "offset": 16,
        },
        "width": 520,
        **(_marks(rows) if rows else NOTHING),
        "config": {"view": {"stroke": None}, "axis": {"gridColor": "#d5dbe1"}},
    }


def _other_sources(answer: SkillGapOut, info: ReleaseInfo) -> list[str]:
    """A line for each side whose levels are not the release's: a supplement's, or a language model's."""
    sides = [side for side in (answer.from_occupation, answer.to_occupation) if side and side.source != info.title]
    return list(dict.fromkeys(f"Levels of {side.title}: {side.source}." for side in sides))


def _marks(rows: list[Row]) -> dict[str, Any]:
    """Both levels of every element, joined, and the interval as a band."""
    kinds = [kind for kind in KINDS if any(row.kind == kind for row in rows)]
    y = {
        "field": "element_name",
        "type": "nominal",
        "sort": None,
        "title": None,
        "axis": {"labelLimit": 260, "ticks": False, "domain": False, "labelPadding": 12},
    }
    colour = {
        "field": "class",
        "type": "nominal",
        "scale": {"domain": [KINDS[kind] for kind in kinds], "range": [COLOURS[kind] for kind in kinds]},
        "legend": {"orient": "bottom", "direction": "vertical", "title": None, "labelLimit": 500, "symbolOpacity": 1},
    }
    size = {
        "field": "to_importance",
        "type": "quantitative",
        "scale": {"domain": [1, 5], "range": [25, 170]},
        "legend": {"orient": "bottom", "title": "Importance to the target", "values": [1, 2, 3, 4, 5]},
    }
    return {
        "height": {"step": 20},
        "data": {"values": [_values(row) for row in rows]},
        "encoding": {"y": y, "color": colour},
        "layer": [
            {
                "mark": {"type": "bar", "opacity": 0.22, "height": 12, "cornerRadius": 3},
                "encoding": {"x": _level("low"), "x2": {"field": "high"}},
            },
            {
                "mark": {"type": "rule", "strokeWidth": 3},
                "encoding": {"x": _level("from_level"), "x2": {"field": "to_level"}},
            },
            {
                "mark": {
                    "type": "point",
                    "filled": True,
                    "fill": "#ffffff",
                    "strokeWidth": 2,
                    "stroke": "#16202b",
                    "size": 60,
                    "opacity": 1,
                },
                "encoding": {"x": _level("from_level")},
            },
            {
                "mark": {"type": "point", "filled": True, "opacity": 1},
                "encoding": {"x": _level("to_level"), "size": size},
            },
        ],
    }


async def draw(specification: dict[str, Any], form: Format) -> bytes:
    """A specification as a picture; one is drawn at a time. Raises ChartsBusy or ChartFailed."""
    if QUEUE.locked():
        raise ChartsBusy("All charts that may wait are waiting to be drawn.")
    async with QUEUE, DRAWING:
        renderer = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "skillgap.occupations.charts.renderer",
            form,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        try:
            picture, message = await asyncio.wait_for(
                renderer.communicate(json.dumps(specification).encode()), MOST_SECONDS
            )
        except TimeoutError:
            renderer.kill()
            raise ChartsBusy(f"The chart was not drawn within {MOST_SECONDS} s.") from None
        except BaseException:
            renderer.kill()
            raise
    if renderer.returncode:
        raise ChartFailed(message.decode(errors="replace"))
    return picture


def _values(row: Row) -> dict[str, Any]:
    element = row.element
    return {
        "element_name": element.element_name,
        "class": KINDS[row.kind],
        "from_level": element.from_level,
        "to_level": element.to_level,
        "low": _bound(element, element.lower),
        "high": _bound(element, element.upper),
        "to_importance": element.to_importance or 1,
    }


def _bound(element: ElementGapOut, bound: float | None) -> float:
    difference = element.difference if bound is None else bound
    return round(min(7, max(0, element.from_level + difference)), 5)


def _level(field: str) -> dict[str, Any]:
    return {
        "field": field,
        "type": "quantitative",
        "scale": {"domain": [0, 7]},
        "title": "Level, 0 to 7",
        "axis": {"values": list(range(8))},
    }
