"""The tables of the PostgreSQL log, in a database of their own.

`log_partition.next_offset` is what makes the log honest: whoever appends to a partition updates its row, so the row's
lock is held until the appending transaction ends, offsets are given in the order of commits, and a reader that has
seen offset n can never miss a smaller one.
"""

from typing import Any

_LOCK = 7_301_884_215
"""Services that start together make the tables one after the other."""

_STATEMENTS = """
    CREATE TABLE IF NOT EXISTS log_topic (
        id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        name text NOT NULL UNIQUE,
        partitions int NOT NULL CHECK (partitions > 0)
    );
    CREATE TABLE IF NOT EXISTS log_partition (
        id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        topic_id int NOT NULL REFERENCES log_topic,
        number int NOT NULL,
        next_offset bigint NOT NULL DEFAULT 0,
        UNIQUE (topic_id, number)
    ) WITH (fillfactor = 50);
    CREATE TABLE IF NOT EXISTS log_record (
        partition_id int NOT NULL,
        "offset" bigint NOT NULL,
        key text NOT NULL,
        value bytea NOT NULL,
        headers jsonb,
        created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
        PRIMARY KEY (partition_id, "offset")
    );
    CREATE TABLE IF NOT EXISTS consumer_group (
        id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        name text NOT NULL UNIQUE
    );
    CREATE TABLE IF NOT EXISTS consumer_offset (
        group_id int NOT NULL REFERENCES consumer_group,
        partition_id int NOT NULL REFERENCES log_partition,
        next_offset bigint NOT NULL,
        PRIMARY KEY (group_id, partition_id)
    ) WITH (fillfactor = 50);
"""

_READY = "SELECT to_regclass('consumer_offset') IS NOT NULL"


async def create_schema(connection: Any) -> None:
    """Make the tables where they are missing; safe when several services start at once.

    Args:
        connection: an asyncpg connection to the log's database, outside a transaction.
    """
    if await connection.fetchval(_READY):
        return
    async with connection.transaction():
        await connection.execute("SELECT pg_advisory_xact_lock($1)", _LOCK)
        await connection.execute(_STATEMENTS)


TOPICS = """
    SELECT t.name, p.number, p.id FROM log_topic t JOIN log_partition p ON p.topic_id = t.id
    WHERE t.name = ANY($1::text[])"""

# Two who make the same topic wait on its unique name; the second finds it made, and its partitions with it.
CREATE_TOPICS = """
    WITH made AS (
        INSERT INTO log_topic (name, partitions) SELECT name, $2 FROM unnest($1::text[]) AS name ORDER BY name
        ON CONFLICT (name) DO NOTHING RETURNING id
    )
    INSERT INTO log_partition (topic_id, number)
    SELECT made.id, number FROM made, generate_series(0, $2 - 1) AS number"""

# One statement, so one round trip and one transaction. The rows of the touched partitions are locked in the order of
# their ids: two publishers can wait for each other, but never in a circle.
PUBLISH = """
    WITH touched AS (
        SELECT id, count FROM unnest($1::int[], $2::int[]) AS given(id, count)
    ), locked AS MATERIALIZED (
        SELECT id FROM log_partition WHERE id = ANY($1) ORDER BY id FOR UPDATE
    ), moved AS (
        UPDATE log_partition p SET next_offset = p.next_offset + touched.count
        FROM locked JOIN touched USING (id) WHERE p.id = locked.id
        RETURNING p.id, p.next_offset - touched.count AS first
    ), written AS (
        INSERT INTO log_record (partition_id, "offset", key, value, headers)
        SELECT moved.id, moved.first + place, key, value, headers
        FROM unnest($3::int[], $4::int[], $5::text[], $6::bytea[], $7::jsonb[])
             AS given(partition_id, place, key, value, headers)
        JOIN moved ON moved.id = given.partition_id
        RETURNING 1
    )
    SELECT count(*), (SELECT pg_notify('log', $8)) FROM written"""

FETCH = """
    SELECT wanted.id, r."offset", r.key, r.value, r.headers
    FROM unnest($1::int[], $2::bigint[]) AS wanted(id, from_offset), LATERAL (
        SELECT "offset", key, value, headers FROM log_record
        WHERE partition_id = wanted.id AND "offset" >= wanted.from_offset ORDER BY "offset" LIMIT $3
    ) AS r
    ORDER BY wanted.id, r."offset" """

GROUP = """
    WITH made AS (INSERT INTO consumer_group (name) VALUES ($1) ON CONFLICT DO NOTHING RETURNING id)
    SELECT id FROM made UNION ALL SELECT id FROM consumer_group WHERE name = $1"""

OFFSETS = """
    SELECT wanted.id, coalesce(o.next_offset, 0) AS next_offset FROM unnest($2::int[]) AS wanted(id)
    LEFT JOIN consumer_offset o ON o.partition_id = wanted.id AND o.group_id = $1"""

COMMIT = """
    INSERT INTO consumer_offset (group_id, partition_id, next_offset)
    SELECT $1, partition_id, next_offset FROM unnest($2::int[], $3::bigint[]) AS done(partition_id, next_offset)
    ORDER BY partition_id
    ON CONFLICT (group_id, partition_id)
    DO UPDATE SET next_offset = greatest(consumer_offset.next_offset, excluded.next_offset)"""

REACHED = """
    SELECT t.name, p.number, coalesce(o.next_offset, 0) AS next, p.next_offset AS "end"
    FROM log_topic t JOIN log_partition p ON p.topic_id = t.id
    LEFT JOIN consumer_group g ON g.name = $1
    LEFT JOIN consumer_offset o ON o.partition_id = p.id AND o.group_id = g.id
    WHERE t.name = ANY($2::text[])"""

# Members of a group hold a shared lock per topic, partitions are held by exclusive locks. Both are gone in the moment
# their connection is, however its process ended. Locks with two keys: (-group, topic) and (group, partition).
JOIN = "SELECT pg_advisory_lock_shared(-$1::int, id) FROM log_topic WHERE name = ANY($2::text[])"
MEMBERS = """
    SELECT t.name, array_agg(l.pid ORDER BY l.pid) AS members, pg_backend_pid() AS me
    FROM pg_locks l JOIN log_topic t ON t.id = l.objid::bigint
    WHERE l.locktype = 'advisory' AND l.mode = 'ShareLock' AND l.granted AND l.objsubid = 2
      AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
      AND l.classid = (-$1::int)::oid AND t.name = ANY($2::text[])
    GROUP BY t.name"""
TRY = "SELECT id FROM unnest($2::int[]) AS id WHERE pg_try_advisory_lock($1::int, id)"
UNLOCK = "SELECT pg_advisory_unlock($1::int, id) FROM unnest($2::int[]) AS id"

# Only what every group has passed and nobody needs any more.
PURGE = """
    WITH passed AS (
        SELECT p.id, min(coalesce(o.next_offset, 0)) AS upto
        FROM log_partition p CROSS JOIN consumer_group g
        LEFT JOIN consumer_offset o ON o.partition_id = p.id AND o.group_id = g.id
        WHERE EXISTS (SELECT FROM consumer_offset x JOIN log_partition y ON y.id = x.partition_id
                      WHERE x.group_id = g.id AND y.topic_id = p.topic_id)
        GROUP BY p.id
    )
    DELETE FROM log_record r USING passed, LATERAL (
        SELECT "offset" FROM log_record WHERE partition_id = passed.id AND "offset" < passed.upto
        ORDER BY "offset" LIMIT $2
    ) AS oldest
    WHERE r.partition_id = passed.id AND r."offset" = oldest."offset"
      AND r.created_at < clock_timestamp() - $1::interval"""

# Short-lived messages are for those who listen now. No group reads them, so nobody's place need be known.
PURGE_SHORT_LIVED = """
    DELETE FROM log_record r USING (
        SELECT o.partition_id, o."offset" FROM log_topic t JOIN log_partition p ON p.topic_id = t.id, LATERAL (
            SELECT partition_id, "offset", created_at FROM log_record WHERE partition_id = p.id
            ORDER BY "offset" LIMIT $3
        ) AS o
        WHERE t.name LIKE $1 AND o.created_at < clock_timestamp() - $2::interval
    ) AS old
    WHERE r.partition_id = old.partition_id AND r."offset" = old."offset" """

ENDS = """
    SELECT p.id, p.next_offset AS "end" FROM log_partition p WHERE p.id = ANY($1::int[])"""
