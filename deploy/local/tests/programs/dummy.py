"""A program with the manners of a service, for the tests of the stack: `migrate`, `serve`, a crash on demand."""

import argparse
import asyncio
import os
import signal
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import asyncpg


async def query(statement: str, database: str = "DATABASE_URL") -> str:
    connection = await asyncpg.connect(os.environ[database])
    try:
        return str(await connection.fetchval(statement))
    finally:
        await connection.close()


class Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        if self.path == "/crash":
            print("something terrible happened", flush=True)
            os._exit(3)
        body = "ready" if self.path == "/readyz" else asyncio.run(query("SELECT count(*) FROM migrated"))
        self.send_response(200)
        self.end_headers()
        self.wfile.write(body.encode())

    def log_message(self, *arguments: object) -> None:
        del arguments


def leave(number: int, frame: object) -> None:
    """Not at once, so that a second signal would be seen."""
    print("asked to stop", flush=True)
    threading.Timer(0.3, os._exit, [0]).start()


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("command", choices=["migrate", "serve", "fail"])
    parser.add_argument("--role", default="all")
    options = parser.parse_args()
    if options.command == "migrate":
        asyncio.run(query("CREATE TABLE migrated (id int)", "OWNER_DATABASE_URL"))
        asyncio.run(query("GRANT SELECT ON migrated TO dummy", "OWNER_DATABASE_URL"))
    elif options.command == "fail":
        sys.exit("this failed on purpose")
    else:
        signal.signal(signal.SIGTERM, leave)
        print(f"serving as {options.role}", flush=True)
        ThreadingHTTPServer((os.environ["HOST"], int(os.environ["PORT"])), Handler).serve_forever()


if __name__ == "__main__":
    main()
