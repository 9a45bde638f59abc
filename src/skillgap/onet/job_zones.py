"""O*NET's job zones in words: how much preparation an occupation takes."""

from __future__ import annotations

from collections.abc import Mapping

JOB_ZONES: Mapping[int, str] = {
    1: "little or no preparation",
    2: "some preparation",
    3: "medium preparation",
    4: "considerable preparation",
    5: "extensive preparation",
}
