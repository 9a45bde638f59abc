"""The read model: one release held in memory, immutable, and swapped whole for a newer one."""

from __future__ import annotations

import re

from skillgap.errors import InvalidParameter

DASHES = "\\-\N{HYPHEN}\N{NON-BREAKING HYPHEN}\N{FIGURE DASH}\N{EN DASH}\N{EM DASH}\N{MINUS SIGN}"


def parse_code(text: str, parameter: str | None = None) -> str:
    """An O*NET-SOC code as O*NET writes it: blanks dropped, a 6-digit SOC code completed by .00.

    Dashes that word processors make of a hyphen are taken for one. Digits alone are refused: eight
    may be a UNSPSC commodity code, which O*NET publishes too, and six a NAICS industry code.
    """
    code = text.strip()
    found = re.fullmatch(rf"(\d\d)[{DASHES}](\d{{4}})(\.\d\d)?", code, re.ASCII)
    if found:
        return f"{found[1]}-{found[2]}{found[3] or '.00'}"
    raise InvalidParameter(f"{code[:40]!r} is not an O*NET-SOC code such as 15-1252.00.", parameter=parameter)
