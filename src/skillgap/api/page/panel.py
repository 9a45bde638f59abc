"""One domain of a comparison as ``comparison.html`` draws it: of two occupations, or of a person and one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple
from urllib.parse import urlencode

from skillgap.gap.certainty import HALF_A_LEVEL
from skillgap.occupations.charts.rows import (
    NOUNS,
    Filters,
    Row,
    counted,
    hidden_by_filters,
    in_order,
    is_judged,
    kind_of,
    rows_of,
)
from skillgap.occupations.pair.schemas import ElementGapOut, SkillGapOut
from skillgap.occupations.schemas import IMPORTANT

MOST_NEEDS = 5
MOST_HELD = 5
FOLDED = "negligible"


class Panel(NamedTuple):
    """A comparison in one domain, with what the filters leave of it."""

    domain: str
    nouns: tuple[str, str]
    answer: SkillGapOut
    counts: str  # the gaps in figures, whatever the filters
    is_judged: bool  # whether standard errors tell how certain gaps are
    needs: list[ElementGapOut]  # the widest certain gaps; where none is judged, the widest that are not negligible
    held: list[ElementGapOut]  # what matters most to the target and is met
    held_besides: int  # how many others are met or surplus
    rows: list[Row]  # those in sight
    folded: list[Row]  # negligible gaps
    table: list[Row]
    kinds: set[str]  # of all rows that are shown
    hidden: str  # what the filters leave out
    downloads: Mapping[str, str]  # address by format, from the service's root

    @property
    def source_title(self) -> str:
        """Who is compared with the target."""
        return self.answer.source_title

    @property
    def target_title(self) -> str:
        """With what."""
        return self.answer.to_occupation.title


def panel_of(answer: SkillGapOut, filters: Filters, sort: str, downloads: Mapping[str, str]) -> Panel:
    """The panel of a comparison that lists all elements with what their levels mean (``include=all``)."""
    rows = rows_of(answer, filters)
    shown = [row for row in rows if row.shown]
    held = held_of(answer)
    return Panel(
        domain=answer.domain,
        nouns=NOUNS[answer.domain],
        answer=answer,
        counts=counted(answer.summary, answer.domain),
        is_judged=is_judged(answer),
        needs=needs_of(answer),
        held=held[:MOST_HELD],
        held_besides=answer.summary.met + answer.summary.surplus - len(held[:MOST_HELD]),
        rows=[row for row in shown if row.kind != FOLDED],
        folded=[row for row in shown if row.kind == FOLDED],
        table=in_order(shown, sort),
        kinds={row.kind for row in shown},
        hidden=hidden_by_filters(rows),
        downloads=downloads,
    )


def needs_of(answer: SkillGapOut) -> list[ElementGapOut]:
    """The widest certain gaps. Where no standard error is published, the widest that are not negligible."""
    if is_judged(answer):
        certain = [element for element in answer.skill_gaps if kind_of(element) == "gap"]
        return certain[:MOST_NEEDS]
    return [element for element in answer.skill_gaps if element.difference >= HALF_A_LEVEL][:MOST_NEEDS]


def held_of(answer: SkillGapOut) -> list[ElementGapOut]:
    """What is met or surplus and important to the target, the most important first."""
    held = [element for element in (*(answer.met or ()), *(answer.surplus or ())) if element.to_level > 0]
    matter = [element for element in held if (element.to_importance or 0) >= IMPORTANT]
    return sorted(matter, key=lambda element: (-(element.to_importance or 0), element.difference, element.element_id))


def pair_downloads(answer: SkillGapOut, filters: Filters, release: str | None) -> dict[str, str]:
    """Addresses of a pair's files: CSV and JSON are the API's whole answer, pictures show what the filters leave."""
    source = answer.from_occupation.onetsoc_code if answer.from_occupation else ""
    pair = {"from": source, "to": answer.to_occupation.onetsoc_code}
    named = {"domain": answer.domain, "release": release, "levels": filters.levels}
    common = pair | {name: value for name, value in named.items() if value and value != "skills"}
    whole = common | {"include": "all", "explain": "anchors"}
    view = filters.model_dump(include={"show", "min_gap", "certain"}, exclude_defaults=True)
    picture = common | {name: "1" if value is True else value for name, value in view.items()}
    return {
        "csv": f"skill-gap?{urlencode(whole | {'format': 'csv'})}",
        "json": f"skill-gap?{urlencode(whole)}",
        "svg": f"skill-gap/chart.svg?{urlencode(picture)}",
        "png": f"skill-gap/chart.png?{urlencode(picture)}",
    }
