"""The figures of each report, read from the facts through a cursor: memory does not grow with the report.

The whole report is read in one transaction of one snapshot, so its rows agree with each other however long it takes.
"""

from collections.abc import AsyncIterator, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text

from chassis.db import Database
from chassis.db.engine import driver
from reports.domain.job.events import ReportRequested

CHUNK = 2_000

# The gaming day of a moment: the date in the casino's zone, a day that begins some hours after midnight.
_DAY = "((m.posted_at AT TIME ZONE c.time_zone) - make_interval(hours => c.gaming_day_starts_at_hour))::date"
_DAY_ASKED = "((m.requested_at AT TIME ZONE c.time_zone) - make_interval(hours => c.gaming_day_starts_at_hour))::date"

# A day has at most 14 + 12 hours of zone and 23 of shift around it: a bound that lets the index work.
_MOVEMENTS = f"""
    FROM rm_movement m JOIN rm_casino c USING (casino_id) LEFT JOIN rm_player p USING (player_id)
    WHERE m.casino_id = ANY($1::uuid[]) AND p.test_account IS NOT TRUE
      AND m.posted_at >= $2::date::timestamp - interval '2 days'
      AND m.posted_at < $3::date::timestamp + interval '3 days'
      AND {_DAY} BETWEEN $2 AND $3"""

_REVENUE = f"""
    WITH moved AS (
        SELECT c.name AS casino, m.casino_id, {_DAY} AS day, m.currency, m.player_id, m.round_ref, m.kind,
               CASE WHEN $4 = 'casino' THEN '' ELSE m.supplier END AS supplier,
               CASE WHEN $4 = 'game' THEN m.game_code ELSE '' END AS game_code,
               m.supplier AS round_supplier, m.game_code AS round_game,
               CASE m.kind WHEN 'bet' THEN m.amount_minor WHEN 'rollback_bet' THEN -m.amount_minor ELSE 0 END AS bets,
               CASE m.kind WHEN 'win' THEN m.amount_minor WHEN 'rollback_win' THEN -m.amount_minor ELSE 0 END AS wins
        {_MOVEMENTS} AND m.kind IN ('bet', 'win', 'rollback_bet', 'rollback_win')
    )
    SELECT casino, day, moved.supplier, moved.game_code, coalesce(g.name, '') AS game, currency,
           count(DISTINCT (round_supplier, round_game, round_ref)) FILTER (WHERE kind = 'bet') AS rounds,
           count(DISTINCT player_id) FILTER (WHERE kind = 'bet') AS players,
           sum(bets)::bigint AS bets_minor, sum(wins)::bigint AS wins_minor, sum(bets - wins)::bigint AS ggr_minor,
           round(100 * sum(wins) / nullif(sum(bets), 0), 2) AS rtp_percent,
           round(100 * sum(bets - wins) / nullif(sum(bets), 0), 2) AS margin_percent
    FROM moved LEFT JOIN rm_game g
      ON g.casino_id = moved.casino_id AND g.supplier = moved.supplier AND g.game_code = moved.game_code
    GROUP BY casino, moved.casino_id, day, moved.supplier, moved.game_code, g.name, currency
    ORDER BY casino, day, moved.supplier, moved.game_code, currency"""  # noqa: S608

# In the ledger's order, so that every balance is the one before plus its movement: of one batch all have the same time.
_TRANSACTIONS = f"""
    SELECT c.name AS casino, m.player_id, m.posted_at, m.kind, m.currency, m.amount_minor, m.delta_minor,
           m.balance_minor, m.supplier, m.game_code, m.round_ref, m.provider, m.transfer_id
    {_MOVEMENTS} AND ($4 = '' OR m.player_id = nullif($4, '')::uuid)
    ORDER BY c.name, m.sequence, m.posted_at, m.transfer_id"""

_WITHDRAWALS = f"""
    SELECT *, CASE WHEN age_hours < 1 THEN '<1h' WHEN age_hours < 24 THEN '<24h' WHEN age_hours < 48 THEN '<48h'
                   WHEN age_hours < 72 THEN '<72h' ELSE '72h+' END AS age_bucket
    FROM (
        SELECT c.name AS casino, m.withdrawal_id, m.player_id, m.requested_at, m.status, m.provider, m.currency,
               m.amount_minor, array_to_string(ARRAY(
                   SELECT coalesce(s.name || ' (' || s.login || ')', approver.id)
                   FROM jsonb_array_elements_text(m.approved_by) WITH ORDINALITY AS approver(id, place)
                   LEFT JOIN rm_staff_member s ON s.staff_id = approver.id ORDER BY approver.place
               ), ', ') AS approved_by, m.approved_at, m.ended_at,
               round(extract(epoch FROM coalesce(m.ended_at, $4::timestamptz) - m.requested_at) / 3600, 1) AS age_hours
        FROM rm_withdrawal m JOIN rm_casino c USING (casino_id) LEFT JOIN rm_player p USING (player_id)
        WHERE m.casino_id = ANY($1::uuid[]) AND p.test_account IS NOT TRUE
          AND {_DAY_ASKED} BETWEEN $2 AND $3
    ) AS aged ORDER BY casino, requested_at, withdrawal_id"""  # noqa: S608


def _query(request: ReportRequested, now: datetime) -> tuple[str, list[Any]]:
    bounds: list[Any] = [list(request.casino_ids), request.first_day, request.last_day]
    match request.report:
        case "revenue":
            return _REVENUE, [*bounds, request.parameters["group_by"]]
        case "player_transactions":
            return _TRANSACTIONS, [*bounds, request.parameters["player_id"]]
        case "withdrawals":
            return _WITHDRAWALS, [*bounds, now]
        case unknown:
            raise LookupError(unknown)


async def figures(db: Database, request: ReportRequested, now: datetime) -> AsyncIterator[list[dict[str, Any]]]:
    """The report's rows in chunks, all of one snapshot."""
    query, values = _query(request, now)
    async with db.read() as connection:
        await connection.execute(text("SET LOCAL statement_timeout = '15min'"))
        await connection.execute(text("SET LOCAL idle_in_transaction_session_timeout = '10min'"))
        raw = await driver(connection)
        cursor = await raw.cursor(query, *values)
        while rows := await cursor.fetch(CHUNK):
            yield [dict(row) for row in rows]


async def casino_names(db: Database, casino_ids: Sequence[UUID]) -> list[tuple[UUID, str, str]]:
    """Id, name and time zone of the casinos that are known here."""
    async with db.read() as connection:
        raw = await driver(connection)
        rows = await raw.fetch(
            "SELECT casino_id, name, time_zone FROM rm_casino WHERE casino_id = ANY($1::uuid[]) ORDER BY name",
            list(casino_ids),
        )
    return [(row["casino_id"], row["name"], row["time_zone"]) for row in rows]


async def name_of(db: Database, staff_id: str) -> str:
    """Name and log-in of a member of staff; the id alone when nobody told who that is."""
    async with db.read() as connection:
        raw = await driver(connection)
        name: str | None = await raw.fetchval(_NAME, staff_id)
    return name or staff_id


_NAME = "SELECT name || ' (' || login || ')' FROM rm_staff_member WHERE staff_id = $1"


def days(first: date, last: date) -> str:
    """An interval as a report's head shows it.

    >>> days(date(2026, 1, 1), date(2026, 1, 31))
    '2026-01-01 to 2026-01-31'
    """
    return f"{first.isoformat()} to {last.isoformat()}"
