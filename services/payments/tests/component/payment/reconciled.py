"""Something of each kind that reconciliation lets people decide about."""

from uuid import uuid4

from chassis.db.engine import driver

from .world import World


async def reconciled(world: World, *, held: str | None = None) -> dict[str, object]:
    """A file with one line and a batch, another that shall replace it, and a movement nothing explains.

    `held`: what the batch is once its fees are agreed to.
    """
    casino, path = world.casino, "nowhere"
    (file, other, batch, movement, stated) = (uuid4() for _ in range(5))
    async with world.service.db.write() as connection:
        raw = await driver(connection)
        for one, state, replaces in ((file, "done", None), (other, "held", file)):
            await raw.fetch(
                """INSERT INTO settlement_file (id, casino_id, format, provider, sha256, size_bytes, path,
                        state, replaces,
                                              uploaded_by, uploaded_at)
                   VALUES ($1, $2, 'mt940', 'adyen', $6, 1, $3, $4, $5, 'x', now())""",
                one, casino, path, state, replaces, one.hex,
            )  # fmt: skip
        await raw.fetch(
            """INSERT INTO settlement_batch (id, file_id, casino_id, provider, name, currency, lines,
                    gross_minor, fee_minor,
                                             rounding_minor, arrives_minor, booked_at, state, state_then)
               VALUES ($1, $2, $3, 'adyen', '7', 'EUR', 1, 5, 0, 0, 5, now(), $4, $5)""",
            batch, file, casino, "mismatched" if held else "open", held,
        )  # fmt: skip
        await raw.fetch(
            """INSERT INTO settlement_expectation (id, casino_id, provider, movement, amount_minor, currency, booked_at,
                                                   due_at, state)
               VALUES ($1, $2, 'adyen', 'deposit', 5, 'EUR', now(), now(), 'open')""",
            movement, casino,
        )  # fmt: skip
        (item,) = await raw.fetch(
            """INSERT INTO settlement_item (file_id, line, casino_id, provider, movement, amount_minor,
                    fee_minor, currency,
                                            booked_at, final, code, state)
               VALUES ($1, 1, $2, 'adyen', 'other', 5, 0, 'EUR', now(), true, 'x', 'missing_in_ledger') RETURNING id""",
            file, casino,
        )  # fmt: skip
        await raw.fetch(
            """INSERT INTO bank_statement (id, file_id, place, casino_id, account, currency, opened_on, opening_minor,
                                           closed_on, closing_minor, state, gap_minor)
               VALUES ($1, $2, 1, $3, 'MT84', 'EUR', now(), 5, now(), 5, 'gap', 5)""",
            stated, file, casino,
        )  # fmt: skip
    ids = {"file_id": other, "batch_id": batch, "expectation_id": movement, "statement_id": stated}
    return {**ids, "item_id": item["id"]}
