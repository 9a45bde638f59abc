"""Debian's nginx on loopback with the operator's own configuration in front of servers of ours."""

from __future__ import annotations

import re
import shutil
import socket
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import httpx
from tenacity import retry, retry_if_exception_type, stop_after_delay, wait_fixed

CONFIGURATION = Path(__file__).parents[2] / "ops" / "nginx"


@contextmanager
def nginx_before(replicas: Sequence[int], folder: Path, tls: str = "") -> Iterator[str]:
    """The address of an nginx before the replicas on these ports; ``tls`` is a file for ``tls/``.

    Only its port and ``upstream.conf`` are ours: the file for compose asks Docker's name service,
    by a word that only newer versions of nginx know.
    """
    there = Path(shutil.copytree(CONFIGURATION, folder / "nginx"))
    own_port = free_port()
    main = there / "nginx.conf"
    main.write_text(main.read_text().replace("listen 8080;", f"listen 127.0.0.1:{own_port};"))
    upstream = (there / "upstream.conf").read_text()
    upstream = re.sub(r"resolver .*;\n", "", upstream)
    upstream, replaced = re.subn(
        r"( *server )api:8000 resolve( .*;\n)",
        lambda line: "".join(f"{line[1]}127.0.0.1:{port}{line[2]}" for port in replicas),
        upstream,
    )
    assert replaced == 1
    (there / "upstream.conf").write_text(upstream)
    if tls:
        (there / "tls" / "site.conf").write_text(tls)
    command = ["nginx", "-e", "stderr", "-p", str(folder), "-c", str(main)]
    tested = subprocess.run([*command, "-t"], capture_output=True, text=True, check=False)
    assert tested.returncode == 0, tested.stderr
    with (folder / "nginx.log").open("wb") as log:
        process = subprocess.Popen([*command, "-g", "daemon off;"], stdout=log, stderr=log)
    address = f"http://127.0.0.1:{own_port}"
    try:
        _wait_for(address)
        yield address
    finally:
        process.terminate()
        process.wait()


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


@retry(
    retry=retry_if_exception_type(httpx.TransportError), stop=stop_after_delay(20), wait=wait_fixed(0.05), reraise=True
)
def _wait_for(address: str) -> None:
    httpx.get(f"{address}/metrics", trust_env=False)
