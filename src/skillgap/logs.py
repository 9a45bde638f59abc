"""Logging: plain lines on a terminal, JSON lines where a program reads them."""

from __future__ import annotations

import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from types import TracebackType

from pythonjsonlogger.core import RESERVED_ATTRS
from pythonjsonlogger.json import JsonFormatter

logger = logging.getLogger(__name__)

PLAIN = "%(asctime)s %(levelname)-7s %(message)s"

request_id: ContextVar[str | None] = ContextVar("request_id", default=None)
"""The id of the current request; every line logged meanwhile has it."""

run_id: ContextVar[str | None] = ContextVar("run_id", default=None)
"""The id of a load (as in ``load_runs``), a rescoring (``job_id`` of its calls) or a backfill."""


@contextmanager
def one_run(name: str | None = None) -> Iterator[None]:
    """Lines logged in this context have the id of a run, which may get its name later.

    An error that ends it leaves the id set: the line that reports it is one of the run's.
    """
    token = run_id.set(name)
    yield
    run_id.reset(token)


def configure_logging(level: str, *, as_json: bool) -> None:
    """Log to stderr from this level up, as plain or as JSON lines."""
    handler = logging.StreamHandler(sys.stderr)
    handler.addFilter(_add_ids)
    handler.setFormatter(_json_lines() if as_json else logging.Formatter(PLAIN))
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level)
    for verbose in ("alembic", "urllib3", "httpx2", "httpcore2", "openai"):
        logging.getLogger(verbose).setLevel(logging.WARNING)
    if as_json:
        logging.captureWarnings(capture=True)
        sys.excepthook = _log_uncaught


def for_programs() -> bool:
    """Whether stderr must hold one JSON object a line and nothing else."""
    handlers = logging.getLogger().handlers
    return any(isinstance(handler.formatter, JsonFormatter) for handler in handlers)


def _json_lines() -> logging.Formatter:
    return JsonFormatter(
        "{asctime}{levelname}{name}{message}",
        style="{",
        reserved_attrs=[*RESERVED_ATTRS, "color_message"],  # uvicorn's, for terminals
        rename_fields={"asctime": "time", "levelname": "level", "name": "logger"},
    )


def _add_ids(record: logging.LogRecord) -> bool:
    for name, current in (("request_id", request_id.get()), ("run_id", run_id.get())):
        if current is not None:
            setattr(record, name, current)
    return True


def _log_uncaught(kind: type[BaseException], error: BaseException, traceback: TracebackType | None) -> None:
    if issubclass(kind, KeyboardInterrupt):
        sys.__excepthook__(kind, error, traceback)
        return
    logger.critical("ended by an error of ours", exc_info=(kind, error, traceback))
