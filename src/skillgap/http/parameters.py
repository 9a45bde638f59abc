"""What endpoints take from a request: the release served, codes, pages."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import Path, Query
from pydantic import Field

from skillgap.onet.codes import DASHES

Domain = Literal["skills", "knowledge", "abilities", "work_activities", "all"]
DOMAIN_DESCRIPTION = (
    "Skills and abilities are rated by analysts, knowledge and work activities by incumbents, who "
    "rate higher: do not compare levels across domains."
)
LEVELS_DESCRIPTION = (
    "`published`: O*NET's. `rescored`: a language model's, where it has given some, and "
    "`calibrated`: those moved onto O*NET's scale; the answer says whose they are. Skills only."
)
LONGEST_SEARCH = 200
LARGEST_PAGE = 1000
CODE_PATTERN = rf"^\s*\d{{2}}[{DASHES}]\d{{4}}(\.\d{{2}})?\s*$"
CodeText = Annotated[str, Field(max_length=100, json_schema_extra={"pattern": CODE_PATTERN})]
"""A code as it is asked for; what is no code is told by ``parse_code``, with an example of one."""
CodeInPath = Annotated[
    CodeText,
    Path(
        description="An O*NET-SOC code, or its first 6 digits.",
        examples=["15-1251.00"],
    ),
]
DomainParameter = Annotated[Domain, Query(description=DOMAIN_DESCRIPTION)]
Limit = Annotated[int, Query(ge=1, le=LARGEST_PAGE, description="How many, at most.")]
Offset = Annotated[int, Query(ge=0, le=1_000_000, description="How many to pass over.")]
