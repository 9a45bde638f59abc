"""One row of a release dropped, spoiled, moved or doubled: the load refuses, or what the row would touch says so."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from skillgap.errors import SourceError
from skillgap.occupations.pair.query import GapQuery
from skillgap.occupations.pair.schemas import SkillGapOut
from skillgap.occupations.pair.service import compare
from skillgap.onet.catalogue import Catalogue, current_catalogue
from tests.conftest import engine_at, load
from tests.contract.test_damaged_releases import cut_release

FILES = {"Skills.txt": "skills", "Knowledge.txt": "knowledge"}
SPOILED = {  # by the position of the column
    0: ["", "99-9999.00", "11-1011"],
    1: ["", "2.Z.1.a", "2.A.1.a "],
    3: ["", "XX", "lv", "IM", "LV"],
    4: ["", "n/a", "x", "7.01", "-0.01", "1e3", "3,12"],
    5: ["x", "-1", "1.5"],
    6: ["x", "-0.1"],
    9: ["?", "1"],
    10: ["?", "yes"],
    11: ["13/2024", "2024"],
    12: ["x" * 1000],
}


@pytest.fixture(scope="module")
def whole_folder(onet: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Real files of a few occupations, knowledge too."""
    folder = cut_release(onet, tmp_path_factory.mktemp("whole") / "29.2")
    kept = {line[:10] for line in (folder / "Occupation Data.txt").read_text("utf-8").splitlines()[1:]}
    header, *rows = (onet / "Knowledge.txt").read_text("utf-8").splitlines(keepends=True)
    text = header + "".join(row for row in rows if row[:10] in kept)
    (folder / "Knowledge.txt").write_text(text, "utf-8", newline="")
    return folder


@pytest.fixture(scope="module")
def whole(whole_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Catalogue:
    """What the undamaged files say."""
    return catalogue_of(whole_folder, tmp_path_factory.mktemp("loaded"))


def catalogue_of(folder: Path, place: Path, **options: bool) -> Catalogue:
    for engine in engine_at(f"sqlite:///{place / 'loaded.sqlite'}"):
        load(engine, folder, release="29.2", max_rejected=0.01, **options)
        catalogue = current_catalogue(engine)
    return catalogue


def damaged(folder: Path, place: Path, seed: int) -> tuple[str, Path]:
    """A copy of the folder with one row damaged, and the domain of that row."""
    draw = random.Random(seed)
    name = draw.choice(list(FILES))
    header, *rows = (folder / name).read_text("utf-8").splitlines(keepends=True)
    number = draw.randrange(len(rows))
    cells = rows[number].split("\t")
    match draw.choice(["drop", "spoil", "move", "double", "contradict"]):
        case "drop":
            rows.pop(number)
        case "spoil":
            column = draw.choice(list(SPOILED))
            ending = "\n" if column == len(cells) - 1 else ""
            cells[column] = draw.choice([text for text in SPOILED[column] if text != cells[column]]) + ending
            rows[number] = "\t".join(cells)
        case "move":
            cells[0] = draw.choice([row[:10] for row in rows if row[:10] != cells[0]])
            rows[number] = "\t".join(cells)
        case "double":
            rows.insert(draw.randrange(len(rows)), rows[number])
        case "contradict":
            cells[4] = "1.00" if cells[4] != "1.00" else "2.00"
            rows.insert(draw.randrange(len(rows)), "\t".join(cells))
    copy = place / "release"
    copy.mkdir()
    for file in folder.iterdir():
        (copy / file.name).write_bytes(file.read_bytes())
    (copy / name).write_text(header + "".join(rows), "utf-8", newline="")
    return FILES[name], copy


def answers(catalogue: Catalogue, domain: str) -> dict[tuple[str, str], SkillGapOut]:
    codes = sorted(catalogue.profiles[domain])
    pairs = [(source, target) for source in codes for target in codes]
    query = {"domain": domain, "include": "all"}
    return {
        pair: compare(catalogue, GapQuery.model_validate({"from": pair[0], "to": pair[1], **query})) for pair in pairs
    }


@pytest.mark.parametrize("accept", [False, True], ids=["as it is", "accepted"])
@pytest.mark.parametrize("seed", range(200))
def test_a_damaged_row_makes_no_gap_and_is_said(
    whole_folder: Path, whole: Catalogue, tmp_path: Path, seed: int, accept: bool
) -> None:
    domain, folder = damaged(whole_folder, tmp_path, seed)
    try:
        lacking = catalogue_of(folder, tmp_path, accept_incomplete=accept)
    except SourceError:
        assert not accept
        return
    expected = answers(whole, domain)
    for pair, answer in answers(lacking, domain).items():
        if answer.model_dump() == expected[pair].model_dump():
            continue
        assert accept, f"{pair} differ from the whole file's answer, and the load said nothing"
        assert any("has no level for" in note or "has no importance for" in note for note in answer.notes)
        levels = {element.element_id: (element.from_level, element.to_level) for element in expected[pair].elements()}
        for element in answer.elements():
            assert levels[element.element_id] == (element.from_level, element.to_level)
