"""Commands of security beside those every service has."""

import argparse
import sys
from collections.abc import Sequence

from chassis.domain import uuid7
from chassis.runtime import Command, Service
from chassis.store import Context, UnitOfWork
from contracts.platform.events import AccessRecorded
from security.adapters import credentials
from security.adapters.audit_chain import AuditChain, Finding, SealedBefore
from security.application.door import DoorKeeper
from security.application.passwords import one_time_password
from security.application.seed_roles import ADMINISTRATOR, OVERRIDE
from security.domain.staff.aggregate import staff
from security.domain.staff.commands import AddStaffMember, AssignRole
from security.entrypoints import seeds


async def create_admin(service: Service, arguments: Sequence[str]) -> int:
    """Make the first administrator and print a one-time password, which must be changed at the first log-in."""
    parser = argparse.ArgumentParser(prog="python -m security create-admin")
    parser.add_argument("login", help="a work address or name")
    parser.add_argument("--name", default="Administrator")
    options = parser.parse_args(arguments)
    door: DoorKeeper = service.state["door_keeper"]
    password, staff_id, login = one_time_password(), uuid7(), str(options.login).lower()
    hashed = await door.passwords.hash(password)
    ctx = Context.system("create-admin", door.clock)

    async def work(uow: UnitOfWork) -> bool:
        until = uow.ctx.occurred_at + door.policy.one_time_password
        if not await credentials.add_staff(uow, staff_id, login, hashed, usable_until=until):
            return False
        await uow.decide(staff, staff_id, AddStaffMember(login=login, name=options.name))
        await seeds.seed_roles(uow)
        role_id = await seeds.administrator_role(uow)
        command = AssignRole(
            staff_id=staff_id,
            assignment_id=uuid7(),
            role_id=role_id,
            role_name=ADMINISTRATOR,
            casinos=("*",),
            by=None,
            now=uow.ctx.occurred_at,
            override=OVERRIDE,
        )
        await uow.decide(staff, staff_id, command)
        return True

    if not await service.application.transact(work, ctx):
        print(f"Somebody has the log-in {login} already; choose another.")  # noqa: T201 - this is the command's answer
        return 1
    print(password)  # noqa: T201 - shown once, here and nowhere else
    return 0


async def unlock(service: Service, arguments: Sequence[str]) -> int:
    """Lift the lock that wrong passwords put on the log-in of a member of staff. No password is told or changed."""
    parser = argparse.ArgumentParser(prog="python -m security unlock")
    parser.add_argument("login", help="the log-in that is locked")
    login = str(parser.parse_args(arguments).login).lower()

    async def work(uow: UnitOfWork) -> bool:
        staff_id = await credentials.unlock(uow, login)
        if staff_id is None:
            return False
        fact = AccessRecorded(action="log_in.unlock", outcome="allowed", subject_kind="staff", subject_id=str(staff_id))
        await uow.publish(fact, stream_id=f"access-{staff_id}")
        return True

    if not await service.application.transact(work, Context.system("unlock", service.application.clock)):
        print(f"Nobody has the log-in {login}.")  # noqa: T201 - this is the command's answer
        return 1
    print(f"{login} may try again.")  # noqa: T201 - this is the command's answer
    return 0


async def make_seed_roles(service: Service, _: Sequence[str]) -> int:
    """Make the roles an installation begins with, those that are missing; print which."""
    ctx = Context.system("seed-roles", service.application.clock)
    made = await service.application.transact(seeds.seed_roles, ctx)
    print("Made: " + ", ".join(made) if made else "Every seed role is there.")  # noqa: T201 - the command's answer
    return 0


async def rotate_keys(service: Service, _: Sequence[str]) -> int:
    """Make a new signing key; it signs in ten minutes, and the old ones stay trusted for an hour after that."""
    kid = await service.state["keys"].rotate()
    print(f"New signing key {kid}")  # noqa: T201 - the command's answer
    return 0


async def rotate_policy_key(service: Service, _: Sequence[str]) -> int:
    """Make a new key for policies; it signs in ten minutes, and the old ones stay believed for an hour after that."""
    kid = await service.state["policies"].keys.rotate()
    print(f"New policy key {kid}")  # noqa: T201 - the command's answer
    return 0


async def verify_audit(service: Service, arguments: Sequence[str]) -> int:
    """Check the audit log against its seals: finds entries that were changed, removed, added or reordered."""
    parser = argparse.ArgumentParser(prog="python -m security verify-audit")
    parser.add_argument(
        "--expect", nargs="*", default=[], metavar="SEQUENCE:CHAIN", help="checkpoints kept elsewhere, as published"
    )
    options = parser.parse_args(arguments)
    try:
        expected = {int(one.split(":")[0]): bytes.fromhex(one.split(":")[1]) for one in options.expect}
    except (ValueError, IndexError):
        parser.error("a checkpoint is written as 1200:5f3a...")
    looked_at, findings = 0, 0
    chain: AuditChain = service.state["audit_chain"]
    try:
        async for one in chain.verify(expected):
            if isinstance(one, Finding):
                findings += 1
                print(f"{one.kind}: seal {one.sequence or 'none'}, entry {one.entry_id or 'unknown'}")  # noqa: T201
            else:
                looked_at += one
                print(f"{looked_at} seals checked", file=sys.stderr)  # noqa: T201 - a long work shows progress
    except SealedBefore:
        print("Every seal is gone, though checkpoints were published: the log was begun anew.")  # noqa: T201
        return 1
    print(f"{looked_at} entries sealed, {findings} not as they were")  # noqa: T201 - the command's answer
    if not expected:
        print(_NO_WITNESS)  # noqa: T201 - whoever reads the line above alone believes too much
    return 1 if findings else 0


_NO_WITNESS = """\
WARNING: held against what is in the database alone. Whoever can write there may have made log, seals and checkpoints
anew. Name a checkpoint that was kept elsewhere (--expect SEQUENCE:CHAIN, from the topic security.audit.events)."""


COMMANDS: dict[str, Command] = {
    "create-admin": create_admin,
    "unlock": unlock,
    "seed-roles": make_seed_roles,
    "rotate-keys": rotate_keys,
    "rotate-policy-key": rotate_policy_key,
    "verify-audit": verify_audit,
}
"""What `python -m security` understands beside what every service does."""
