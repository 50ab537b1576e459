"""What `python -m security` understands beside what every service does."""

import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Mapping
from typing import TextIO

from chassis.command import Command, command
from chassis.domain import uuid7
from chassis.runtime import Service
from chassis.seals import expects
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
from security.read_models.told_seals import told_seals as told


def _somebody_new(parser: ArgumentParser) -> None:
    parser.add_argument("login", help="a work address or name")
    parser.add_argument("--name", default="Administrator")


@command(_somebody_new)
async def create_admin(service: Service, options: Namespace) -> int:
    """Make the first administrator and print a one-time password, which must be changed at the first log-in."""
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
        assigning = AssignRole(
            staff_id=staff_id,
            assignment_id=uuid7(),
            role_id=role_id,
            role_name=ADMINISTRATOR,
            casinos=("*",),
            by=None,
            now=uow.ctx.occurred_at,
            override=OVERRIDE,
        )
        await uow.decide(staff, staff_id, assigning)
        return True

    if not await service.application.transact(work, ctx):
        print(f"Somebody has the log-in {login} already; choose another.")  # noqa: T201 - this is the command's answer
        return 1
    print(password)  # noqa: T201 - shown once, here and nowhere else
    return 0


def _somebody_locked(parser: ArgumentParser) -> None:
    parser.add_argument("login", help="the log-in that is locked")


@command(_somebody_locked)
async def unlock(service: Service, options: Namespace) -> int:
    """Lift the lock that wrong passwords put on the log-in of a member of staff. No password is told or changed."""
    login = str(options.login).lower()

    async def work(uow: UnitOfWork) -> bool:
        staff_id = await credentials.unlock(uow, login)
        if staff_id is None:
            return False
        fact = AccessRecorded(action="log_in.unlock", outcome="allow", subject_kind="staff", subject_id=str(staff_id))
        await uow.publish(fact, stream_id=f"access-{staff_id}")
        return True

    if not await service.application.transact(work, Context.system("unlock", service.application.clock)):
        print(f"Nobody has the log-in {login}.")  # noqa: T201 - this is the command's answer
        return 1
    print(f"{login} may try again.")  # noqa: T201 - this is the command's answer
    return 0


@command()
async def make_seed_roles(service: Service, _: Namespace) -> int:
    """Make the roles an installation begins with, those that are missing; print which."""
    ctx = Context.system("seed-roles", service.application.clock)
    made = await service.application.transact(seeds.seed_roles, ctx)
    print("Made: " + ", ".join(made) if made else "Every seed role is there.")  # noqa: T201 - the command's answer
    return 0


@command()
async def rotate_keys(service: Service, _: Namespace) -> int:
    """Make a new signing key; it signs in ten minutes, and the old ones stay trusted for an hour after that."""
    kid = await service.state["keys"].rotate()
    print(f"New signing key {kid}")  # noqa: T201 - the command's answer
    return 0


@command()
async def rotate_policy_key(service: Service, _: Namespace) -> int:
    """Make a new key for policies; it signs in ten minutes, and the old ones stay believed for an hour after that."""
    kid = await service.state["policies"].keys.rotate()
    print(f"New policy key {kid}")  # noqa: T201 - the command's answer
    return 0


def _auditing(parser: ArgumentParser) -> None:
    expects(parser, "SEQUENCE:CHAIN", "checkpoints kept elsewhere, as security.audit_sealed tells them")


@command(_auditing)
async def verify_audit(service: Service, options: Namespace) -> int:
    """Check the audit log against its seals: finds entries that were changed, removed, added or reordered."""
    whole = await _is_whole(service, options.expect, sys.stdout)
    if whole is not None and not options.expect:
        print(_NO_WITNESS)  # noqa: T201 - whoever reads the line above alone believes too much
    return 0 if whole else 1


@command(_auditing)
async def told_seals(service: Service, options: Namespace) -> int:
    """Print the seals that ledgers told, when the audit log that kept them is as it was sealed; nothing otherwise."""
    if not await _is_whole(service, options.expect, sys.stderr):
        print("No seal is printed: the audit log that kept them is not as it was.", file=sys.stderr)  # noqa: T201
        return 1
    if not options.expect:
        print(_NO_WITNESS, file=sys.stderr)  # noqa: T201 - as above
    seals = await told(service.db)
    if not seals:
        print("No seal is printed: no ledger has told one yet.", file=sys.stderr)  # noqa: T201
        return 1
    print(*seals, sep="\n")  # noqa: T201 - the command's answer, for `python -m payments verify-ledger --expect-from -`
    return 0


async def _is_whole(service: Service, expected: Mapping[int, bytes], answer: TextIO) -> bool | None:
    """Whether the audit log is as it was sealed; None where its seals are gone. What is wrong is written down."""
    looked_at, findings = 0, 0
    chain: AuditChain = service.state["audit_chain"]
    try:
        async for one in chain.verify(expected):
            if isinstance(one, Finding):
                findings += 1
                print(f"{one.kind}: seal {one.sequence or 'none'}, entry {one.entry_id or 'unknown'}", file=answer)
            else:
                looked_at += one
                print(f"{looked_at} seals checked", file=sys.stderr)  # noqa: T201 - a long work shows progress
    except SealedBefore:
        print("Every seal is gone, though checkpoints were published: the log was begun anew.", file=answer)
        return None
    print(f"{looked_at} entries sealed, {findings} not as they were", file=answer)
    return findings == 0


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
    "told-seals": told_seals,
}
