"""Encrypted files in a folder."""

from pathlib import Path

import pytest

from verification.adapters.files import EncryptedFiles
from verification.application.ports import FileDamaged

KEY, OTHER = bytes(range(32)), bytes(32)
PIECE = 64 * 1024


async def read(files: EncryptedFiles, key: bytes = KEY) -> bytes:
    return b"".join([piece async for piece in files.read("a/b.bin", key)])


@pytest.fixture
def files(tmp_path: Path) -> EncryptedFiles:
    return EncryptedFiles(f"file://{tmp_path}")


@pytest.mark.parametrize("size", [0, 1, PIECE - 1, PIECE, PIECE + 1, 3 * PIECE, 5 * PIECE + 17])
async def test_what_is_written_is_read_whatever_its_size(files: EncryptedFiles, tmp_path: Path, size: int) -> None:
    content = (b"passport" * (size // 8 + 1))[:size]
    await files.write("a/b.bin", content, KEY)
    assert await read(files) == content
    assert b"passport" not in (tmp_path / "a/b.bin").read_bytes()


async def test_another_key_opens_nothing(files: EncryptedFiles) -> None:
    await files.write("a/b.bin", b"secret", KEY)
    with pytest.raises(FileDamaged):
        await read(files, OTHER)


@pytest.mark.parametrize("damage", ["cut", "cut at a piece", "longer", "swapped", "bit", "mark", "empty", "gone"])
async def test_no_damage_goes_unnoticed(files: EncryptedFiles, tmp_path: Path, damage: str) -> None:
    await files.write("a/b.bin", bytes(3 * PIECE), KEY)
    path = tmp_path / "a/b.bin"
    raw, sealed = path.read_bytes(), PIECE + 16
    damaged = {
        "cut": raw[:-1],
        "cut at a piece": raw[: 4 + 2 * sealed],
        "longer": raw + raw[4 : 4 + sealed],
        "swapped": raw[:4] + raw[4 + sealed : 4 + 2 * sealed] + raw[4 : 4 + sealed] + raw[4 + 2 * sealed :],
        "bit": raw[:100] + bytes((raw[100] ^ 1,)) + raw[101:],
        "mark": b"XXXX" + raw[4:],
        "empty": b"",
    }
    if damage == "gone":
        path.unlink()
    else:
        path.write_bytes(damaged[damage])
    with pytest.raises(FileDamaged):
        await read(files)


async def test_deleting_twice_is_no_error(files: EncryptedFiles) -> None:
    await files.write("a/b.bin", b"x", KEY)
    await files.delete("a/b.bin")
    await files.delete("a/b.bin")
    with pytest.raises(FileDamaged):
        await read(files)


async def test_half_a_file_does_not_stay_behind(files: EncryptedFiles, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="key must be"):
        await files.write("a/b.bin", b"x", b"too short")
    assert not (tmp_path / "a/b.bin").exists()
