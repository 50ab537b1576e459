"""Commands of security beside those every service has."""

import argparse
import sys
from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select

from chassis.domain import uuid7
from chassis.runtime import Service
from chassis.store import Context, UnitOfWork
from security.adapters import credentials
from security.adapters.audit_chain import AuditChain, Finding
from security.adapters.catalogue import known
from security.application.door import DoorKeeper
from security.application.passwords import one_time_password
from security.domain.role.aggregate import role
from security.domain.role.commands import DefineRole
from security.domain.staff.aggregate import staff
from security.domain.staff.commands import AddStaffMember, AssignRole
from security.read_models.role_list import role_list

ADMINISTRATOR = "administrator"


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
        role_id = await _administrator_role(uow)
        command = AssignRole(
            staff_id=staff_id,
            assignment_id=uuid7(),
            role_id=role_id,
            role_name=ADMINISTRATOR,
            casinos=("*",),
            by=None,
        )
        await uow.decide(staff, staff_id, command)
        return True

    if not await service.application.transact(work, ctx):
        print(f"Somebody has the log-in {login} already; choose another.")  # noqa: T201 - this is the command's answer
        return 1
    print(password)  # noqa: T201 - shown once, here and nowhere else
    return 0


async def rotate_keys(service: Service, _: Sequence[str]) -> int:
    """Make a new signing key; it signs in ten minutes, and the old ones stay trusted for an hour after that."""
    kid = await service.state["keys"].rotate()
    print(f"New signing key {kid}")  # noqa: T201 - the command's answer
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
    async for one in chain.verify(expected):
        if isinstance(one, Finding):
            findings += 1
            print(f"{one.kind}: seal {one.sequence or 'none'}, entry {one.entry_id or 'unknown'}")  # noqa: T201
        else:
            looked_at += one
            print(f"{looked_at} seals checked", file=sys.stderr)  # noqa: T201 - a long work shows progress
    print(f"{looked_at} entries sealed, {findings} not as they were")  # noqa: T201 - the command's answer
    return 1 if findings else 0


async def _administrator_role(uow: UnitOfWork) -> UUID:
    statement = select(role_list.table.c.role_id).where(role_list.table.c.name == ADMINISTRATOR)
    existing: UUID | None = (await uow.connection.execute(statement)).scalar_one_or_none()
    if existing is not None:
        return existing
    role_id = uuid7()
    catalogue = await known(uow.connection)
    command = DefineRole(name=ADMINISTRATOR, permissions=frozenset({"*"}), known=catalogue, held=None)
    await uow.decide(role, role_id, command)
    return role_id
