"""The statements that compare lines with what the ledger expects, in sets."""

from payments.domain.reconciliation.terms import PRICE_TOLERANCE_BPS, UNAGREED_SHARE_BPS

SAID_SHA256 = "sha256(convert_to(casino_id::text || coalesce(said, ''), 'UTF8'))"
"""By which what a bank said of a line is known again when it is no longer kept."""

BATCH_NAME = "coalesce(batch, CASE WHEN movement = 'settlement' THEN coalesce(said, line::text) ELSE '' END)"
"""What a line is settled with; empty: with nothing that arrives."""

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

RATES = """rate AS MATERIALIZED (
        SELECT * FROM unnest($7::text[], $8::numeric[], $9::int[]) AS rate(currency, per_base, places)
    )"""
"""Published rates: how many of each currency one of the base is worth, NULL where none is, and its decimal places."""

AGAIN = """ON CONFLICT (item_id) DO UPDATE
        SET file_id = excluded.file_id, expectation_id = excluded.expectation_id,
            sold_currency = excluded.sold_currency, sold_minor = excluded.sold_minor,
            bought_currency = excluded.bought_currency, bought_minor = excluded.bought_minor,
            rate = excluded.rate, published_minor = excluded.published_minor, off_bps = excluded.off_bps,
            source = excluded.source, as_of = excluded.as_of, booked_at = excluded.booked_at,
            posted_as = excluded.posted_as, undone = false
        WHERE settlement_conversion.undone"""
"""The line explained the payment before, with lines of a file that was replaced since."""

OFF_BPS = "((bought_minor - published_minor) * 10000 / nullif(published_minor, 0))::bigint"

CONVERTED = """
        LEFT JOIN rate AS settled
            ON settled.currency = CASE WHEN sold.currency <> bought.currency THEN bought.currency END
        LEFT JOIN rate AS paid
            ON paid.currency = CASE WHEN sold.currency <> bought.currency THEN sold.currency END
        LEFT JOIN LATERAL (
            SELECT trunc(sold.amount_minor * settled.per_base * 10::numeric ^ settled.places
                         / (paid.per_base * 10::numeric ^ paid.places)) AS minor,
                   round(abs(bought.amount_minor) * 10::numeric ^ paid.places
                         / nullif(abs(sold.amount_minor) * 10::numeric ^ settled.places, 0), 12) AS own_rate
        ) AS published ON true"""
"""What published rates would have made of `sold`, rounded down, and at what rate it became `bought`."""

COMPARE = f"""
    WITH {RATES}, keys AS MATERIALIZED (
        SELECT DISTINCT reference_id, movement FROM settlement_item
        WHERE file_id = $1 AND line > $2 AND line <= $3 AND state = 'staged' AND reference_id IS NOT NULL
    ), said AS MATERIALIZED (
        SELECT item.reference_id, item.movement, sum(item.amount_minor)::bigint AS amount_minor,
               sum(item.fee_minor)::bigint AS fee_minor, count(*) AS lines, min(item.currency) AS currency,
               min(item.currency) = max(item.currency) AS one_currency, bool_and(item.final) AS final,
               sum(item.paid_minor)::bigint AS paid_minor, count(*) = count(item.paid_minor) AS paid_told,
               min(item.paid_currency) AS paid_from, max(item.paid_currency) AS paid_to, max(item.id) AS item_id
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
        SELECT bought.reference_id, bought.movement, bought.item_id, sold.expectation_id,
               sold.currency AS sold_currency, sold.amount_minor AS sold_minor,
               bought.currency AS bought_currency, bought.amount_minor AS bought_minor,
               published.own_rate AS rate, published.minor AS published_minor,
               CASE WHEN published.own_rate IS NULL THEN bought.amount_minor - coalesce(sold.amount_minor, 0)
                    ELSE bought.amount_minor - published.minor END AS off_minor,
               bought.fee_minor - fee.agreed_minor AS fee_off_minor,
               CASE
                   WHEN sold.reference_id IS NULL AND NOT bought.final THEN 'agreed'
                   WHEN sold.reference_id IS NULL AND EXISTS (
                       SELECT FROM settlement_expectation AS earlier
                       WHERE earlier.reference_id = bought.reference_id AND earlier.movement = bought.movement
                         AND earlier.casino_id = $4 AND earlier.provider = $5
                   ) THEN 'repeated'
                   WHEN sold.reference_id IS NULL THEN 'unknown_reference'
                   WHEN NOT bought.final THEN 'status'
                   WHEN NOT bought.one_currency OR NOT sold.one_currency THEN 'currency'
                   WHEN bought.currency <> sold.currency AND (
                       bought.paid_from <> sold.currency OR bought.paid_to <> sold.currency) THEN 'currency'
                   WHEN bought.currency <> sold.currency AND bought.paid_told
                       AND abs(bought.paid_minor - sold.amount_minor) > coalesce(paid_terms.tolerance_minor, 0)
                       THEN 'amount'
                   WHEN bought.currency <> sold.currency AND coalesce(
                       abs(bought.amount_minor - published.minor) * 10000
                           > abs(published.minor) * coalesce(terms.rate_tolerance_bps, 0), true) THEN 'rate'
                   WHEN bought.currency = sold.currency
                       AND abs(bought.amount_minor - sold.amount_minor) > coalesce(terms.tolerance_minor, 0)
                       THEN 'amount'
                   WHEN abs(bought.fee_minor - fee.agreed_minor) > terms.fee_tolerance_minor THEN 'fee'
               END AS difference
        FROM said AS bought
        LEFT JOIN known AS sold USING (reference_id, movement)
        LEFT JOIN settlement_terms AS terms
            ON terms.casino_id = $4 AND terms.provider = $5 AND terms.currency = bought.currency
        LEFT JOIN settlement_terms AS paid_terms
            ON paid_terms.casino_id = $4 AND paid_terms.provider = $5 AND paid_terms.currency = sold.currency
        {CONVERTED.strip()}
        LEFT JOIN LATERAL (
            SELECT coalesce(terms.fee_fixed_minor, 0) * bought.lines
                   + (abs(bought.amount_minor)::numeric * coalesce(terms.fee_bps, 0) / 10000)::bigint AS agreed_minor
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
    ), converted AS (
        INSERT INTO settlement_conversion (
            item_id, file_id, casino_id, provider, expectation_id, sold_currency, sold_minor, bought_currency,
            bought_minor, rate, published_minor, off_bps, source, as_of, booked_at)
        SELECT item_id, $1, $4, $5, expectation_id, sold_currency, sold_minor, bought_currency, bought_minor, rate,
               published_minor, {OFF_BPS}, $10::text, $11::date, $6
        FROM decided WHERE rate IS NOT NULL AND coalesce(difference, 'fee') = 'fee'
        {AGAIN}
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
            WHEN decided.difference IS NOT NULL OR decided.rate IS NULL THEN decided.off_minor
        END,
        off_minor = CASE
            WHEN coalesce(decided.difference, 'fee') = 'fee' AND decided.rate IS NULL AND item.id = decided.item_id
                THEN decided.off_minor
        END,
        expectation_id = decided.expectation_id,
        ended_at = CASE WHEN decided.difference IS NULL THEN $6::timestamptz END
    FROM decided
    WHERE item.reference_id = decided.reference_id AND item.movement = decided.movement
      AND item.casino_id = $4 AND item.provider = $5
      AND (item.state = 'staged' AND item.file_id = $1
           OR item.state IN ('mismatched', 'missing_in_ledger') AND item.difference NOT IN ('fee', 'repeated'))"""  # noqa: S608
"""All lines and all movements of one payment that go the same way are held against each other as sums: one line for
several movements, or several lines for one (captured in parts), are the ordinary case with other numbers. Lines of
another file that was not compared yet may be the same ones, told again; those that are known to be do not count.
Where it was settled in another currency, what was paid is held against the movements, and what was settled against what
published rates make of them."""

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
    SET state = 'matched', difference_minor = one.off_minor, off_minor = one.off_minor,
        expectation_id = one.expectation_id, ended_at = $2
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

ANOTHERS = """
    WITH first AS MATERIALIZED (
        SELECT reference_id FROM settlement_item WHERE file_id = $1 AND reference_id IS NOT NULL
        ORDER BY line LIMIT 1000
    ), named AS MATERIALIZED (
        SELECT movement.casino_id = $2 AS ours FROM first JOIN settlement_expectation AS movement USING (reference_id)
    )
    SELECT coalesce((SELECT bool_and(NOT ours) FROM named), false) AND NOT EXISTS (
        SELECT FROM settlement_item AS item JOIN settlement_expectation AS movement USING (reference_id)
        WHERE item.file_id = $1 AND movement.casino_id = $2)"""
"""Most files are told by their first lines; the others are looked at whole."""

TOLD_BEFORE = f"""
    WITH mine AS (
        SELECT {BATCH_NAME} AS name,
               currency, min(booked_at) AS first_at
        FROM settlement_item WHERE file_id = $1 GROUP BY 1, 2
    )
    SELECT DISTINCT other.file_id FROM settlement_batch AS other JOIN mine USING (name, currency)
    WHERE other.casino_id = $2 AND other.provider = $3 AND other.file_id <> $1 AND other.state <> 'replaced'
      AND (name <> '' OR other.booked_at >= mine.first_at)"""  # noqa: S608 - an expression of our own
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

BATCHES = f"""
    WITH line AS (
        SELECT *, {BATCH_NAME} AS name
        FROM settlement_item
        WHERE file_id = $1 AND NOT (batch IS NULL AND difference IS NOT DISTINCT FROM 'repeated')
    ), summed AS (
        SELECT name, currency, count(*) AS lines, max(booked_at) AS booked_at,
               coalesce(sum(amount_minor) FILTER (WHERE final AND movement <> 'settlement'), 0)::bigint AS gross_minor,
               coalesce(sum(fee_minor) FILTER (WHERE final), 0)::bigint AS fee_minor,
               coalesce(-sum(coalesce(off_minor, CASE WHEN state = 'matched' AND difference IS NULL
                                                      THEN difference_minor END)), 0)::bigint AS rounding_minor,
               coalesce(sum(amount_minor - fee_minor) FILTER (WHERE final AND movement <> 'settlement'), 0)::bigint
                   AS net_minor,
               (-sum(amount_minor) FILTER (WHERE final AND movement = 'settlement'))::bigint AS told_minor,
               max(said) FILTER (WHERE movement = 'settlement') AS told_as,
               CASE WHEN min(said) = max(said) THEN min(said) END AS said,
               bool_or(difference IS NOT DISTINCT FROM 'repeated') AND EXISTS (
                   SELECT FROM settlement_batch AS other
                   WHERE other.casino_id = $2 AND other.provider = $3 AND other.file_id <> $1 AND other.name = line.name
                     AND other.currency = line.currency AND other.state NOT IN ('replaced', 'repeated')
               ) AS repeated,
               coalesce(bool_or(final AND movement = 'fee' AND fee_minor < 0), false) AS gives_back
        FROM line GROUP BY name, currency
    ), agreed AS MATERIALIZED (
        SELECT currency, fee_share_bps, fee_bps, fee_fixed_minor FROM settlement_terms
        WHERE casino_id = $2 AND provider = $3
    ), price AS MATERIALIZED (
        SELECT currency, coalesce(fee_bps, 0) AS bps, coalesce(fee_fixed_minor, 0) AS fixed_minor FROM agreed
        WHERE coalesce(fee_bps, fee_fixed_minor) IS NOT NULL
        UNION ALL
        SELECT currency, method.bps, method.fixed_minor FROM (SELECT DISTINCT currency FROM summed) AS settled,
            LATERAL (
                SELECT coalesce((said ->> 'fee_bps')::int, 0) AS bps,
                       coalesce((said -> 'fee_fixed_minor' ->> settled.currency)::bigint, 0) AS fixed_minor
                FROM provider_setting, jsonb_each(methods) AS known(name, said)
                WHERE casino_id = $2 AND provider = $3
            ) AS method
        WHERE (method.bps > 0 OR method.fixed_minor > 0) AND NOT EXISTS (
            SELECT FROM agreed
            WHERE agreed.currency = settled.currency AND coalesce(fee_bps, fee_fixed_minor) IS NOT NULL)
    ), explained AS (
        SELECT line.name, line.currency, sum(moved.minor)::bigint AS explained_minor,
               sum((SELECT max(ceil(moved.minor * bps::numeric / 10000) + fixed_minor) FROM price
                    WHERE price.currency = line.currency)) AS priced_minor,
               coalesce(sum(CASE movement.movement WHEN 'reversal' THEN (
                   SELECT sum(fee_minor) FROM rm_dispute_list AS dispute
                   WHERE deposit_id = movement.reference_id AND dispute.provider = $3
                     AND fee_currency = line.currency) END), 0) AS disputed_minor
        FROM line
        JOIN settlement_expectation AS movement
            ON movement.id = line.expectation_id AND movement.item_id = line.id AND movement.state = 'matched'
        LEFT JOIN settlement_conversion AS conversion ON conversion.item_id = line.id AND NOT conversion.undone
        CROSS JOIN LATERAL (SELECT abs(coalesce(conversion.bought_minor, movement.amount_minor)) AS minor) AS moved
        WHERE conversion.item_id IS NOT NULL OR movement.currency = line.currency
        GROUP BY 1, 2
    ), judged AS (
        SELECT summed.*, coalesce(explained.explained_minor, 0) AS explained_minor,
               CASE WHEN told_minor IS NOT NULL THEN told_minor WHEN name = '' THEN 0 ELSE net_minor END
                   AS arrives_minor,
               CASE WHEN $4::text IS NOT NULL THEN $4
                    WHEN name <> '' AND repeated THEN 'repeated'
                    WHEN told_minor IS NOT NULL AND lines > 1 AND told_minor <> net_minor THEN 'mismatched'
                    WHEN coalesce(told_minor, CASE WHEN name = '' THEN 0 ELSE net_minor END) = 0 THEN 'settled'
                    ELSE 'open' END AS state,
               gives_back OR fee_minor < 0 OR fee_minor::numeric * 10000 > coalesce(
                   CASE WHEN fee_share_bps IS NOT NULL THEN explained_minor::numeric * fee_share_bps
                        WHEN priced_minor IS NOT NULL THEN (priced_minor + disputed_minor) * 10000
                            + explained_minor::numeric * {PRICE_TOLERANCE_BPS}
                        ELSE disputed_minor * 10000 + explained_minor::numeric * {UNAGREED_SHARE_BPS} END, 0)
                   AS too_much
        FROM summed
        LEFT JOIN explained USING (name, currency)
        LEFT JOIN agreed USING (currency)
    )
    INSERT INTO settlement_batch (
        id, file_id, casino_id, provider, name, said, currency, lines, gross_minor, fee_minor, rounding_minor,
        arrives_minor, booked_at, explained_minor, state, state_then)
    SELECT md5(concat_ws('|', $1::text, name, currency))::uuid, $1, $2, $3, name, coalesce(told_as, said), currency,
           lines, gross_minor, fee_minor, rounding_minor, arrives_minor, booked_at, explained_minor,
           CASE WHEN too_much AND state NOT IN ('comparing', 'repeated') THEN 'mismatched' ELSE state END,
           CASE WHEN too_much AND state NOT IN ('comparing', 'repeated') THEN state END
    FROM judged
    ON CONFLICT (id) DO UPDATE
    SET lines = excluded.lines, gross_minor = excluded.gross_minor, fee_minor = excluded.fee_minor,
        rounding_minor = excluded.rounding_minor, arrives_minor = excluded.arrives_minor,
        booked_at = excluded.booked_at, explained_minor = excluded.explained_minor, state = excluded.state,
        state_then = excluded.state_then
    WHERE settlement_batch.state = 'comparing'"""  # noqa: S608 - figures of our own
"""$4 is given while its lines are about to be compared; from then on no other file tells of it for the first time.
A file without batches settles by its withdrawals: each is a batch of its own, and the other lines are one that never
arrives; what another file told of them is left out. Of a batch with a line for its payout, that line
must be what the others add up to.
Fees are held against what the ledger knows of: each payment counts once, with the line that explains it, so that no
file makes room for fees by what it says itself. Of that they may be the share that was agreed on; else the agreed price
of each payment, or that of the dearest method, with a tolerance; else the share that holds where nothing was agreed;
and beside these what the provider told of disputes. Those that are more, and any that are given back, wait."""

OVERDUE = """
    WITH due AS (
        SELECT id FROM settlement_expectation WHERE state = 'open' AND due_at < $1
        ORDER BY due_at LIMIT $2 FOR UPDATE SKIP LOCKED
    ), found AS (
        UPDATE settlement_expectation AS movement SET state = 'missing_at_provider' FROM due WHERE movement.id = due.id
    )
    SELECT count(*) FROM due"""

OLDEST = """
    WITH RECURSIVE oldest AS (
        SELECT '00000000-0000-0000-0000-000000000000'::uuid AS casino_id, '' AS provider, '' AS currency,
               NULL::timestamptz AS booked_at, NULL::uuid AS about
        UNION ALL
        SELECT next.* FROM oldest AS before CROSS JOIN LATERAL (
            (SELECT casino_id, provider, currency, booked_at, id AS about FROM settlement_expectation
             WHERE state IN ('open', 'missing_at_provider', 'mismatched')
               AND (casino_id, provider, currency) > (before.casino_id, before.provider, before.currency)
             ORDER BY casino_id, provider, currency, booked_at LIMIT 1)
            UNION ALL
            (SELECT casino_id, provider, currency, booked_at, id FROM settlement_batch
             WHERE state IN ('open', 'mismatched')
               AND (casino_id, provider, currency) > (before.casino_id, before.provider, before.currency)
             ORDER BY casino_id, provider, currency, booked_at LIMIT 1)
            UNION ALL
            (SELECT casino_id, provider, currency, booked_at, md5('settlement_item-' || id)::uuid FROM settlement_item
             WHERE state IN ('mismatched', 'missing_in_ledger') AND difference <> 'fee' AND provider IS NOT NULL
               AND (casino_id, provider, currency) > (before.casino_id, before.provider, before.currency)
             ORDER BY casino_id, provider, currency, booked_at LIMIT 1)
            ORDER BY casino_id, provider, currency, booked_at LIMIT 1
        ) AS next
    )
    SELECT oldest.about, casino_id, provider, currency, booked_at, coalesce(terms.alarm_days, 7) AS alarm_days
    FROM oldest LEFT JOIN settlement_terms AS terms USING (casino_id, provider, currency)
    WHERE booked_at IS NOT NULL"""
"""What keeps a clearing account from zero: a movement nobody told of, a batch that did not arrive, a line of nobody.
Each account is found behind the one before, and its oldest first, in indexes in that order: however many wait, it is
one look-up for each account."""
