"""The statements of an exchange: what is known of money goes with it into the other currency."""

from payments.adapters.fraud.sql import ADDED, MOST
from payments.domain.fraud.features import COUNTED


def _share(sum_minor: str, part: str) -> str:
    """So much of a sum as went with the exchange, in units of `part`: $5 what was sold, $6 what that bought. $7 is
    what there was to be sold, on hold or not.
    """
    return f"greatest(least(trunc({sum_minor}::numeric * {part} / $7::bigint), {MOST}), -{MOST})::bigint"


def _less(*sums: str) -> str:
    return ", ".join(f"{name} = of.{name} - {_share(f'of.{name}', '$5::bigint')}" for name in sums)


def _more(*sums: str) -> str:
    return ", ".join(
        f"{name} = least(of.{name}::numeric + {_share(f'had.{name}', '$6::bigint')}, {MOST})::bigint" for name in sums
    )


_COUNTED = ("credited_minor", "withdrawn_minor")
_PLAYED = ("wagered_minor", "wagered_since_empty_minor", "deposited_since_empty_minor")
_BOUGHT = ", ".join(_share(f"had.{name}", "$6::bigint") if name in _COUNTED else "0" for name in COUNTED)

COUNTED_TOO = f"""
    WITH had AS (
        SELECT grain, bucket, credited_minor, withdrawn_minor FROM fraud_counter
        WHERE casino_id = $1 AND kind = 'player' AND key = $2::uuid::text AND currency = $3
            AND (credited_minor <> 0 OR withdrawn_minor <> 0)
        ORDER BY grain, bucket FOR UPDATE
    ), taken AS (
        UPDATE fraud_counter AS of SET {_less(*_COUNTED)} FROM had
        WHERE of.casino_id = $1 AND of.kind = 'player' AND of.key = $2::uuid::text AND of.currency = $3
            AND of.grain = had.grain AND of.bucket = had.bucket
    )
    INSERT INTO fraud_counter AS c (casino_id, currency, kind, key, grain, bucket, {", ".join(COUNTED)})
    SELECT $1, $4, 'player', $2::uuid::text, had.grain, had.bucket, {_BOUGHT} FROM had ORDER BY had.grain, had.bucket
    ON CONFLICT (casino_id, kind, key, grain, bucket, currency) DO UPDATE SET {ADDED}"""  # noqa: S608 - names of columns
"""Each stretch of time to the same of the other currency, so that it is as long ago as it was."""

PLAYED_TOO = f"""
    WITH had AS (
        SELECT * FROM fraud_play WHERE casino_id = $1 AND player_id = $2 AND currency = $3
    ), taken AS (
        UPDATE fraud_play AS of SET {_less(*_PLAYED)}
        WHERE of.casino_id = $1 AND of.player_id = $2 AND of.currency = $3
    )
    UPDATE fraud_play AS of SET {_more(*_PLAYED)}, stakes_since = greatest(of.stakes_since, had.stakes_since)
    FROM had WHERE of.casino_id = $1 AND of.player_id = $2 AND of.currency = $4"""  # noqa: S608 - names of columns
"""The ledger's entries were looked at in both currencies before."""

STAKED_TOO = f"""
    WITH had AS (
        SELECT grain, bucket, staked_minor FROM fraud_stake
        WHERE casino_id = $1 AND player_id = $2 AND currency = $3
    ), taken AS (
        UPDATE fraud_stake AS of SET {_less("staked_minor")}
        WHERE of.casino_id = $1 AND of.player_id = $2 AND of.currency = $3
    )
    INSERT INTO fraud_stake AS of (casino_id, player_id, currency, grain, bucket, staked_minor)
    SELECT $1, $2, $4, had.grain, had.bucket, {_share("had.staked_minor", "$6::bigint")} FROM had
    ON CONFLICT (casino_id, player_id, currency, grain, bucket)
    DO UPDATE SET staked_minor = least(of.staked_minor::numeric + excluded.staked_minor, {MOST})::bigint"""  # noqa: S608 - names of columns
