"""Starts a program that cannot outlive its parent: `launch.py PARENT SIGNAL UID GID PROGRAM [ARGUMENT...]`.

Runs as a script with the standard library alone, then replaces itself with the program, so its pid is the program's.
UID and GID of -1 keep the present user. The kernel sends SIGNAL when the parent dies, even by SIGKILL, so a supervisor
that is killed leaves nothing behind (on systems without that wish, macOS, it is simply not made).
"""

import ctypes
import os
import sys

PR_SET_PDEATHSIG = 1


def drop_privileges(uid: int, gid: int) -> None:
    """Become this user for good; PostgreSQL refuses to run as root."""
    os.setgroups([])
    os.setgid(gid)
    os.setuid(uid)


def die_with_parent(parent: int, signal_number: int) -> None:
    """Ask the kernel for SIGNAL at the parent's death. Comes after the change of user, which clears the wish."""
    if sys.platform != "linux":
        return
    if ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal_number, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "prctl(PR_SET_PDEATHSIG)")
    if os.getppid() != parent:
        # The parent died before the wish was made, so no signal will ever come.
        sys.exit(1)


def main(arguments: list[str]) -> None:
    """Apply the arguments of the module's docstring and become the program."""
    parent, signal_number, uid, gid = (int(argument) for argument in arguments[:4])
    if uid >= 0:
        drop_privileges(uid, gid)
    die_with_parent(parent, signal_number)
    os.execvp(arguments[4], arguments[4:])


if __name__ == "__main__":
    main(sys.argv[1:])
