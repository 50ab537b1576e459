"""One of the processes that serve, on a socket that the supervisor holds."""

import asyncio
import os
import signal
import socket

import uvloop
from fastapi import FastAPI

from chassis.http.serving import serve_app
from gateway.settings import Settings


def work(app: FastAPI, settings: Settings, listening: int, line: int) -> None:
    """Serve until told to stop, or until the supervisor is gone.

    Args:
        listening: the descriptor of the socket.
        line: the descriptor of the line to the supervisor.
    """
    supervisor = socket.socket(fileno=line)
    supervisor.settimeout(0)

    def gone() -> None:
        asyncio.get_running_loop().remove_reader(supervisor)
        os.kill(os.getpid(), signal.SIGTERM)

    def started() -> None:
        asyncio.get_running_loop().add_reader(supervisor, gone)
        supervisor.send(b"1")

    serving = serve_app(
        app, settings, patience=settings.patience, listening=socket.socket(fileno=listening), started=started
    )
    uvloop.run(serving)
