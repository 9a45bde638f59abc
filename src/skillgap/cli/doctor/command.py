"""``skillgap doctor``: what is wrong with this installation, and what to do about it."""

from __future__ import annotations

import inspect
import json
import sys
from collections.abc import Iterator
from typing import Annotated, Any

import typer
from pydantic import ValidationError
from pydantic_settings import BaseSettings
from rich.console import Console
from rich.text import Text

from skillgap import __version__, settings
from skillgap.cli.doctor.check import Check, Role
from skillgap.cli.doctor.database import check_database
from skillgap.cli.doctor.surroundings import check_address, check_files
from skillgap.settings import DatabaseSettings, LlmSettings, OnetSettings, WebServicesSettings

COLOURS = {"ok": "green", "warn": "yellow", "fail": "bold red"}
OPENAI = "https://api.openai.com/v1/"


def doctor(
    role: Annotated[Role, typer.Option(help="Judge the database's user as one who does this.")] = "both",
    as_json: Annotated[bool, typer.Option("--json", help="All checks as JSON.")] = False,
) -> None:
    """Check settings, database, schema, rights, data, room and network, and say what to do.

    Changes nothing. Exit status 1 where a check failed.
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
            yield from check_files(onet.onet_data, onet.onet_downloads, database.url())
            if role != "serve" and onet.onet_data is None:
                yield check_address("download", str(onet.onet_base_url), {}, "ONET_BASE_URL")
    yield from _services(valid.get(WebServicesSettings), valid.get(LlmSettings))


def _services(services: WebServicesSettings | None, model: LlmSettings | None) -> Iterator[Check]:
    """Checks of the services that are configured."""
    if services is not None and services.onet_api_key:
        address = f"{str(services.onet_web_services_url).rstrip('/')}/about"
        headers = {"X-API-Key": services.onet_api_key.get_secret_value(), "Accept": "application/json"}
        yield check_address("web services", address, headers, "ONET_API_KEY")
    if model is not None and model.llm_model:
        address = f"{str(model.llm_base_url or OPENAI).rstrip('/')}/models"
        key = model.llm_api_key
        headers = {"Authorization": f"Bearer {key.get_secret_value()}"} if key else {}
        yield check_address("model", address, headers, "LLM_API_KEY")


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
