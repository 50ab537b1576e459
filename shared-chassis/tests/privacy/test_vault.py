"""Personal data: readable with the person's key, and gone for ever without it."""

import asyncio
from collections.abc import AsyncIterator
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select, text

from chassis.db import Database
from chassis.db.tables import subject_key
from chassis.privacy import SecretUnreadable, SubjectErased, SubjectVault
from chassis.testing.postgres import CHASSIS, Databases, count_statements, opened

MASTER = bytes(range(32))
TEXT = "Änn O'Leary \N{PARTY POPPER}"


@pytest.fixture(scope="module")
async def db(databases: Databases) -> AsyncIterator[Database]:
    async with opened(await databases.create(CHASSIS), pool_size=20) as db:
        yield db


@pytest.fixture
def vault() -> SubjectVault:
    return SubjectVault(MASTER)


async def test_what_is_encrypted_is_read_again(db: Database, vault: SubjectVault) -> None:
    ann = uuid4()
    async with db.write() as connection:
        token = await vault.encrypt(connection, ann, TEXT)
        assert token.startswith("pd1:")
        assert await vault.decrypt(connection, ann, token) == TEXT
    async with db.read() as connection:
        assert await SubjectVault(MASTER).decrypt(connection, ann, token) == TEXT, "by another process as well"


async def test_equal_texts_give_different_tokens(db: Database, vault: SubjectVault) -> None:
    ann = uuid4()
    async with db.write() as connection:
        assert len({await vault.encrypt(connection, ann, TEXT) for _ in range(5)}) == 5


async def test_a_token_moved_to_another_person_does_not_open(db: Database, vault: SubjectVault) -> None:
    ann, ben = uuid4(), uuid4()
    async with db.write() as connection:
        token = await vault.encrypt(connection, ann, TEXT)
        await vault.encrypt(connection, ben, TEXT)
        with pytest.raises(SecretUnreadable):
            await vault.decrypt(connection, ben, token)


async def test_a_key_moved_to_another_person_does_not_open(db: Database, vault: SubjectVault) -> None:
    ann, ben = uuid4(), uuid4()
    async with db.write() as connection:
        token = await vault.encrypt(connection, ann, TEXT)
        await vault.encrypt(connection, ben, TEXT)
        steal = "UPDATE subject_key SET wrapped_key = (SELECT wrapped_key FROM subject_key WHERE subject_id = :ann)"
        await connection.execute(text(f"{steal} WHERE subject_id = :ben"), {"ann": ann, "ben": ben})
        with pytest.raises(SecretUnreadable):
            await vault.decrypt(connection, ben, token)


async def test_another_master_key_opens_nothing(db: Database, vault: SubjectVault) -> None:
    ann = uuid4()
    async with db.write() as connection:
        token = await vault.encrypt(connection, ann, TEXT)
        with pytest.raises(SecretUnreadable):
            await SubjectVault(bytes(32)).decrypt(connection, ann, token)


async def test_erasing_the_key_erases_the_data_everywhere(db: Database, vault: SubjectVault) -> None:
    ann, ben = uuid4(), uuid4()
    async with db.write() as connection:
        tokens = await vault.encrypt_all(connection, ann, {"name": "Ann", "email": "ann@example.com"})
        other = await vault.encrypt(connection, ben, "Ben")
    async with db.write() as connection:
        await vault.erase(connection, ann)
    async with db.read() as connection:
        row = (await connection.execute(select(subject_key).where(subject_key.c.subject_id == ann))).one()
        assert row.wrapped_key is None
        assert row.erased_at is not None
        assert await vault.decrypt(connection, ann, tokens["name"]) is None
        assert await vault.decrypt(connection, ann, tokens["email"]) is None
        assert await vault.decrypt(connection, ben, other) == "Ben"


async def test_no_new_key_is_made_for_an_erased_person(db: Database, vault: SubjectVault) -> None:
    ann, never_seen = uuid4(), uuid4()
    async with db.write() as connection:
        await vault.encrypt(connection, ann, TEXT)
        for person in (ann, never_seen, ann):
            await vault.erase(connection, person)
    for person in (ann, never_seen):
        async with db.write() as connection:
            with pytest.raises(SubjectErased) as refused:
                await vault.encrypt(connection, person, TEXT)
        assert refused.value.code == "subject_erased"


async def test_the_first_erasure_is_the_one_remembered(db: Database, vault: SubjectVault) -> None:
    ann = uuid4()

    async def erased_at() -> object:
        async with db.write() as connection:
            await vault.erase(connection, ann)
        async with db.read() as connection:
            return (
                await connection.execute(select(subject_key.c.erased_at).where(subject_key.c.subject_id == ann))
            ).scalar_one()

    assert await erased_at() == await erased_at()


async def test_an_erasure_that_is_rolled_back_erased_nothing(db: Database, vault: SubjectVault) -> None:
    ann = uuid4()
    async with db.write() as connection:
        token = await vault.encrypt(connection, ann, TEXT)

    async def change_of_mind() -> None:
        async with db.write() as connection:
            await vault.erase(connection, ann)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        await change_of_mind()
    async with db.read() as connection:
        assert await vault.decrypt(connection, ann, token) == TEXT


async def test_twenty_who_make_the_key_at_once_make_one(db: Database, vault: SubjectVault) -> None:
    ann = uuid4()

    async def encrypt(number: int) -> str:
        async with db.write() as connection:
            return await vault.encrypt(connection, ann, f"text {number}")

    tokens = await asyncio.gather(*map(encrypt, range(20)))
    async with db.read() as connection:
        read = await vault.decrypt_all(connection, [(ann, token) for token in tokens])
    assert read == [f"text {number}" for number in range(20)]


async def test_a_list_of_people_costs_one_statement(db: Database, vault: SubjectVault) -> None:
    people = [uuid4() for _ in range(10)]
    async with db.write() as connection:
        tokens: list[tuple[UUID, str | None]] = [
            (one, await vault.encrypt(connection, one, str(one))) for one in people
        ]
        await vault.erase(connection, people[3])
    tokens.append((people[0], None))
    async with db.read() as connection:
        with count_statements(db) as statements:
            read = await vault.decrypt_all(connection, tokens)
    assert statements.count == 1
    expected: list[str | None] = [*map(str, people), None]
    expected[3] = None
    assert read == expected


async def test_nothing_to_read_costs_nothing(db: Database, vault: SubjectVault) -> None:
    async with db.read() as connection:
        with count_statements(db) as statements:
            assert await vault.decrypt_all(connection, [(uuid4(), None)]) == [None]
    assert statements.count == 0


@pytest.mark.parametrize("token", ["", "Ann", "sb1:AAAA", "pd1:", "pd1:AAAA", "pd1:***", "pd1:é"])
async def test_what_is_no_token_of_ours_is_no_secret(db: Database, vault: SubjectVault, token: str) -> None:
    ann = uuid4()
    async with db.write() as connection:
        await vault.encrypt(connection, ann, TEXT)
        with pytest.raises(SecretUnreadable):
            await vault.decrypt(connection, ann, token)


async def test_a_new_master_key_takes_over(db: Database, vault: SubjectVault) -> None:
    ann, erased, unknown = uuid4(), uuid4(), uuid4()
    renewed = SubjectVault(bytes(32))
    async with db.write() as connection:
        token = await vault.encrypt(connection, ann, TEXT)
        await vault.erase(connection, erased)
        assert await renewed.rewrap(connection, MASTER, [ann, erased, unknown]) == 1
        assert await renewed.decrypt(connection, ann, token) == TEXT
        with pytest.raises(SecretUnreadable):
            await vault.decrypt(connection, ann, token)


async def test_nothing_of_the_text_is_in_the_database(db: Database, vault: SubjectVault) -> None:
    ann = uuid4()
    async with db.write() as connection:
        token = await vault.encrypt(connection, ann, "Ann-the-unmistakable")
        dump = str((await connection.execute(select(subject_key).where(subject_key.c.subject_id == ann))).one())
    assert "unmistakable" not in dump + token
