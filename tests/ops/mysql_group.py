"""Three real MySQL servers of our own on loopback, made one group by the files under ops/mysql.

They need a mysqld with the group replication plugin: in the folder that TEST_MYSQL_ROOT names,
a whole system to chroot into, else in PATH.
"""

from __future__ import annotations

import os
import secrets
import shutil
import signal
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import pymysql

from tests.faults.waiting import eventually
from tests.ops.nginx import free_port

OPS = Path(__file__).parents[2] / "ops"
USER = {"GROUP_USER": "skillgap_group", "GROUP_PASSWORD": "group-test"}
CHEAP = (  # what would only cost time and room here
    "--innodb-buffer-pool-size=64M",
    "--innodb-redo-log-capacity=64M",
    "--innodb-flush-log-at-trx-commit=0",
    "--sync-binlog=0",
    "--innodb-use-native-aio=OFF",
    "--performance-schema-max-table-instances=200",
    "--loose-group-replication-message-cache-size=134217728",
)


@dataclass
class System:
    """Where MySQL's programs run: this system, or another one's tree that is chrooted into."""

    root: Path

    def run(self, *command: str, input: str | None = None, **environment: str) -> str:  # noqa: A002
        """Run a program to its end; it must succeed. What it wrote."""
        done = subprocess.run(
            self.command(*command),
            env=os.environ | environment,
            input=input,
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        assert done.returncode == 0, f"{command}: {done.stdout}{done.stderr}"
        return done.stdout + done.stderr

    def command(self, *command: str) -> list[str]:
        inside = [] if self.root == Path("/") else ["chroot", str(self.root)]
        return [*inside, *command]


@dataclass
class Server:
    """One mysqld, by its port."""

    port: int
    folder: Path  # as mysqld sees it
    system: System
    options: Sequence[str]  # what sets it apart from the others
    process: subprocess.Popen[bytes] | None = None

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.port}"

    def start(self) -> None:
        """Start it; ``wait`` tells when it answers."""
        self.process = subprocess.Popen(
            self.system.command(
                "mysqld",
                f"--defaults-file={self.folder}/group.cnf",
                "--user=mysql",
                f"--datadir={self.folder}/data",
                f"--socket={self.folder}/sock",
                f"--pid-file={self.folder}/pid",
                f"--log-error={self.folder}/log",
                "--bind-address=127.0.0.1",
                f"--port={self.port}",
                "--mysqlx=OFF",
                *CHEAP,
                *self.options,
            ),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def answers(self) -> bool:
        with suppress(pymysql.Error):
            self.rows("DO 0")
            return True
        return False

    def gtids(self) -> str:
        """The transactions that it has."""
        ((gtids,),) = self.rows("SELECT @@gtid_executed")
        return str(gtids)

    def rows(self, statement: str, user: str = "root", password: str = "") -> list[tuple[object]]:
        """Run a statement; root has no password on these servers."""
        with (
            pymysql.connect(
                host="127.0.0.1", port=self.port, user=user, password=password, autocommit=True
            ) as connection,
            connection.cursor() as cursor,
        ):
            cursor.execute(statement)
            return list(cursor.fetchall())

    def group(self) -> dict[int, tuple[str, str]]:
        """State and role of each member, by port, as this one sees them."""
        members = self.rows(
            "SELECT member_port, member_state, member_role FROM performance_schema.replication_group_members"
        )
        return {port: (state, role) for port, state, role in members}

    def kill(self) -> None:
        """Kill it as the machine's failure would: no word to anybody."""
        assert self.process
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()


def system() -> System | None:
    """Where there is a mysqld that can form a group; None where there is none."""
    if root := os.environ.get("TEST_MYSQL_ROOT"):
        return System(Path(root))
    plugins = Path("/").glob("usr/lib*/mysql/plugin/group_replication.so")
    return System(Path("/")) if shutil.which("mysqld") and any(plugins) else None


@contextmanager
def group_of_servers(place: System, grants: str, *options: str) -> Iterator[list[Server]]:
    """Three servers, all ONLINE in one group; afterwards nothing of them is left.

    ``grants`` is SQL that all of them know from their beginning.
    """
    name = f"skillgap-group-{secrets.token_hex(4)}"
    folder = Path("/var/lib/mysql-files" if place.root == Path("/") else "/srv") / name
    outside = place.root / folder.relative_to("/")
    place.run("install", "-d", "-o", "mysql", "-g", "mysql", "-m", "750", str(folder))
    ports = [free_port() for _ in range(3)]
    seeds = ",".join(f"127.0.0.1:{port}" for port in ports)
    servers = [
        Server(
            port,
            folder / str(port),
            place,
            (
                f"--server-id={number}",
                "--report-host=127.0.0.1",
                f"--loose-group-replication-local-address=127.0.0.1:{port}",
                f"--loose-group-replication-group-seeds={seeds}",
                *options,
            ),
        )
        for number, port in enumerate(ports, start=1)
    ]
    try:
        place.run("install", "-d", "-o", "mysql", "-g", "mysql", str(folder / "new"))
        new = f"{folder}/new/data"
        setup = ("--user=mysql", f"--datadir={new}", f"--log-error={folder}/new/log")
        place.run("mysqld", "--no-defaults", "--initialize-insecure", *setup)
        for server in servers:
            place.run("cp", "-a", str(folder / "new"), str(server.folder))
            place.run("rm", f"{server.folder}/data/auto.cnf")  # the server's own UUID
            shutil.copy(OPS / "mysql" / "group.cnf", outside / str(server.port) / "group.cnf")
            server.start()
        first_start = (OPS / "mysql" / "group-user.sh").read_text()
        for server in servers:
            eventually(server.answers, within=60)
            own = {"MYSQL_UNIX_PORT": f"{server.folder}/sock", "MYSQL_ROOT_PASSWORD": ""}
            place.run("bash", "-s", input=first_start, **own, **USER)
            place.run("mysql", "--user=root", input=grants, **own)
        form_group(servers)
        yield servers
    finally:
        for server in servers:
            if server.process and server.process.poll() is None:
                server.kill()
        shutil.rmtree(outside)


def form_group(servers: list[Server]) -> str:
    """Run the operator's script on these servers."""
    script = (OPS / "mysql" / "form-group.sh").read_text()
    addresses = [server.address for server in servers]
    return servers[0].system.run("bash", "-s", "--", *addresses, input=script, **USER)
