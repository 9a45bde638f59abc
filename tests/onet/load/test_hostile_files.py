"""Files and archives that were made to harm: refused with a message, in bounded memory, without waiting."""

from __future__ import annotations

import os
import random
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from tests.conftest import SAMPLE

MOST_MEGABYTES = 600
LOAD_MEASURED = r"""
import re, resource, sys
from pathlib import Path
from skillgap.errors import SkillgapError
resource.setrlimit(resource.RLIMIT_AS, (4_000_000_000, 4_000_000_000))
from sqlalchemy import make_url
from skillgap.database.engine import connect
from skillgap.onet.load.run import LoadRequest, load_release
try:
    load_release(connect(make_url(sys.argv[2])), LoadRequest(path=Path(sys.argv[1]), max_rejected=1), lambda *_: None)
except SkillgapError as error:
    print(error)
memory = re.search(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text())
print(int(memory[1]) // 1000)
"""
GIGABYTE = 1_000_000_000
SKILLS = (SAMPLE / "Skills.txt").read_bytes()


def load_measured(path: Path, folder: Path) -> tuple[str, int]:
    """What a load in a process of its own says, and the most megabytes that it took."""
    done = subprocess.run(
        [sys.executable, "-c", LOAD_MEASURED, str(path), f"sqlite:///{folder / 'measured.sqlite'}"],
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    *said, megabytes = done.stdout.splitlines()
    return "\n".join(said), int(megabytes)


def zipped_sample(archive: Path, method: int = zipfile.ZIP_DEFLATED, **others: Iterator[bytes]) -> Path:
    """Our sample in a zip, with other members in place of some of its own."""
    with zipfile.ZipFile(archive, "w", method, compresslevel=1) as writing:
        for file in SAMPLE.glob("*.txt"):
            if file.stem not in others:
                writing.write(file, file.name)
        for name, chunks in others.items():
            with writing.open(f"{name}.txt", "w") as member:
                for chunk in chunks:
                    member.write(chunk)
    return archive


def repeated(byte: bytes, size: int) -> Iterator[bytes]:
    """So many of one byte, a megabyte at a time."""
    piece = byte * 1_000_000
    for _ in range(size // len(piece)):
        yield piece


def good_rows_and(byte: bytes, size: int = GIGABYTE) -> Iterator[bytes]:
    yield SKILLS
    yield from repeated(byte, size)


def zeros(folder: Path) -> Path:
    return zipped_sample(folder / "hostile.zip", Skills=repeated(b"\0", GIGABYTE))


def line_feeds_after_good_rows(folder: Path) -> Path:
    return zipped_sample(folder / "hostile.zip", Skills=good_rows_and(b"\n"))


def line_feeds_within_the_size_of_a_file(folder: Path) -> Path:
    return zipped_sample(folder / "hostile.zip", Skills=good_rows_and(b"\n", 25_000_000))


def a_line_of_a_gigabyte(folder: Path) -> Path:
    return zipped_sample(folder / "hostile.zip", Skills=good_rows_and(b"x"))


def a_line_of_25_megabytes(folder: Path) -> Path:
    return zipped_sample(folder / "hostile.zip", Skills=good_rows_and(b"x", 25_000_000))


def zeros_in_every_member(folder: Path) -> Path:
    names = [file.stem for file in SAMPLE.glob("*.txt")]
    return zipped_sample(folder / "hostile.zip", **{name: repeated(b"\0", 250_000_000) for name in names})


def a_zip_in_a_zip(folder: Path) -> Path:
    inner = line_feeds_after_good_rows(folder)
    with zipfile.ZipFile(folder / "outer.zip", "w") as writing:
        writing.write(inner, "db_29_2_text.zip")
    return folder / "outer.zip"


def members(number: int) -> Callable[[Path], Path]:
    def write(folder: Path) -> Path:
        archive = zipped_sample(folder / "hostile.zip")
        with zipfile.ZipFile(archive, "a") as writing:
            for member in range(number):
                writing.writestr(f"{member}.txt", b"")
        return archive

    return write


def a_name_of_many_folders(folder: Path) -> Path:
    archive = zipped_sample(folder / "hostile.zip")
    with zipfile.ZipFile(archive, "a") as writing:
        writing.writestr("a/" * 30_000 + "x.txt", b"")
    return archive


def packed_by_bzip2(folder: Path) -> Path:
    return zipped_sample(folder / "hostile.zip", zipfile.ZIP_BZIP2, Skills=repeated(b"\n", 100_000_000))


def a_member_twice(folder: Path) -> Path:
    archive = zipped_sample(folder / "hostile.zip")
    with zipfile.ZipFile(archive, "a") as writing, pytest.warns(UserWarning, match="Duplicate name"):
        writing.writestr("Skills.txt", SKILLS)
    return archive


def a_sparse_zip(folder: Path) -> Path:
    archive = folder / "hostile.zip"
    archive.touch()
    os.truncate(archive, 2 * GIGABYTE)
    return archive


def copied(folder: Path) -> Path:
    return Path(shutil.copytree(SAMPLE, folder / "copy"))


def a_sparse_file(folder: Path) -> Path:
    release = copied(folder)
    os.truncate(release / "Skills.txt", GIGABYTE)
    return release


def many_columns(folder: Path) -> Path:
    release = copied(folder)
    header, _, rows = SKILLS.partition(b"\n")
    (release / "Skills.txt").write_bytes(header + b"\tX" * 1_000 + b"\n" + rows)
    return release


def cells_of_which_none_is_like_another(folder: Path) -> Path:
    return with_random_cells(folder, ("Skills",), rows=192_000)


def faults_in_every_row(folder: Path) -> Path:
    return with_random_cells(folder, ("Skills",), rows=35_000, times=5)


def as_much_as_is_read(folder: Path) -> Path:
    return with_random_cells(folder, ("Skills", "Knowledge", "Abilities"), rows=30_000, times=5)


def with_random_cells(folder: Path, names: Sequence[str], rows: int, times: int = 1) -> Path:
    """Files of ratings with cells of eight random digits, all their rows so many times over."""
    release = copied(folder)
    header, _, _ = SKILLS.partition(b"\n")
    chance = random.Random(29)
    for name in names:
        cells = chance.randbytes(13 * 4 * rows).hex("\t", 4)
        lines = "".join(f"{cells[row * 117 : row * 117 + 116]}\n" for row in range(rows))
        (release / f"{name}.txt").write_bytes(header + b"\n" + lines.encode() * times)
    return release


HOSTILE: dict[Callable[[Path], Path], str] = {
    zeros: "Skills.txt: rejected: more than 30,000,000 bytes",
    line_feeds_after_good_rows: "Skills.txt: rejected: more than 30,000,000 bytes",
    line_feeds_within_the_size_of_a_file: "Skills.txt: rejected: more than 500,000 line ends",
    a_line_of_a_gigabyte: "Skills.txt: rejected: more than 30,000,000 bytes",
    a_line_of_25_megabytes: "Skills.txt, line 1682: rejected: more than 1,000,000 bytes in a line",
    zeros_in_every_member: "hostile.zip: rejected: 3,000,000,000 bytes unpacked, over 2,000,000,000",
    a_zip_in_a_zip: "outer.zip: no O*NET release here (no file 'Occupation Data')",
    members(1_500): "hostile.zip: rejected: 1,512 files in it, over 1,000",
    members(100_000): "hostile.zip: not a zip file, or cut short (its table of contents is too large)",
    a_name_of_many_folders: "is a name of more than 255 characters",
    packed_by_bzip2: "is packed by method 12; stored and deflated can be read",
    a_member_twice: "hostile.zip: rejected: 'Skills.txt' is in it twice",
    a_sparse_zip: "hostile.zip: rejected: more than 60,000,000 bytes",
    a_sparse_file: "Skills.txt: rejected: more than 30,000,000 bytes",
    many_columns: "Skills.txt, line 1: rejected: 1,013 columns, over 50",
    cells_of_which_none_is_like_another: "Skills.txt: rejected: 2,495,949 different values, over 500,000",
    faults_in_every_row: "Skills.txt, line 2: it is the first of 175,000 rows with faults",
    as_much_as_is_read: "Skills.txt, line 2: it is the first of 450,000 rows with faults",
}


@pytest.mark.skipif(not Path("/proc/self/status").is_file(), reason="Linux tells a process its most memory")
@pytest.mark.parametrize("write", HOSTILE, ids=lambda write: getattr(write, "__name__", "").replace("_", " "))
def test_a_hostile_release_is_refused_with_a_message_in_bounded_memory(
    tmp_path: Path, write: Callable[[Path], Path]
) -> None:
    said, megabytes = load_measured(write(tmp_path), tmp_path)
    assert HOSTILE[write] in said
    assert megabytes <= MOST_MEGABYTES
