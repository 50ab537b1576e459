"""The statements of the deciding path."""

from payments.domain.fraud.features import CONTACTS, COUNTED

_NAMES = list(COUNTED)
_FRESH, _ASKED, _CREDITED, _FAILED = (f"${7 + len(_NAMES) + place}" for place in range(4))
_BY_NOW = {
    "deposits": "{place}::bigint + of.fresh::int",
    "asked_minor": f"{{place}}::bigint + CASE WHEN of.fresh THEN {_ASKED}::bigint ELSE 0 END",
    "largest_minor": f"greatest({{place}}::bigint, CASE WHEN of.fresh THEN {_ASKED}::bigint ELSE 0 END)",
    "credited": f"{{place}}::bigint + (of.fresh AND {_CREDITED}::bigint > 0)::int",
    "failures": f"{{place}}::bigint + (of.fresh AND {_FAILED}::boolean)::int",
    "credited_minor": f"{{place}}::bigint + CASE WHEN of.fresh THEN {_CREDITED}::bigint ELSE 0 END",
}
"""What is counted when a deposit is asked for, credited and failed, and later for what becomes known later."""
_PLACES = ", ".join(
    _BY_NOW.get(name, "{place}::bigint").format(place=f"${number}") for number, name in enumerate(_NAMES, 7)
)
MOST = 9_000_000_000_000_000_000
"""What sums of money stop at: nobody has as much, but anybody can ask for it, and no payment may fail by that."""
ADDED = ", ".join(
    f"{name} = greatest(c.{name}, excluded.{name})"
    if name.startswith("largest")
    else f"{name} = least(c.{name}::numeric + excluded.{name}, {MOST})::bigint"
    if name.endswith("_minor")
    else f"{name} = c.{name} + excluded.{name}"
    for name in _NAMES
)
_SUMS = ", ".join(
    f"max(c.{name}) FILTER (WHERE c.currency = $8)"
    if name.startswith("largest")
    else f"least(coalesce(sum(c.{name}) FILTER (WHERE c.currency = $8), 0), {MOST})"
    if name.endswith("_minor")
    else f"sum(c.{name})"
    for name in _NAMES
)

COUNT = f"""
    INSERT INTO fraud_counter AS c (casino_id, currency, kind, key, grain, bucket, {", ".join(_NAMES)})
    SELECT $1, $2, of.kind, of.key, at.grain, at.bucket, {_PLACES}
    FROM unnest($3::text[], $4::text[], {_FRESH}::boolean[]) AS of(kind, key, fresh)
    CROSS JOIN unnest($5::smallint[], $6::timestamptz[]) AS at(grain, bucket)
    ORDER BY of.kind, of.key, at.grain
    ON CONFLICT (casino_id, kind, key, grain, bucket, currency) DO UPDATE SET {ADDED}"""  # noqa: S608 - names of columns
"""In one order for everybody, so that no two wait for each other."""

LINK = """
    INSERT INTO fraud_link AS l (casino_id, kind, key, other, other_key, proved, first_seen, last_seen)
    SELECT $1, kind, key, other, other_key, proved, $7, $7
    FROM unnest($2::text[], $3::text[], $4::text[], $5::text[], $6::boolean[])
        AS pair(kind, key, other, other_key, proved)
    ORDER BY kind, key, other, other_key
    ON CONFLICT (casino_id, kind, key, other, other_key)
    DO UPDATE SET last_seen = greatest(l.last_seen, excluded.last_seen), proved = l.proved OR excluded.proved
    RETURNING kind, other, first_seen, xmax = 0 AS fresh"""
"""`fresh`: it was not there before."""

PROVE = """
    UPDATE fraud_link AS l SET proved = $5
    FROM (
        SELECT casino_id, kind, key, other, other_key FROM fraud_link
        WHERE casino_id = $1 AND proved <> $5 AND (kind, key, other, other_key) IN (
            SELECT 'player', $2, place.kind, place.key FROM unnest($3::text[], $4::text[]) AS place(kind, key)
            UNION ALL SELECT place.kind, place.key, 'player', $2 FROM unnest($3::text[], $4::text[]) AS place(kind, key)
        )
        ORDER BY kind, key, other, other_key FOR UPDATE
    ) AS his
    WHERE (l.casino_id, l.kind, l.key, l.other, l.other_key)
        = (his.casino_id, his.kind, his.key, his.other, his.other_key)"""

FORGET_CONTACTS = """
    WITH his AS (
        DELETE FROM fraud_link WHERE casino_id = $1 AND kind = 'player' AND key = $2 AND other = ANY($3::text[])
        RETURNING other, other_key
    )
    DELETE FROM fraud_link AS l USING his
    WHERE l.casino_id = $1 AND l.kind = his.other AND l.key = his.other_key
        AND l.other = 'player' AND l.other_key = $2"""

MOST_LINKS = 2_000
"""Of one key with one kind: whoever is seen with more is seen with many."""

MOST_WALKED = 500
"""Of one player's devices, instruments and payouts, on the way to others."""

_OTHERS = "ARRAY['player', 'device', 'ip', 'instrument', 'bin', 'payout']"
"""Each kind by itself, so that none is hidden behind many of another."""

_CONTACTS = f"ARRAY{list(CONTACTS)}"

MOST_MEMBERS = 200
"""Of a cluster: that many are looked for."""

_CLUSTER = f"""
    member(key) AS (
        SELECT {{player}}
        UNION
        SELECT back.other_key FROM member
        CROSS JOIN LATERAL (
            SELECT other, other_key, proved OR other = 'device' AS proved FROM fraud_link
            WHERE casino_id = $1 AND kind = 'player' AND key = member.key
                AND other = ANY({{kinds}})
                AND (proved OR other = 'device' OR key = {{player}})
            ORDER BY other DESC LIMIT {MOST_WALKED}
        ) AS there
        CROSS JOIN LATERAL (
            SELECT other_key FROM fraud_link
            WHERE casino_id = $1 AND kind = there.other AND key = there.other_key AND other = 'player'
                AND (proved OR there.other = 'device' OR NOT there.proved)
            OFFSET 0
        ) AS back
    ), members AS (SELECT key FROM member LIMIT {MOST_MEMBERS})"""  # noqa: S608 - a number
"""Players that devices, instruments and payouts connect, over any number of others, and a telephone whose number both
gave. Addresses do not: a household, a hotel and a carrier share them.

A card, account or telephone that he only named connects nobody with him; it connects him with whoever has or named it.

Here and below `OFFSET 0` keeps look-ups by key apart. A plan is made once per connection, maybe while the tables are
empty and any order of joins costs the same; without it, one that reads all of a casino's links stayed in use as they
grew.
"""

_CONNECT = "ARRAY['device', 'instrument', 'payout', 'phone']"
_SHOWN = "ARRAY['device', 'instrument', 'payout', 'phone', 'address']"
"""People see who lives at his address as well."""

MOST_AT_A_DOMAIN = 25
"""Players whose e-mail is at one domain: with more it tells nothing, and most are at a few with very many."""

MEASURE = f"""
    WITH RECURSIVE {_CLUSTER.format(player="$2::uuid::text", kinds=_CONNECT)},
    of AS (SELECT * FROM unnest($3::text[], $4::text[]) AS of(kind, key)),
    named AS (
        SELECT kind, key FROM of
        UNION ALL SELECT contact.other, contact.other_key FROM unnest({_CONTACTS}) AS his(kind) CROSS JOIN LATERAL (
            SELECT other, other_key FROM fraud_link
            WHERE casino_id = $1 AND kind = 'player' AND key = $2::uuid::text AND other = his.kind
            ORDER BY last_seen DESC LIMIT 1
        ) AS contact
    ),
    proven AS (
        SELECT of.told_as AS kind
        FROM unnest($11::text[], $12::text[], $13::text[]) AS of(kind, told_as, key) CROSS JOIN LATERAL (
            SELECT FROM fraud_link WHERE casino_id = $1 AND kind = 'player' AND key = $2::uuid::text
                AND other = of.kind AND other_key = of.key AND proved OFFSET 0
        ) AS his
    ),
    counted AS (
        SELECT jsonb_build_array(of.kind, span.name, {_SUMS}) AS line
        FROM of CROSS JOIN unnest($5::text[], $6::smallint[], $7::timestamptz[]) AS span(name, grain, since)
        CROSS JOIN LATERAL (
            SELECT * FROM fraud_counter WHERE casino_id = $1 AND kind = of.kind AND key = of.key AND grain = span.grain
                AND bucket >= span.since OFFSET 0
        ) AS c
        GROUP BY of.kind, span.name
    ),
    linked AS (
        SELECT jsonb_build_array(
            of.kind, l.other,
            count(*) FILTER (WHERE l.last_seen >= $9::timestamptz - interval '1 hour'),
            count(*) FILTER (WHERE l.last_seen >= $9::timestamptz - interval '24 hours'),
            count(*) FILTER (WHERE l.last_seen >= $9::timestamptz - interval '7 days'),
            count(*) FILTER (WHERE l.last_seen >= $9::timestamptz - interval '30 days'),
            count(*)
        ) AS line
        FROM named AS of CROSS JOIN LATERAL (
            SELECT of_kind.other, found.last_seen
            FROM unnest(CASE WHEN of.kind = ANY({_CONTACTS}) THEN ARRAY['player'] ELSE {_OTHERS} END) AS of_kind(other)
            CROSS JOIN LATERAL (
                SELECT last_seen FROM fraud_link
                WHERE casino_id = $1 AND kind = of.kind AND key = of.key AND other = of_kind.other AND (
                    proved OR other <> 'player' OR of.kind NOT IN ('instrument', 'payout')
                    OR other_key = $2::uuid::text OR of.kind NOT IN (SELECT kind FROM proven)
                ) LIMIT CASE of.kind WHEN 'email_domain' THEN {MOST_AT_A_DOMAIN} ELSE {MOST_LINKS} END
            ) AS found
        ) AS l
        GROUP BY of.kind, l.other
    ),
    listed AS (
        SELECT jsonb_build_array(e.list, of.told_as) AS line
        FROM unnest($11::text[], $12::text[], $13::text[]) AS of(kind, told_as, key) CROSS JOIN LATERAL (
            SELECT list FROM fraud_entry
            WHERE casino_id = $1 AND kind = of.kind AND key = of.key AND (until IS NULL OR until > $9::timestamptz)
            OFFSET 0
        ) AS e
    ),
    deposits AS (
        SELECT amount_minor, currency, created_at, credited_at FROM rm_deposit_list
        WHERE player_id = $2 AND casino_id = $1 AND id <> $10 AND status NOT IN ('failed', 'refused', 'expired')
        ORDER BY created_at DESC, id DESC LIMIT 50
    ),
    ended AS (
        SELECT provider, code,
            bool_and(status = 'failed') OVER (ORDER BY coalesce(credited_at, created_at) DESC, id DESC) AS failed
        FROM (
            SELECT status, created_at, credited_at, provider, code, id FROM rm_deposit_list
            WHERE player_id = $2 AND casino_id = $1 AND id <> $10
                AND status IN ('failed', 'succeeded', 'partially_reversed', 'reversed')
            ORDER BY created_at DESC, id DESC LIMIT 50
        ) AS last
    ),
    mine AS (
        SELECT other_key, proved FROM fraud_link
        WHERE casino_id = $1 AND kind = 'player' AND key = $2::uuid::text AND other = 'instrument' LIMIT 100
    ),
    others AS (
        SELECT coalesce(sum(greatest(c.reversals - c.reinstatements, 0)), 0)::bigint AS reversals,
            coalesce(sum(c.fraud_warnings), 0)::bigint AS warnings, coalesce(sum(c.bonuses), 0)::bigint AS bonuses
        FROM members CROSS JOIN LATERAL (
            SELECT * FROM fraud_counter WHERE casino_id = $1 AND kind = 'player' AND key = members.key AND grain = 0
            OFFSET 0
        ) AS c
        WHERE members.key <> $2::uuid::text
    ),
    staked AS (
        SELECT jsonb_build_array(span.name, greatest(CASE span.grain WHEN 0 THEN p.wagered_minor ELSE (
            SELECT coalesce(sum(staked_minor), 0) FROM fraud_stake
            WHERE casino_id = $1 AND player_id = $2 AND currency = $8 AND grain = span.grain AND bucket >= span.since
        ) END, 0)) AS line
        FROM fraud_play AS p
        CROSS JOIN unnest($5::text[], $6::smallint[], $7::timestamptz[]) AS span(name, grain, since)
        WHERE p.casino_id = $1 AND p.player_id = $2 AND p.currency = $8
            AND (span.grain = 0 OR p.stakes_since IS NULL OR p.stakes_since <= span.since)
    ),
    standing AS (
        SELECT country, level, jsonb_array_length(open_hits) AS open_hits,
            password_changed_at, locked_at, contact_changed_at
        FROM rm_player_standing WHERE player_id = $2 AND casino_id = $1
    ),
    instruments AS (
        SELECT count(*) FILTER (WHERE ownership = 'mismatch' OR (ownership = 'unknown' AND likeness = 'mismatch'))
                AS mismatched,
            count(*) FILTER (WHERE deposits > 0 AND country <> (SELECT country FROM standing)) AS abroad
        FROM (SELECT * FROM rm_instrument_list WHERE player_id = $2 OFFSET 0) AS his WHERE casino_id = $1
    )
    SELECT
        (SELECT jsonb_agg(line) FROM counted)::text AS counted,
        (SELECT jsonb_agg(line) FROM linked)::text AS linked,
        (SELECT jsonb_agg(line) FROM listed)::text AS listed,
        (SELECT jsonb_agg(line) FROM staked)::text AS staked,
        (SELECT jsonb_agg(jsonb_build_array(amount_minor, currency)) FROM deposits
            WHERE coalesce(credited_at, created_at) >= $9::timestamptz - interval '24 hours')::text AS recent,
        (SELECT jsonb_agg(jsonb_build_array(provider, code)) FROM ended WHERE failed)::text AS failed,
        (SELECT floor(extract(epoch FROM greatest($9::timestamptz - max(at), interval '0')) / 60)::bigint
            FROM (SELECT last_deposit_at AS at FROM fraud_play WHERE player_id = $2 AND casino_id = $1
                UNION ALL SELECT credited_at FROM deposits) AS credited
            HAVING max(at) IS NOT NULL) AS minutes_since_deposit,
        (SELECT floor(extract(epoch FROM $9::timestamptz - min(opened_at)) / 3600)::bigint FROM account
            WHERE player_id = $2 AND casino_id = $1) AS account_age_h,
        (SELECT country FROM standing) AS country,
        (SELECT level FROM standing) AS level,
        (SELECT open_hits FROM standing) AS open_hits,
        (SELECT password_changed_at FROM standing) AS password_changed_at,
        (SELECT locked_at FROM standing) AS locked_at,
        (SELECT contact_changed_at FROM standing) AS contact_changed_at,
        (SELECT max(largest_bonus_bet_minor) FROM fraud_stake
            WHERE casino_id = $1 AND player_id = $2 AND currency = $8 AND grain = 3
                AND bucket >= date_bin('1 day', $9::timestamptz - interval '30 days', '1970-01-01T00:00:00Z')
        ) AS largest_bonus_bet_minor,
        (SELECT mismatched FROM instruments) AS mismatched_instruments,
        (SELECT abroad FROM instruments) AS foreign_instruments,
        (SELECT count(*) FROM mine) AS used_instruments,
        EXISTS (SELECT FROM unnest($11::text[], $12::text[], $13::text[]) AS of(kind, told_as, key)
            CROSS JOIN LATERAL (
                SELECT FROM fraud_link WHERE casino_id = $1 AND kind = 'player' AND key = $2::uuid::text
                    AND other = 'instrument' AND other_key = of.key AND proved OFFSET 0
            ) AS his
            CROSS JOIN LATERAL (
                SELECT FROM fraud_counter WHERE casino_id = $1 AND kind = 'instrument' AND key = of.key AND grain = 0
                    AND credited > 0 OFFSET 0
            ) AS paid WHERE of.kind = 'instrument' AND of.told_as = 'payout') AS to_source,
        (SELECT count(*) FROM (
            SELECT CASE other WHEN 'bin8' THEN 'bin' ELSE other END AS kind, other_key AS key FROM fraud_link
            WHERE casino_id = $1 AND kind = 'player' AND key = $2::uuid::text
                AND other IN ('instrument', 'bin', 'bin8') LIMIT 200
        ) AS his CROSS JOIN LATERAL (
            SELECT FROM fraud_entry WHERE casino_id = $1 AND kind = his.kind AND key = his.key
                AND list = 'block' AND (until IS NULL OR until > $9::timestamptz) OFFSET 0
        ) AS e) AS blocked_instruments,
        (SELECT count(DISTINCT l.other_key) FROM mine CROSS JOIN LATERAL (
            SELECT other_key FROM fraud_link
            WHERE casino_id = $1 AND kind = 'instrument' AND key = mine.other_key AND other = 'player'
                AND (proved OR NOT mine.proved)
            OFFSET 0
        ) AS l WHERE l.other_key <> $2::uuid::text) AS instrument_sharers,
        (SELECT count(*) FROM members) AS cluster_players,
        (SELECT reversals FROM others) AS cluster_reversals,
        (SELECT warnings FROM others) AS cluster_warnings,
        (SELECT bonuses FROM others) AS cluster_bonuses"""  # noqa: S608 - names of columns

PLAY = """
    WITH before AS (
        SELECT * FROM fraud_play WHERE casino_id = $1 AND player_id = $2 AND currency = $3
    ), fresh AS (
        SELECT seq, posted_at, kind, amount_minor, cash_after, bonus_minor, bonus_after,
            coalesce((SELECT held_minor FROM before), 0) + sum(CASE
                WHEN kind IN ('withdrawal_hold', 'refund_hold', 'refund_owed') THEN amount_minor
                WHEN kind IN
                    ('withdrawal_release', 'withdrawal_paid', 'withdrawal_fee', 'refund_release', 'refund_paid')
                    THEN -amount_minor ELSE 0 END
            ) OVER (ORDER BY seq) AS held
        FROM (
            SELECT seq, posted_at, kind, amount_minor, cash_after, bonus_minor, bonus_after FROM transfer
            WHERE player_id = $2 AND casino_id = $1 AND currency = $3
                AND seq > coalesce((SELECT last_seq FROM before), 0)
                AND posted_at >= coalesce((SELECT last_at - interval '1 hour' FROM before), '-infinity')
            ORDER BY seq LIMIT $4
        ) AS next
    ), staked AS (
        INSERT INTO fraud_stake AS k
            (casino_id, player_id, currency, grain, bucket, staked_minor, largest_bonus_bet_minor)
        SELECT $1, $2, $3, at.grain, at.bucket, sum(CASE kind WHEN 'bet' THEN amount_minor ELSE -amount_minor END),
            max(amount_minor + coalesce(bonus_minor, 0))
                FILTER (WHERE kind = 'bet' AND (bonus_minor > 0 OR bonus_after > 0))
        FROM fresh
        CROSS JOIN (VALUES (1::smallint, interval '10 minutes'), (2, '1 hour'), (3, '1 day')) AS of(grain, length)
        CROSS JOIN LATERAL (SELECT of.grain, date_bin(of.length, posted_at, '1970-01-01T00:00:00Z') AS bucket) AS at
        WHERE kind IN ('bet', 'rollback_bet')
            AND posted_at > (SELECT max(posted_at) FROM fresh) - interval '32 days'
        GROUP BY at.grain, at.bucket
        ON CONFLICT (casino_id, player_id, currency, grain, bucket)
        DO UPDATE SET staked_minor = k.staked_minor + excluded.staked_minor,
            largest_bonus_bet_minor = greatest(k.largest_bonus_bet_minor, excluded.largest_bonus_bet_minor)
    ), emptied AS (
        SELECT max(seq) AS seq FROM fresh WHERE cash_after = 0 AND held = 0
    ), paid AS (
        SELECT seq, posted_at FROM fresh WHERE kind = 'deposit' ORDER BY seq DESC LIMIT 1
    ), summed AS (
        SELECT
            max(seq) AS seq, max(posted_at) AS at, (array_agg(held ORDER BY seq DESC))[1] AS held,
            sum(CASE kind WHEN 'bet' THEN amount_minor WHEN 'rollback_bet' THEN -amount_minor ELSE 0 END) AS wagered,
            sum(CASE kind WHEN 'bet' THEN amount_minor WHEN 'rollback_bet' THEN -amount_minor ELSE 0 END)
                FILTER (WHERE seq > coalesce((SELECT seq FROM emptied), 0)) AS wagered_since,
            sum(CASE WHEN kind IN ('deposit', 'deposit_reinstated') THEN amount_minor
                WHEN kind IN ('deposit_reversal', 'refund_paid') THEN -amount_minor ELSE 0 END)
                FILTER (WHERE seq > coalesce((SELECT seq FROM emptied), 0)) AS deposited_since,
            min(posted_at) FILTER (WHERE kind = 'bet' AND seq > coalesce((SELECT seq FROM paid), 0)) AS first_bet_at
        FROM fresh
    )
    INSERT INTO fraud_play AS p (
        casino_id, player_id, currency, last_seq, last_at, held_minor,
        wagered_minor, wagered_since_empty_minor, deposited_since_empty_minor, last_deposit_at, first_bet_at,
        stakes_since
    )
    SELECT $1, $2, $3, coalesce(s.seq, b.last_seq, 0), coalesce(s.at, b.last_at, '1970-01-01T00:00:00Z'),
        coalesce(s.held, b.held_minor, 0), coalesce(b.wagered_minor, 0) + coalesce(s.wagered, 0),
        CASE WHEN e.seq IS NULL THEN coalesce(b.wagered_since_empty_minor, 0) ELSE 0 END + coalesce(s.wagered_since, 0),
        CASE WHEN e.seq IS NULL THEN coalesce(b.deposited_since_empty_minor, 0) ELSE 0 END
            + coalesce(s.deposited_since, 0),
        coalesce((SELECT posted_at FROM paid), b.last_deposit_at),
        CASE WHEN EXISTS (SELECT FROM paid) THEN s.first_bet_at ELSE coalesce(b.first_bet_at, s.first_bet_at) END,
        NULL
    FROM summed AS s CROSS JOIN emptied AS e LEFT JOIN before AS b ON true
    ON CONFLICT (casino_id, player_id, currency) DO UPDATE SET
        last_seq = excluded.last_seq, last_at = excluded.last_at, held_minor = excluded.held_minor,
        wagered_minor = excluded.wagered_minor, wagered_since_empty_minor = excluded.wagered_since_empty_minor,
        deposited_since_empty_minor = excluded.deposited_since_empty_minor,
        last_deposit_at = excluded.last_deposit_at, first_bet_at = excluded.first_bet_at
    RETURNING (SELECT count(*) FROM fresh) AS entries,
        wagered_minor, wagered_since_empty_minor, deposited_since_empty_minor,
        floor(extract(epoch FROM first_bet_at - last_deposit_at) / 60)::bigint AS minutes_to_first_bet"""
"""Each entry of the ledger is looked at once, so many of them now at most. The caller holds the player's wallet, so
that none appears meanwhile."""

PLAYED = """
    SELECT DISTINCT t.casino_id, t.player_id, t.currency FROM transfer AS t
    LEFT JOIN fraud_play AS p
        ON p.casino_id = t.casino_id AND p.player_id = t.player_id AND p.currency = t.currency
    WHERE t.posted_at >= $1 AND t.posted_at < $2 AND t.player_id IS NOT NULL AND t.seq > coalesce(p.last_seq, 0)
    ORDER BY 2, 1, 3"""

CLUSTER = f"""
    WITH RECURSIVE {_CLUSTER.format(player="$2::text", kinds=_SHOWN)}
    SELECT l.key AS player_id, l.other AS kind, l.other_key AS key, l.first_seen, l.last_seen,
        l.proved OR l.other = 'device' AS proved
    FROM members CROSS JOIN LATERAL (
        SELECT * FROM fraud_link
        WHERE casino_id = $1 AND kind = 'player' AND key = members.key AND other = ANY({_SHOWN})
        OFFSET 0
    ) AS l
    ORDER BY l.key, l.other, l.other_key LIMIT {MOST_LINKS}"""  # noqa: S608 - two numbers
