"""Secrets from files, as Docker and Kubernetes hand them out."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from pydantic import SecretStr

from skillgap.cli import main
from skillgap.settings import AccessSettings, DatabaseSettings, LlmSettings, Settings, WebServicesSettings

HASH = "0" * 64
SECRETS = [
    (DatabaseSettings, "MYSQL_PASSWORD", "pa$s {word}\twith 'all' of it "),
    (DatabaseSettings, "DATABASE_URL", "mysql+pymysql://u:p@db/skillgap"),
    (LlmSettings, "LLM_API_KEY", "sk-1"),
    (WebServicesSettings, "ONET_API_KEY", "abc"),
    (AccessSettings, "API_KEYS", f"portal:{HASH}\nother:{HASH}"),
]


@pytest.fixture
def fault(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[[], str]:
    """Runs a command that reads all database settings, and gives what it says when it fails."""

    def run() -> str:
        monkeypatch.setattr("sys.argv", ["skillgap", "releases"])
        with pytest.raises(SystemExit):
            main.main()
        return capsys.readouterr().err.removesuffix("\n")

    return run


@pytest.mark.parametrize(("settings", "name", "secret"), SECRETS, ids=lambda one: str(one)[:20])
@pytest.mark.parametrize("end", ["", "\n", "\r\n"])
def test_a_secret_is_the_text_of_its_file(
    settings: type[Settings], name: str, secret: str, end: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "secret"
    file.write_bytes((secret + end).encode())
    monkeypatch.setenv(f"{name}_FILE", str(file))
    value: SecretStr = getattr(settings(), name.lower())
    assert value.get_secret_value() == secret


def test_only_secrets_are_read_from_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "host").write_text("elsewhere")
    monkeypatch.setenv("MYSQL_HOST_FILE", str(tmp_path / "host"))
    assert DatabaseSettings().mysql_host is None


def test_both_at_once_are_an_error_that_shows_neither(
    fault: Callable[[], str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "secret"
    file.write_text("from-file")
    monkeypatch.setenv("MYSQL_PASSWORD", "from-environment")
    monkeypatch.setenv("MYSQL_PASSWORD_FILE", str(file))
    told = fault()
    assert told == ("skillgap: setting MYSQL_PASSWORD_FILE: set MYSQL_PASSWORD or MYSQL_PASSWORD_FILE, not both")


def test_an_empty_variable_beside_a_file_is_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "secret"
    file.write_text("from-file")
    monkeypatch.setenv("MYSQL_PASSWORD", "")
    monkeypatch.setenv("MYSQL_PASSWORD_FILE", str(file))
    assert DatabaseSettings().mysql_password.get_secret_value() == "from-file"


@pytest.mark.parametrize(
    ("content", "what"), [(None, "No such file or directory"), (b"\xff", "is not a text"), (b"\n", "is empty")]
)
def test_a_file_that_cannot_be_read_is_told_in_one_line(
    fault: Callable[[], str], content: bytes | None, what: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "a {secret}"
    if content is not None:
        file.write_bytes(content)
    monkeypatch.setenv("MYSQL_PASSWORD_FILE", str(file))
    told = fault()
    assert told.startswith(f"skillgap: setting MYSQL_PASSWORD_FILE: {file}")
    assert what in told
    assert "\n" not in told


def test_a_wrong_address_is_told_without_its_password(
    fault: Callable[[], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://me:secret@host/db")
    told = fault()
    assert "DATABASE_URL" in told
    assert "secret" not in told
    with pytest.raises(ValueError, match="postgresql") as error:
        DatabaseSettings()
    assert "secret" not in str(error.value)
