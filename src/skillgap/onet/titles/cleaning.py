"""What of a title in a posting or a CV says what the work is, as readable text. Pure functions of text.

"Sr. Manager of Nursing (m/f/d) - Boston, MA - $45/hr" is cleaned to "Nursing Manager": level, shift, contract, pay,
place, employer, reference numbers and advertising are left out.
"""

from __future__ import annotations

import re

from skillgap.onet.titles.places import PLACES, STATES

LEVELS = frozenset(
    {"senior", "sr", "junior", "jr", "lead", "graduate", "trainee", "apprentice", "intern", "internship", "experienced"}
    | {"i", "ii", "iii", "iv", "1", "2", "3", "4", "remote", "hybrid", "onsite", "temporary", "temp", "permanent"}
    | {"freelance", "urgent", "urgently", "prn", "seasonal", "wfh"}
)
"""Words of seniority, contract and place of work: they say how, not what."""

LONGEST = 500  # characters of a title that are read

DASH = "-\N{EN DASH}\N{EM DASH}"
AMOUNT = (
    r"(?:[$£€]\s?\d[\d,.]*\s?[km]?|\b(?:usd|gbp|eur)\s?\d[\d,.]*\s?[km]?|\b\d{1,3},\d{3}|\b\d+(?:\.\d+)?\s?k)(?!\w)"
)
PERIOD = r"(?:\s*\+)?(?:\s*(?:/|\bper\b|\ban\b|\ba\b)\s*(?:hour|hr|h|day|week|wk|month|mo|year|yr|annum)\b\.?)?"
PAY = rf"(?:\b(?:up to|from|circa|earn|salary|pay)\s*:?\s*)?{AMOUNT}{PERIOD}(?:\s*(?:[{DASH}]|to)\s*{AMOUNT}{PERIOD})?"
TERMS = (
    r"\b(?:(?:full|part)[- ]?time|[fp]/t|temp(?:orary)?[- ]to[- ]\w+|fixed[- ]term|zero[- ]hours?|per[- ]diem|per annum"
    r"|(?:entry|mid|junior|senior)[- ]level|(?:level|grade|band|tier)\s*(?:\d+|[ivx]+)"
    r"|(?:day|night|evening|morning|afternoon|weekend|rotating|swing|first|second|third|1st|2nd|3rd)s?[- ]shifts?"
    r"|\d+[- ]?(?:hours?|hrs?|months?|weeks?)(?: (?:contract|shifts?|per week|a week))?"
    r"|work(?:ing)? from home|immediate(?:ly)? (?:start|hire|hiring|available)|no experience(?: \w+ed|necessary)?"
    r"|will train|(?:sign[- ]on|signing) bonus|great (?:benefits|pay)|competitive (?:salary|pay)|urgently hiring"
    r"|(?:great|exciting|excellent|fantastic|new|job|career|business) opportunit(?:y|ies)|join our team"
    r"|apply (?:now|today|here)|(?:general|open) application|various (?:positions|jobs|roles)|great (?:job|role)"
    r"|(?:plus |and )?(?:benefits package|ote|doe|pro rata|ir35|c2c|w2))\b"
)
REFERENCE = (
    r"#\s?[\w-]*\d[\w-]*|\b(?:ref(?:erence)?|req(?:uisition)?|job|posting|vacancy)\b[ .:#]*(?:no|id|code)?[ .:#]*"
    rf"[a-z]{{0,4}}[{DASH}/]?\d[\w-]*|\b[a-z]{{0,3}}-?\d{{4,}}[\w-]*"
)
GENDER = (
    r"\b(?:[mfwdxh]|div)(?:\s?[/|]\s?(?:[mfwdxh]|div|gn))+\b|(?<=\w)(?:[*:_]|/-?)(?:in|innen|r|e)\b|\ball genders\b"
)
OPENING = (
    r"^\W*(?:(?:we are|we're)\s+(?:\w+ly\s+)?(?:hiring|seeking|looking for|recruiting)\s+(?:(?:an?|our next)\s+)?"
    r"|(?:now |urgently )?(?:hiring|wanted|seeking|looking for|recruiting|job title|position|vacancy|role|job|opening)"
    r"(?:\s+for)?(?:\s*[:!-]\s*(?:an?\s+)?|\s+an?\s+))(?=\w)"
)
CLOSING = (
    r"(?<=\w)[\s,:!-]+(?:is\s+|urgently\s+)?(?:needed|wanted|required|positions?|jobs?|vacancy|opening|hiring now"
    r"|apply now|asap)\W*$"
)

_BRACKETS = re.compile(r"\([^()]*\)|\[[^\][]*\]|\{[^{}]*\}")
_GENDER = re.compile(GENDER, re.IGNORECASE)
_ASIDES = re.compile("|".join((PAY, TERMS, REFERENCE)), re.IGNORECASE)
_ENDS = re.compile(f"{OPENING}|{CLOSING}", re.IGNORECASE)
_PARTS = re.compile(rf"\s[{DASH}|•·~:/]+\s|\s[{DASH}]|[{DASH}]\s|[|•:;]|[\N{{EN DASH}}\N{{EM DASH}}]")
_EMPLOYER = re.compile(r"\s(?:at|c/o)\s.*|\s?@.*|(?<=assistant)\sto\s.*|(?<=secretary)\sto\s.*", re.IGNORECASE)
_STATE = re.compile(rf"(?:,\s*[^,]*)?,\s*(?:{STATES})(?:\s+\d{{5}})?\s*$")
_PLACE = re.compile(rf"(?:^|[\s,]+)(?:(?:based )?in\s+)?(?:{PLACES})(?: area)?\s*$", re.IGNORECASE)
_OF = re.compile(
    r"^(.*\b(?:manager|director|supervisor|president|vp|leader|coordinator))\s+of\s+(?:the\s+)?(\S.*)$", re.IGNORECASE
)
_SPACE = re.compile(r"\s+")
_EDGES = " ,.;:!?/&+*_|" + DASH


def cleaned(text: str) -> str:
    """The core of a title as readable text; empty where nothing of it says what the work is."""
    whole = _SPACE.sub(" ", text[:LONGEST]).strip()
    plain = _ASIDES.sub(" - ", _BRACKETS.sub(" ", _GENDER.sub(" ", whole)))
    parts = [core for part in _PARTS.split(_ENDS.sub("", plain.strip(_EDGES))) if (core := _core(part))]
    return turned(parts[0]) if parts else ""


def _core(part: str) -> str:
    """A part of a title without employer, place and level; empty where it is nothing else."""
    part = _ENDS.sub("", _EMPLOYER.sub("", part).strip(_EDGES))
    part = _PLACE.sub("", _STATE.sub("", part))
    words = [word for word in part.split() if word.casefold().strip(".,") not in LEVELS]
    return " ".join(words).strip(_EDGES)


def turned(title: str) -> str:
    """ "Director of Nursing" as "Nursing Director"."""
    found = _OF.match(title)
    return f"{found[2]} {found[1]}" if found else title
