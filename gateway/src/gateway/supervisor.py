"""The process that holds the socket. Others serve on it, and are replaced without a request being dropped.

The socket is handed over, not opened again by each (SO_REUSEPORT): a queue of new connections belongs to a socket, and
the kernel throws away the queue of one that is closed, with whoever waits in it.

SIGHUP starts new processes and, once they answer, tells the old ones to finish; SIGTERM and SIGINT tell all to finish.
A process that ends by itself is started again. Where new ones cannot start the old ones go on.
"""

import contextlib
import os
import select
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from types import FrameType

from prometheus_client import CollectorRegistry, start_http_server
from prometheus_client.multiprocess import MultiProcessCollector, mark_process_dead

from chassis import logging
from gateway.settings import Settings

_log = logging.get_logger("gateway.supervisor")
_BACKLOG = 4096
_LOOK_S = 0.2
_PAUSE_S = 1.0
_FIGURES = "PROMETHEUS_MULTIPROC_DIR"


class Worker:
    """A process that serves. It writes a byte on its line once it does, and ends when the other end is gone."""

    def __init__(self, listening: socket.socket, figures: str) -> None:
        self.line, theirs = socket.socketpair()
        with theirs:
            self.process = subprocess.Popen(  # noqa: S603 - our own program
                [
                    sys.executable,
                    "-m",
                    "gateway",
                    "serve",
                    f"--worker={listening.fileno()}",
                    f"--line={theirs.fileno()}",
                ],
                pass_fds=(listening.fileno(), theirs.fileno()),
                # The library takes this from the environment alone, and before anything else.
                env={**os.environ, _FIGURES: figures},  # allow settings-read-the-environment: handed on as it is
            )
        self.ready = False
        self.told = False

    def gone(self) -> bool:
        """Whether it has ended."""
        return self.process.poll() is not None

    def leave(self) -> None:
        """Tell it to finish; told twice, it hurries."""
        self.told = True
        if not self.gone():
            self.process.send_signal(signal.SIGTERM)


class Supervisor:
    """Starts, replaces and ends the processes that serve."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._serving: list[Worker] = []
        self._coming: list[Worker] = []
        self._leaving: list[Worker] = []
        self._ending = False
        self._renew = False
        self._was_ready = False
        self._not_before = 0.0

    def run(self) -> int:
        """Until told to stop; the exit status."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._asked_to_end)
        signal.signal(signal.SIGHUP, self._asked_to_renew)
        with _listening(self._settings) as listening, self._figures() as figures:
            _log.info("listening", address="{}:{}".format(*listening.getsockname()[:2]))
            while True:
                status = self._tend(listening, figures)
                if status is not None:
                    return status
                self._hear()

    def _tend(self, listening: socket.socket, figures: str) -> int | None:
        """One look at everyone; the exit status when it is over."""
        for group in (self._serving, self._coming, self._leaving):
            for worker in [one for one in group if one.gone()]:
                group.remove(worker)
                mark_process_dead(worker.process.pid, figures)  # type: ignore[no-untyped-call]
                worker.line.close()
                if group is not self._leaving and not self._ending:
                    if not self._was_ready:
                        return worker.process.returncode or 1
                    self._missed(worker, group)
        if self._ending:
            return self._end(listening)
        if self._coming and all(worker.ready for worker in self._coming):
            self._replace()
        missing = self._settings.workers - (0 if self._renew else len(self._serving))
        if not self._coming and missing > 0 and time.monotonic() >= self._not_before:
            self._coming = [Worker(listening, figures) for _ in range(missing)]
        return None

    def _end(self, listening: socket.socket) -> int | None:
        for worker in (*self._serving, *self._coming):
            if not worker.told:
                worker.leave()
        listening.close()  # Theirs are open for as long as they listen; ours would keep callers waiting in vain.
        return None if self._serving or self._coming or self._leaving else 0

    def _missed(self, worker: Worker, group: list[Worker]) -> None:
        """One has ended by itself: it is started again, unless it is one of the new ones; then the old ones stay."""
        _log.warning("worker_ended", pid=worker.process.pid, status=worker.process.returncode)
        self._not_before = time.monotonic() + _PAUSE_S
        if group is self._coming and self._renew:
            self._renew = False
            for other in self._coming:
                other.leave()
            self._leaving += self._coming
            self._coming = []

    def _replace(self) -> None:
        self._was_ready = True
        if self._renew:
            self._renew = False
            for worker in self._serving:
                worker.leave()
            self._leaving += self._serving
            self._serving = []
        self._serving += self._coming
        self._coming = []
        _log.info("serving", pids=[worker.process.pid for worker in self._serving])

    def _hear(self) -> None:
        """Wait a moment for somebody to say that he serves, or for a signal."""
        waiting = {worker.line: worker for worker in self._coming if not worker.ready}
        if not waiting:
            time.sleep(_LOOK_S)
            return
        for line in select.select(list(waiting), [], [], _LOOK_S)[0]:
            if line.recv(1):
                waiting[line].ready = True
            else:
                time.sleep(_LOOK_S)  # It has hung up and is about to end.

    def _asked_to_end(self, number: int, frame: FrameType | None) -> None:
        del number, frame
        self._ending = True
        for worker in (*self._serving, *self._coming, *self._leaving):
            worker.leave()

    def _asked_to_renew(self, number: int, frame: FrameType | None) -> None:
        del number, frame
        self._renew = not self._ending

    @contextlib.contextmanager
    def _figures(self) -> Iterator[str]:
        """The folder where all processes count, and the port where the sum is read."""
        with tempfile.TemporaryDirectory(prefix="gateway-figures-") as folder:
            if self._settings.metrics_port is None:
                yield folder
                return
            registry = CollectorRegistry()
            MultiProcessCollector(registry, path=folder)  # type: ignore[no-untyped-call]
            server, thread = start_http_server(self._settings.metrics_port, self._settings.host, registry)
            try:
                yield folder
            finally:
                server.shutdown()
                server.server_close()
                thread.join()


def _listening(settings: Settings) -> socket.socket:
    found = socket.getaddrinfo(settings.host, settings.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    family, _, _, _, address = found[0]
    return socket.create_server(address[:2], family=family, backlog=_BACKLOG)
