"""The whole product as child processes of this one: for the demo, for `make up`, and for end-to-end tests.

    async with Stack("journey", event_bus="postgres") as stack:
        stack.url("gateway")
        await stack.kill("payments")            # SIGKILL, in the middle of whatever it does
        await stack.start("payments")           # same port, same data; returns when it is ready
        await stack.kill("postgres")
        await stack.start("postgres")

A program that dies unasked is told to `progress` with the end of its log, `check()` raises from then on, and so does
leaving the block. With `revive` it is started again instead, unless it dies for the third time within a minute.
Everything ends with the block; if this process is killed, the kernel ends its children.
"""

import asyncio
import contextlib
import os
import shutil
import sys
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import IO, Literal, Self

import aiohttp

from pitlocal import command, databases, kafka, postgres
from pitlocal.children import Child, Patience, ProgramDied, stop_all
from pitlocal.privileges import discard
from pitlocal.processes import free_port, take_lock
from pitlocal.services import (
    BUS,
    GATEWAY,
    PROGRAMS,
    Program,
    Secrets,
    common_environment,
    load_secrets,
    run_folder,
)

EventBus = Literal["postgres", "kafka"]
ROLES = ("api", "worker", "relay")
MIGRATIONS_AT_ONCE = max(2, (os.cpu_count() or 2))


class RunFolderInUse(Exception):
    """Another living process runs a stack of this name."""


def silent(line: str) -> None:
    """Progress that nobody reads."""
    del line


class Stack:
    """Every program of the product, its databases and its event bus, on the loopback interface.

    Args:
        run: names the folder `.local/<run>` with data, logs and generated secrets; one process at a time uses it.
        event_bus: what carries events: the log in PostgreSQL, or a Kafka broker of our own.
        fresh: start from nothing; False goes on with the data, keys and passwords of the last time.
        split: programs that run as three processes (api, worker, relay) instead of one.
        programs: what to run, in start order.
        settings: more environment variables, by program name; "*" is for all.
        port: the gateway's port; a random free one by default.
        use_external: let DATABASE_URL and KAFKA_BOOTSTRAP, where set, replace servers of our own.
        revive: once everything is ready, start a program again that dies unasked.
        progress: gets a line for each step and for each death.
    """

    def __init__(
        self,
        run: str,
        *,
        event_bus: EventBus = "postgres",
        fresh: bool = True,
        split: Collection[str] = (),
        programs: Sequence[Program] = PROGRAMS,
        settings: Mapping[str, Mapping[str, str]] | None = None,
        port: int | None = None,
        use_external: bool = False,
        revive: bool = False,
        progress: Callable[[str], None] = silent,
    ) -> None:
        self.event_bus = event_bus
        self.folder = run_folder(run)
        self._fresh = fresh
        self._split = frozenset(split)
        self._programs = {program.name: program for program in programs}
        self._settings = settings or {}
        self._use_external = use_external
        self._revive = revive
        self._progress = progress
        # Each program has an address, run or not: settings ask for it, and nobody answers where it is not run.
        self._ports = {program.name: free_port() for program in (*PROGRAMS, *programs)}
        if port is not None:
            self._ports[GATEWAY.name] = port
        self._children: dict[str, Child] = {}
        self._server: postgres.Server | None = None
        self._broker: kafka.Broker | None = None
        self._secrets: Secrets | None = None
        self._lock: IO[bytes] | None = None
        self._deaths: list[str] = []
        self._patience: Patience | None = None
        self._watcher: asyncio.Task[None] | None = None
        self._death = asyncio.Event()

    # -- asking ------------------------------------------------------------------------------------------------------

    def url(self, name: str) -> str:
        """`http://127.0.0.1:PORT` of a program, whether it runs or not."""
        child = self._children.get(name)
        return child.url if child else f"http://127.0.0.1:{self._ports[name]}"

    def database_url(self, name: str) -> str:
        """URL of a service's database, as that service's role; `bus` is the event log."""
        return self.server.url_for(name, user=name, password=self.secrets.passwords[name])

    def log(self, name: str) -> Path:
        """The log file of a program."""
        return self.folder / "logs" / f"{name}.log"

    def pid(self, name: str) -> int | None:
        """Process id of a program that runs as one process; None while it does not run."""
        return self._children[name].pid

    def running(self) -> tuple[str, ...]:
        """Names of the processes that run now, as `payments` or `payments.worker`."""
        return tuple(name for name, child in self._children.items() if child.pid is not None)

    @property
    def server(self) -> postgres.Server:
        """The PostgreSQL server."""
        assert self._server is not None, "the stack is not started"
        return self._server

    @property
    def secrets(self) -> Secrets:
        """The generated keys and passwords."""
        assert self._secrets is not None, "the stack is not started"
        return self._secrets

    @property
    def kafka_bootstrap(self) -> str | None:
        """Address of the Kafka broker; None with the log in PostgreSQL."""
        if self.event_bus != "kafka":
            return None
        external = os.environ.get("KAFKA_BOOTSTRAP") if self._use_external else None
        return external or (self._broker.bootstrap if self._broker else None)

    def check(self) -> None:
        """Raise ProgramDied if any program has died unasked so far."""
        if self._deaths:
            raise ProgramDied("\n\n".join(self._deaths))

    async def wait_for_death(self) -> None:
        """Wait until a program dies unasked, then raise ProgramDied. Cancel it to stop waiting."""
        await self._death.wait()
        self.check()

    def environment(self, name: str) -> dict[str, str]:
        """The whole environment of a program."""
        urls = {program: self.url(program) for program in self._ports}
        environment = common_environment(self.secrets, urls, self.folder)
        environment["PORT"] = str(self._ports[name])
        environment |= {
            "EVENT_BUS": self.event_bus,
            "BUS_DATABASE_URL": self.database_url(BUS),
            "KAFKA_BOOTSTRAP": self.kafka_bootstrap or "",
            "POLICY_FOLDER": str(self.folder / "policy"),
        }
        if self._programs[name].called_by_partners:
            environment["PUBLIC_BASE_URL"] = urls[name]
        if self._programs[name].has_database:
            environment |= {"DATABASE_URL": self.database_url(name), "MASTER_KEY": self.secrets.master_key}
        return {**environment, **self._settings.get("*", {}), **self._settings.get(name, {})}

    def command_environment(self, name: str) -> dict[str, str]:
        """The environment of a program's commands, which may make tables; whoever serves may not."""
        environment = self.environment(name)
        if self._programs[name].has_database:
            owner = databases.owner_of(name)
            url = self.server.url_for(name, user=owner, password=self.secrets.passwords[owner])
            environment.setdefault("OWNER_DATABASE_URL", url)
        return environment

    # -- starting and stopping ---------------------------------------------------------------------------------------

    async def __aenter__(self) -> Self:
        try:
            await self._start_all()
        except BaseException:
            await self._stop_all()
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._stop_all()
        if error is None:
            self.check()

    async def _start_all(self) -> None:
        self.folder.parent.mkdir(exist_ok=True)
        self._lock = take_lock(self.folder.with_suffix(".lock"))
        if self._lock is None:
            raise RunFolderInUse(f"another process runs in {self.folder}; end it first (`make down`, Ctrl-C)")
        if self._fresh:
            discard(self.folder / "postgres")
            shutil.rmtree(self.folder, ignore_errors=True)
        (self.folder / "logs").mkdir(parents=True, exist_ok=True)
        roles = [program.name for program in self._programs.values() if program.has_database]
        self._secrets = load_secrets(self.folder, [*roles, *map(databases.owner_of, roles), BUS])
        self._progress("PostgreSQL ...")
        starter = postgres.start if self._use_external else postgres.start_embedded
        self._server = starter(self.folder / "postgres")
        if self.event_bus == "kafka" and self.kafka_bootstrap is None:
            self._progress("Kafka ...")
            self._broker = await asyncio.to_thread(kafka.prepare, self.folder / "kafka")
            self._broker.launch()
        await databases.create(self.server.superuser_url, self.secrets.passwords)
        await self._migrate(roles)
        if self._broker is not None:
            await asyncio.to_thread(self._broker.wait_ready)
        for name in self._programs:
            self._add(name)
        command.publish(self.folder, {name: self.command_environment(name) for name in self._programs})
        self._watcher = asyncio.create_task(self._watch(), name="stack-watcher")
        self._progress(f"Services: {', '.join(self._programs)} ...")
        await self._bring_up(list(self._children.values()))
        if self._revive:
            self._patience = Patience()

    def _add(self, name: str) -> None:
        """Describe the process or processes of a program. Each role has a port: all serve health."""
        environment = self.environment(name)
        for role in ROLES if name in self._split else ("all",):
            full = name if role in ("all", "api") else f"{name}.{role}"
            port = self._ports[name] if full == name else free_port()
            options = [] if role == "all" else ["--role", role]
            self._children[full] = Child(
                full,
                [sys.executable, "-m", name, "serve", *options],
                environment={**environment, "PORT": str(port)},
                port=port,
                log=self.log(full),
                ready="/readyz",
            )

    async def _migrate(self, names: Sequence[str]) -> None:
        """Bring every database to its newest revision, a few at a time."""
        self._progress("Databases ...")
        gate = asyncio.Semaphore(MIGRATIONS_AT_ONCE)

        async def one(name: str) -> None:
            async with gate:
                await self.run(name, "migrate")

        await asyncio.gather(*(one(name) for name in names))

    async def run(self, name: str, *arguments: str) -> str:
        """Run `python -m <name> <arguments>` with the program's environment to its end.

        Returns:
            What it printed on standard output.
        Raises:
            ProgramDied: it ended with another status than 0; with what it printed.
        """
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            name,
            *arguments,
            env=self.command_environment(name),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        try:
            output, errors = await process.communicate()
        except BaseException:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()
            raise
        if process.returncode != 0:
            said = f"{errors.decode(errors='replace')}{output.decode(errors='replace')}".strip()
            raise ProgramDied(f"{name} {' '.join(arguments)} ended with status {process.returncode}\n{said[-4000:]}")
        return output.decode()

    async def launch(
        self, name: str, command: Sequence[str], *, settings: Mapping[str, str] | None = None, ready: str = "/healthz"
    ) -> str:
        """Run one more program (a simulator, say) like the others until the block ends; returns its URL when ready.

        Args:
            name: must be new; names the log.
            command: program and arguments. It finds HOST and PORT in its environment, and the programs' addresses as
                SECURITY_URL, GATEWAY_URL and so on, but no key and no database.
            settings: more environment variables.
            ready: the path that answers 200 when it is ready.
        """
        assert name not in self._children, f"{name} exists"
        port = free_port()
        urls = {program: self.url(program) for program in self._ports}
        environment = common_environment(self.secrets, urls, self.folder)
        for secret in ("INTERNAL_KEY", "FILES_URL"):
            environment.pop(secret)
        environment |= {"PORT": str(port), **(settings or {})}
        child = Child(name, command, environment=environment, port=port, log=self.log(name), ready=ready)
        self._children[name] = child
        await self._bring_up([child])
        return child.url

    async def start(self, name: str) -> None:
        """Start a program again after kill() or stop(): one process (`payments.worker`), all of a program
        (`payments`), `postgres` or `kafka`; returns when it is ready."""
        if name == "postgres":
            self.server.restart()
        elif name == "kafka":
            assert self._broker is not None, "no Kafka broker of our own"
            self._broker.launch()
            await asyncio.to_thread(self._broker.wait_ready)
        else:
            await self._bring_up(self._of(name))

    async def kill(self, name: str) -> None:
        """SIGKILL: one process, all of a program, `postgres` with all its backends, or `kafka`."""
        if name == "postgres":
            self.server.kill()
        elif name == "kafka":
            assert self._broker is not None, "no Kafka broker of our own"
            self._broker.kill()
        else:
            for child in self._of(name):
                child.kill()

    async def stop(self, name: str) -> None:
        """SIGTERM to one process or to all of a program, and wait until it has drained."""
        for late in await stop_all(self._of(name)):
            self._progress(f"{late} did not end in time and was killed")

    def _of(self, name: str) -> list[Child]:
        """The processes that a name means: itself, and for a split program its roles."""
        found = [child for key, child in self._children.items() if key == name or key.startswith(f"{name}.")]
        assert found, f"no program is called {name}; there are {', '.join(self._children)}"
        return found

    async def _bring_up(self, children: Sequence[Child]) -> None:
        for child in children:
            child.launch()
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=5)) as session:
            for child in children:
                await child.wait_ready(session, self.check)

    async def _watch(self) -> None:
        """Notice deaths that nobody asked for; each is told once."""
        while True:
            for child in self._children.values():
                if child.died:
                    self._mourn(child)
            await asyncio.sleep(0.1)

    def _mourn(self, child: Child) -> None:
        """Tell of a death; start the program again, or let it be the end of everything."""
        obituary = child.obituary()
        self._progress(obituary)
        if self._patience is not None and not self._patience.ends(child.name, time.monotonic()):
            self._progress(f"{child.name} is started again ...")
            child.launch()
        else:
            self._deaths.append(obituary)
            self._death.set()

    async def _stop_all(self) -> None:
        if self._watcher is not None:
            self._watcher.cancel()
            await asyncio.gather(self._watcher, return_exceptions=True)
            self._watcher = None
        if self._lock is not None:
            command.withdraw(self.folder)
        for late in await stop_all(self._children.values()):
            self._progress(f"{late} did not end in time and was killed")
        if self._broker is not None:
            self._broker.stop()
        if self._server is not None:
            self._server.stop()
        if self._lock is not None:
            self._lock.close()
