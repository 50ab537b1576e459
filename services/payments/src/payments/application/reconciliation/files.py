"""A settlement file on its way in: kept once, then read, compared and posted in the background."""

import hashlib
from dataclasses import replace
from pathlib import Path
from typing import Final
from uuid import UUID

from chassis.auth import Caller, Forbidden
from chassis.auth.acts import act
from chassis.domain import Invalid, NotFound, uuid7
from chassis.store import Context, UnitOfWork
from contracts.payments.permissions import PaymentsPermission as P
from payments.application.desk import Desk
from payments.application.reconciliation.ports import SettlementFile
from payments.domain.reconciliation.errors import BankAccountsUnset, FileOfAnotherFormat, SettlementFileGone
from payments.domain.reconciliation.words import FileState

RECONCILE: Final = "payments.reconcile_file"
"""The background task that reads and compares a file."""
FILES_AT_ONCE: Final = 2
"""Taken, and worked on, by one process at the same time: each is on its disk meanwhile, and as large as 1 GiB."""


async def bring(
    desk: Desk, ctx: Context, casino_id: UUID, format_name: str, local: Path, *, replaces: UUID | None = None
) -> tuple[SettlementFile, bool]:
    """Keep a file and have it worked on. The same bytes again are the file of the first time, and nothing is done,
    unless that failed: nothing of it counts, and it is read anew, in the format it is said to be of now.

    Returns:
        The file, and whether it will be worked on.

    Raises:
        Invalid: there is no such format, or the file is empty.
        CasinoUnknown: payments has not heard of the casino.
        NotFound: what it shall replace is not there.
        BankAccountsUnset: it is a bank's statement, and nobody has said which accounts are the casino's.
        FileOfAnotherFormat: the same bytes count, or will, as another kind of file.
    """
    recon, settlement = desk.reconciling, desk.reconciling.format(format_name)
    file_id = uuid7()
    path = f"{casino_id}/{file_id}"
    sha256, size = await recon.files.keep(local, path)
    file = SettlementFile(
        id=file_id,
        casino_id=casino_id,
        format=settlement.name,
        provider=settlement.provider,
        sha256=sha256,
        size_bytes=size,
        path=path,
        state=FileState.WAITING if replaces is None else FileState.HELD,
        uploaded_by=ctx.actor.id,
        uploaded_at=ctx.occurred_at,
        replaces=replaces,
    )

    async def work(uow: UnitOfWork) -> tuple[SettlementFile, bool]:
        if not size:
            raise Invalid("The file is empty.", field="file")
        await desk.casino(uow.connection, casino_id)
        await _must_be_taken(desk, uow, file)
        kept, earlier = file, await recon.store.add(uow.connection, file)
        if earlier is not None:
            kept = replace(file, id=earlier.id, path=earlier.path)
            if not await recon.store.begin_again(uow.connection, kept):
                if earlier.format != file.format:
                    raise FileOfAnotherFormat(f"The same bytes were brought as {earlier.format}.", field="format")
                return earlier, False
        if replaces is None:
            await schedule(uow, kept)
        return kept, True

    try:
        kept, created = await desk.app.transact(work, ctx)
    except BaseException:
        await recon.files.remove(path)
        raise
    if kept.path != path:
        await recon.files.remove(path)
    return kept, created


async def open_file(desk: Desk, uow: UnitOfWork, caller: Caller, file_id: UUID) -> SettlementFile:
    """A file whose bytes may be handed out now; that they were is recorded before they leave.

    Raises:
        NotFound: there is none, or not for this caller.
        Forbidden: the caller is not shown in clear what is in it: money, and whom a bank's statement names.
        SettlementFileGone: its bytes are gone.
    """
    file = await desk.reconciling.store.find(uow.connection, file_id)
    if file is None:
        raise NotFound
    permission = P.RECONCILIATION_VIEW_FILE
    caller.must_see(file.casino_id, permission)
    if any(caller.mode(kind, file.casino_id, permission) != "clear" for kind in ("financial", "pii_basic")):
        raise Forbidden("It takes a role that shows money and personal data in clear.")
    if not await desk.reconciling.files.exists(file.path):
        raise SettlementFileGone("Its bytes are not where files are kept any more.")
    uow.ctx = uow.ctx.for_casino(file.casino_id)
    seen = act(
        caller,
        uow.ctx,
        "payments.reconciliation.file",
        ("settlement_file", file.id),
        permission=permission,
        casino_id=file.casino_id,
        details={"sha256": file.sha256},
    )
    await uow.publish(seen)
    return file


async def schedule(uow: UnitOfWork, file: SettlementFile) -> None:
    """Have a file read and compared."""
    await uow.schedule(RECONCILE, file.id, {"casino_id": str(file.casino_id)})


async def _must_be_taken(desk: Desk, uow: UnitOfWork, file: SettlementFile) -> None:
    store = desk.reconciling.store
    if file.provider is None and not await store.bank_accounts(uow.connection, file.casino_id):
        raise BankAccountsUnset("Two people first set the casino's own accounts, as terms of the provider `bank`.")
    if file.replaces is None:
        return
    before = await store.find(uow.connection, file.replaces)
    if before is None or before.casino_id != file.casino_id:
        raise NotFound
    if before.format != file.format:
        raise Invalid("A file is replaced by one of the same format.", field="replaces")


def digest_of(local: Path) -> bytes:
    """SHA-256 of a local file."""
    with local.open("rb") as file:
        return hashlib.file_digest(file, "sha256").digest()
