"""Where finished files are kept: a local folder, or a bucket (files_url), through fsspec."""

import asyncio
import hashlib
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import fsspec

_CHUNK = 256 * 1024


class FileStore:
    """Files by path beneath a folder of `files_url`."""

    def __init__(self, files_url: str, folder: str) -> None:
        scheme, _, rest = files_url.partition("://")
        self._root = f"{rest.rstrip('/')}/{folder}"
        self._files: Any = fsspec.filesystem(scheme, **({"auto_mkdir": True} if scheme == "file" else {}))

    async def keep(self, local: Path, path: str) -> tuple[str, int]:
        """Move a finished local file to its place; returns its SHA-256 and size."""
        return await asyncio.to_thread(self._keep, local, path)

    def _keep(self, local: Path, path: str) -> tuple[str, int]:
        digest, size = hashlib.sha256(), 0
        with local.open("rb") as source, self._files.open(f"{self._root}/{path}", "wb") as target:
            while chunk := source.read(_CHUNK):
                digest.update(chunk)
                size += len(chunk)
                target.write(chunk)
        return digest.hexdigest(), size

    async def read(self, path: str) -> AsyncIterator[bytes]:
        """The file, chunk by chunk; FileNotFoundError when it is gone."""
        file = await asyncio.to_thread(self._files.open, f"{self._root}/{path}", "rb")
        try:
            while chunk := await asyncio.to_thread(file.read, _CHUNK):
                yield chunk
        finally:
            await asyncio.to_thread(file.close)

    async def exists(self, path: str) -> bool:
        """Whether it is there."""
        found: bool = await asyncio.to_thread(self._files.exists, f"{self._root}/{path}")
        return found

    async def remove(self, path: str) -> None:
        """Remove it, if it is there."""
        if await self.exists(path):
            await asyncio.to_thread(self._files.rm, f"{self._root}/{path}")
