"""Finding a release: folder or zip, its name, the newest of several, and what is refused."""

from __future__ import annotations

import shutil
import zipfile
from datetime import date
from pathlib import Path

import pytest

from skillgap.errors import SourceFileError, SourceNotFound
from skillgap.onet.load import find
from skillgap.onet.load.find import newest_place, open_place, release_order
from skillgap.onet.load.source_files import release_files

READ_ME = "O*NET 30.3 Database\r\nMay 2026 Release\r\n---\r\n"


def make_release(folder: Path, read_me: str | None = READ_ME) -> Path:
    folder.mkdir(parents=True)
    (folder / "Occupation Data.txt").write_text("O*NET-SOC Code\tTitle\tDescription\n")
    if read_me is not None:
        (folder / "Read Me.txt").write_text(read_me)
    return folder


def zipped(folder: Path, archive: Path, prefix: str = "") -> Path:
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as writing:
        for file in folder.iterdir():
            writing.write(file, f"{prefix}{file.name}")
    return archive


def test_a_folder_says_its_release_and_month_in_its_read_me(tmp_path: Path) -> None:
    place = open_place(make_release(tmp_path / "anything"))
    assert (place.release, place.released, place.illustrative) == ("30.3", date(2026, 5, 1), False)


@pytest.mark.parametrize("prefix", ["", "db_30_3_text/"])
def test_a_zip_reads_like_the_folder_it_holds(tmp_path: Path, prefix: str) -> None:
    place = open_place(zipped(make_release(tmp_path / "one"), tmp_path / "any.zip", prefix))
    assert place.release == "30.3"
    assert place.folder.joinpath("Occupation Data.txt").is_file()


@pytest.mark.parametrize(("name", "release"), [("29.2", "29.2"), ("db_30_3_text", "30.3"), ("onet-31_0", "31.0")])
def test_without_a_read_me_the_folders_name_tells(tmp_path: Path, name: str, release: str) -> None:
    assert open_place(make_release(tmp_path / name, read_me=None)).release == release


def test_a_release_that_nothing_names_has_to_be_named(tmp_path: Path) -> None:
    folder = make_release(tmp_path / "mine", read_me=None)
    with pytest.raises(SourceNotFound, match=r"which release is this\? Name it with --release"):
        open_place(folder)
    assert open_place(folder, "29.2").release == "29.2"


def test_the_sample_is_told_by_its_read_me(sample: Path) -> None:
    place = open_place(sample)
    assert (place.release, place.illustrative) == ("sample", True)


def test_the_newest_release_of_a_folder_is_taken_and_the_sample_never(tmp_path: Path, sample: Path) -> None:
    data = tmp_path / "data"
    make_release(data / "a", "O*NET 29.2 Database\n")
    zipped(make_release(tmp_path / "b", "O*NET 30.10 Database\n"), data / "b.zip")
    make_release(data / "c", "O*NET 30.3 Database\n")
    shutil.copytree(sample, data / "sample")
    (data / "notes").mkdir()
    found = newest_place(data)
    assert found is not None
    assert (found.release, found.path) == ("30.10", data / "b.zip")


def test_a_folder_may_itself_be_the_release(tmp_path: Path) -> None:
    found = newest_place(make_release(tmp_path / "data"))
    assert found is not None
    assert found.path == tmp_path / "data"


@pytest.mark.parametrize("name", ["nowhere", "."])
def test_a_folder_without_a_release_has_no_newest_one(tmp_path: Path, name: str) -> None:
    assert newest_place(tmp_path / name) is None


def test_releases_are_ordered_by_number() -> None:
    names = ["30.10", "sample", "9.0", "30.3"]
    assert sorted(names, key=release_order) == ["sample", "9.0", "30.3", "30.10"]


def test_a_path_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(SourceNotFound, match=r"nowhere: no such folder or zip"):
        open_place(tmp_path / "nowhere")


def test_a_folder_without_occupations_is_no_release(tmp_path: Path) -> None:
    with pytest.raises(SourceNotFound, match=r"no O\*NET release here"):
        open_place(tmp_path)


def test_a_zip_cut_short_is_refused(tmp_path: Path) -> None:
    archive = zipped(make_release(tmp_path / "one"), tmp_path / "cut.zip")
    archive.write_bytes(archive.read_bytes()[:-30])
    with pytest.raises(SourceFileError, match=r"cut\.zip: not a zip file, or cut short"):
        open_place(archive)


@pytest.mark.parametrize("name", ["../Occupation Data.txt", "/etc/Skills.txt", "a\\..\\..\\x.txt"])
def test_a_zip_that_points_outside_itself_is_refused(tmp_path: Path, name: str) -> None:
    archive = tmp_path / "evil.zip"
    with zipfile.ZipFile(archive, "w") as writing:
        writing.writestr("Occupation Data.txt", "")
        writing.writestr(name, "")
    with pytest.raises(SourceFileError, match=r"evil\.zip: rejected: .* points outside the zip"):
        open_place(archive)


def test_a_zip_that_would_unpack_too_large_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(find, "LARGEST_ZIP", 1000)
    archive = tmp_path / "bomb.zip"
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as writing:
        writing.writestr("Occupation Data.txt", "0" * 1001)
    with pytest.raises(SourceFileError, match=r"rejected: 1001 bytes unpacked, over 1000"):
        open_place(archive)


@pytest.mark.parametrize(
    ("names", "found"),
    [
        (["Occupation Data.txt", "Scales Reference.txt", "Skills.txt"], 3),
        (["Occupation.txt", "Scales.txt", "Skills.txt"], 3),
        (["occupation_data.csv", "scales_reference.csv", "skills.csv", "knowledge.csv"], 4),
        (["Occupation Data.txt", "Scales Reference.txt", "Essential Skills.txt", "Transferable Skills.txt"], 4),
    ],
    ids=["official", "short names", "csv", "from 30.3 on"],
)
def test_every_known_layout_is_recognised(tmp_path: Path, names: list[str], found: int) -> None:
    for name in names:
        (tmp_path / name).touch()
    assert sorted(file.name for _, file in release_files(tmp_path)) == sorted(names)
    assert len(names) == found


@pytest.mark.parametrize(
    ("names", "message"),
    [
        (["Scales.txt", "Skills.txt"], r"the file 'Occupation Data' is missing \(there: Scales"),
        (["Occupation Data.txt", "Skills.txt"], r"the file 'Scales Reference' is missing"),
        (["Occupation Data.txt", "Scales.txt"], r"the file 'Skills' is missing"),
        (["Occupation Data.txt", "Scales.txt", "Essential Skills.txt"], r"the file 'Transferable Skills' is missing"),
        (["Occupation Data.txt", "Scales.txt", "Transferable Skills.csv"], r"the file 'Essential Skills' is missing"),
        (
            ["Occupation Data.txt", "Scales.txt", "Skills.txt", "Essential Skills.txt"],
            r"both 'Skills' and 'Essential Skills' are there",
        ),
    ],
)
def test_a_needed_file_that_is_missing_is_named(tmp_path: Path, names: list[str], message: str) -> None:
    for name in names:
        (tmp_path / name).touch()
    with pytest.raises(SourceFileError, match=message):
        release_files(tmp_path)
