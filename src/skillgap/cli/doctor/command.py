"""``skillgap doctor``: what is wrong with this installation, and what to do about it."""

from __future__ import annotations

import inspect
import json
import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import typer
from pydantic import ValidationError
from pydantic_settings import BaseSettings
from rich.console import Console
from rich.text import Text
from sqlalchemy import URL

from skillgap import __version__, settings
from skillgap.cli.doctor.check import TIMEOUT_SECONDS, Check, Role, State
from skillgap.cli.doctor.database import check_database
from skillgap.http_client import HttpClient, HttpFault
from skillgap.settings import DatabaseSettings, LlmSettings, OnetSettings, WebServicesSettings

COLOURS = {"ok": "green", "warn": "yellow", "fail": "bold red"}
OPENAI = "https://api.openai.com/v1/"
LITTLE_ROOM, NO_ROOM = 1_000_000_000, 100_000_000  # bytes


def doctor(
    role: Annotated[Role, typer.Option(help="Judge the database's user as one who does this.")] = "both",
    as_json: Annotated[bool, typer.Option("--json", help="All checks as JSON.")] = False,
) -> None:
    """Check settings, database, schema, rights, data, room and network, and say what to do.

    Changes no data. Exit status 1 where a check failed. Example: skillgap doctor --role serve
    """
    checks = []
    console = Console(soft_wrap=True)
    for check in _checks(role):
        checks.append(check)
        if not as_json:
            advice = f" -> {check.advice}" if check.advice else ""
            line = Text(f"{check.state:5}", style=COLOURS[check.state])
            console.print(line.append(f"{check.subject:14} {check.finding}{advice}", style="default"))
    if as_json:
        report = {"version": __version__, "checks": [check._asdict() for check in checks]}
        sys.stdout.write(json.dumps(report, indent=2) + "\n")
    if any(check.state == "fail" for check in checks):
        raise typer.Exit(1)


def _checks(role: Role) -> Iterator[Check]:
    valid, faults = _read_settings()
    yield from faults
    if not faults:
        yield Check("settings", "ok", f"skillgap {__version__}: all are valid")
    database, onet = valid.get(DatabaseSettings), valid.get(OnetSettings)
    if database is not None:
        if database.database_url and database.mysql_host:
            advice = "take one of them away: DATABASE_URL wins"
            yield Check("settings", "warn", "DATABASE_URL and MYSQL_HOST are both set", advice)
        yield from check_database(database.url(), role)
        if onet is not None:
            yield from _check_files(onet.onet_data, onet.onet_downloads, database.url())
            if role != "serve" and onet.onet_data is None:
                yield _check_address("download", str(onet.onet_base_url), {}, "ONET_BASE_URL")
    yield from _services(valid.get(WebServicesSettings), valid.get(LlmSettings))


def _services(services: WebServicesSettings | None, model: LlmSettings | None) -> Iterator[Check]:
    if services is not None and services.onet_api_key:
        address = f"{str(services.onet_web_services_url).rstrip('/')}/about"
        headers = {"X-API-Key": services.onet_api_key.get_secret_value(), "Accept": "application/json"}
        yield _check_address("web services", address, headers, "ONET_API_KEY")
    if model is not None and model.llm_model:
        address = f"{str(model.llm_base_url or OPENAI).rstrip('/')}/models"
        key = model.llm_api_key
        headers = {"Authorization": f"Bearer {key.get_secret_value()}"} if key else {}
        yield _check_address("model", address, headers, "LLM_API_KEY")


def _read_settings() -> tuple[dict[type[BaseSettings], Any], list[Check]]:
    """Every class of settings that can be read, and a failed check for each fault."""
    valid: dict[type[BaseSettings], Any] = {}
    faults = []
    for _, kind in inspect.getmembers(settings, inspect.isclass):
        if kind is BaseSettings or not issubclass(kind, BaseSettings):
            continue
        try:
            valid[kind] = kind()
        except ValidationError as error:
            for fault in error.errors():
                name = "_".join(map(str, fault["loc"])).upper()
                faults.append(Check("settings", "fail", f"{name}: {fault['msg']}", "correct it"))
    return valid, faults


def _check_files(onet_data: Path | None, downloads: Path, url: URL) -> Iterator[Check]:
    """The release that a load would read, and room for what it writes."""
    if onet_data is not None:
        if not onet_data.exists():
            yield Check("files", "fail", f"ONET_DATA: there is no {onet_data}", "correct the path")
        elif not os.access(onet_data, os.R_OK):
            yield Check("files", "fail", f"ONET_DATA: {onet_data} may not be read", "chmod it")
        else:
            yield Check("files", "ok", f"ONET_DATA: {onet_data} is there")
    folders = {_existing(downloads)}
    if url.get_backend_name() == "sqlite":
        folders.add(_existing(Path(url.database or ".")))
    for folder in folders:
        free = shutil.disk_usage(folder).free
        state: State = "ok" if free > LITTLE_ROOM else "warn" if free > NO_ROOM else "fail"
        advice = "" if state == "ok" else "make room: a load into SQLite takes 200 MB"
        yield Check("disk", state, f"{free / 1e9:.1f} GB are free in {folder.resolve()}", advice)


def _check_address(subject: str, address: str, headers: dict[str, str], setting: str) -> Check:
    """Whether a server answers there, and accepts the key where one is sent."""
    try:
        with HttpClient((TIMEOUT_SECONDS, TIMEOUT_SECONDS), headers) as client, client.reading(address) as response:
            status = response.status_code
    except HttpFault as fault:
        return Check(subject, "warn", f"{address}: {fault}", "is the address right, and a proxy?")
    if status in (401, 403):
        return Check(subject, "fail", f"{address} rejects the request ({status})", f"correct {setting}")
    if status >= 500 or status == 429:
        return Check(subject, "warn", f"{address} answers {status}", "check again later")
    return Check(subject, "ok", f"{address} answers {status}")


def _existing(path: Path) -> Path:
    """The nearest existing folder."""
    return next(folder for folder in (path.absolute(), *path.absolute().parents) if folder.is_dir())
