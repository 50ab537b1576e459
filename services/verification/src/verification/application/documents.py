"""A document's way in, out, and out of the world."""

import asyncio
import base64
import hashlib
import secrets
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, replace
from uuid import UUID, uuid5

from chassis.auth import Caller, act
from chassis.domain import NotFound, uuid7
from chassis.store import Application, Context, UnitOfWork
from chassis.tasks import Task
from contracts.verification.permissions import VerificationPermission
from verification.application.files import EXTENSIONS, Inspected
from verification.application.ports import DocumentFiles, FileStore, StoredFile, Vault
from verification.domain.case.aggregate import case
from verification.domain.case.commands import EraseCase, UploadDocument
from verification.domain.case.errors import CaseGone, CaseUnknown, DocumentNotShown, DocumentUnknown

DELETE_FILES = "delete_files"
"""The kind of the background task that removes an erased player's files."""

_NAMESPACE = UUID("1c6d0a36-51b3-5b7b-9a52-7d3c5e2b9a10")
_KEY_BYTES = 32


def document_id_of(player_id: UUID, kind: str, sha256: str) -> UUID:
    """The same file, given as the same kind by or for the same player, is the same document."""
    return uuid5(_NAMESPACE, f"{player_id}|{kind}|{sha256}")


@dataclass(frozen=True, slots=True)
class Uploaded:
    """What came of an upload. Not `created`: the same file was there before."""

    document_id: UUID
    created: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """A document on its way out: what it is, and its bytes in pieces."""

    file: StoredFile
    pieces: AsyncIterator[bytes]

    @property
    def name(self) -> str:
        """What the download is called: made of what we know, never of what the sender called it."""
        return f"{self.file.kind}-{self.file.document_id}.{EXTENSIONS[self.file.media_type]}"


class Documents:
    """Takes documents in and gives them out.

    Args:
        inspect: bytes -> what is kept of them; raises FileRefused. Runs in a thread.
    """

    def __init__(
        self,
        application: Application,
        store: FileStore,
        files: DocumentFiles,
        vault: Vault,
        inspect: Callable[[bytes], Inspected],
    ) -> None:
        self._application = application
        self._store = store
        self._files = files
        self._vault = vault
        self._inspect = inspect

    async def upload(self, ctx: Context, player_id: UUID, kind: str, content: bytes) -> Uploaded:
        """Inspect a file, store it encrypted under a key of its own, and lay it before staff.

        The file is written before the transaction that knows of it; when that one fails, or the same file was faster,
        it is removed again. One that stays behind after a crash is a file without a key.

        Raises:
            CaseUnknown, CaseGone, CaseClosed, DocumentKindUnknown: the case does not take it.
            FileRefused: the bytes are nothing we may keep.
        """
        sha256 = hashlib.sha256(content).hexdigest()
        document_id = document_id_of(player_id, kind, sha256)
        casino_id = await self._expecting(ctx, player_id, self._command(ctx, document_id, kind, sha256))
        if casino_id is None:
            return Uploaded(document_id, created=False)
        inspected = await asyncio.to_thread(self._inspect, content)
        key = secrets.token_bytes(_KEY_BYTES)
        path = f"documents/{player_id}/{document_id}-{uuid7()}.bin"
        await self._store.write(path, inspected.content, key)
        file = StoredFile(
            document_id=document_id,
            player_id=player_id,
            casino_id=casino_id,
            kind=kind,
            media_type=inspected.media_type,
            size_bytes=len(inspected.content),
            path=path,
            key_token=None,
        )
        try:
            created = await self._record(ctx, file, sha256, key)
        except BaseException:
            await self._store.delete(path)
            raise
        if not created:
            await self._store.delete(path)
        return Uploaded(document_id, created)

    async def open(self, ctx: Context, caller: Caller, document_id: UUID) -> Content:
        """The content of a document; that it was seen is recorded before the first byte leaves.

        Args:
            caller: who sees scans in clear at the casino; of a picture there is no mask.

        Raises:
            DocumentUnknown: there is none, or not for this caller.
            DocumentNotShown: there is, and it is not shown to them.
            CaseGone: it was erased.
            FileDamaged: the file is gone or altered at its beginning; altered further on, the answer breaks off.
        """

        async def work(uow: UnitOfWork) -> tuple[StoredFile, bytes]:
            file = await self._files.find(uow.connection, document_id)
            if file is None or not uow.ctx.scope.allows(file.casino_id):
                raise DocumentUnknown
            if caller.mode("pii_sensitive", file.casino_id) != "clear":
                raise DocumentNotShown
            token = file.key_token
            key = None if token is None else await self._vault.decrypt(uow.connection, file.player_id, token)
            if key is None:
                raise CaseGone
            uow.ctx = uow.ctx.for_casino(file.casino_id)
            await uow.publish(
                act(
                    caller,
                    uow.ctx,
                    "verification.document.content",
                    ("player", file.player_id),
                    permission=VerificationPermission.DOCUMENT_VIEW,
                    casino_id=file.casino_id,
                )
            )
            return file, base64.b64decode(key)

        file, key = await self._application.transact(work, ctx)
        pieces = self._store.read(file.path, key)
        return Content(file=file, pieces=_chained(await anext(pieces), pieces))

    async def erase(self, uow: UnitOfWork, player_id: UUID) -> None:
        """Destroy the keys of a player's documents and have the files removed, within the transaction at hand."""
        await uow.decide(case, player_id, EraseCase(now=uow.ctx.occurred_at))
        paths = await self._files.forget_keys(uow.connection, player_id)
        await self._vault.erase(uow.connection, player_id)
        if paths:
            await uow.schedule(DELETE_FILES, player_id, {"paths": paths})

    async def delete_files(self, task: Task) -> None:
        """Task: remove files whose keys are gone."""
        for path in task.payload["paths"]:
            await self._store.delete(path)

    async def _expecting(self, ctx: Context, player_id: UUID, command: UploadDocument) -> UUID | None:
        """The casino of a case that takes this document; None when it has it. Asked before any work is done."""

        async def work(uow: UnitOfWork) -> UUID | None:
            loaded = await uow.load(case, player_id)
            fresh = case.decide(command, loaded.state)
            return loaded.casino_id if fresh else None

        try:
            return await self._application.transact(work, ctx)
        except NotFound:
            raise CaseUnknown from None  # Whether it is another casino's or nobody's is not told.

    async def _record(self, ctx: Context, file: StoredFile, sha256: str, key: bytes) -> bool:
        async def work(uow: UnitOfWork) -> bool:
            command = self._command(ctx, file.document_id, file.kind, sha256, file.media_type, file.size_bytes)
            if not (await uow.decide(case, file.player_id, command)).events:
                return False
            sealed = await self._vault.encrypt(uow.connection, file.player_id, base64.b64encode(key).decode())
            await self._files.add(uow.connection, replace(file, key_token=sealed), uow.ctx.occurred_at)
            return True

        return await self._application.transact(work, ctx)

    @staticmethod
    def _command(
        ctx: Context, document_id: UUID, kind: str, sha256: str, media_type: str = "", size_bytes: int = 0
    ) -> UploadDocument:
        return UploadDocument(
            document_id=document_id,
            kind=kind,
            media_type=media_type,
            size_bytes=size_bytes,
            sha256=sha256,
            uploaded_by=ctx.actor.id,
            now=ctx.occurred_at,
        )


async def _chained(first: bytes, rest: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    yield first
    async for piece in rest:
        yield piece
