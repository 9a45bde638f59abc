"""Finding a release: folder or zip, its name, the newest of several, and what is refused."""

from __future__ import annotations

import os
import shutil
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import pytest

from skillgap.errors import SourceFileError, SourceNotFound
from skillgap.onet.load import archive
from skillgap.onet.load.content import checksums
from skillgap.onet.load.find import open_place, release_order, releases_in
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
    found = releases_in(data)
    assert [(one.release, one.path.name) for one in found] == [("30.10", "b.zip"), ("30.3", "c"), ("29.2", "a")]


def test_a_folder_may_itself_be_the_release(tmp_path: Path) -> None:
    (found,) = releases_in(make_release(tmp_path / "data"))
    assert found.path == tmp_path / "data"


@pytest.mark.parametrize("name", ["nowhere", "."])
def test_a_folder_without_a_release_has_no_newest_one(tmp_path: Path, name: str) -> None:
    assert releases_in(tmp_path / name) == []


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
    monkeypatch.setattr(archive, "LARGEST_UNPACKED", 1000)
    bomb = tmp_path / "bomb.zip"
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as writing:
        writing.writestr("Occupation Data.txt", "0" * 1001)
    with pytest.raises(SourceFileError, match=r"rejected: 1,001 bytes unpacked, over 1,000"):
        open_place(bomb)


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


def test_a_zip_without_a_read_me_is_named_by_its_own_name(tmp_path: Path) -> None:
    release = make_release(tmp_path / "one", read_me=None)
    assert open_place(zipped(release, tmp_path / "db_30_3_text.zip")).release == "30.3"


def test_a_file_that_is_missing_from_a_zip_is_named_with_the_zip(tmp_path: Path) -> None:
    place = open_place(zipped(make_release(tmp_path / "one"), tmp_path / "any.zip"))
    with pytest.raises(SourceFileError, match=r"any\.zip: the file 'Scales Reference' is missing"):
        release_files(place.folder)


def test_a_zip_with_two_releases_is_refused_with_both_their_names(tmp_path: Path) -> None:
    archive = tmp_path / "both.zip"
    with zipfile.ZipFile(archive, "w") as writing:
        for name in ("db_29_2_text", "db_30_3_text"):
            writing.writestr(f"{name}/Occupation Data.txt", "O*NET-SOC Code\tTitle\tDescription\n")
    with pytest.raises(SourceFileError, match=r"both\.zip: several releases .*'db_29_2_text' and 'db_30_3_text'"):
        open_place(archive)


def test_a_folder_with_two_releases_is_refused_with_both_their_names(tmp_path: Path) -> None:
    make_release(tmp_path / "two" / "29.2", read_me=None)
    make_release(tmp_path / "two" / "30.3", read_me=None)
    with pytest.raises(SourceFileError, match=r"two: several releases .*'29\.2' and '30\.3'"):
        open_place(tmp_path / "two")


@pytest.mark.parametrize("name", ["x" * 21, "29.2\n", "\udcff"])
def test_a_name_that_the_tables_have_no_room_for_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(SourceNotFound, match="a name has up to 20 printable characters"):
        open_place(make_release(tmp_path / "one"), name)


def test_a_path_that_is_too_long_is_said(tmp_path: Path) -> None:
    with pytest.raises(SourceFileError, match=r"x{300}: cannot be read: File name too long"):
        open_place(tmp_path / ("x" * 300))


@pytest.fixture
def nobodys() -> Iterator[Path]:
    """A folder, and a user whom its permissions hold for: root may read everything."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        make_release(Path(folder) / "29.2")
        closed = make_release(Path(folder) / "30.3")
        closed.chmod(0)
        user = os.geteuid()
        os.seteuid(user or 65534)
        yield Path(folder)
        os.seteuid(user)
        closed.chmod(0o755)


def test_a_release_among_others_that_may_not_be_read_is_named(nobodys: Path) -> None:
    with pytest.raises(SourceFileError, match=r"/30\.3: cannot be read: Permission denied"):
        releases_in(nobodys)


def dangling(file: Path) -> None:
    file.symlink_to("nowhere")


def loop(file: Path) -> None:
    file.symlink_to(file.name)


def device(file: Path) -> None:
    file.symlink_to("/dev/zero")


IN_PLACE_OF_A_FILE = {
    Path.mkdir: "a folder",
    dangling: "a symbolic link to nothing",
    loop: "a symbolic link that leads in a circle",
    device: "a device, a pipe or a socket",
    os.mkfifo: "a device, a pipe or a socket",
}


@pytest.mark.parametrize("name", ["Skills.txt", "Occupation Data.txt", "Job Zones.txt"])
@pytest.mark.parametrize("make", IN_PLACE_OF_A_FILE, ids=lambda make: make.__name__)
def test_what_stands_in_the_place_of_a_file_is_said(sample: Path, name: str, make: Callable[[Path], None]) -> None:
    (sample / name).unlink()
    make(sample / name)
    with pytest.raises(SourceFileError, match=f"{name}: cannot be read: it is {IN_PLACE_OF_A_FILE[make]}, not a file"):
        checksums(file for _, file in release_files(open_place(sample).folder))


@pytest.mark.parametrize("make", [loop, dangling, device, os.mkfifo], ids=lambda make: make.__name__)
def test_what_stands_in_the_place_of_a_zip_is_said(tmp_path: Path, make: Callable[[Path], None]) -> None:
    make(tmp_path / "db_29_2_text.zip")
    with pytest.raises(SourceNotFound, match=f"it is {IN_PLACE_OF_A_FILE[make]}, no folder or zip"):
        releases_in(tmp_path)


@pytest.mark.parametrize("make", [loop, dangling, device, os.mkfifo], ids=lambda make: make.__name__)
def test_a_read_me_that_is_no_file_is_said_and_not_waited_for(tmp_path: Path, make: Callable[[Path], None]) -> None:
    release = make_release(tmp_path / "29.2", read_me=None)
    make(release / "Read Me.txt")
    with pytest.raises(SourceFileError, match=f"Read Me.txt: cannot be read: it is {IN_PLACE_OF_A_FILE[make]}"):
        open_place(release)
