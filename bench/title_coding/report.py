"""docs/title-coding.md: what is measured, beside what others have published."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from pathlib import Path
from time import process_time
from typing import NamedTuple

from bench.title_coding.measures import Figures, code_all, figures, share_unknown
from bench.title_coding.nonsense import nonsense
from bench.title_coding.titles import REPORTED, Release, Right, coder_without, coder_without_standing
from skillgap.onet.titles.coding import ANSWERED, Coding, TitleCoder
from skillgap.onet.titles.evidence import FIGURES
from skillgap.onet.titles.model import DETAILED, PRIOR, shipped

PAGE = Path("docs/title-coding.md")
EVERYDAY = Path("tests/onet/everyday_titles.csv")
THRESHOLDS = (0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9)
NONSENSE_TEXTS = 200
WORDS = {  # of FIGURES
    "exact": "the typed title is one of the occupation's",
    "exact_core": "what is left of it when it is cleaned is one",
    "votes": "share in the scores of the 100 nearest titles (logarithm)",
    "soft_votes": "the same in their likeness, less steep",
    "words": "naive Bayes: probability by the words of all of its titles (logarithm)",
    "likeness": "cosine of its most alike title",
    "own_likeness": "cosine of O*NET's title of it",
    "reported_likeness": "cosine of its most alike reported title",
    "covered": "share of the typed words' weight in that title",
    "spare": "share of that title's weight that is not typed",
    "head": "the last word is the same",
    "order": "share of neighbouring words that are neighbours there",
    "score": "its best BM25 score over the best of all",
    "titles": "number of its titles (logarithm)",
    "single": "one word is typed",
    "unknown": "share of the typed words' weight in no title",
    "inexact": "share that is unfinished or misspelt",
    "agent": "how often the last typed word ends the titles that have it",
    "minor_group": "share of its SOC minor group in the likeness of the nearest titles (logarithm)",
    "major_group": "share of its major group (logarithm)",
    "likeness_squared": "cosine of its most alike title, squared",
    "covered_squared": "share of the typed words' weight in that title, squared",
}


class Everyday(NamedTuple):
    """Shares of the everyday titles of our own."""

    titles: int
    first: float
    first_five: float
    answered: float
    right_of_answered: float


def write_report(release: Release, parts: Sequence[list[Right]]) -> None:
    """Measure, and write the page."""
    reported = list(chain.from_iterable(parts[fold] for fold in REPORTED))
    everything = list(chain.from_iterable(parts))
    full = coder_without(release, [])
    coders = {
        "these titles held out of the index": coder_without(release, reported),
        f"all {len(everything):,} held out of the index": coder_without(release, everything),
        "left in the index, not known to be reported": coder_without_standing(release, reported),
        "left in the index (the everyday case)": full,
    }
    coded = {name: code_all(coder, reported) for name, coder in coders.items()}
    measured = {name: figures(one) for name, one in coded.items()}
    main = next(iter(measured.values()))
    texts = nonsense("reported", NONSENSE_TEXTS, seed=3)
    answered = {text: coding for text in texts if (coding := full.code(text)).answer}
    values = {
        "titles": f"{len(everything):,}",
        "reported": f"{len(reported):,}",
        "figures": "\n".join(_figure_rows(measured)),
        "coverage": "\n".join(_coverage_rows(measured)),
        "reliability": "\n".join(_reliability_rows(main)),
        "thresholds": "\n".join(_threshold_rows(next(iter(coded.values())))),
        "exact": _percent(main.exact),
        "strict": _percent(main.strict),
        "listed": _percent(main.listed),
        "ceiling": _percent(sum(1 / len(right.codes) for right in reported) / len(reported)),
        "error": f"{main.calibration_error:.3f}",
        "unknown": _percent(share_unknown(full, texts)),
        "exceptions": ", ".join(f"{text!r} ({one.codes[0].matched_text})" for text, one in answered.items()) or "none",
        "speed": f"{_speed(full, reported):,.0f}",
        "everyday": _everyday_sentence(_everyday(full)),
        "numbers": "\n".join(_number_rows()),
        "priors": ", ".join(f"{value:g}" for value in PRIOR[1:].tolist()),
        "detailed": f"{DETAILED:g}",
        "threshold": f"{ANSWERED:g}",
    }
    template = Path(__file__).with_name("report.md").read_text(encoding="utf-8")
    PAGE.write_text(template.format_map(values), encoding="utf-8")


def _figure_rows(measured: dict[str, Figures]) -> Iterator[str]:
    for name, one in measured.items():
        shares = (one.exact, one.strict, one.soc, one.first_five, one.major_group, one.answered, one.right_of_answered)
        cells = [name, *map(_percent, shares), f"{one.calibration_error:.3f}"]
        yield f"| {' | '.join(cells)} |"


def _coverage_rows(measured: dict[str, Figures]) -> Iterator[str]:
    for name, one in measured.items():
        yield f"| {' | '.join([name, *map(_percent, one.coverage)])} |"


def _reliability_rows(one: Figures) -> Iterator[str]:
    for bin_ in one.reliability:
        shares = f"{_percent(bin_.stated)} | {_percent(bin_.right)}"
        yield f"| {bin_.lowest:.1f}-{bin_.lowest + 0.1:.1f} | {bin_.titles:,} | {shares} |"


def _threshold_rows(coded: Sequence[tuple[Right, Coding]]) -> Iterator[str]:
    for threshold in THRESHOLDS:
        firsts = [(right, coding.codes[0]) for right, coding in coded if coding.codes]
        over = [first.onetsoc_code in right.codes for right, first in firsts if first.probability >= threshold]
        yield f"| {threshold} | {_percent(len(over) / len(coded))} | {_percent(sum(over) / len(over))} |"


def _number_rows() -> Iterator[str]:
    for name, weight in zip(FIGURES, shipped().weights.tolist(), strict=True):
        yield f"| `{name}` | {WORDS[name]} | {weight:+.2f} |"


def _everyday(coder: TitleCoder) -> Everyday:
    with EVERYDAY.open(encoding="utf-8", newline="") as file:
        right = {row["title"]: tuple(row["codes"].split()) for row in csv.DictReader(file)}
    coded = {title: coder.code(title, 5) for title in right}
    found = [[code.onetsoc_code.startswith(right[title]) for code in one.codes] for title, one in coded.items()]
    answered = [one.answer.startswith(right[title]) for title, one in coded.items() if one.answer]
    return Everyday(
        len(right),
        _mean(bool(one) and one[0] for one in found),
        _mean(map(any, found)),
        len(answered) / len(right),
        _mean(answered),
    )


def _everyday_sentence(one: Everyday) -> str:
    return (
        f"{one.titles} everyday titles: first {_percent(one.first)}, first five {_percent(one.first_five)}, "
        f"answered {_percent(one.answered)}, right of those {_percent(one.right_of_answered)}"
    )


def _speed(coder: TitleCoder, rights: Iterable[Right]) -> float:
    """Titles a second of one core."""
    titles = [right.title for right in rights]
    started = process_time()
    for title in titles:
        coder.code(title)
    return len(titles) / (process_time() - started)


def _mean(values: Iterable[bool]) -> float:
    listed = list(values)
    return sum(listed) / len(listed)


def _percent(share: float) -> str:
    return f"{100 * share:.1f} %"
