"""A real Chromium, and the real service on a loopback port, for tests and for screenshots."""

from __future__ import annotations

import shutil
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import uvicorn
from playwright.sync_api import Browser, sync_playwright

from skillgap.api.app import create_app
from skillgap.database.engine import connect
from skillgap.settings import AccessSettings, DatabaseSettings, LlmSettings
from tests.conftest import load

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def find_chromium() -> str | None:
    """The Chromium that is installed, by its usual names."""
    names = ("chromium", "chromium-browser", "google-chrome")
    return next((path for name in names if (path := shutil.which(name))), None)


@contextmanager
def chromium() -> Iterator[Browser]:
    """A browser without a window. While it is there, this thread can run no other event loop."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=FLAGS)
        yield browser
        browser.close()


@contextmanager
def service(
    release: Path, folder: Path, access: AccessSettings | None = None, llm: LlmSettings | None = None, port: int = 0
) -> Iterator[str]:
    """The service with a release loaded, on a free port unless one is given; gives its address."""
    database = DatabaseSettings(database_url=f"sqlite:///{folder / 'page.sqlite'}")
    engine = connect(database.url())
    load(engine, release)
    engine.dispose()
    server = uvicorn.Server(uvicorn.Config(create_app(database, access=access, llm=llm), log_config=None))
    listening = socket.create_server(("127.0.0.1", port))
    serving = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
    serving.start()
    address = f"http://127.0.0.1:{listening.getsockname()[1]}"
    httpx.get(f"{address}/ready", timeout=30).raise_for_status()
    yield address
    server.should_exit = True
    serving.join()
