"""Documents' contents as encrypted files: AES-256-GCM in pieces, a key of its own per file.

A file is the mark `PBD1` and pieces of 64 KiB, each sealed with the nonce (its number, whether it is the last). A
piece that is changed, moved, repeated or cut off does not open. The key is used for one file only, so a nonce is never
used twice with it. Writing and reading hold one piece at a time.
"""

import asyncio
from collections.abc import AsyncIterator
from typing import Any, Final

import fsspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from verification.application.ports import FileDamaged

_MARK: Final = b"PBD1"
_PIECE_BYTES: Final = 64 * 1024
_TAG_BYTES: Final = 16


class EncryptedFiles:
    """Files under `url` (a local folder or a bucket), read and written through fsspec.

    Args:
        url: `file://folder` or `s3://bucket/prefix`.
    """

    def __init__(self, url: str) -> None:
        scheme, _, rest = url.partition("://")
        options: dict[str, Any] = {"auto_mkdir": True} if scheme == "file" else {}
        self._files: Any = fsspec.filesystem(scheme, **options)
        self._root = rest.rstrip("/")

    async def write(self, path: str, content: bytes, key: bytes) -> None:
        """Encrypt and store; a file half written is removed."""
        try:
            await asyncio.to_thread(self._write, path, content, key)
        except BaseException:
            await asyncio.to_thread(self._delete, path)
            raise

    async def read(self, path: str, key: bytes) -> AsyncIterator[bytes]:
        """The content in pieces.

        Raises:
            FileDamaged: the file is gone, or a byte of it is not what was written.
        """
        try:
            file = await asyncio.to_thread(self._files.open, self._at(path), "rb")
        except FileNotFoundError as error:
            raise FileDamaged from error
        try:
            cipher = AESGCM(key)
            if await asyncio.to_thread(file.read, len(_MARK)) != _MARK:
                raise FileDamaged
            sealed = await asyncio.to_thread(file.read, _PIECE_BYTES + _TAG_BYTES)
            number, last = 0, False
            while not last:
                following = await asyncio.to_thread(file.read, _PIECE_BYTES + _TAG_BYTES)
                last = not following
                yield _open(cipher, number, sealed, last=last)
                number, sealed = number + 1, following
        finally:
            await asyncio.to_thread(file.close)

    async def delete(self, path: str) -> None:
        """Remove the file; one that is not there is no error."""
        await asyncio.to_thread(self._delete, path)

    def _write(self, path: str, content: bytes, key: bytes) -> None:
        cipher, view = AESGCM(key), memoryview(content)
        pieces = max(1, -(-len(content) // _PIECE_BYTES))
        with self._files.open(self._at(path), "wb") as file:
            file.write(_MARK)
            for number in range(pieces):
                piece = view[number * _PIECE_BYTES : (number + 1) * _PIECE_BYTES]
                file.write(cipher.encrypt(_nonce(number, last=number == pieces - 1), piece, _MARK))

    def _delete(self, path: str) -> None:
        try:
            self._files.rm(self._at(path))
        except FileNotFoundError:
            return

    def _at(self, path: str) -> str:
        return f"{self._root}/{path}"


def _nonce(number: int, *, last: bool) -> bytes:
    return number.to_bytes(11, "big") + bytes((last,))


def _open(cipher: AESGCM, number: int, sealed: bytes, *, last: bool) -> bytes:
    try:
        return cipher.decrypt(_nonce(number, last=last), sealed, _MARK)
    except InvalidTag as error:
        raise FileDamaged from error
