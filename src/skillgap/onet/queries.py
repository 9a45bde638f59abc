"""Every SELECT the service needs. They give plain, frozen values, in an explicit order."""

from __future__ import annotations

from collections import defaultdict
from datetime import UTC
from typing import Any

from sqlalchemy import Connection, func, inspect, select

from skillgap.errors import NothingLoaded
from skillgap.gap.ratings import Estimate, Profile, Rating
from skillgap.onet import tables
from skillgap.onet.records import (
    Anchor,
    Element,
    Occupation,
    OlderCode,
    Related,
    ReleaseInfo,
    Scale,
)
from skillgap.onet.supplements.ratings import FLAGS
from skillgap.onet.tables import IMPORTANCE_SCALE, LEVEL_SCALE


def releases(connection: Connection) -> list[ReleaseInfo]:
    """Every loaded release; an empty list also when the schema is not there yet."""
    if not inspect(connection).has_table("current_release"):
        return []
    release, run = tables.Releases, tables.LoadRuns
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
        ReleaseInfo(*row)._replace(loaded_at=row.loaded_at.replace(tzinfo=UTC)) for row in connection.execute(query)
    ]


def current_release(connection: Connection) -> ReleaseInfo:
    """The release that is served; raises NothingLoaded."""
    current = next((info for info in releases(connection) if info.current), None)
    if current is None:
        raise NothingLoaded
    return current


def occupations(connection: Connection, release: str) -> list[Occupation]:
    """The occupations of a release by code."""
    occupation, zone = tables.Occupations, tables.JobZones
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
    element = tables.Elements
    query = (
        select(element.element_id, element.element_name, element.description, element.domain)
        .where(element.release == release)
        .order_by(element.element_id)
    )
    return [Element(*row) for row in connection.execute(query)]


def scales(connection: Connection, release: str) -> list[Scale]:
    """The scales of a release by id."""
    scale = tables.Scales
    query = (
        select(scale.scale_id, scale.scale_name, scale.minimum, scale.maximum)
        .where(scale.release == release)
        .order_by(scale.scale_id)
    )
    return [Scale(*row) for row in connection.execute(query)]


def profiles(connection: Connection, release: str, elements: dict[str, Element]) -> dict[str, dict[str, Profile]]:
    """The ratings of every rated occupation: domain, then ``onetsoc_code``, then element id.

    An element counts as rated when it has a level; its importance is None where there is none.
    """
    rating = tables.Ratings
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
        .where(rating.release == release, rating.scale_id.in_([LEVEL_SCALE, IMPORTANCE_SCALE]))
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
        if scale_id == IMPORTANCE_SCALE:
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
    rating, element = tables.Ratings, tables.Elements
    query = (
        select(rating.onetsoc_code)
        .join(
            element,
            (element.release == rating.release) & (element.element_id == rating.element_id),
        )
        .where(rating.release == release, rating.scale_id == LEVEL_SCALE, element.domain == "skills")
        .distinct()
    )
    return set(connection.scalars(query))


def level_anchors(connection: Connection, release: str) -> dict[str, tuple[Anchor, ...]]:
    """The level anchors of each element, the lowest first."""
    anchor = tables.LevelAnchors
    query = (
        select(anchor.element_id, anchor.anchor_value, anchor.anchor_description)
        .where(anchor.release == release, anchor.scale_id == LEVEL_SCALE)
        .order_by(anchor.element_id, anchor.anchor_value)
    )
    found: dict[str, list[Anchor]] = defaultdict(list)
    for element_id, value, description in connection.execute(query):
        found[element_id].append(Anchor(value, description))
    return {element_id: tuple(anchors) for element_id, anchors in found.items()}


def job_titles(connection: Connection, release: str) -> dict[str, tuple[str, ...]]:
    """The lay titles of each occupation, each once, in O*NET's order."""
    title = tables.JobTitles
    query = (
        select(title.onetsoc_code, title.job_title)
        .where(title.release == release)
        .order_by(title.onetsoc_code, title.position)
    )
    found: dict[str, dict[str, None]] = defaultdict(dict)
    for code, name in connection.execute(query):
        found[code][name] = None
    return {code: tuple(names) for code, names in found.items()}


def reported_titles(connection: Connection, release: str) -> dict[tuple[str, str], bool]:
    """The titles that people reported, (onetsoc_code, title), and whether My Next Move shows them.

    Empty where the release was loaded without them.
    """
    title = tables.ReportedTitles
    if not inspect(connection).has_table(title.__tablename__):
        return {}
    query = (
        select(title.onetsoc_code, title.reported_job_title, title.shown_in_my_next_move)
        .where(title.release == release)
        .order_by(title.onetsoc_code, title.reported_job_title)
    )
    return {(code, name): shown == "Y" for code, name, shown in connection.execute(query)}


def related_occupations(connection: Connection, release: str) -> dict[str, tuple[Related, ...]]:
    """O*NET's related occupations of each occupation, the nearest first."""
    related = tables.RelatedOccupations
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
