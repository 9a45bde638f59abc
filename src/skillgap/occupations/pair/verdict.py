"""How far a move is: the use case of API, command line, MCP and page.

The verdict and the ranks rest on the release's published ratings alone; the figures of a domain are those of
``/skill-gap`` without options.
"""

from collections.abc import Iterator, Sequence

from skillgap.errors import OccupationNotRated
from skillgap.gap.certainty import ComparisonOptions
from skillgap.gap.closeness import Group
from skillgap.gap.distances import DEFAULT_MEASURE, Measure, distances_from, gaps_from
from skillgap.gap.matrix import Floats
from skillgap.gap.verdict import CALIBRATED_ON, PUBLISHED_BORDERS, Borders, Standing, Verdict, standing
from skillgap.occupations.pair.query import Side, resolve_sides
from skillgap.occupations.pair.service import compare_by_options, summarise
from skillgap.occupations.pair.standing import BordersOut, CountsOut, DomainFiguresOut, VerdictOut, VerdictQuery
from skillgap.occupations.schemas import occupation_ref, release_notes, rounded
from skillgap.onet.catalogue import Catalogue
from skillgap.onet.rescored.model_levels import Levels

SENTENCES = {
    Verdict.CLOSE: "{target} is close to {source}.",
    Verdict.STRETCH: "{target} is a stretch for {source}.",
    Verdict.FAR: "{target} is far from {source}.",
}
SAME = "Both sides are the same occupation: {title}."
NO_RANK = "{title} has levels that O*NET has not published in this release: they have no rank among those it has."
NOT_CALIBRATED = "This release has too few occupations of one group to say what is close."
BORDERS_ELSEWHERE = (
    "This release has too few occupations of one SOC group to say what is close: the borders are those of "
    f"O*NET {CALIBRATED_ON}."
)
NOT_IN_IT = "This compares ratings: schooling, licences, pay and the time a move takes are not in it."


class NoVerdict(Exception):
    """Why a move has no verdict, in words."""


def judge(catalogue: Catalogue, query: VerdictQuery, default_levels: Levels = "published") -> VerdictOut:
    """How far the move is, with the figures of each domain.

    Raises SeveralFaults with everything that is wrong with both codes and the domain.
    """
    levels = query.levels or default_levels
    named = {"from": query.from_code, "to": query.to_code, "levels": levels}
    named["domain"] = query.domain or ("all" if levels == "published" else "skills")
    codes = [side.onetsoc_code for side in resolve_sides(catalogue, named)]
    domains = catalogue.domains(query.domain) if query.domain else judged_domains(catalogue)
    source, target = (occupation_ref(catalogue, code) for code in codes)
    notes = release_notes(catalogue, query.domain or "", *dict.fromkeys(codes))
    place, borders, reason = None, None, None
    try:
        _require_rank(catalogue, codes, domains, levels)
        borders, calibrated_on = borders_of(catalogue, domains)
        place, resemblance = _standing(catalogue, domains, borders, *codes)
    except NoVerdict as why:
        reason = str(why)
    return VerdictOut(
        release=catalogue.info.release,
        from_occupation=source,
        to_occupation=target,
        verdict=place.verdict if place else None,
        sentence=SENTENCES[place.verdict].format(source=source.title, target=target.title) if place else reason or "",
        reason=reason,
        resemblance=rounded(resemblance) if place else None,
        rank=place.rank if place else None,
        ranked=place.ranked if place else None,
        closer_than=rounded(place.farther / place.ranked) if place else None,
        counts=_counts_out(place) if place else None,
        borders=_borders_out(domains, borders, calibrated_on) if borders else None,
        domains=list(_figures(catalogue, domains, levels, codes, borders if place else None)),
        notes=[*notes, *borders_note(borders), NOT_IN_IT],
    )


def borders_of(catalogue: Catalogue, domains: Sequence[str]) -> tuple[Borders, str]:
    """What divides the verdicts on these domains, and the release that this rests on.

    A release with too few pairs of its own takes the borders of 29.2; raises NoVerdict where those have none.
    """
    transitions = catalogue.transitions(*domains)
    borders = Borders(
        transitions.closeness(DEFAULT_MEASURE),
        transitions.closeness(DEFAULT_MEASURE, Group.MINOR),
        {domain: catalogue.transitions(domain).closeness(Measure.GAP) for domain in domains},
    )
    if borders.calibrated:
        return borders, catalogue.info.release
    if tuple(domains) not in PUBLISHED_BORDERS:
        raise NoVerdict(NOT_CALIBRATED)
    return PUBLISHED_BORDERS[tuple(domains)], CALIBRATED_ON


def judged_domains(catalogue: Catalogue) -> tuple[str, ...]:
    """The domains to judge on where none is named: skills and, where it is loaded, knowledge."""
    return tuple(name for name in ("skills", "knowledge") if name in catalogue.profiles)


def _require_rank(catalogue: Catalogue, codes: Sequence[str], domains: Sequence[str], levels: Levels) -> None:
    """Raise NoVerdict where a side has no rank among the published ratings, or both are one."""
    if codes[0] == codes[1]:
        raise NoVerdict(SAME.format(title=catalogue.occupations[codes[0]].title))
    for code in codes:
        try:
            own = "skills" not in domains or catalogue.profile_by_levels(code, levels)[1].occupation is None
            if not own or code in catalogue.supplemental:
                raise NoVerdict(NO_RANK.format(title=f"{code} {catalogue.occupations[code].title}"))
            catalogue.require_ranked(code, None, *domains)
        except OccupationNotRated as error:
            raise NoVerdict(str(error)) from None


def _standing(
    catalogue: Catalogue, domains: Sequence[str], borders: Borders, source: str, target: str
) -> tuple[Standing, float]:
    """Where the target stands as seen from the source, and its distance."""
    matrix = catalogue.transitions(*domains).matrix
    positions = matrix.positions
    resemblance = distances_from(matrix, positions[source])
    gaps = {domain: _gaps_among(catalogue, domain, matrix.codes, source) for domain in domains}
    place = standing(resemblance, gaps, borders, source=positions[source], target=positions[target])
    return place, float(resemblance[positions[target]])


def _gaps_among(catalogue: Catalogue, domain: str, codes: Sequence[str], source: str) -> Floats:
    """The weighted gaps of one domain from the source to each of the occupations."""
    matrix = catalogue.transitions(domain).matrix
    gaps = gaps_from(matrix, matrix.levels[matrix.positions[source]]).gap
    return gaps[[matrix.positions[code] for code in codes]]


def _figures(
    catalogue: Catalogue, domains: Sequence[str], levels: Levels, codes: Sequence[str], borders: Borders | None
) -> Iterator[DomainFiguresOut]:
    """What the move takes in each domain that both are rated in, without filters."""
    for domain in domains:
        try:
            source, target = (Side(code, *catalogue.profile_by_levels(code, levels, domain=domain)) for code in codes)
        except OccupationNotRated:
            continue
        summary = summarise(compare_by_options(source, target, ComparisonOptions()))
        rank, ranked = _coverage_rank(catalogue, domain, *codes) if borders else (None, None)
        yield DomainFiguresOut(
            domain=domain,
            close_up_to=rounded(borders.gaps[domain].threshold) if borders else None,
            coverage_rank=rank,
            ranked=ranked,
            **summary.model_dump(
                include={"compared", "weighted_gap", "coverage", "gaps", "certain", "possible", "negligible"}
            ),
        )


def _coverage_rank(catalogue: Catalogue, domain: str, source: str, target: str) -> tuple[int, int]:
    """The target's rank by coverage from the source, and among how many."""
    matrix = catalogue.transitions(domain).matrix
    positions = matrix.positions
    coverage = gaps_from(matrix, matrix.levels[positions[source]]).coverage
    higher = coverage > coverage[positions[target]]
    higher[positions[source]] = False
    return 1 + int(higher.sum()), len(coverage) - 1


def _counts_out(place: Standing) -> CountsOut:
    return CountsOut(**{verdict.value: count for verdict, count in place.counts.items()})


def borders_note(borders: Borders | None) -> list[str]:
    """What to know where the borders are those of another release."""
    return [BORDERS_ELSEWHERE] if borders in PUBLISHED_BORDERS.values() else []


def _borders_out(domains: Sequence[str], borders: Borders, calibrated_on: str) -> BordersOut:
    return BordersOut(
        calibrated_on=calibrated_on,
        domains=list(domains),
        close=rounded(borders.close.threshold),
        close_pairs=borders.close.pairs,
        far=rounded(borders.far.threshold),
        far_pairs=borders.far.pairs,
    )
