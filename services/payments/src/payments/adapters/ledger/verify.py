"""Re-computes every invariant of the books from the entries, and what they are held to: `python -m payments verify`.

It reads one snapshot while the service goes on, so it may run at any time; it takes as long as reading everything does.
"""

# ruff: noqa: S608 - the queries are put together from parts that are written here

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import asyncpg

from chassis.db.engine import plain_url
from contracts.seals import Seal
from payments.adapters.ledger import at_providers, guards
from payments.adapters.ledger.bonus_moves import bonuses_posted
from payments.adapters.ledger.causes import not_posted, not_said
from payments.adapters.ledger.chain import OVERDUE_AFTER, Broken, TakenAway, unsealed, walked
from payments.adapters.ledger.settled import batches_posted, decisions_posted
from payments.adapters.ledger.shown import Shown, as_events_say, as_told

_SHOWN = 10


@dataclass(frozen=True, slots=True)
class Finding:
    """One invariant and the rows that break it: none when it holds. `beside` is told too, and breaks nothing."""

    name: str
    broken: tuple[str, ...]
    more: int = 0
    beside: tuple[str, ...] = ()

    @property
    def holds(self) -> bool:
        """Whether it holds."""
        return not self.broken


_LEGS = """legs AS (
    SELECT seq, debit_account AS account_id, -amount_minor AS delta, debit_balance AS recorded FROM transfer
    UNION ALL
    SELECT seq, credit_account, amount_minor, credit_balance FROM transfer)"""

_CARRIED = """carried AS (
    SELECT account_id, sum(sum_minor) AS minor, max(last_seq) AS last_seq
    FROM ledger_carried JOIN ledger_away_now USING (month) GROUP BY account_id)"""
"""What months that were taken away did to accounts: the sums of what is left begin from there."""

_PUT_ASIDE = """put_aside AS (
    SELECT reference_id, wallet_id,
        CASE WHEN kind IN ('withdrawal_hold', 'refund_hold', 'refund_owed') THEN amount_minor ELSE -amount_minor END
            AS minor
    FROM transfer WHERE kind IN ('withdrawal_hold', 'withdrawal_release', 'withdrawal_paid', 'withdrawal_fee',
                                 'refund_hold', 'refund_owed', 'refund_release', 'refund_paid')
    UNION ALL
    SELECT reference_id, wallet_id, open_minor FROM ledger_carried_withdrawal JOIN ledger_away_now USING (month))"""
"""What withdrawals and refunds took from a wallet and have not ended yet."""

_WAITING = "waiting AS (SELECT account_id, sum(delta_minor) AS delta FROM account_delta GROUP BY account_id)"

CHECKS: dict[str, str] = {
    "I1 all accounts of a currency sum to zero": f"""
        WITH {_WAITING}
        SELECT casino_id, currency, sum(balance_minor + coalesce(delta, 0)) AS sum_minor
        FROM account LEFT JOIN waiting ON account_id = id GROUP BY 1, 2
        HAVING sum(balance_minor + coalesce(delta, 0)) <> 0""",
    "I1 what months that were taken away carry forward sums to zero": f"""
        WITH {_CARRIED}
        SELECT casino_id, currency, sum(minor) AS sum_minor FROM carried LEFT JOIN account ON id = account_id
        GROUP BY 1, 2 HAVING sum(minor) <> 0""",
    "I2 what months that were taken away carry forward is what their days summed up to": """
        WITH carried AS (
            SELECT month, casino_id, currency, type, sum(sum_minor) AS minor
            FROM ledger_carried LEFT JOIN account ON id = account_id GROUP BY 1, 2, 3, 4
        ), summed AS (
            SELECT date_trunc('month', day)::date AS month, casino_id, currency, type, sum(sum_minor) AS minor
            FROM ledger_day WHERE date_trunc('month', day)::date IN (SELECT month FROM ledger_away) GROUP BY 1, 2, 3, 4)
        SELECT month, casino_id, currency, type, carried.minor AS carried, summed.minor AS summed
        FROM carried FULL JOIN summed USING (month, casino_id, currency, type)
        WHERE coalesce(carried.minor, 0) <> coalesce(summed.minor, 0)""",
    "I2 every balance is the sum of its entries": f"""
        WITH {_WAITING}, {_LEGS}, {_CARRIED}, sums AS (
            SELECT account_id, sum(delta) AS entries FROM (
                SELECT account_id, delta FROM legs UNION ALL SELECT account_id, minor FROM carried) AS all_of_it
            GROUP BY 1)
        SELECT id AS account_id, balance_minor + coalesce(waiting.delta, 0) AS balance_minor,
               coalesce(entries, 0) AS entries
        FROM account LEFT JOIN sums ON sums.account_id = id LEFT JOIN waiting ON waiting.account_id = id
        WHERE balance_minor + coalesce(waiting.delta, 0) <> coalesce(entries, 0)""",
    "I2 every recorded balance is the sum of the entries up to it": f"""
        WITH {_LEGS}, {_CARRIED}, running AS (
            SELECT legs.*, last_seq,
                   coalesce(minor, 0) + sum(delta) OVER (PARTITION BY account_id ORDER BY seq) AS balance
            FROM legs JOIN account ON id = account_id LEFT JOIN carried USING (account_id)
            WHERE player_id IS NOT NULL)
        SELECT account_id, seq, balance, recorded FROM running
        WHERE recorded IS DISTINCT FROM balance AND seq > coalesce(last_seq, 0)""",
    "I2 the cash beside every movement of a player is what it was then": f"""
        WITH {_CARRIED}, running AS (
            SELECT seq, wallet_id, cash_after, last_seq,
                   coalesce(minor, 0) + sum(
                       CASE wallet_id WHEN credit_account THEN amount_minor WHEN debit_account THEN -amount_minor
                       ELSE 0 END) OVER (PARTITION BY wallet_id ORDER BY seq) AS cash
            FROM transfer LEFT JOIN carried ON account_id = wallet_id WHERE wallet_id IS NOT NULL)
        SELECT wallet_id, seq, cash, cash_after FROM running
        WHERE cash_after IS DISTINCT FROM cash AND seq > coalesce(last_seq, 0)""",
    "I2 the bonus beside every movement of a player is what it was then": f"""
        WITH {_LEGS}, {_CARRIED}, bonus AS (
            SELECT account.id, wallet.id AS wallet_id FROM account JOIN account AS wallet
                ON (wallet.player_id, wallet.casino_id, wallet.currency, wallet.type)
                 = (account.player_id, account.casino_id, account.currency, 'cash')
            WHERE account.type = 'bonus'
        ), running AS (
            SELECT seq, transfer.wallet_id, bonus_after, bonus_minor, kind, last_seq,
                   coalesce(minor, 0) + sum(
                       CASE bonus.id WHEN credit_account THEN amount_minor WHEN debit_account THEN -amount_minor
                       ELSE 0 END) OVER (PARTITION BY bonus.id ORDER BY seq) AS bonus
            FROM transfer JOIN bonus USING (wallet_id) LEFT JOIN carried ON account_id = bonus.id)
        SELECT wallet_id, seq, bonus, bonus_after FROM running
        WHERE (bonus_after <> bonus OR bonus_after IS NULL AND bonus <> 0) AND seq > coalesce(last_seq, 0)""",
    "I2 the sums of each day are those of its entries": """
        WITH sides AS (
            SELECT posted_at, casino_id, currency, debit_type AS type, -amount_minor AS minor FROM transfer
            UNION ALL
            SELECT posted_at, casino_id, currency, credit_type, amount_minor FROM transfer
        ), found AS (
            SELECT (posted_at AT TIME ZONE 'UTC')::date AS day, casino_id, currency, type, sum(minor) AS minor
            FROM sides
            WHERE (posted_at AT TIME ZONE 'UTC')::date <= (SELECT max(day) FROM ledger_day) GROUP BY 1, 2, 3, 4
        ), kept AS (
            SELECT * FROM ledger_day WHERE date_trunc('month', day)::date NOT IN (SELECT month FROM ledger_away_now))
        SELECT day, casino_id, currency, type, sum_minor, minor
        FROM kept FULL JOIN found USING (day, casino_id, currency, type) WHERE sum_minor IS DISTINCT FROM minor""",
    "I3 no account was ever below its floor": f"""
        WITH {_LEGS}
        SELECT account_id, seq, recorded, floor_minor FROM legs JOIN account ON id = account_id
        WHERE recorded < floor_minor""",
    "I3 nobody ever paid more than he owed": f"""
        WITH {_LEGS}
        SELECT account_id, seq, recorded FROM legs JOIN account ON id = account_id
        WHERE type IN ('owed', 'chargeback_receivable') AND recorded > 0""",
    "I4 transfers stay within one casino and currency": """
        SELECT transfer.id FROM transfer
        LEFT JOIN account AS debit ON debit.id = debit_account LEFT JOIN account AS credit ON credit.id = credit_account
        WHERE (debit.casino_id, debit.currency) IS DISTINCT FROM (credit.casino_id, credit.currency)
           OR debit.id IS NULL OR credit.id IS NULL""",
    "I4 what stands beside a transfer is what its accounts say": """
        SELECT transfer.id FROM transfer
        JOIN account AS debit ON debit.id = debit_account JOIN account AS credit ON credit.id = credit_account
        WHERE (transfer.casino_id, transfer.currency, transfer.player_id, debit_type, credit_type) IS DISTINCT FROM
            (debit.casino_id, debit.currency, coalesce(debit.player_id, credit.player_id), debit.type, credit.type)""",
    "I4 what was rolled back was rolled back whole, once, for the same player": """
        SELECT back.id FROM transfer AS back JOIN transfer AS forth ON forth.id = back.reversal_of
        WHERE CASE back.kind WHEN 'tombstone' THEN forth.kind IN ('bet', 'win') ELSE
            (back.kind, back.wallet_id, back.debit_account, back.credit_account) IS DISTINCT FROM
            ('rollback_' || forth.kind, forth.wallet_id, forth.credit_account, forth.debit_account)
            OR CASE back.debit_type WHEN 'bonus' THEN back.amount_minor > forth.amount_minor
               ELSE back.amount_minor <> forth.amount_minor END
            OR back.seq < forth.seq END""",
    "I9 an exchange is two entries of its amounts, and has its rate": f"""
        WITH {at_providers.SINCE}
        SELECT coalesce(made.id, posted.group_id) AS id, sold_minor, bought_minor, minors FROM ledger_exchange AS made
        FULL JOIN (
            SELECT group_id, array_agg((debit_type = 'cash', currency, amount_minor)::text ORDER BY seq) AS minors
            FROM transfer WHERE kind = 'exchange' GROUP BY group_id) AS posted ON posted.group_id = made.id
        CROSS JOIN since
        WHERE minors IS DISTINCT FROM
            ARRAY[(true, sold_currency, sold_minor)::text, (false, bought_currency, bought_minor)::text]
          AND (minors IS NOT NULL OR exchanged_at >= since.at)""",
    "I9 what was settled in another currency is two entries of its sums, and has its rate": f"""
        WITH {at_providers.SINCE}, kept AS (
            SELECT posted_as, currency, sum(minor) AS minor FROM settlement_conversion, LATERAL (
                VALUES (sold_currency, -sold_minor), (bought_currency, bought_minor)) AS side(currency, minor)
            WHERE posted_as IS NOT NULL AND NOT undone GROUP BY 1, 2
        ), posted AS (
            SELECT reference_id AS posted_as, currency,
                   sum(CASE debit_type WHEN 'psp_clearing' THEN amount_minor ELSE -amount_minor END) AS minor
            FROM transfer WHERE kind = 'settlement_exchange' GROUP BY 1, 2
        ), old AS (
            SELECT DISTINCT posted_as FROM settlement_conversion
            JOIN settlement_file AS file ON file.id = file_id JOIN since ON uploaded_at < since.at)
        SELECT posted_as, currency, kept.minor AS kept, posted.minor AS posted
        FROM kept FULL JOIN posted USING (posted_as, currency)
        WHERE coalesce(kept.minor, 0) <> coalesce(posted.minor, 0)
          AND NOT EXISTS (SELECT FROM old WHERE old.posted_as = coalesce(kept.posted_as, posted.posted_as))""",
    "I9 what of a movement goes over the bonus stands beside it in its group": """
        SELECT id, bonus_minor FROM transfer AS whole WHERE bonus_minor IS NOT NULL AND NOT EXISTS (
            SELECT FROM transfer AS part
            WHERE part.posted_at = whole.posted_at AND part.seq < whole.seq
              AND (part.group_id, part.amount_minor, part.kind, part.wallet_id)
                = (whole.id, whole.bonus_minor, whole.kind, whole.wallet_id)
              AND 'bonus' IN (part.debit_type, part.credit_type))""",
    "I9 what of a win's debt was carried to where debts are paid was paid there": """
        SELECT carried.id, carried.amount_minor FROM transfer AS carried
        WHERE carried.kind = 'debt_carried' AND NOT EXISTS (
            SELECT FROM transfer AS paid
            WHERE paid.posted_at = carried.posted_at AND paid.seq > carried.seq AND paid.id = carried.group_id
              AND paid.credit_account = carried.debit_account AND paid.amount_minor >= carried.amount_minor
              AND (carried.debit_type, carried.credit_type) = ('chargeback_receivable', 'owed'))""",
    "I4 an id was posted once, in whichever month": """
        SELECT id, count(*) AS times FROM transfer GROUP BY id HAVING count(*) > 1""",
    "I4 the ids of closed months are kept": """
        SELECT id, posted_at FROM transfer WHERE posted_at < (SELECT since FROM ledger_open) AND NOT EXISTS (
            SELECT FROM transfer_closed AS kept
            WHERE (kept.id, kept.posted_at, kept.seq) = (transfer.id, transfer.posted_at, transfer.seq))
        UNION
        SELECT id, posted_at FROM transfer WHERE posted_at < (SELECT since FROM ledger_open)
          AND reversal_of IS NOT NULL AND NOT EXISTS (
            SELECT FROM transfer_closed_reversal AS kept WHERE kept.reversal_of = transfer.reversal_of)""",
    "I4 an id is of one kind of payment": """
        SELECT id, string_agg(made.kind, ', ' ORDER BY made.kind) AS kinds,
               coalesce(taken.kind = 'several', false) AS known
        FROM (
            SELECT id, 'deposit' AS kind FROM rm_deposit_list UNION ALL SELECT id, 'withdrawal' FROM rm_withdrawal_list
            UNION ALL SELECT id, 'refund' FROM rm_refund_list UNION ALL SELECT id, 'adjustment' FROM rm_adjustment_list
            UNION ALL SELECT id, 'exchange' FROM ledger_exchange UNION ALL SELECT id, 'bonus' FROM ledger_bonus
        ) AS made LEFT JOIN payment_id AS taken USING (id)
        GROUP BY id, taken.kind HAVING count(*) > 1""",
    "I5 no withdrawal or refund released or paid more than it held": f"""
        WITH {_PUT_ASIDE}
        SELECT reference_id, sum(minor) AS open FROM put_aside GROUP BY 1 HAVING sum(minor) < 0""",
    "I12 money on hold is the money of open withdrawals and refunds": f"""
        WITH {_PUT_ASIDE}, open AS (SELECT wallet_id, sum(minor) AS minor FROM put_aside GROUP BY 1), held AS (
            SELECT cash.id, sum(hold.balance_minor) AS balance_minor FROM account AS hold
            JOIN account AS cash ON (cash.player_id, cash.casino_id, cash.currency, cash.type)
                                  = (hold.player_id, hold.casino_id, hold.currency, 'cash')
            WHERE hold.type IN ('withdrawal_hold', 'refund_hold') GROUP BY 1)
        SELECT id AS wallet_id, balance_minor, coalesce(open.minor, 0) AS open
        FROM held LEFT JOIN open ON open.wallet_id = id
        WHERE balance_minor <> coalesce(open.minor, 0)""",
    "I13 a month that was taken away held what its seals, its days and its ids say": """
        WITH sealed AS (
            SELECT date_trunc('month', until_at AT TIME ZONE 'UTC')::date AS month, sum(entries) AS entries
            FROM ledger_seal GROUP BY 1
        ), summed AS (
            SELECT date_trunc('month', day)::date AS month, sum(entries) AS sides FROM ledger_day GROUP BY 1
        ), kept AS (
            SELECT date_trunc('month', posted_at AT TIME ZONE 'UTC')::date AS month, count(*) AS ids
            FROM transfer_closed GROUP BY 1)
        SELECT month, away.entries, coalesce(sealed.entries, 0) AS sealed, coalesce(sides, 0) / 2 AS summed,
               coalesce(ids, 0) AS ids, since AS open_since
        FROM ledger_away AS away CROSS JOIN ledger_open
        LEFT JOIN sealed USING (month) LEFT JOIN summed USING (month) LEFT JOIN kept USING (month)
        WHERE (month + interval '1 month') AT TIME ZONE 'UTC' > since
           OR (away.entries, 2 * away.entries, away.entries) <>
              (coalesce(sealed.entries, 0), coalesce(sides, 0), coalesce(ids, 0))""",
    "I13 the events of a stream are numbered without a gap": """
        SELECT stream_id, count(*) AS events, max(version) AS newest FROM event
        GROUP BY stream_id HAVING count(*) <> max(version) OR min(version) <> 1""",
    **guards.CHECKS,
    **at_providers.CHECKS,
}
"""Each query finds what breaks its invariant."""


SEALED = "I13 entries are as they were sealed"
UNSEALED = "I13 entries are sealed when they are old enough"


CAUSED = {
    "I8 what an event moves was posted, once, as it says": not_posted,
    "I8 what was posted an event says": not_said,
    "I8 what was done with bonus money was agreed to, is listed and was posted, and nothing else was": bonuses_posted,
    "I11 the fees and the arrival of a batch are entries, once and as it says": batches_posted,
    "I11 what people decided about a settlement is entries, as they decided, and nothing else is": decisions_posted,
    "I13 events are as others were told of them": as_told,
}
"""Each walks entries against what causes them, and that against the entries; the last, events against what was told."""

SHOWN = "I8 lists of payments show what the payments' events say"


async def verify(
    url: str, key: bytes | None = None, expected: Collection[Seal] = (), *, now: datetime | None = None,
    against_events: bool = False, lists: Sequence[Shown] = (),
) -> list[Finding]:  # fmt: skip
    """Every invariant, as it is in one snapshot of the database at `url`.

    Args:
        key: of the hash chain; without it the seals are not looked at.
        expected: seals as others were told them, to hold those that are here against.
        now: to tell what ought to be sealed and is not; without it nobody looks.
        against_events: whether entries are held against what causes them, too: events of payments, batches, decisions.
        lists: that are held against the events, too.
    """
    raw = await asyncpg.connect(plain_url(url), server_settings={"application_name": "verify-ledger", "jit": "off"})
    try:
        async with raw.transaction(isolation="repeatable_read", readonly=True):
            findings = [await _finding(raw, name, await raw.fetch(query)) for name, query in CHECKS.items()]
            changed = await guards.changed_functions(raw)
            findings.append(await _finding(raw, guards.FUNCTIONS_KEPT, changed))
            if against_events:
                for name, walk in CAUSED.items():
                    found = await walk(raw)
                    findings.append(Finding(name, tuple(found.shown), found.more))
            if lists:
                shown = await as_events_say(raw, lists)
                findings.append(Finding(SHOWN, tuple(shown.shown), shown.more))
            if key is not None:
                findings.append(_seals([one async for one in walked(raw, key, expected)], len(set(expected))))
            if now is not None:
                findings.append(await _unsealed(raw, now))
            return findings
    finally:
        await raw.close()


async def _unsealed(raw: Any, now: datetime) -> Finding:
    """What a sealer would have come to is a fault. What is younger is not, but no seal holds it: so it is told."""
    late, all_ = await unsealed(raw, now - OVERDUE_AFTER), await unsealed(raw, now)
    finding = await _finding(raw, UNSEALED, [late] if late["entries"] else [])
    if not all_["entries"]:
        return finding
    since = f"{all_['since'].astimezone(UTC):%Y-%m-%d %H:%M}"
    return replace(finding, beside=(f"{all_['entries']} entries since {since} UTC are in no seal yet",))


_WHOSE = "SELECT id, type, currency, casino_id, player_id, provider FROM account WHERE id = ANY($1::bigint[])"
_OF_ACCOUNTS = ("account_id", "wallet_id")


async def _finding(raw: Any, name: str, rows: Sequence[Any]) -> Finding:
    known = [row for row in rows if row.get("known")]
    broken = [row for row in rows if not row.get("known")]
    shown = [*broken[:_SHOWN], *known[:_SHOWN]]
    ids = {row.get(of) for row in shown for of in _OF_ACCOUNTS} - {None}
    whose = {row["id"]: row for row in await raw.fetch(_WHOSE, list(ids))} if ids else {}
    beside = [f"known: {_told(row, whose)}" for row in known[:_SHOWN]]
    beside += [f"and {len(known) - _SHOWN} more that are known"] if len(known) > _SHOWN else []
    told = tuple(_told(row, whose) for row in broken[:_SHOWN])
    return Finding(name, told, max(0, len(broken) - _SHOWN), tuple(beside))


def _told(row: Any, whose: Mapping[int, Any]) -> str:
    """What was found in a row, whose account it is beside the account's number, which nobody else knows."""
    parts = []
    for key, value in row.items():
        if key == "known":
            continue
        parts.append(f"{key}={_plain(value)}")
        if key in _OF_ACCOUNTS and value in whose:
            parts += [f"{of}={_plain(said)}" for of, said in whose[value].items() if of != "id" and said is not None]
    return ", ".join(parts)


def _plain(value: object) -> object:
    """Sums come as decimals, and ten thousand of them as 1E+4."""
    return f"{value:f}" if isinstance(value, Decimal) else value


def _seals(found: Sequence[Broken | TakenAway], told: int) -> Finding:
    wrong = [f"{one.kind} {one.number}" for one in found if isinstance(one, Broken)]
    away: dict[date, list[int]] = {}
    for one in found:
        if isinstance(one, TakenAway):
            away.setdefault(one.month, []).append(one.number)
    beside = [f"taken away with month {month:%Y-%m}: {min(all_)} to {max(all_)}" for month, all_ in away.items()]
    beside += [f"compared with {told} that others were told"] if told else []
    return Finding(SEALED, tuple(wrong[:_SHOWN]), max(0, len(wrong) - _SHOWN), tuple(beside))
