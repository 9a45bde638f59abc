"""What ``rescore report`` shows: how a model agrees with O*NET."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import Any

from rich.console import Console
from rich.table import Table

from skillgap.onet.rescoring.agreement import AgreementReport
from skillgap.onet.rescoring.calibrate import RaterReport

WIDEST_BAR = 20  # characters, for a mean error of:
WIDEST_ERROR = 2.0  # levels


def show_report(report: RaterReport, console: Console) -> None:
    """Print the agreement overall and by skill, the skill with the largest error first."""
    title = (
        f"{report.rater.model} ({report.rater.prompt_version}, runs: {report.runs}) and "
        f"O*NET {report.release}: model minus O*NET, in levels (0-7)"
    )
    overall = Table("", "all", "held out", "held out, calibrated", title=title)
    columns = [report.everything, report.held_out, report.held_out_calibrated]
    for name, figure in FIGURES.items():
        overall.add_row(name, *(figure(agreement) if agreement else "" for agreement in columns))
    skills = Table("skill", "n", "bias", "95 % interval", "mean error", "in SE", "rho", "")
    for skill in sorted(report.everything.by_skill, key=lambda skill: -skill.mean_absolute_error):
        skills.add_row(
            skill.element_name,
            str(skill.n),
            f"{skill.bias.mean:+.2f}",
            f"{skill.bias.lower:+.2f} to {skill.bias.upper:+.2f}",
            f"{skill.mean_absolute_error:.2f}",
            _number(skill.in_standard_errors),
            _number(skill.rank_correlation),
            "█" * round(min(skill.mean_absolute_error / WIDEST_ERROR, 1) * WIDEST_BAR),
        )
    console.print(overall)
    console.print(skills)


def report_json(report: RaterReport) -> str:
    """All figures as JSON; null for an infinity, which JSON has not."""
    return json.dumps(_finite(asdict(report)), indent=2)


def _gap_share(agreement: AgreementReport, name: str) -> str:
    return _share(getattr(agreement.gaps, name, None))


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.2f}"


def _share(value: float | None) -> str:
    return "" if value is None else f"{value:.0%}"


FIGURES: Mapping[str, Callable[[AgreementReport], str]] = {
    "occupations": lambda agreement: f"{agreement.occupations:,}",
    "levels": lambda agreement: f"{agreement.levels:,}",
    "bias (95 % interval)": lambda agreement: "{:+.2f} ({:+.2f} to {:+.2f})".format(*agreement.bias),
    "mean absolute error": lambda agreement: _number(agreement.mean_absolute_error),
    "the same in O*NET's standard errors": lambda agreement: _number(agreement.in_standard_errors),
    "levels within 1.96 standard errors": lambda agreement: _share(agreement.within_1_96_standard_errors),
    "rank correlation, a skill over occupations": lambda agreement: _number(
        agreement.rank_correlation_over_occupations
    ),
    "rank correlation, an occupation over skills": lambda agreement: _number(agreement.rank_correlation_over_skills),
    "skills whose status changes": lambda agreement: _gap_share(agreement, "status_changed"),
    "skills where a gap appears or goes": lambda agreement: _gap_share(agreement, "gap_appears_or_goes"),
    "of the first five gaps, the same": lambda agreement: _gap_share(agreement, "first_gaps_shared"),
}


def _finite(value: Any) -> Any:
    """The value with None for infinities, and named tuples as objects."""
    if isinstance(value, tuple) and hasattr(value, "_asdict"):
        value = value._asdict()
    if isinstance(value, dict):
        return {name: _finite(item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(item) for item in value]
    return None if isinstance(value, float) and abs(value) == float("inf") else value
