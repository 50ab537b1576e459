"""Keeps one server alive for a whole test run: `python -m pitlocal.keeper OWNER_PID postgres|kafka FOLDER`.

Test workers come and go, so none of them can be the parent of the server they share. This process is: it starts the
server, writes its address to FOLDER/address, and ends it, with FOLDER, when the owner (the test run's first process)
is gone or a SIGTERM comes.
"""

import os
import signal
import sys
import time
from pathlib import Path

import psutil

from pitlocal import kafka, postgres
from pitlocal.privileges import discard

# A test run survives the death of its processes, not of the machine: it can do without waiting for the disk, and
# without whole pages in the log after each of the checkpoints that come with a new database. With hundreds of
# databases, all of them soon over, autovacuum would look into one or another many times a second.
TEST_SETTINGS = {
    "fsync": "off",
    "full_page_writes": "off",
    "autovacuum": "off",
    "shared_buffers": "256MB",
    "max_wal_size": "1GB",
}


def main(arguments: list[str]) -> None:
    """Serve until the owner is gone."""
    owner, kind, folder = psutil.Process(int(arguments[0])), arguments[1], Path(arguments[2])
    signal.signal(signal.SIGTERM, leave)
    server: postgres.Server | kafka.Broker
    if kind == "postgres":
        server = postgres.start(folder, settings=TEST_SETTINGS)
        address = server.superuser_url
    else:
        server = kafka.start(folder)
        address = server.bootstrap
    try:
        publish(folder / "address", address)
        while owner.is_running() and owner.status() != psutil.STATUS_ZOMBIE:
            time.sleep(0.2)
    except psutil.NoSuchProcess:
        pass
    finally:
        server.stop()
        discard(folder)


def leave(_signal_number: int, _frame: object) -> None:
    """SIGTERM ends the wait and runs the clean-up."""
    sys.exit(0)


def publish(path: Path, text: str) -> None:
    """Write a small file that is complete as soon as it exists, readable by this user alone."""
    draft = path.with_suffix(".draft")
    draft.touch(mode=0o600)
    draft.write_text(text)
    os.replace(draft, path)  # noqa: PTH105 - the point is the atomic replacement


if __name__ == "__main__":
    main(sys.argv[1:])
