"""The statements that compare lines with what the ledger expects, in sets."""

RESOLVE = """
    UPDATE settlement_item AS item SET reference_id = known.reference_id
    FROM (
        SELECT DISTINCT ON (provider_reference) provider_reference, reference_id FROM settlement_expectation
        WHERE casino_id = $4 AND provider = $5 AND reference_id IS NOT NULL AND provider_reference IN (
            SELECT provider_reference FROM settlement_item
            WHERE file_id = $1 AND line > $2 AND line <= $3 AND state = 'staged' AND reference_id IS NULL)
        ORDER BY provider_reference, booked_at
    ) AS known
    WHERE item.file_id = $1 AND item.line > $2 AND item.line <= $3 AND item.state = 'staged'
      AND item.reference_id IS NULL AND item.provider_reference = known.provider_reference"""
"""Lines that name a payment by the provider's reference alone."""

COMPARE = """
    WITH keys AS MATERIALIZED (
        SELECT DISTINCT reference_id, movement FROM settlement_item
        WHERE file_id = $1 AND line > $2 AND line <= $3 AND state = 'staged' AND reference_id IS NOT NULL
    ), said AS MATERIALIZED (
        SELECT item.reference_id, item.movement, sum(item.amount_minor)::bigint AS amount_minor,
               sum(item.fee_minor)::bigint AS fee_minor, count(*) AS lines, min(item.currency) AS currency,
               min(item.currency) = max(item.currency) AS one_currency, bool_and(item.final) AS final,
               max(item.id) AS item_id
        FROM keys JOIN settlement_item AS item USING (reference_id, movement)
        WHERE item.casino_id = $4 AND item.provider = $5
          AND (item.state = 'staged' AND item.file_id = $1
               OR item.state IN ('mismatched', 'missing_in_ledger') AND item.difference NOT IN ('fee', 'repeated'))
        GROUP BY 1, 2
    ), known AS MATERIALIZED (
        SELECT movement.reference_id, movement.movement, sum(movement.amount_minor)::bigint AS amount_minor,
               min(movement.currency) AS currency, min(movement.currency) = max(movement.currency) AS one_currency,
               (array_agg(movement.id ORDER BY movement.booked_at))[1] AS expectation_id
        FROM keys JOIN settlement_expectation AS movement USING (reference_id, movement)
        WHERE movement.casino_id = $4 AND movement.provider = $5
          AND movement.state IN ('open', 'missing_at_provider', 'mismatched')
        GROUP BY 1, 2
    ), decided AS MATERIALIZED (
        SELECT said.reference_id, said.movement, said.item_id, known.expectation_id,
               said.amount_minor - coalesce(known.amount_minor, 0) AS off_minor,
               said.fee_minor - fee.agreed_minor AS fee_off_minor,
               CASE
                   WHEN known.reference_id IS NULL AND NOT said.final THEN 'agreed'
                   WHEN known.reference_id IS NULL AND EXISTS (
                       SELECT FROM settlement_expectation AS earlier
                       WHERE earlier.reference_id = said.reference_id AND earlier.movement = said.movement
                         AND earlier.casino_id = $4 AND earlier.provider = $5
                   ) THEN 'repeated'
                   WHEN known.reference_id IS NULL THEN 'unknown_reference'
                   WHEN NOT said.final THEN 'status'
                   WHEN NOT said.one_currency OR NOT known.one_currency OR said.currency <> known.currency
                       THEN 'currency'
                   WHEN abs(said.amount_minor - known.amount_minor) > coalesce(terms.tolerance_minor, 0) THEN 'amount'
                   WHEN abs(said.fee_minor - fee.agreed_minor) > terms.fee_tolerance_minor THEN 'fee'
               END AS difference
        FROM said
        LEFT JOIN known USING (reference_id, movement)
        LEFT JOIN settlement_terms AS terms
            ON terms.casino_id = $4 AND terms.provider = $5 AND terms.currency = said.currency
        LEFT JOIN LATERAL (
            SELECT coalesce(terms.fee_fixed_minor, 0) * said.lines
                   + (abs(said.amount_minor)::numeric * coalesce(terms.fee_bps, 0) / 10000)::bigint AS agreed_minor
            WHERE coalesce(terms.fee_fixed_minor, terms.fee_bps) IS NOT NULL
        ) AS fee ON true
    ), explained AS (
        UPDATE settlement_expectation AS movement
        SET state = CASE WHEN coalesce(decided.difference, 'fee') = 'fee' THEN 'matched' ELSE 'mismatched' END,
            item_id = decided.item_id,
            ended_at = CASE WHEN coalesce(decided.difference, 'fee') = 'fee' THEN $6::timestamptz END
        FROM decided
        WHERE decided.expectation_id IS NOT NULL
          AND movement.reference_id = decided.reference_id AND movement.movement = decided.movement
          AND movement.casino_id = $4 AND movement.provider = $5
          AND movement.state IN ('open', 'missing_at_provider', 'mismatched')
    )
    UPDATE settlement_item AS item
    SET state = CASE
            WHEN decided.difference IS NULL THEN 'matched'
            WHEN decided.difference = 'agreed' THEN 'counted'
            WHEN decided.difference IN ('repeated', 'unknown_reference') THEN 'missing_in_ledger'
            ELSE 'mismatched'
        END,
        difference = nullif(decided.difference, 'agreed'),
        difference_minor = CASE
            WHEN decided.difference = 'agreed' THEN NULL
            WHEN decided.expectation_id IS NULL THEN item.amount_minor
            WHEN item.id <> decided.item_id THEN 0
            WHEN decided.difference = 'fee' THEN decided.fee_off_minor
            ELSE decided.off_minor
        END,
        expectation_id = decided.expectation_id,
        ended_at = CASE WHEN decided.difference IS NULL THEN $6::timestamptz END
    FROM decided
    WHERE item.reference_id = decided.reference_id AND item.movement = decided.movement
      AND item.casino_id = $4 AND item.provider = $5
      AND (item.state = 'staged' AND item.file_id = $1
           OR item.state IN ('mismatched', 'missing_in_ledger') AND item.difference NOT IN ('fee', 'repeated'))"""
"""All lines and all movements of one payment that go the same way are held against each other as sums: one line for
several movements, or several lines for one (captured in parts), are the ordinary case with other numbers. Lines of
another file that was not compared yet may be the same ones, told again; those that are known to be do not count."""

BY_AMOUNT = """
    WITH candidate AS (
        SELECT item.id AS item_id, movement.id AS expectation_id,
               item.amount_minor - movement.amount_minor AS off_minor,
               count(*) OVER (PARTITION BY item.id) AS movements, count(*) OVER (PARTITION BY movement.id) AS lines
        FROM settlement_item AS item
        LEFT JOIN settlement_terms AS terms
            ON terms.casino_id = item.casino_id AND terms.provider = item.provider AND terms.currency = item.currency
        JOIN settlement_expectation AS movement
            ON movement.casino_id = item.casino_id AND movement.provider = item.provider
           AND movement.currency = item.currency AND movement.movement = item.movement
           AND movement.amount_minor BETWEEN item.amount_minor - coalesce(terms.tolerance_minor, 0)
                                         AND item.amount_minor + coalesce(terms.tolerance_minor, 0)
           AND movement.state IN ('open', 'missing_at_provider')
           AND movement.booked_at BETWEEN item.booked_at - make_interval(days => coalesce(terms.match_days, 2))
                                      AND item.booked_at + make_interval(days => coalesce(terms.match_days, 2))
        WHERE item.file_id = $1 AND item.state = 'staged' AND item.reference_id IS NULL AND item.our_reference IS NULL
          AND item.final
    ), one AS MATERIALIZED (
        SELECT item_id, expectation_id, off_minor FROM candidate WHERE movements = 1 AND lines = 1
    ), explained AS (
        UPDATE settlement_expectation AS movement SET state = 'matched', item_id = one.item_id, ended_at = $2
        FROM one WHERE movement.id = one.expectation_id
    )
    UPDATE settlement_item AS item
    SET state = 'matched', difference_minor = one.off_minor, expectation_id = one.expectation_id, ended_at = $2
    FROM one WHERE item.id = one.item_id"""

GIVE_UP = """
    WITH left_over AS (
        SELECT id FROM settlement_item WHERE file_id = $1 AND state = 'staged' ORDER BY line LIMIT $2
    ), given_up AS (
        UPDATE settlement_item AS item
        SET state = CASE WHEN item.final THEN 'missing_in_ledger' ELSE 'counted' END,
            difference = CASE WHEN item.final THEN 'unknown_reference' END,
            difference_minor = CASE WHEN item.final THEN item.amount_minor END
        FROM left_over WHERE item.id = left_over.id
    )
    SELECT count(*) FROM left_over"""

TOLD_BEFORE = """
    WITH mine AS (
        SELECT coalesce(batch, CASE WHEN movement = 'settlement' THEN coalesce(said, line::text) ELSE '' END) AS name,
               currency, min(booked_at) AS first_at
        FROM settlement_item WHERE file_id = $1 GROUP BY 1, 2
    )
    SELECT DISTINCT other.file_id FROM settlement_batch AS other JOIN mine USING (name, currency)
    WHERE other.casino_id = $2 AND other.provider = $3 AND other.file_id <> $1 AND other.state <> 'replaced'
      AND (name <> '' OR other.booked_at >= mine.first_at)"""
"""Files that may tell the same: a batch of the same name, or lines without batches of the same days."""

REPEATED = """
    UPDATE settlement_item AS item
    SET state = 'missing_in_ledger', difference = 'repeated', difference_minor = item.amount_minor
    WHERE item.file_id = $1 AND item.state IN ('staged', 'counted') AND EXISTS (
        SELECT FROM settlement_item AS before
        WHERE before.file_id = ANY($2::uuid[]) AND before.state <> 'replaced'
          AND before.difference IS DISTINCT FROM 'repeated'
          AND before.movement = item.movement AND before.booked_at = item.booked_at
          AND before.amount_minor = item.amount_minor AND before.currency = item.currency
          AND before.code = item.code AND coalesce(before.batch, '') = coalesce(item.batch, '')
          AND coalesce(before.provider_reference, '') = coalesce(item.provider_reference, '')
          AND coalesce(before.our_reference, '') = coalesce(item.our_reference, '')
          AND coalesce(before.said, '') = coalesce(item.said, '')
          AND coalesce(item.batch, item.said, item.provider_reference) IS NOT NULL)"""
"""Fees do not tell lines apart: where they are smaller than a minor unit, they depend on where a file begins."""

BATCHES = """
    WITH line AS (
        SELECT *, coalesce(batch, CASE WHEN movement = 'settlement' THEN coalesce(said, line::text) ELSE '' END) AS name
        FROM settlement_item
        WHERE file_id = $1 AND NOT (batch IS NULL AND difference IS NOT DISTINCT FROM 'repeated')
    ), summed AS (
        SELECT name, currency, count(*) AS lines, max(booked_at) AS booked_at,
               coalesce(sum(amount_minor) FILTER (WHERE final AND movement <> 'settlement'), 0)::bigint AS gross_minor,
               coalesce(sum(fee_minor) FILTER (WHERE final), 0)::bigint AS fee_minor,
               coalesce(-sum(difference_minor) FILTER (WHERE state = 'matched' AND difference IS NULL), 0)::bigint
                   AS rounding_minor,
               coalesce(sum(amount_minor - fee_minor) FILTER (WHERE final AND movement <> 'settlement'), 0)::bigint
                   AS net_minor,
               (-sum(amount_minor) FILTER (WHERE final AND movement = 'settlement'))::bigint AS told_minor,
               max(said) FILTER (WHERE movement = 'settlement') AS told_as,
               CASE WHEN min(said) = max(said) THEN min(said) END AS said,
               bool_or(difference IS NOT DISTINCT FROM 'repeated') AND EXISTS (
                   SELECT FROM settlement_batch AS other
                   WHERE other.casino_id = $2 AND other.provider = $3 AND other.file_id <> $1 AND other.name = line.name
                     AND other.currency = line.currency AND other.state NOT IN ('replaced', 'repeated')
               ) AS repeated
        FROM line GROUP BY name, currency
    )
    INSERT INTO settlement_batch (
        id, file_id, casino_id, provider, name, said, currency, lines, gross_minor, fee_minor, rounding_minor,
        arrives_minor, booked_at, state)
    SELECT md5(concat_ws('|', $1::text, name, currency))::uuid, $1, $2, $3, name, coalesce(told_as, said), currency,
           lines, gross_minor, fee_minor, rounding_minor,
           CASE WHEN told_minor IS NOT NULL THEN told_minor WHEN name = '' THEN 0 ELSE net_minor END, booked_at,
           CASE WHEN $4::text IS NOT NULL THEN $4
                WHEN name <> '' AND repeated THEN 'repeated'
                WHEN told_minor IS NOT NULL AND lines > 1 AND told_minor <> net_minor THEN 'mismatched'
                WHEN coalesce(told_minor, CASE WHEN name = '' THEN 0 ELSE net_minor END) = 0 THEN 'settled'
                ELSE 'open' END
    FROM summed
    ON CONFLICT (id) DO UPDATE
    SET lines = excluded.lines, gross_minor = excluded.gross_minor, fee_minor = excluded.fee_minor,
        rounding_minor = excluded.rounding_minor, arrives_minor = excluded.arrives_minor,
        booked_at = excluded.booked_at, state = excluded.state
    WHERE settlement_batch.state = 'comparing'"""
"""$4 is given while its lines are about to be compared; from then on no other file tells of it for the first time.
A file without batches settles by its withdrawals: each is a batch of its own, and the other lines are one that never
arrives; what another file told of them is left out. Of a batch with a line for its payout, that line
must be what the others add up to."""

OVERDUE = """
    WITH due AS (
        SELECT id FROM settlement_expectation WHERE state = 'open' AND due_at < $1
        ORDER BY due_at LIMIT $2 FOR UPDATE SKIP LOCKED
    ), found AS (
        UPDATE settlement_expectation AS movement SET state = 'missing_at_provider' FROM due WHERE movement.id = due.id
    )
    SELECT count(*) FROM due"""

OLDEST = """
    SELECT DISTINCT ON (casino_id, provider, currency)
           movement.id AS expectation_id, casino_id, provider, currency, booked_at,
           coalesce(terms.alarm_days, 7) AS alarm_days
    FROM settlement_expectation AS movement LEFT JOIN settlement_terms AS terms USING (casino_id, provider, currency)
    WHERE state IN ('open', 'missing_at_provider', 'mismatched')
    ORDER BY casino_id, provider, currency, booked_at"""
