"""Every SELECT the service needs. They give plain, frozen values, in an explicit order."""

from __future__ import annotations

import re
from collections import defaultdict
from datetime import UTC, date, datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, func, inspect, select

from skillgap import tables
from skillgap.gap import Estimate, Profile, Rating
from skillgap.rescored import (
    Agreement,
    Calibration,
    Line,
    OneRun,
    Rater,
    RescoredLevel,
    RescoredOccupation,
)
from skillgap.supplements import FLAGS, Outcome, Supplement
from skillgap.tables import IMPORTANCE, LEVEL

FIRST_OF_2010_TAXONOMY = (15, 1)
FIRST_OF_2019_TAXONOMY = (25, 1)


class ReleaseInfo(NamedTuple):
    """A loaded release: what it is, where it came from, when (UTC) and by which run."""

    release: str
    released: date | None
    illustrative: bool
    source: str
    loaded_at: datetime
    run_id: int
    current: bool

    @property
    def title(self) -> str:
        """The release in a sentence."""
        return "The illustrative sample" if self.illustrative else f"O*NET {self.release}"

    @property
    def taxonomy(self) -> str | None:
        """The taxonomy its codes are of, by its number; None where that does not tell."""
        number = re.match(r"(\d+)\.(\d+)", self.release)
        order = (int(number[1]), int(number[2])) if number else (0, 0)
        if self.illustrative or order >= FIRST_OF_2019_TAXONOMY:
            return "O*NET-SOC 2019"
        return "O*NET-SOC 2010" if order >= FIRST_OF_2010_TAXONOMY else None


class Occupation(NamedTuple):
    """An O*NET-SOC occupation; ``job_zone`` is 1-5, or None where O*NET gives none."""

    onetsoc_code: str
    title: str
    description: str
    job_zone: int | None


class Element(NamedTuple):
    """A node of the content model; ``domain`` is None where nothing is rated on it."""

    element_id: str
    element_name: str
    description: str | None
    domain: str | None


class Scale(NamedTuple):
    """What a number is measured on."""

    scale_id: str
    scale_name: str
    minimum: int
    maximum: int


class Anchor(NamedTuple):
    """An example of work at one point of an element's level scale (0-7)."""

    anchor_value: int
    anchor_description: str


class Related(NamedTuple):
    """One entry of O*NET's list of related occupations, the nearest first."""

    onetsoc_code: str
    relatedness_tier: str
    related_index: int


class OlderCode(NamedTuple):
    """What a code of the 2010 taxonomy was called, and the occupations that took its place."""

    title: str
    successors: tuple[str, ...]  # onetsoc_code, sorted


def releases(connection: Connection) -> list[ReleaseInfo]:
    """Every loaded release; an empty list also when the schema is not there yet."""
    if not inspect(connection).has_table("current_release"):
        return []
    release, run = tables.Release, tables.LoadRun
    query = (
        select(
            release.release,
            release.released,
            release.illustrative,
            func.coalesce(run.source, ""),
            func.coalesce(run.finished_at, run.started_at).label("loaded_at"),
            release.run_id,
            tables.CurrentRelease.release.is_not(None),
        )
        .join(run, run.run_id == release.run_id)
        .outerjoin(tables.CurrentRelease, tables.CurrentRelease.release == release.release)
        .order_by(release.release)
    )
    return [
        ReleaseInfo(*row)._replace(loaded_at=row.loaded_at.replace(tzinfo=UTC))
        for row in connection.execute(query)
    ]


def occupations(connection: Connection, release: str) -> list[Occupation]:
    """The occupations of a release by code."""
    occupation, zone = tables.Occupation, tables.JobZone
    query = (
        select(occupation.onetsoc_code, occupation.title, occupation.description, zone.job_zone)
        .outerjoin(
            zone,
            (zone.release == occupation.release) & (zone.onetsoc_code == occupation.onetsoc_code),
        )
        .where(occupation.release == release)
        .order_by(occupation.onetsoc_code)
    )
    return [Occupation(*row) for row in connection.execute(query)]


def elements(connection: Connection, release: str) -> list[Element]:
    """The content model of a release by element id."""
    element = tables.Element
    query = (
        select(element.element_id, element.element_name, element.description, element.domain)
        .where(element.release == release)
        .order_by(element.element_id)
    )
    return [Element(*row) for row in connection.execute(query)]


def scales(connection: Connection, release: str) -> list[Scale]:
    """The scales of a release by id."""
    scale = tables.Scale
    query = (
        select(scale.scale_id, scale.scale_name, scale.minimum, scale.maximum)
        .where(scale.release == release)
        .order_by(scale.scale_id)
    )
    return [Scale(*row) for row in connection.execute(query)]


def profiles(
    connection: Connection, release: str, elements: dict[str, Element]
) -> dict[str, dict[str, Profile]]:
    """The ratings of every rated occupation: domain, then ``onetsoc_code``, then element id.

    An element counts as rated when it has a level; its importance is None where there is none.
    """
    rating = tables.Rating
    query = (
        select(
            rating.onetsoc_code,
            rating.element_id,
            rating.scale_id,
            rating.data_value,
            rating.n,
            rating.standard_error,
            rating.lower_ci_bound,
            rating.upper_ci_bound,
            rating.recommend_suppress,
            rating.not_relevant,
            rating.date_updated,
            rating.domain_source,
        )
        .where(rating.release == release, rating.scale_id.in_([LEVEL, IMPORTANCE]))
        .order_by(rating.onetsoc_code, rating.element_id, rating.scale_id)
        .execution_options(yield_per=5_000)
    )
    found: dict[str, dict[str, dict[str, Rating]]] = defaultdict(lambda: defaultdict(dict))
    importance: dict[tuple[str, str], Estimate] = {}  # IM sorts before LV
    shared: dict[Any, Any] = {}  # equal estimates, dates and sources share their memory
    for code, element_id, scale_id, *statistics in connection.execute(query):
        *figures, suppress, relevant, updated, source = statistics
        origin = (shared.setdefault(updated, updated), shared.setdefault(source, source))
        estimate = Estimate._make((*figures, FLAGS[suppress], FLAGS[relevant], *origin))
        estimate = shared.setdefault(estimate, estimate)
        if scale_id == IMPORTANCE:
            importance[code, element_id] = estimate
            continue
        element = elements[element_id]
        found[element.domain or ""][code][element.element_id] = Rating(
            element.element_id,
            element.element_name,
            estimate,
            importance.pop((code, element_id), None),
        )
    return {domain: dict(by_code) for domain, by_code in found.items()}


def rated_occupations(connection: Connection, release: str) -> set[str]:
    """The codes of the occupations with a level on any skill."""
    rating, element = tables.Rating, tables.Element
    query = (
        select(rating.onetsoc_code)
        .join(
            element,
            (element.release == rating.release) & (element.element_id == rating.element_id),
        )
        .where(rating.release == release, rating.scale_id == LEVEL, element.domain == "skills")
        .distinct()
    )
    return set(connection.scalars(query))


def level_anchors(connection: Connection, release: str) -> dict[str, tuple[Anchor, ...]]:
    """The level anchors of each element, the lowest first."""
    anchor = tables.LevelAnchor
    query = (
        select(anchor.element_id, anchor.anchor_value, anchor.anchor_description)
        .where(anchor.release == release, anchor.scale_id == LEVEL)
        .order_by(anchor.element_id, anchor.anchor_value)
    )
    found: dict[str, list[Anchor]] = defaultdict(list)
    for element_id, value, description in connection.execute(query):
        found[element_id].append(Anchor(value, description))
    return {element_id: tuple(anchors) for element_id, anchors in found.items()}


def job_titles(connection: Connection, release: str) -> dict[str, tuple[str, ...]]:
    """The lay titles of each occupation, each once, in O*NET's order."""
    title = tables.JobTitle
    query = (
        select(title.onetsoc_code, title.job_title)
        .where(title.release == release)
        .order_by(title.onetsoc_code, title.position)
    )
    found: dict[str, dict[str, None]] = defaultdict(dict)
    for code, name in connection.execute(query):
        found[code][name] = None
    return {code: tuple(names) for code, names in found.items()}


def related_occupations(connection: Connection, release: str) -> dict[str, tuple[Related, ...]]:
    """O*NET's related occupations of each occupation, the nearest first."""
    related = tables.RelatedOccupation
    query = (
        select(
            related.onetsoc_code,
            related.related_onetsoc_code,
            related.relatedness_tier,
            related.related_index,
        )
        .where(related.release == release)
        .order_by(related.onetsoc_code, related.related_index)
    )
    found: dict[str, list[Related]] = defaultdict(list)
    for code, related_code, tier, index in connection.execute(query):
        found[code].append(Related(related_code, tier, index))
    return {code: tuple(entries) for code, entries in found.items()}


def newest_supplement(connection: Connection) -> int:
    """The id of the last supplement, which grows with each; 0 without any, or without the table."""
    if not inspect(connection).has_table("supplements"):
        return 0
    return connection.scalar(select(func.max(tables.Supplement.supplement_id))) or 0


def supplements(connection: Connection) -> dict[str, Supplement]:
    """The last supplement of each occupation that has one, by ``onetsoc_code``."""
    if not newest_supplement(connection):
        return {}
    supplement, rating = tables.Supplement, tables.SupplementalRating
    last = select(func.max(supplement.supplement_id)).group_by(supplement.onetsoc_code)
    estimates: dict[int, dict[tuple[str, str], Estimate]] = defaultdict(dict)
    query = (
        select(rating.__table__)
        .where(rating.supplement_id.in_(last))
        .order_by(rating.supplement_id, rating.element_id, rating.scale_id)
    )
    rows = connection.execute(query)
    for key, element_id, scale_id, *figures, suppress, relevant, updated, source in rows:
        flags = (FLAGS[suppress], FLAGS[relevant])
        estimates[key][element_id, scale_id] = Estimate._make((*figures, *flags, updated, source))
    query = (
        select(supplement.__table__)
        .where(supplement.supplement_id.in_(last))
        .order_by(supplement.onetsoc_code)
    )
    return {
        row.onetsoc_code: Supplement(
            onetsoc_code=row.onetsoc_code,
            outcome=Outcome(row.outcome),
            source=row.source,
            source_release=row.source_release,
            table_ids=tuple(row.table_ids.split(",")),
            fetched_at=row.fetched_at.replace(tzinfo=UTC),
            rows_sha256=row.rows_sha256,
            estimates=estimates[row.supplement_id],
        )
        for row in connection.execute(query)
    }


def rescoring_mark(connection: Connection) -> tuple[int, int, int] | None:
    """Changes whenever the levels of a model, or their calibration, do; None without tables."""
    if not inspect(connection).has_table("calibration_samples"):
        return None
    call, calibration = tables.RescoringCall, tables.Calibration
    given = select(func.count(), func.coalesce(func.max(call.call_id), 0)).where(
        call.outcome.in_(["ok", "partial", "cut"])
    )
    calls, last_call = connection.execute(given).one()
    last = connection.scalar(select(func.coalesce(func.max(calibration.calibration_id), 0)))
    return calls, last_call, last or 0


def rescored_occupations(
    connection: Connection, release: str, element_ids: frozenset[str]
) -> dict[str, RescoredOccupation]:
    """What a model says of each occupation, from the newest inputs that gave every element."""
    call, level = tables.RescoringCall, tables.RescoredLevel
    query = (
        select(
            call.onetsoc_code,
            call.inputs_digest,
            call.run,
            call.model,
            call.prompt_version,
            call.created_at,
            level.element_id,
            level.level,
            level.not_relevant,
            level.confidence,
            level.reason,
        )
        .join(level, level.call_id == call.call_id)
        .where(call.release == release)
        .order_by(call.call_id, level.element_id)
    )
    runs: dict[tuple[str, str], dict[str, dict[int, OneRun]]] = {}  # the newest inputs last
    raters: dict[tuple[str, str], tuple[Rater, datetime]] = {}
    for code, digest, run, model, version, asked_at, element_id, *given in connection.execute(
        query
    ):
        figure, relevant, confidence, reason = given
        by_element = runs.setdefault((code, digest), {})
        one = OneRun(figure, FLAGS[relevant] is True, confidence, reason)
        by_element.setdefault(element_id, {})[run] = one
        raters[code, digest] = Rater(model, version), asked_at
    found = {}
    for (code, digest), by_element in runs.items():
        if by_element.keys() >= element_ids:
            rater, asked_at = raters[code, digest]
            found[code] = RescoredOccupation(
                code,
                rater,
                asked_at.date(),
                min(len(of_runs) for of_runs in by_element.values()),
                {one: RescoredLevel.of(by_element[one].values()) for one in sorted(element_ids)},
            )
    return found


def calibrations(connection: Connection, release: str) -> dict[Rater, Calibration]:
    """The newest calibration of each rater."""
    calibration, line, sampled = (
        tables.Calibration,
        tables.CalibrationLine,
        tables.CalibrationSample,
    )
    query = select(calibration).where(calibration.release == release)
    newest = {}
    for row in connection.execute(query.order_by(calibration.calibration_id)).mappings():
        newest[Rater(row["model"], row["prompt_version"])] = row
    found = {}
    for rater, row in newest.items():
        this = row["calibration_id"]
        lines = connection.execute(
            select(line.element_id, line.slope, line.intercept)
            .where(line.calibration_id == this)
            .order_by(line.element_id)
        ).all()
        halves = connection.execute(
            select(sampled.onetsoc_code, sampled.half)
            .where(sampled.calibration_id == this)
            .order_by(sampled.onetsoc_code)
        ).all()
        held_out = frozenset(code for code, half in halves if half == "held_out")
        found[rater] = Calibration(
            calibration_id=this,
            created_at=row["created_at"].replace(tzinfo=UTC),
            rater=rater,
            seed=row["seed"],
            lines={element_id: Line(slope, intercept) for element_id, slope, intercept in lines},
            fitted=frozenset(code for code, half in halves if half == "fitted"),
            held_out=held_out,
            agreement=Agreement(
                len(held_out),
                len(held_out) * len(lines),
                float(row["calibrated_bias"]),
                float(row["calibrated_mean_absolute_error"]),
            ),
        )
    return found


def older_codes(connection: Connection, release: str) -> dict[str, OlderCode]:
    """The codes of the 2010 taxonomy; empty where the release was loaded without a crosswalk."""
    crosswalk = tables.CodeCrosswalk
    if not inspect(connection).has_table(crosswalk.__tablename__):
        return {}
    query = (
        select(crosswalk.onetsoc_2010_code, crosswalk.onetsoc_2010_title, crosswalk.onetsoc_code)
        .where(crosswalk.release == release)
        .order_by(crosswalk.onetsoc_2010_code, crosswalk.onetsoc_code)
    )
    found: dict[str, OlderCode] = {}
    for older, title, code in connection.execute(query):
        known = found.get(older, OlderCode(title, ()))
        found[older] = known._replace(successors=(*known.successors, code))
    return found
