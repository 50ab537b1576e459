"""`make kafka`: a broker alone, until Ctrl-C. Its data stay in .local/kafka."""

import signal
import sys
import threading

from pitlocal import kafka
from pitlocal.paths import LOCAL
from pitlocal.processes import take_lock


def main() -> int:
    """Start, say the address, wait for SIGINT or SIGTERM, stop."""
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    LOCAL.mkdir(exist_ok=True)
    lock = take_lock(LOCAL / "kafka.lock")
    if lock is None:
        print("A broker of this checkout is running already.")
        return 1
    print("Kafka ...", flush=True)
    broker = kafka.start(LOCAL / "kafka")
    print(f"KAFKA_BOOTSTRAP={broker.bootstrap} (Ctrl-C stops it; log: {broker.log})", flush=True)
    while not stop.is_set() and broker.pid is not None:
        stop.wait(0.5)
    died = broker.pid is None
    broker.stop()
    if died:
        print(f"The broker has ended; see {broker.log}")
    return int(died)


if __name__ == "__main__":
    sys.exit(main())
