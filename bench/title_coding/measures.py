"""How well titles are coded: figures of coded titles beside the occupations that are right."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from bench.title_coding.titles import Right
from skillgap.onet.titles.coding import Coding, TitleCoder

SHARES = (0.10, 0.25, 0.30, 0.50)  # the most confident
BINS = 10


class Bin(NamedTuple):
    """Titles whose first code has about the same probability."""

    lowest: float
    titles: int
    stated: float
    right: float


class Figures(NamedTuple):
    """Shares of titles."""

    titles: int
    exact: float
    strict: float  # ... where a title of k occupations is right by 1/k
    listed: float  # ... where any occupation is right that lists it at all
    soc: float  # the first six digits
    first_five: float
    major_group: float
    coverage: tuple[float, ...]  # right among the most confident, by SHARES
    answered: float
    right_of_answered: float
    calibration_error: float
    reliability: tuple[Bin, ...]


def code_all(coder: TitleCoder, rights: Iterable[Right]) -> list[tuple[Right, Coding]]:
    """Each title coded with its five most probable occupations."""
    return [(right, coder.code(right.title, 5)) for right in rights]


def figures(coded: Sequence[tuple[Right, Coding]]) -> Figures:
    """The figures of coded titles; a title without a candidate is wrong with probability 0."""
    firsts = [coding.codes[0].onetsoc_code if coding.codes else "" for _, coding in coded]
    stated = [coding.codes[0].probability if coding.codes else 0.0 for _, coding in coded]
    exact = [float(first in right.codes) for first, (right, _) in zip(firsts, coded, strict=True)]
    confident = [value for _, value in sorted(zip(stated, exact, strict=True), key=lambda one: -one[0])]
    answered = [value for value, (_, coding) in zip(exact, coded, strict=True) if coding.answer]
    bins = _bins(stated, exact)
    return Figures(
        titles=len(coded),
        exact=_mean(exact),
        strict=_mean(value / len(right.codes) for value, (right, _) in zip(exact, coded, strict=True)),
        listed=_mean(first in right.listing for first, (right, _) in zip(firsts, coded, strict=True)),
        soc=_mean(
            first[:7] in {code[:7] for code in right.codes} for first, (right, _) in zip(firsts, coded, strict=True)
        ),
        first_five=_mean(any(code.onetsoc_code in right.codes for code in coding.codes[:5]) for right, coding in coded),
        major_group=_mean(
            first[:2] in {code[:2] for code in right.codes} for first, (right, _) in zip(firsts, coded, strict=True)
        ),
        coverage=tuple(_mean(confident[: round(share * len(coded))]) for share in SHARES),
        answered=len(answered) / len(coded),
        right_of_answered=_mean(answered),
        calibration_error=sum(one.titles * abs(one.stated - one.right) for one in bins) / len(coded),
        reliability=bins,
    )


def share_unknown(coder: TitleCoder, texts: Sequence[str]) -> float:
    """The share of texts that are not answered."""
    return _mean(coder.code(text).answer is None for text in texts)


def _bins(stated: Sequence[float], right: Sequence[float]) -> tuple[Bin, ...]:
    bins = []
    for number in range(BINS):
        held = [(p, r) for p, r in zip(stated, right, strict=True) if min(int(p * BINS), BINS - 1) == number]
        if held:
            bins.append(Bin(number / BINS, len(held), _mean(p for p, _ in held), _mean(r for _, r in held)))
    return tuple(bins)


def _mean(values: Iterable[float]) -> float:
    listed = list(values)
    return sum(listed) / len(listed) if listed else 0.0
