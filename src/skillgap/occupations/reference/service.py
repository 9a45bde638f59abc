"""Occupations, ratings, elements and scales of a release, as it publishes them."""

from skillgap.occupations.pair.absence import absent_importances, absent_levels
from skillgap.occupations.pair.levels import RatingLevelsOut
from skillgap.occupations.pair.query import Side
from skillgap.occupations.reference.query import ElementsQuery, SearchQuery, apply_filters, listed_occupation
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
)
from skillgap.occupations.schemas import OccupationRef, compared_occupation
from skillgap.onet.catalogue import Catalogue
from skillgap.onet.major_groups import MAJOR_GROUPS, major_group_of
from skillgap.onet.rescored.model_levels import Levels
from skillgap.onet.titles.match import Match


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
