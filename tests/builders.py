"""Values for tests: everything defaulted but what matters."""

from __future__ import annotations

from decimal import Decimal

from skillgap.gap.ratings import Estimate, Profile, Rating


def rating(
    element_id: str = "2.A.1.a",
    level: str = "3.00",
    importance: str | None = "3.00",
    *,
    not_relevant: bool = False,
    suppress: bool = False,
    standard_error: str | None = "0.1250",
) -> Rating:
    """One element of one occupation; numbers as O*NET prints them."""
    return Rating(
        element_id=element_id,
        element_name=f"Element {element_id}",
        level=Estimate(
            Decimal(level),
            n=8,
            standard_error=None if standard_error is None else Decimal(standard_error),
            recommend_suppress=suppress,
            not_relevant=not_relevant,
        ),
        importance=None if importance is None else Estimate(Decimal(importance)),
    )


def profile(*ratings: Rating) -> Profile:
    """The ratings of one occupation."""
    return {one.element_id: one for one in ratings}
