"""Reading files: what is accepted, and what a faulty file is told."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from skillgap.errors import SourceFileError
from skillgap.onet.load.extract import read_source
from skillgap.onet.load.source_files import OCCUPATIONS, SCALES

HEADER = "Scale ID\tScale Name\tMinimum\tMaximum"
ROWS = ["IM\tImportance\t1\t5", "LV\tLevel\t0\t7"]
EXPECTED = [["IM", "Importance", "1", "5"], ["LV", "Level", "0", "7"]]


def written(folder: Path, content: bytes | str, name: str = "Scales Reference.txt") -> Path:
    file = folder / name
    file.write_bytes(content.encode() if isinstance(content, str) else content)
    return file


@pytest.mark.parametrize(
    "content",
    [
        "\r\n".join([HEADER, *ROWS]) + "\r\n",
        "\n".join([HEADER, *ROWS]) + "\n",
        "\n".join([HEADER, *ROWS]),
        "\ufeff" + "\r\n".join([HEADER, *ROWS]) + "\r\n",
        "\n".join([HEADER, *ROWS]).replace("\t", ","),
        "\n".join([HEADER + "\tMore", *(row + "\tx" for row in ROWS)]),
    ],
    ids=["CRLF", "LF", "no last line end", "byte-order mark", "commas", "a column more"],
)
def test_every_layout_of_the_same_rows_reads_the_same(tmp_path: Path, content: str) -> None:
    frame = read_source(written(tmp_path, content), SCALES)
    assert list(frame.columns) == ["scale_id", "scale_name", "minimum", "maximum"]
    assert frame.values.tolist() == EXPECTED
    assert frame.index.tolist() == [2, 3]


def test_missing_values_and_numbers_stay_the_text_they_are(tmp_path: Path) -> None:
    frame = read_source(written(tmp_path, f"{HEADER}\nn/a\tNA\t01\t5.00\n"), SCALES)
    assert frame.values.tolist() == [["n/a", "NA", "01", "5.00"]]


def test_a_quotation_mark_in_tab_separated_text_is_only_a_character(tmp_path: Path) -> None:
    frame = read_source(written(tmp_path, f'{HEADER}\nA\t"say "x\t1\t5\nB\tb\t1\t5\n'), SCALES)
    assert frame["scale_name"].tolist() == ['"say "x', "b"]


def test_a_quoted_comma_in_a_csv_belongs_to_its_field(tmp_path: Path) -> None:
    content = 'O*NET-SOC Code,Title,Description\r\n35-2014.00,"Cooks, Restaurant","Say ""yes"""\r\n'
    frame = read_source(written(tmp_path, content, "occupation_data.csv"), OCCUPATIONS)
    assert frame.values.tolist() == [["35-2014.00", "Cooks, Restaurant", 'Say "yes"']]


def test_blank_lines_are_passed_over_and_lines_keep_their_number(tmp_path: Path) -> None:
    frame = read_source(written(tmp_path, f"{HEADER}\n{ROWS[0]}\n\n{ROWS[1]}\n\n"), SCALES)
    assert frame["scale_id"].to_dict() == {2: "IM", 4: "LV"}


def test_a_line_that_is_cut_short_reads_as_missing_values(tmp_path: Path) -> None:
    frame = read_source(written(tmp_path, f"{HEADER}\n{ROWS[0]}\nLV\tLev\n"), SCALES)
    assert frame.loc[3].tolist() == ["LV", "Lev", "", ""]


def test_a_file_inside_a_zip_reads_like_any_other(tmp_path: Path) -> None:
    archive = tmp_path / "release.zip"
    with zipfile.ZipFile(archive, "w") as writing:
        writing.writestr("db/Scales Reference.txt", "\n".join([HEADER, *ROWS]))
    with zipfile.ZipFile(archive) as opened:
        frame = read_source(zipfile.Path(opened, "db/Scales Reference.txt"), SCALES)
    assert frame.values.tolist() == EXPECTED


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", r"Scales Reference\.txt: the file is empty"),
        (b" \r\n \n", r"Scales Reference\.txt: the file is empty"),
        (HEADER.encode(), r"Scales Reference\.txt: there is a header and no row"),
        (
            HEADER.replace("Minimum", "Min").encode() + b"\n" + ROWS[0].encode(),
            r"Reference\.txt, line 1: column 'Minimum' is missing \(there: Scale ID, .*Min, ",
        ),
        (HEADER.replace("Scale Name", "Scale ID").encode() + b"\n", r"line 1: column 'Scale Name' is missing"),
        (f"{HEADER}\tMinimum\n1\t2\t3\t4\t5\n".encode(), r"line 1: column 'Minimum' is there twice"),
        (f"{HEADER}\n{ROWS[0]}\nLV\t\xff".encode("latin-1"), r"line 3: not a text file: byte 0xff"),
        (f"{HEADER}\n{ROWS[0]}\nL\0V\t".encode(), r"line 3: not a text file: it has a NUL byte"),
        (f"{HEADER}\n{ROWS[0]}\n{ROWS[1]}\t9\t9\n".encode(), r"line 3: Expected 4 fields .* saw 6"),
        (f"{HEADER}\n{ROWS[0]}\t9\n{ROWS[1]}\t9\n".encode(), r"line 2: more fields than the header"),
        (b'Scale ID,Scale Name,Minimum,Maximum\nIM,"Impor,1,5\n', r"line 2: EOF inside string"),
    ],
)
def test_a_faulty_file_is_named_with_the_line(tmp_path: Path, content: bytes, message: str) -> None:
    with pytest.raises(SourceFileError, match=message):
        read_source(written(tmp_path, content), SCALES)


def test_a_file_that_cannot_be_read_says_so(tmp_path: Path) -> None:
    with pytest.raises(SourceFileError, match=r"gone\.txt: cannot be read: .*No such file"):
        read_source(tmp_path / "gone.txt", SCALES)
