"""`make up` and `make down`: the demo in the background."""

import argparse
import os
import subprocess
import sys
import time

import psutil

from pitlocal import processes
from pitlocal.paths import LOCAL

RUN = "up"
START_TIMEOUT_S = 600.0
STOP_TIMEOUT_S = 90.0
PID = LOCAL / f"{RUN}.pid"
READY = LOCAL / f"{RUN}.ready"
LOG = LOCAL / f"{RUN}.log"


def running() -> psutil.Process | None:
    """The background process of this checkout, if it lives. A pid that now belongs to another program is no match."""
    try:
        process = psutil.Process(int(PID.read_text()))
        return process if "pitlocal.demo" in process.cmdline() else None
    except (OSError, ValueError, psutil.Error):
        return None


def up(arguments: list[str]) -> int:
    """Start it and repeat what it says until it is ready; started already: say where to read on."""
    if running():
        print(f"Already running; `make down` stops it. What it said: {LOG}")
        return 0
    LOCAL.mkdir(exist_ok=True)
    READY.unlink(missing_ok=True)
    with LOG.open("wb") as output:
        child = subprocess.Popen(
            [sys.executable, "-m", "pitlocal.demo", "--run", RUN, *arguments],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env={**os.environ, "ONCE": ""},
            start_new_session=True,
        )
    PID.write_text(str(child.pid))
    try:
        return follow(child)
    except KeyboardInterrupt:
        down()
        return 130


def follow(child: subprocess.Popen[bytes]) -> int:
    """Copy the log to the screen until the child is ready (0) or has ended (1)."""
    deadline = time.monotonic() + START_TIMEOUT_S
    with LOG.open() as log:
        while time.monotonic() < deadline:
            is_ready, ended = READY.exists(), child.poll() is not None
            sys.stdout.write(log.read())
            sys.stdout.flush()
            if is_ready:
                print(f"Running in the background; `make down` stops it. What it says goes to {LOG}")
                # It outlives this process on purpose; Popen would warn about it.
                child.returncode = 0
                return 0
            if ended:
                PID.unlink(missing_ok=True)
                return 1
            time.sleep(0.1)
    print("Not ready in time; stopping it.")
    down()
    return 1


def down() -> int:
    """Stop it and wait until everything has ended; not running: no effect."""
    process = running()
    if process is None:
        print("Nothing is running in the background.")
        return 0
    process.terminate()
    if not processes.wait_gone(process.pid, STOP_TIMEOUT_S):
        print(f"Process {process.pid} has not ended after {STOP_TIMEOUT_S:.0f} s; see {LOG}")
        return 1
    PID.unlink(missing_ok=True)
    print("Stopped.")
    return 0


def main() -> int:
    """`python -m pitlocal.background up [arguments of the demo] | down`."""
    parser = argparse.ArgumentParser(prog="python -m pitlocal.background")
    parser.add_argument("command", choices=["up", "down"])
    options, rest = parser.parse_known_args()
    return up(rest) if options.command == "up" else down()


if __name__ == "__main__":
    sys.exit(main())
