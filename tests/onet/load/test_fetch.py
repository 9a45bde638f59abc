"""Downloading, against a small server of ours that can do what servers and networks do wrong."""

from __future__ import annotations

import io
import random
import socket
import threading
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from skillgap import __version__
from skillgap.errors import DownloadError
from skillgap.onet.load import archive, fetch

TEXT, CSV = "/db_29_2_text.zip", "/db_29_2_csv.zip"


def zip_of(seed: int) -> bytes:
    """A zip of some 200,000 bytes, always the same for a seed."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        member = zipfile.ZipInfo("db_29_2_text/Skills.txt")
        archive.writestr(member, random.Random(seed).randbytes(200_000))
    return file.getvalue()


RELEASE, CORRECTED = zip_of(1), zip_of(2)


@dataclass(frozen=True)
class Answer:
    """What the server says to one request; ``sent`` bytes of the body and no more."""

    body: bytes = RELEASE
    status: int = 200
    etag: str | None = '"first"'
    modified: str | None = None
    location: str | None = None
    length: int | None = None  # claimed; -1 for none
    sent: int | None = None
    ranges: bool = True
    shifted: int = 0  # a part that begins elsewhere than asked
    silent: bool = False


class Server(ThreadingHTTPServer):
    """Gives its answers one after the other, the last again and again; remembers requests."""

    daemon_threads = False

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.answers: dict[str, list[Answer]] = {}
        self.requests: list[tuple[str, dict[str, str]]] = []
        self.closing = threading.Event()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/"

    def says(self, *answers: Answer, path: str = TEXT) -> None:
        self.answers[path] = list(answers)

    def ranges(self) -> list[str | None]:
        return [headers.get("Range") for _, headers in self.requests]


class Handler(BaseHTTPRequestHandler):
    server: Server

    def do_GET(self) -> None:
        self.server.requests.append((self.path, dict(self.headers.items())))
        answers = self.server.answers.get(self.path, [Answer(status=404, body=b"")])
        answer = answers.pop(0) if len(answers) > 1 else answers[0]
        if answer.silent:
            self.server.closing.wait(10)
            return
        with suppress(ConnectionError):  # the client may have heard enough
            self.answer(answer)

    def answer(self, answer: Answer) -> None:
        start = self.asked_for(answer)
        body = answer.body[start:]
        status = 206 if start else answer.status
        self.send_response(status)
        if start:
            first, last = start + answer.shifted, len(answer.body) - 1
            self.send_header("Content-Range", f"bytes {first}-{last}/{len(answer.body)}")
        if answer.length != -1:
            self.send_header("Content-Length", str(answer.length or len(body)))
        named = {"ETag": answer.etag, "Last-Modified": answer.modified, "Location": answer.location}
        for name, value in named.items():
            if value:
                self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body[: answer.sent])

    def asked_for(self, answer: Answer) -> int:
        """Where to begin: a range is for the very file that If-Range names."""
        asked = self.headers.get("Range")
        same = self.headers.get("If-Range") in (answer.etag, answer.modified)
        if asked is None or not same or not answer.ranges or answer.status != 200:
            return 0
        return int(asked.removeprefix("bytes=").removesuffix("-"))

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        """Silence."""


@contextmanager
def serving() -> Iterator[Server]:
    with Server() as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield server
        finally:
            server.closing.set()
            server.shutdown()
            thread.join()


@pytest.fixture(autouse=True)
def _no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_PROXY", "*")
    monkeypatch.setenv("no_proxy", "*")


@pytest.fixture
def server() -> Iterator[Server]:
    with serving() as server:
        yield server


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "data"


def fetch_from(base_url: str, folder: Path, release: str = "29.2", **more: Any) -> Path:
    return fetch.fetch_release(release, folder, base_url=base_url, wait_seconds=0, **{"timeouts": (5, 5), **more})


def refusal(base_url: str, folder: Path, release: str = "29.2", **more: Any) -> str:
    with pytest.raises(DownloadError) as error:
        fetch_from(base_url, folder, release, **more)
    return str(error.value)


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_release_is_downloaded_and_its_progress_reported(server: Server, folder: Path) -> None:
    server.says(Answer())
    progress: list[tuple[int, int | None]] = []
    path = fetch_from(server.url, folder, report=lambda *step: progress.append(step))
    assert path == folder / "db_29_2_text.zip"
    assert path.read_bytes() == RELEASE
    assert names(folder) == ["db_29_2_text.zip"]
    assert len(progress) > 1
    assert progress == sorted(progress)
    assert progress[-1] == (len(RELEASE), len(RELEASE))
    assert server.requests[0][1]["User-Agent"] == f"skillgap/{__version__}"


def test_a_length_that_is_not_said_is_reported_as_unknown(server: Server, folder: Path) -> None:
    server.says(Answer(length=-1))
    progress: list[tuple[int, int | None]] = []
    fetch_from(server.url, folder, report=lambda *step: progress.append(step))
    assert progress[-1] == (len(RELEASE), None)


def test_a_base_address_may_lack_its_last_slash(server: Server, folder: Path) -> None:
    server.says(Answer())
    assert fetch_from(server.url.rstrip("/"), folder).read_bytes() == RELEASE


def test_a_second_call_makes_no_request(server: Server, folder: Path) -> None:
    server.says(Answer())
    first = fetch_from(server.url, folder)
    assert fetch_from(server.url, folder) == first
    assert len(server.requests) == 1


def test_a_csv_zip_that_is_there_is_taken_without_asking_for_text(server: Server, folder: Path) -> None:
    folder.mkdir()
    (folder / "db_29_2_csv.zip").write_bytes(RELEASE)
    assert fetch_from(server.url, folder) == folder / "db_29_2_csv.zip"
    assert server.requests == []


def test_a_cut_off_download_goes_on_where_it_stopped(server: Server, folder: Path) -> None:
    server.says(Answer(sent=150_000), Answer())
    assert fetch_from(server.url, folder).read_bytes() == RELEASE
    first, second = server.ranges()
    assert first is None
    assert second is not None
    assert 80_000 < int(second.removeprefix("bytes=").removesuffix("-")) <= 150_000
    assert server.requests[1][1]["If-Range"] == '"first"'


def test_an_interrupted_download_is_taken_up_by_the_next_call(server: Server, folder: Path) -> None:
    def interrupt(done: int, size: int | None) -> None:
        raise KeyboardInterrupt

    server.says(Answer())
    with pytest.raises(KeyboardInterrupt):
        fetch_from(server.url, folder, report=interrupt)
    assert names(folder) == ["db_29_2_text.zip.part", "db_29_2_text.zip.part.mark"]
    done = (folder / "db_29_2_text.zip.part").stat().st_size
    assert done > 0
    assert fetch_from(server.url, folder).read_bytes() == RELEASE
    assert server.ranges() == [None, f"bytes={done}-"]
    assert names(folder) == ["db_29_2_text.zip"]


def test_a_server_that_ignores_ranges_sends_the_whole_again(server: Server, folder: Path) -> None:
    server.says(Answer(sent=150_000), Answer(ranges=False))
    assert fetch_from(server.url, folder).read_bytes() == RELEASE
    assert server.ranges()[1] is not None


def test_a_file_that_changed_meanwhile_is_not_mixed_with_the_old_one(server: Server, folder: Path) -> None:
    server.says(Answer(sent=150_000), Answer(CORRECTED, etag='"second"'))
    assert fetch_from(server.url, folder).read_bytes() == CORRECTED
    assert server.ranges()[1] is not None


def test_a_server_that_marks_no_file_is_asked_for_the_whole_again(server: Server, folder: Path) -> None:
    server.says(Answer(sent=150_000, etag=None), Answer(etag=None))
    assert fetch_from(server.url, folder).read_bytes() == RELEASE
    assert server.ranges() == [None, None]


def test_a_weak_etag_gives_way_to_the_date(server: Server, folder: Path) -> None:
    date = "Tue, 18 Feb 2025 12:00:00 GMT"
    answer = Answer(etag='W/"first"', modified=date)
    server.says(Answer(sent=150_000, etag='W/"first"', modified=date), answer)
    assert fetch_from(server.url, folder).read_bytes() == RELEASE
    assert server.requests[1][1]["If-Range"] == date


def test_a_part_that_begins_elsewhere_is_not_taken(server: Server, folder: Path) -> None:
    server.says(Answer(sent=150_000), Answer(shifted=7), Answer())
    assert fetch_from(server.url, folder).read_bytes() == RELEASE
    assert server.ranges()[2] is None


def test_a_range_that_cannot_be_given_begins_anew(server: Server, folder: Path) -> None:
    server.says(Answer(sent=150_000), Answer(b"", status=416), Answer())
    assert fetch_from(server.url, folder).read_bytes() == RELEASE
    assert server.ranges()[2] is None


def test_a_release_without_text_is_fetched_as_csv(server: Server, folder: Path) -> None:
    server.says(Answer(), path=CSV)
    assert fetch_from(server.url, folder) == folder / "db_29_2_csv.zip"
    assert [path for path, _ in server.requests] == [TEXT, CSV]


def test_a_release_in_neither_layout_is_not_offered(server: Server, folder: Path) -> None:
    assert refusal(server.url, folder, "99.9") == ("O*NET release 99.9 is not offered at 127.0.0.1, as text or as CSV.")
    assert [path for path, _ in server.requests] == ["/db_99_9_text.zip", "/db_99_9_csv.zip"]
    assert names(folder) == []


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_server_that_is_busy_twice_is_asked_a_third_time(server: Server, folder: Path, status: int) -> None:
    busy = Answer(b"", status=status)
    server.says(busy, busy, Answer())
    assert fetch_from(server.url, folder).read_bytes() == RELEASE
    assert len(server.requests) == 3


def test_a_server_that_fails_for_ever_is_given_up(server: Server, folder: Path) -> None:
    server.says(Answer(b"", status=500))
    assert refusal(server.url, folder) == (
        "O*NET 29.2 could not be downloaded from 127.0.0.1: it answers with status 500. "
        "Put a release into data/ or name it with --from."
    )
    assert [path for path, _ in server.requests] == [TEXT] * 4


def test_a_server_that_says_no_is_not_asked_again(server: Server, folder: Path) -> None:
    server.says(Answer(b"", status=403))
    assert "it answers with status 403." in refusal(server.url, folder)
    assert len(server.requests) == 1


def test_a_body_always_shorter_than_its_length_is_no_release(server: Server, folder: Path) -> None:
    server.says(Answer(length=len(RELEASE) + 1, ranges=False))
    assert "the answer was cut short" in refusal(server.url, folder)
    assert len(server.requests) == 4
    assert not (folder / "db_29_2_text.zip").exists()


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"<html>Please sign in to this network.</html>", "not a zip file"),
        (RELEASE[:-500], "not a zip file"),
        (RELEASE.replace(RELEASE[1000:1010], bytes(10)), "damaged zip file, at 'db_29_2_text/S"),
    ],
    ids=["a page", "a zip without its end", "a zip with other bytes"],
)
def test_what_is_no_sound_zip_is_deleted(server: Server, folder: Path, body: bytes, reason: str) -> None:
    server.says(Answer(body))
    assert reason in refusal(server.url, folder)
    assert names(folder) == []
    assert len(server.requests) == 1


@pytest.mark.parametrize("length", [None, -1], ids=["length said", "length not said"])
def test_a_file_beyond_all_measure_is_refused(
    server: Server, folder: Path, length: int | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fetch, "LARGEST_ZIP", 100_000)
    server.says(Answer(length=length))
    assert "more than 100,000 bytes" in refusal(server.url, folder)
    assert names(folder) == []
    assert len(server.requests) == 1


def test_a_zip_that_unpacks_beyond_all_measure_is_refused(
    server: Server, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(archive, "LARGEST_UNPACKED", 100_000)
    server.says(Answer())
    assert "bytes unpacked, over 100,000" in refusal(server.url, folder)
    assert names(folder) == []


def test_a_server_that_says_nothing_is_not_waited_for(server: Server, folder: Path) -> None:
    server.says(Answer(silent=True))
    assert "127.0.0.1: no answer in time." in refusal(server.url, folder, timeouts=(5, 0.05))
    assert len(server.requests) == 4


def test_a_refused_connection_is_said_in_one_sentence(folder: Path) -> None:
    with serving() as server:
        url = server.url
    assert refusal(url, folder) == (
        "O*NET 29.2 could not be downloaded from 127.0.0.1: no connection (refused). "
        "Put a release into data/ or name it with --from."
    )


def test_a_host_without_an_address_is_said_in_one_sentence(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(*_: Any, **__: Any) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    assert refusal("https://www.onetcenter.org/dl_files/database/", folder) == (
        "O*NET 29.2 could not be downloaded from www.onetcenter.org: no connection "
        "(name not resolved). Put a release into data/ or name it with --from."
    )


@pytest.mark.parametrize("scheme", ["http", "nothing"])
def test_a_password_in_the_address_is_never_repeated(folder: Path, scheme: str) -> None:
    with serving() as server:
        port = server.server_port
    message = refusal(f"{scheme}://me:hunter2@127.0.0.1:{port}/", folder)
    assert "127.0.0.1" in message
    assert "hunter2" not in message
    assert "me:" not in message


def test_a_redirect_within_the_host_is_followed(server: Server, folder: Path) -> None:
    server.says(Answer(b"", status=302, location="/moved.zip"))
    server.says(Answer(), path="/moved.zip")
    assert fetch_from(server.url, folder).read_bytes() == RELEASE


def test_a_redirect_to_another_host_without_https_is_refused(server: Server, folder: Path) -> None:
    with serving() as foreign:
        foreign.says(Answer())
        location = f"http://localhost:{foreign.server_port}{TEXT}"
        server.says(Answer(b"", status=302, location=location))
        assert "redirects to another host without https" in refusal(server.url, folder)
        assert foreign.requests == []


def test_a_redirect_to_https_is_tried_there(server: Server, folder: Path) -> None:
    with serving() as plain:
        location = f"https://localhost:{plain.server_port}{TEXT}"
        server.says(Answer(b"", status=302, location=location))
        assert "no secure connection" in refusal(server.url, folder)


@pytest.mark.parametrize(("location", "reason"), [(TEXT, "without end"), ("http://[nonsense", "address is not valid")])
def test_a_redirect_that_leads_nowhere_is_refused(server: Server, folder: Path, location: str, reason: str) -> None:
    server.says(Answer(b"", status=301, location=location))
    assert reason in refusal(server.url, folder)


def test_a_folder_that_cannot_be_written_to_is_named(server: Server, folder: Path) -> None:
    folder.write_text("a file where the folder should be")
    server.says(Answer())
    assert refusal(server.url, folder) == (f"O*NET 29.2 could not be downloaded: {folder}: File exists.")
    assert server.requests == []


@pytest.mark.parametrize("release", ["sample", "../29.2", "29", "29.2\n"])
def test_what_names_no_release_is_not_asked_for(server: Server, folder: Path, release: str) -> None:
    assert "does not name an O*NET release" in refusal(server.url, folder, release)
    assert server.requests == []
