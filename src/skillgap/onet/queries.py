"""The SELECTs that read a release, as plain, frozen values in an explicit order."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC
from typing import Any, TypeVar, cast

from sqlalchemy import Connection, func, inspect, select

from skillgap.errors import NothingLoaded, ReleaseNotFound
from skillgap.gap.ratings import Estimate, Profile, Rating
from skillgap.onet import tables
from skillgap.onet.records import Anchor, Element, Occupation, OlderCode, Related, ReleaseInfo, Scale, Task, Technology
from skillgap.onet.supplements.ratings import FLAGS
from skillgap.onet.tables import IMPORTANCE_SCALE, LEVEL_SCALE

Record = TypeVar("Record")


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


def find_release(loaded: Sequence[ReleaseInfo], release: str, parameter: str | None = None) -> ReleaseInfo:
    """The loaded release of this name; raises ReleaseNotFound."""
    for info in loaded:
        if info.release == release:
            return info
    names = ", ".join(info.release for info in loaded)
    raise ReleaseNotFound(f"Release {release[:40]!r} is not loaded (there: {names}).", parameter=parameter)


def current_release(connection: Connection) -> ReleaseInfo:
    """The release that is served; raises NothingLoaded."""
    current = next((info for info in releases(connection) if info.current), None)
    if current is None:
        raise NothingLoaded
    return current


def occupations(connection: Connection, release: str) -> list[Occupation]:
    """The occupations of a release by code."""
    occupation, zone = tables.Occupations, tables.JobZones
    same = (zone.release == occupation.release) & (zone.onetsoc_code == occupation.onetsoc_code)
    query = (
        select(occupation.onetsoc_code, occupation.title, occupation.description, zone.job_zone)
        .outerjoin(zone, same)
        .where(occupation.release == release)
        .order_by(occupation.onetsoc_code)
    )
    return [Occupation(*row) for row in connection.execute(query)]


def elements(connection: Connection, release: str) -> list[Element]:
    """The content model of a release by element id."""
    element = tables.Elements
    columns = (element.element_id, element.element_name, element.description, element.domain)
    return [Element(*row) for row in _rows(connection, element, release, columns)]


def scales(connection: Connection, release: str) -> list[Scale]:
    """The scales of a release by id."""
    scale = tables.Scales
    columns = (scale.scale_id, scale.scale_name, scale.minimum, scale.maximum)
    return [Scale(*row) for row in _rows(connection, scale, release, columns)]


def profiles(connection: Connection, release: str, elements: dict[str, Element]) -> dict[str, dict[str, Profile]]:
    """The ratings of every rated occupation: domain, then ``onetsoc_code``, then element id.

    An element counts as rated when it has a level; its importance is None where there is none.
    """
    table = tables.Ratings
    query = (
        select(
            table.onetsoc_code,
            table.element_id,
            table.scale_id,
            table.data_value,
            table.n,
            table.standard_error,
            table.lower_ci_bound,
            table.upper_ci_bound,
            table.recommend_suppress,
            table.not_relevant,
            table.date_updated,
            table.domain_source,
        )
        .where(table.release == release, table.scale_id.in_([LEVEL_SCALE, IMPORTANCE_SCALE]))
        .order_by(table.onetsoc_code, table.element_id, table.scale_id)
        .execution_options(yield_per=5_000)
    )
    by_domain: dict[str, dict[str, dict[str, Rating]]] = defaultdict(lambda: defaultdict(dict))
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
        rating = Rating(element.element_id, element.element_name, estimate, importance.pop((code, element_id), None))
        by_domain[element.domain or ""][code][element.element_id] = rating
    return {domain: dict(by_code) for domain, by_code in by_domain.items()}


def rated_occupations(connection: Connection, release: str) -> set[str]:
    """The codes of the occupations with a level on any skill."""
    rating, element = tables.Ratings, tables.Elements
    query = (
        select(rating.onetsoc_code)
        .join(element, (element.release == rating.release) & (element.element_id == rating.element_id))
        .where(rating.release == release, rating.scale_id == LEVEL_SCALE, element.domain == "skills")
        .distinct()
    )
    return set(connection.scalars(query))


def level_anchors(connection: Connection, release: str) -> dict[str, tuple[Anchor, ...]]:
    """The level anchors of each element, the lowest first."""
    anchor = tables.LevelAnchors
    columns = (anchor.element_id, anchor.anchor_value, anchor.anchor_description)
    return _grouped(_rows(connection, anchor, release, columns, anchor.scale_id == LEVEL_SCALE), Anchor)


def job_titles(connection: Connection, release: str) -> dict[str, tuple[str, ...]]:
    """The alternate titles of each occupation, each once, in O*NET's order."""
    title = tables.JobTitles
    titles = _grouped(_rows(connection, title, release, (title.onetsoc_code, title.job_title)), str)
    return {code: tuple(dict.fromkeys(names)) for code, names in titles.items()}


def reported_titles(connection: Connection, release: str) -> dict[tuple[str, str], bool]:
    """The titles that people reported, (onetsoc_code, title), and whether My Next Move shows them.

    Empty where the release was loaded without them.
    """
    title = tables.ReportedTitles
    if not inspect(connection).has_table(title.__tablename__):
        return {}
    columns = (title.onetsoc_code, title.reported_job_title, title.shown_in_my_next_move)
    return {(code, name): shown == "Y" for code, name, shown in _rows(connection, title, release, columns)}


def technologies(connection: Connection, release: str) -> dict[str, tuple[Technology, ...]]:
    """The technologies of each occupation by name; empty where the release was loaded without them.

    Most technologies are those of many occupations: equal ones share their memory.
    """
    table = tables.Technologies
    if not inspect(connection).has_table(table.__tablename__):
        return {}
    shared: dict[Any, Any] = {}

    def record(*values: Any) -> Technology:
        *texts, hot, demanded = values
        texts = [shared.setdefault(text, text) for text in texts]
        technology = Technology._make((*texts, hot == "Y", demanded == "Y"))
        return cast(Technology, shared.setdefault(technology, technology))

    kind = (table.commodity_code, table.commodity_title, table.element_id)
    columns = (table.onetsoc_code, table.example, *kind, table.hot_technology, table.in_demand)
    return _grouped(_rows(connection, table, release, columns), record)


def tasks(connection: Connection, release: str) -> dict[str, tuple[Task, ...]]:
    """The tasks of each occupation in O*NET's order; empty where the release was loaded without them."""
    table = tables.Tasks
    if not inspect(connection).has_table(table.__tablename__):
        return {}
    shared: dict[Any, Any] = {}  # texts, dates and sources that are the same

    def record(task_id: int, *values: Any) -> Task:
        return Task(task_id, *(shared.setdefault(value, value) for value in values))

    own = (table.task_id, table.task, table.task_type, table.incumbents_responding)
    columns = (table.onetsoc_code, *own, table.date_updated, table.domain_source)
    return _grouped(_rows(connection, table, release, columns, order=(table.onetsoc_code, table.position)), record)


def related_occupations(connection: Connection, release: str) -> dict[str, tuple[Related, ...]]:
    """O*NET's related occupations of each occupation, the nearest first."""
    related = tables.RelatedOccupations
    columns = (related.onetsoc_code, related.related_onetsoc_code, related.relatedness_tier, related.related_index)
    order = (related.onetsoc_code, related.related_index)
    return _grouped(_rows(connection, related, release, columns, order=order), Related)


def older_codes(connection: Connection, release: str) -> dict[str, OlderCode]:
    """The codes of the 2010 taxonomy; empty where the release was loaded without a crosswalk."""
    crosswalk = tables.CodeCrosswalk
    if not inspect(connection).has_table(crosswalk.__tablename__):
        return {}
    columns = (crosswalk.onetsoc_2010_code, crosswalk.onetsoc_2010_title, crosswalk.onetsoc_code)
    older: dict[str, OlderCode] = {}
    for code, title, successor in _rows(connection, crosswalk, release, columns):
        known = older.get(code, OlderCode(title, ()))
        older[code] = known._replace(successors=(*known.successors, successor))
    return older


def _rows(
    connection: Connection, table: Any, release: str, columns: Sequence[Any], *where: Any, order: Sequence[Any] = ()
) -> Iterable[Any]:
    """Columns of a table's rows of a release, ordered by the table's key unless said otherwise."""
    query = select(*columns).where(table.release == release, *where)
    return connection.execute(query.order_by(*(order or table.__table__.primary_key.columns)))


def _grouped(rows: Iterable[Any], record: Callable[..., Record]) -> dict[str, tuple[Record, ...]]:
    """Records of all but the first column, by the first column."""
    groups: dict[str, list[Record]] = defaultdict(list)
    for key, *values in rows:
        groups[key].append(record(*values))
    return {key: tuple(records) for key, records in groups.items()}
