"""The statements of the ledger's hot path. Each is prepared once per connection."""

from chassis.messaging import NOWHERE
from payments.domain.ledger.transfers import Entry

ENTRIES = "payments.ledger.entries"
"""The topic of outbox rows that only name entries (`telling.py`); none of the bus."""

COLUMNS = ", ".join(Entry._fields)
"""The columns of `transfer` in the order of Entry's fields."""

SETTINGS = {
    "application_name": "payments-ledger",
    "synchronous_commit": "on",
    "statement_timeout": "10s",
    "lock_timeout": "5s",
    "idle_in_transaction_session_timeout": "10s",
    "timezone": "UTC",
    "jit": "off",
    # Every access below is by key. Without statistics (a fresh table) or with a long array the planner would
    # sometimes read the whole table instead; measured, that made the first thousands of transfers ten times slower.
    "enable_seqscan": "off",
    "enable_hashjoin": "off",
    "enable_mergejoin": "off",
}
"""Of the connections that post. Durability is stated here so that no default of a server can take it away."""

TAKE_TURNS = """
    SELECT pg_advisory_xact_lock(number) FROM (
        SELECT hashtextextended(id::text, 0) AS number FROM unnest($1::uuid[]) AS one(id) ORDER BY number
    ) AS numbered"""
"""For movements between accounts of the house: no wallet is locked for them, and an id is unique in its month alone."""

BONUS_FIRST = "SELECT casino_id FROM bonus_policy WHERE order_of_use = 'bonus_first' AND casino_id = ANY($1::uuid[])"

ORDER_OF_USE = "SELECT order_of_use FROM bonus_policy WHERE casino_id = $1"

SET_ORDER_OF_USE = """
    INSERT INTO bonus_policy (casino_id, order_of_use, updated_at) VALUES ($1, $2, $3)
    ON CONFLICT (casino_id) DO UPDATE SET order_of_use = excluded.order_of_use, updated_at = excluded.updated_at"""

SCHEDULE = """
    INSERT INTO task (kind, id, payload, run_at)
    SELECT $1, id, payload::jsonb, $4 FROM unnest($2::uuid[], $3::text[]) AS task(id, payload)
    ON CONFLICT DO NOTHING"""

_ENTRY = ", ".join(f"transfer.{name}" for name in Entry._fields if name != "id")

EARLIER = f"""
    SELECT * FROM (
        SELECT nextval('transfer_seq_seq') AS number,
               EXISTS (SELECT FROM transfer_closed WHERE id = ANY($1::uuid[]))
               OR EXISTS (SELECT FROM transfer_closed_reversal WHERE reversal_of = ANY($2::uuid[])) AS closed
    ) AS numbered LEFT JOIN (
        SELECT id, {_ENTRY} FROM transfer WHERE posted_at >= $3 AND id = ANY($1::uuid[])
        UNION ALL
        SELECT id, {_ENTRY} FROM transfer WHERE posted_at >= $3 AND reversal_of = ANY($2::uuid[])
    ) AS earlier ON true"""  # noqa: S608 - names of our own columns
"""Run after the wallets are locked, as a statement of its own, so that it sees what their last holder committed.

Open months are asked by their own indexes. From when on they are open ($3) was read when the wallets were locked: what
was closed since then is only asked twice. As a parameter it spares the server from opening each month that is closed.

The number in front is greater than any that a movement of these wallets was told with: their last holder drew one here
as well, and then one more for each entry that he wrote. Entries count on from it.
"""

CLOSED = f"""
    SELECT closed.id, {_ENTRY} FROM transfer_closed AS closed LEFT JOIN transfer USING (posted_at, seq)
    WHERE closed.id = ANY($1::uuid[])
    UNION ALL
    SELECT coalesce(transfer.id, closed.reversal_of), {_ENTRY}
    FROM transfer_closed_reversal AS closed LEFT JOIN transfer USING (posted_at, seq)
    WHERE closed.reversal_of = ANY($2::uuid[])"""  # noqa: S608 - names of our own columns
"""The same of closed months, by the ids that were kept of them; asked when there are any. Of a month that was taken
away nothing but the id is left, and the rest of the row is empty.
"""

WRITE = f"""
    WITH posted AS (
        INSERT INTO transfer ({COLUMNS}, posted_at)
        SELECT {COLUMNS}, $2 FROM unnest($1::ledger_entry[]) WITH ORDINALITY AS entry({COLUMNS}, place) ORDER BY place
        RETURNING seq
    ), numbered AS (
        SELECT array_agg(seq ORDER BY seq) AS numbers FROM posted
    ), queued AS (
        INSERT INTO outbox (topic, key, partition, envelope)
        SELECT CASE WHEN first IS NULL THEN $3 ELSE '{ENTRIES}' END, key,
               CASE WHEN first IS NOT NULL THEN {NOWHERE} END,
               CASE WHEN first IS NULL THEN envelope
                    ELSE envelope || array_to_string(numbers[first:last], ',') || ']}}' END
        FROM unnest($4::text[], $5::text[], $6::int[], $7::int[]) WITH ORDINALITY
             AS event(key, envelope, first, last, place), numbered
        ORDER BY place
    ), summed AS (
        INSERT INTO account_delta (account_id, delta_minor) SELECT * FROM unnest($8::bigint[], $9::bigint[])
    )
    UPDATE account SET balance_minor = now_at.balance_minor
    FROM unnest($10::tid[], $11::bigint[], $12::bigint[]) AS now_at(place, id, balance_minor)
    WHERE account.ctid = now_at.place AND account.id = now_at.id"""  # noqa: S608
"""Entries, events, what happened to the house, and the players' new balances, in one statement.

Game movements are queued by the numbers of their entries; their envelopes would cost a third of all that a batch does.

Balances are written where the locked rows lie: finding each by its number would cost another walk through an index.

Entries travel as rows of one type rather than column by column: half the work for the client (2.3 us instead of 4.8 per
entry), and a quarter less for the server.
"""

NAMED = f"""
    SELECT named.place, transfer.id, {_ENTRY}
    FROM unnest($1::int[], $2::timestamptz[], $3::bigint[]) AS named(place, at, number)
    JOIN transfer ON transfer.posted_at = named.at AND transfer.seq = named.number ORDER BY named.place, named.number"""  # noqa: S608
"""The entries that outbox rows name, in the order of posting."""
