"""The jars of Apache Kafka, resolved once with jgo, kept in the user's cache, and compared with pinned checksums."""

import fcntl
import hashlib
import os
import tempfile
from collections.abc import Mapping
from pathlib import Path

VERSION = "4.4.0"
COORDINATES = f"org.apache.kafka:kafka_2.13:{VERSION}"
# The broker logs through slf4j and brings no backend for it: without this one it would fail in silence.
LOG_BACKEND = "org.apache.logging.log4j:log4j-slf4j-impl:2.25.5"


class KafkaJarsUnavailable(Exception):
    """The jars could not be fetched, or are not the ones we pinned."""


def pinned() -> Mapping[str, str]:
    """File name of every jar -> its SHA-256; the file beside this module is written by hand at an upgrade."""
    lines = (Path(__file__).parent / "kafka-jars.txt").read_text().splitlines()
    return {name: digest for digest, name in (line.split() for line in lines)}


def cache_folder() -> Path:
    """Where the jars stay between checkouts: $PITBOSS_CACHE, else below $XDG_CACHE_HOME or ~/.cache."""
    base = os.environ.get("PITBOSS_CACHE")
    if base:
        return Path(base)
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "pitboss"


def jars() -> list[Path]:
    """The jars of the broker, complete and as pinned; fetched (about 43 MB, half a minute) when the cache lacks them.

    Raises:
        KafkaJarsUnavailable: no network, or a jar differs from its pinned checksum.
    """
    folder = cache_folder() / f"kafka-{VERSION}"
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("wb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if missing(folder):
            fetch(folder)
        wrong = missing(folder)
    if wrong:
        raise KafkaJarsUnavailable(f"these jars of {COORDINATES} are missing or not as pinned: {', '.join(wrong)}")
    return [folder / name for name in sorted(pinned())]


def missing(folder: Path) -> list[str]:
    """Names of the pinned jars that the folder lacks or holds with other bytes."""
    return [name for name, digest in pinned().items() if sha256(folder / name) != digest]


def sha256(path: Path) -> str | None:
    """Hexadecimal SHA-256 of a file; None when it does not exist."""
    if not path.exists():
        return None
    with path.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()


def fetch(folder: Path) -> None:
    """Resolve and download with jgo into a scratch folder, then move each jar in place in one step."""
    # Imported here: it costs half a second, and only the first start on a machine needs it.
    from jgo.constants import MAVEN_CENTRAL_URL  # noqa: PLC0415
    from jgo.env import EnvironmentBuilder, LinkStrategy  # noqa: PLC0415
    from jgo.maven import MavenContext  # noqa: PLC0415

    wanted = pinned()
    print(f"Fetching Apache Kafka {VERSION} (43 MB, once per machine) ...", flush=True)
    with tempfile.TemporaryDirectory(dir=folder, prefix="fetch-") as scratch:
        context = MavenContext(repo_cache=Path(scratch) / "repository", remote_repos={"central": MAVEN_CENTRAL_URL})
        builder = EnvironmentBuilder(
            context=context, cache_dir=Path(scratch) / "environments", link_strategy=LinkStrategy.COPY
        )
        # Each on its own: resolved together, one's version constraints would change the other's jars.
        for coordinates in (COORDINATES, LOG_BACKEND):
            try:
                environment = builder.from_endpoint(coordinates, main_class="kafka.Kafka")
            except Exception as problem:
                raise KafkaJarsUnavailable(f"{coordinates} could not be fetched: {problem}") from problem
            for jar in environment.all_jars:
                if jar.name in wanted:
                    jar.replace(folder / jar.name)
