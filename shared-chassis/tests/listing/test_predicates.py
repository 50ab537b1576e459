"""Trees as SQL, against a predicate written independently in Python, over random rows in a real PostgreSQL."""

import re
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import ARRAY, Boolean, Column, Integer, MetaData, Table, Text, delete, insert, select
from sqlalchemy.dialects.postgresql import JSONB

from chassis.db import Database
from chassis.http.listing.check import Checker
from chassis.http.listing.fields import Field
from chassis.http.listing.grammar import read_filters, write_filters
from chassis.http.listing.sql import predicate
from chassis.http.listing.tree import Group, Leaf, Node, Not, leaves
from chassis.http.listing.values import Moment
from chassis.store.context import CasinoScope
from chassis.testing.postgres import CHASSIS, Databases, opened

from .trees import grown

metadata = MetaData()
thing = Table(
    "thing",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("number", Integer),
    Column("name", Text(collation="C")),
    Column("open", Boolean),
    Column("tags", JSONB(none_as_null=True)),
    Column("words", ARRAY(Text)),
    Column("first", Integer, nullable=False),
    Column("last", Integer, nullable=False),
)
c = thing.c
FIELDS = {
    "number": Field(c.number),
    "name": Field(c.name, ops=("eq", "neq", "in", "is", "isdistinct", "like", "ilike", "gt", "gte", "lt", "lte")),
    "open": Field(c.open),
    "tags": Field(c.tags, kind="texts"),
    "words": Field(c.words, kind="texts"),
    "last": Field(c.last, never_before=c.first),
}
OPS = {name: field.operators for name, field in FIELDS.items()}
CHECKER = Checker(FIELDS, OPS, Moment(datetime(2026, 1, 31, tzinfo=UTC)))

letters = st.text(st.sampled_from('ab%_*\\"é,(A'), max_size=4)
numbers = st.integers(-2, 2)
tags = st.lists(st.sampled_from(["a", "b", "c,d", '"']), max_size=3)
rows = st.lists(
    st.fixed_dictionaries(
        {
            "number": st.none() | numbers,
            "name": st.none() | letters,
            "open": st.none() | st.booleans(),
            "tags": st.none() | tags,
            "words": st.none() | tags,
            "last": numbers,
        }
    ),
    min_size=1,
    max_size=8,
)

Truth = bool | None
COMPARE: Final[dict[str, Callable[[Any, Any], bool]]] = {
    "eq": lambda a, b: a == b,
    "neq": lambda a, b: a != b,
    "gt": lambda a, b: a > b,
    "gte": lambda a, b: a >= b,
    "lt": lambda a, b: a < b,
    "lte": lambda a, b: a <= b,
}
ORDERED = ["eq", "gt", "gte", "lt", "lte"]


def patterns(text: str) -> bool:
    return len(re.findall(r"\\+\Z", text) and re.findall(r"\\+\Z", text)[0]) % 2 == 0


plain = letters.filter(lambda text: text != "null")
like = letters.filter(patterns)
condition = st.one_of(
    st.builds(
        Leaf, st.sampled_from(["number", "last"]), st.sampled_from([*ORDERED, "neq", "isdistinct"]), numbers.map(str)
    ),
    st.builds(Leaf, st.just("number"), st.just("in"), st.lists(numbers.map(str), min_size=1, max_size=3).map(tuple)),
    st.builds(
        Leaf,
        st.just("number"),
        st.sampled_from(ORDERED),
        st.lists(numbers.map(str), min_size=1, max_size=2).map(tuple),
        st.sampled_from(["any", "all"]),
    ),
    st.builds(Leaf, st.just("name"), st.sampled_from([*ORDERED, "neq", "isdistinct"]), plain),
    st.builds(Leaf, st.just("name"), st.just("in"), st.lists(plain, min_size=1, max_size=3).map(tuple)),
    st.builds(Leaf, st.just("name"), st.sampled_from(["like", "ilike"]), like),
    st.builds(
        Leaf,
        st.just("name"),
        st.just("like"),
        st.lists(like, min_size=1, max_size=2).map(tuple),
        st.sampled_from(["any", "all"]),
    ),
    st.builds(Leaf, st.sampled_from(list(FIELDS)), st.just("is"), st.sampled_from(["null", "not_null"])),
    st.builds(Leaf, st.just("open"), st.just("is"), st.sampled_from(["true", "FALSE"])),
    st.builds(Leaf, st.just("open"), st.sampled_from(["eq", "neq"]), st.sampled_from(["true", "false"])),
    st.builds(Leaf, st.sampled_from(["tags", "words"]), st.sampled_from(["cs", "cd", "ov"]), tags.map(tuple)),
)


def truth(node: Node, row: dict[str, Any]) -> Truth:
    """What the tree says of a row: True, False, or None where SQL knows neither."""
    match node:
        case Not(member):
            inner = truth(member, row)
            return None if inner is None else not inner
        case Group("and", members):
            return every([truth(member, row) for member in members])
        case Group(members=members):
            return some([truth(member, row) for member in members])
        case Leaf():
            return said(node, row[node.field])


def every(found: list[Truth]) -> Truth:
    return False if False in found else None if None in found else True


def some(found: list[Truth]) -> Truth:
    return True if True in found else None if None in found else False


def said(leaf: Leaf, value: Any) -> Truth:
    if leaf.op == "is":
        word = leaf.value.lower()
        return {"null": value is None, "not_null": value is not None, "true": value is True, "false": value is False}[
            word
        ]
    if leaf.op == "isdistinct":
        return bool(value != typed(leaf, leaf.value))
    if value is None:
        return None
    if leaf.op == "in":
        return value in [typed(leaf, one) for one in leaf.value]
    if leaf.op in ("cs", "cd", "ov"):
        mine, asked = set(value), set(leaf.value)
        return {"cs": asked <= mine, "cd": mine <= asked, "ov": bool(mine & asked)}[leaf.op]
    if leaf.every:
        found: list[Truth] = [compared(leaf, value, one) for one in leaf.value]
        return some(found) if leaf.every == "any" else every(found)
    return compared(leaf, value, leaf.value)


def compared(leaf: Leaf, value: Any, text: str) -> bool:
    if leaf.op in ("like", "ilike"):
        flags = re.DOTALL | (re.IGNORECASE if leaf.op == "ilike" else 0)
        return re.fullmatch(as_regex(text), value, flags) is not None
    return COMPARE[leaf.op](value, typed(leaf, text))


def typed(leaf: Leaf, text: str) -> Any:
    return int(text) if leaf.field in ("number", "last") else text == "true" if leaf.field == "open" else text


def as_regex(pattern: str) -> str:
    parts = re.findall(r"\\.|.", pattern, re.DOTALL)
    return "".join({"%": ".*", "*": ".*", "_": "."}.get(part, re.escape(part[-1])) for part in parts)


@pytest.fixture(scope="module")
async def things(databases: Databases) -> AsyncIterator[Database]:
    async with opened(await databases.create(CHASSIS)) as db:
        async with db.write() as connection:
            await connection.run_sync(metadata.create_all)
        yield db


@settings(suppress_health_check=list(HealthCheck), deadline=None, max_examples=150)
@given(data=rows, trees=st.lists(grown(condition).filter(lambda tree: len(list(leaves(tree))) <= 40), min_size=3))
async def test_sql_and_python_find_the_same_rows(
    things: Database, data: list[dict[str, Any]], trees: list[Node]
) -> None:
    made = [{"id": number, "first": row["last"] - number % 3, **row} for number, row in enumerate(data)]
    async with things.write() as connection:
        await connection.execute(delete(thing))
        await connection.execute(insert(thing), made)
    async with things.read() as connection:
        for tree in trees:
            checked = CHECKER.check(read_filters(write_filters(tree)))
            assert checked is not None
            where = predicate(checked, FIELDS, CasinoScope.everything())
            found = (await connection.execute(select(c.id).where(where).order_by(c.id))).scalars().all()
            assert list(found) == [row["id"] for row in made if truth(tree, row) is True], write_filters(tree)


def test_what_lies_before_is_looked_for_before_in_the_column_with_an_index_too() -> None:
    tree = CHECKER.check(Group("and", (Leaf("last", "lt", "2"), Leaf("last", "gte", "1"))))
    assert tree is not None
    statement = str(predicate(tree, FIELDS, CasinoScope.everything()))
    assert statement.count("thing.last") == 2
    assert statement.count("thing.first <") == 1
    with pytest.raises(ValueError, match="without a value"):
        Field(c.number, never_before=c.first)


def test_no_value_is_part_of_a_statement() -> None:
    tree = CHECKER.check(Group("or", (Leaf("name", "eq", "'; DROP TABLE thing; --"), Leaf("number", "in", ("1", "2")))))
    assert tree is not None
    statement = str(predicate(tree, FIELDS, CasinoScope.of(UUID(int=1))))
    assert "DROP" not in statement
    assert not re.search(r"[0-9]{1,}(?!_)\b", re.sub(r":\w+", "", statement))
