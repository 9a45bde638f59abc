"""Occupations, ratings, elements and scales of a release, as it publishes them."""

from skillgap.occupations.pair.absence import absent_importances, absent_levels
from skillgap.occupations.pair.levels import RatingLevelsOut
from skillgap.occupations.pair.query import Side
from skillgap.occupations.reference.query import (
    ElementsQuery,
    SearchQuery,
    TechnologiesQuery,
    apply_filters,
    listed_occupation,
)
from skillgap.occupations.reference.schemas import (
    ElementOut,
    ElementsOut,
    MajorGroupOut,
    OccupationMatch,
    OccupationOut,
    OccupationsOut,
    RatingsOut,
    RelatedOut,
    ScalesOut,
    TasksOut,
    TechnologiesOut,
    TechnologyOut,
)
from skillgap.occupations.schemas import SAMPLE_NOTE, FilterOut, OccupationRef, compared_occupation, occupation_ref
from skillgap.onet.catalogue import Catalogue
from skillgap.onet.major_groups import MAJOR_GROUPS, major_group_of
from skillgap.onet.records import Occupation, Technology
from skillgap.onet.rescored.model_levels import Levels
from skillgap.onet.titles.match import Match

TASK_TYPES = ("Core", "Supplemental", None)  # in the order of a list


def search_occupations(catalogue: Catalogue, query: SearchQuery) -> OccupationsOut:
    """Occupations by code, title or alternate title, the best match first; all of them by code without a text."""
    found = {match.onetsoc_code: match for match in catalogue.search().find(query.q)} if query.q.strip() else {}
    codes = list(found) if query.q.strip() else list(catalogue.occupations)
    left, filters = apply_filters(catalogue, query, codes)
    return OccupationsOut(
        release=catalogue.info.release,
        filters=filters,
        total=len(left),
        limit=query.limit,
        offset=query.offset,
        occupations=[
            _match(catalogue, code, found.get(code)) for code in left[query.offset : query.offset + query.limit]
        ],
    )


def major_group_out(code: str) -> MajorGroupOut | None:
    """The major group of an O*NET-SOC code."""
    group = major_group_of(code)
    title = MAJOR_GROUPS.get(group)
    return None if title is None else MajorGroupOut(code=group, title=title)


def read_occupation(catalogue: Catalogue, code: str) -> OccupationOut:
    """Everything the release says of an occupation but its ratings; raises what ``listed_occupation`` does."""
    occupation = listed_occupation(catalogue, code)
    code = occupation.onetsoc_code
    return OccupationOut(
        release=catalogue.info.release,
        **occupation._asdict(),
        major_group=major_group_out(code),
        rated_domains=catalogue.rated_domains(code),
        job_titles=list(catalogue.job_titles.get(code, ())),
        related_occupations=[
            RelatedOut(
                **entry._asdict(),
                title=catalogue.occupations[entry.onetsoc_code].title,
                rated=catalogue.is_rated(entry.onetsoc_code),
            )
            for entry in catalogue.related.get(code, ())
        ],
        closest_rated=[] if catalogue.is_rated(code) else _closest_rated(catalogue, code),
    )


def read_ratings(catalogue: Catalogue, code: str, domain: str, levels: Levels) -> RatingsOut:
    """Level and importance of each element that the occupation is rated on, with O*NET's statistics, as published.

    Raises what ``read_occupation`` does, OccupationNotRated or DomainNotLoaded.
    """
    code = catalogue.code_named(code, "code")
    profile, used = catalogue.profile_by_levels(code, levels, "code", domain)
    side = Side(code, profile, used)
    return RatingsOut(
        release=catalogue.info.release,
        occupation=compared_occupation(catalogue, code, used),
        domain=domain,
        ratings=list(profile.values()),
        levels=RatingLevelsOut.of(catalogue, levels, code, used),
        notes=absent_levels(catalogue, domain, side) + absent_importances(catalogue, side),
    )


def read_technologies(catalogue: Catalogue, code: str, query: TechnologiesQuery) -> TechnologiesOut:
    """The technologies of an occupation, rated or not: in demand first, then hot ones, then by name.

    Raises what ``listed_occupation`` does, or FileNotLoaded. The counts are of all that are listed, whatever the
    filters remove; where O*NET lists none, a note says so.
    """
    occupation = listed_occupation(catalogue, code)
    listed = catalogue.technologies_of(occupation.onetsoc_code)
    left, filters = sorted(listed, key=_by_demand), []
    for name, used in (("hot", query.hot), ("in_demand", query.in_demand)):
        if used:
            before = len(left)
            left = [one for one in left if (one.hot_technology if name == "hot" else one.in_demand)]
            filters.append(FilterOut(name=name, value=True, removed=before - len(left)))
    return TechnologiesOut(
        release=catalogue.info.release,
        occupation=occupation_ref(catalogue, occupation.onetsoc_code),
        listed=len(listed),
        hot=sum(one.hot_technology for one in listed),
        in_demand=sum(one.in_demand for one in listed),
        filters=filters,
        total=len(left),
        limit=query.limit,
        offset=query.offset,
        technologies=[_technology(catalogue, one) for one in left[query.offset : query.offset + query.limit]],
        notes=_list_notes(catalogue, occupation, "technologies", len(listed)),
    )


def read_tasks(catalogue: Catalogue, code: str) -> TasksOut:
    """The tasks of an occupation, rated or not: core ones first, then supplemental ones, each in O*NET's order.

    Raises what ``listed_occupation`` does, or FileNotLoaded; where O*NET lists none, a note says so.
    """
    occupation = listed_occupation(catalogue, code)
    tasks = catalogue.tasks_of(occupation.onetsoc_code)
    return TasksOut(
        release=catalogue.info.release,
        occupation=occupation_ref(catalogue, occupation.onetsoc_code),
        total=len(tasks),
        tasks=sorted(tasks, key=lambda task: TASK_TYPES.index(task.task_type)),
        notes=_list_notes(catalogue, occupation, "tasks", len(tasks)),
    )


def read_elements(catalogue: Catalogue, query: ElementsQuery) -> ElementsOut:
    """Every rated element of a domain with what its levels mean; raises DomainNotLoaded."""
    if query.domain != "all":
        catalogue.require_domain(query.domain)
    return ElementsOut(
        release=catalogue.info.release,
        elements=[
            ElementOut(**element._asdict(), level_anchors=list(catalogue.anchors.get(element.element_id, ())))
            for element in catalogue.elements.values()
            if element.domain and query.domain in (element.domain, "all")
        ],
    )


def read_scales(catalogue: Catalogue) -> ScalesOut:
    """Every scale of the release with its ends."""
    return ScalesOut(release=catalogue.info.release, scales=list(catalogue.scales.values()))


def _by_demand(technology: Technology) -> tuple[bool, bool, str]:
    return not technology.in_demand, not technology.hot_technology, technology.example.casefold()


def _technology(catalogue: Catalogue, technology: Technology) -> TechnologyOut:
    element = catalogue.elements[technology.element_id] if technology.element_id else None
    return TechnologyOut(**technology._asdict(), element_name=element.element_name if element else None)


def _list_notes(catalogue: Catalogue, occupation: Occupation, things: str, number: int) -> list[str]:
    """What to know of a list: that it is our sample's, and what it means that nothing is on it."""
    notes = [SAMPLE_NOTE] if catalogue.info.illustrative else []
    if not number:
        title = f"{occupation.onetsoc_code} {occupation.title}"
        unknown = "That does not mean that the work has none: they are unknown."
        notes.append(f"{catalogue.info.title} lists no {things} for {title}. {unknown}")
    return notes


def _closest_rated(catalogue: Catalogue, code: str) -> list[OccupationRef]:
    suggestions = catalogue.rated_neighbours(code)
    return [OccupationRef(onetsoc_code=suggestion.onetsoc_code, title=suggestion.title) for suggestion in suggestions]


def _match(catalogue: Catalogue, code: str, match: Match | None) -> OccupationMatch:
    return OccupationMatch(
        onetsoc_code=code,
        title=catalogue.occupations[code].title,
        rated=catalogue.is_rated(code),
        matched=match and match.matched.value,
        matched_text=match and match.matched_text,
        job_zone=catalogue.occupations[code].job_zone,
    )
