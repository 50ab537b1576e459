"""I3 and I13: what keeps accounts above their floors, and entries and events as they are, is as the migrations made it.

Whoever owns the tables can take each of these guards away for a moment. So it is looked at whether they are there, and
do what they did: their definitions are held against those below. `test_guards.py` holds a new database against them.
"""

# ruff: noqa: S608 - the queries are put together from parts that are written here

from typing import Any, Final

FUNCTIONS: Final[dict[str, str]] = {
    "refuse_change()": "caf09ea18e10d495285789f60dd9dc2b67cb1344185ad06c3776de8f33d6f789",
    "ledger_leaf(text)": "15a69059571a24d96752ebb1d899b6ff5a24adbe6b270f9ed061ae292de6e755",
    "ledger_month(date)": "e77a10a11eacb5b9f257ae5c421ea4f2d1dd68e69118436d8208d8dda5fb67ad",
    "ledger_take_away(date)": "721ba7ee8158ebcb7380f5e6d03f75c3314b9b45f3ba412b50ced8fa54bc2c4b",
}
"""What keeps rows as they are, or makes and takes away months: by name the digest of its definition (`DEFINED`)."""

_KEPT: Final = """kept AS (
    SELECT relid::oid AS relid, 'transfer' AS name FROM pg_partition_tree('transfer')
    UNION ALL
    SELECT name::regclass::oid, name FROM unnest(ARRAY[
        'dispute_evidence', 'event', 'fraud_rule_set', 'ledger_away', 'ledger_bonus', 'ledger_carried',
        'ledger_carried_withdrawal', 'ledger_day', 'ledger_exchange', 'ledger_seal']) AS name)"""
"""Tables whose rows stay as they are, the months of the ledger among them."""

TRIGGERS: Final = f"""
    WITH {_KEPT}, needed AS (
        -- Of pg_trigger.tgtype: 1 is each row, 2 before, 8 delete, 16 update, 32 truncate.
        SELECT relid, name || '_is_append_only' AS name, 1 + 2 + 8 + 16 AS type FROM kept
        UNION ALL SELECT relid, name || '_is_never_emptied', 2 + 32 FROM kept
        UNION ALL SELECT name::regclass::oid, name || '_is_never_deleted', 1 + 2 + 8
        FROM unnest(ARRAY['account', 'fraud_decision']) AS name
    ), there AS (
        SELECT tgrelid AS relid, tgname AS name, tgenabled IN ('O', 'A') AS on,
               (tgtype, tgfoid, tgattr::text, tgqual IS NULL) AS made
        FROM pg_trigger WHERE tgrelid IN (SELECT relid FROM needed) AND NOT tgisinternal)
    SELECT coalesce(needed.relid, there.relid)::regclass::text AS part, coalesce(needed.name, there.name) AS name,
           CASE WHEN there.name IS NULL THEN 'is missing' WHEN needed.name IS NULL THEN 'no migration made it'
                WHEN NOT there.on THEN 'is switched off' ELSE 'does something else' END AS what
    FROM needed FULL JOIN there ON needed.relid = there.relid AND needed.name = there.name
    WHERE needed.name IS NULL OR there.name IS NULL OR NOT there.on
       OR made IS DISTINCT FROM (type::smallint, to_regprocedure('public.refuse_change()')::oid, ''::text, true)
    UNION ALL
    SELECT ev_class::regclass::text, rulename, 'no migration made it' FROM pg_rewrite
    WHERE ev_class IN (SELECT relid FROM needed)
    UNION ALL
    SELECT 'pg_class', 'session_replication_role', 'triggers are passed over by whoever connects'
    WHERE current_setting('session_replication_role') <> 'origin'
    ORDER BY 1, 2"""

DEFINED: Final = """
    SELECT proc.oid::regprocedure::text AS name, encode(sha256(convert_to(concat_ws(E'\\n',
            lanname, prosrc, prosecdef, proconfig, prorettype::regtype, provolatile, proisstrict, prokind),
        'UTF8')), 'hex') AS digest, prosecdef AS for_owner
    FROM pg_proc AS proc JOIN pg_language AS language ON language.oid = prolang
    JOIN pg_namespace AS schema ON schema.oid = pronamespace
    WHERE nspname <> 'information_schema' AND NOT starts_with(nspname, 'pg_')
      AND NOT EXISTS (SELECT FROM pg_depend WHERE objid = proc.oid AND deptype = 'e')"""
"""Functions that no extension brought."""

_CONSTRAINTS: Final = """
    SELECT part, name, coalesce(pg_get_constraintdef(made.oid), 'is missing') AS what
    FROM (VALUES
        ('account', 'ck_account_floor', 'CHECK ((balance_minor >= floor_minor))'),
        ('account', 'ck_account_one_owner', 'CHECK (((player_id IS NULL) OR (provider IS NULL)))'),
        ('transfer', 'ck_transfer_two_accounts', 'CHECK ((debit_account <> credit_account))'),
        ('transfer', 'ck_transfer_amount', 'CHECK (((amount_minor > 0) OR ((amount_minor = 0) AND (kind = ANY (ARRAY['
            '''tombstone''::text, ''bet''::text, ''win''::text, ''rollback_bet''::text, ''rollback_win''::text])))))')
    ) AS needed(part, name, definition)
    LEFT JOIN pg_constraint AS made ON conrelid = part::regclass AND conname = name
    WHERE pg_get_constraintdef(made.oid) IS DISTINCT FROM definition OR NOT convalidated"""
"""One that is not validated, or not enforced, says so in its definition."""

_FLOORS: Final = """
    SELECT id AS account_id, floor_minor FROM account
    WHERE floor_minor IS DISTINCT FROM
        CASE WHEN type IN ('cash', 'bonus', 'withdrawal_hold', 'refund_hold') THEN 0 END"""

_RIGHTS: Final = f"""
    WITH {_KEPT}, given AS (
        SELECT relid, relowner, acl.* FROM kept JOIN pg_class ON pg_class.oid = relid,
            aclexplode(coalesce(relacl, acldefault('r', relowner))) AS acl
        UNION ALL
        SELECT relid, relowner, acl.* FROM kept JOIN pg_class ON pg_class.oid = relid
            JOIN pg_attribute ON attrelid = relid, aclexplode(attacl) AS acl)
    SELECT relid::regclass::text AS part, 'right to ' || lower(wanted) AS name, current_user::text AS of
    FROM kept, unnest(ARRAY['UPDATE', 'DELETE', 'TRUNCATE']) AS wanted
    WHERE (has_table_privilege(relid, wanted) OR wanted = 'UPDATE' AND has_any_column_privilege(relid, wanted))
      AND NOT (SELECT rolsuper FROM pg_roles WHERE rolname = current_user)
    UNION
    SELECT relid::regclass::text, 'right to ' || lower(privilege_type), coalesce(rolname, 'everybody')
    FROM given LEFT JOIN pg_roles ON pg_roles.oid = grantee
    WHERE NOT coalesce(rolsuper, false) AND (
        privilege_type IN ('UPDATE', 'DELETE', 'TRUNCATE') OR privilege_type = 'TRIGGER' AND grantee <> relowner)
    UNION
    SELECT kept.relid::regclass::text, 'owned by whoever serves', current_user::text
    FROM kept JOIN pg_class ON pg_class.oid = kept.relid
    WHERE pg_has_role(relowner, 'MEMBER') AND NOT (SELECT rolsuper FROM pg_roles WHERE rolname = current_user)
    ORDER BY 1, 2, 3"""
"""A superuser has every right; he still meets the triggers."""

FUNCTIONS_KEPT: Final = "I13 what keeps entries and events, and acts for their owner, does what it was made to do"

CHECKS: Final[dict[str, str]] = {
    "I3 what keeps balances above their floors is as it was made": _CONSTRAINTS,
    "I3 every account has the floor of its type": _FLOORS,
    "I13 entries and events cannot be changed or removed": TRIGGERS,
    "I13 nobody has the right to change or remove entries and events": _RIGHTS,
}
"""Each query finds what breaks its invariant."""


async def changed_functions(raw: Any) -> list[dict[str, str]]:
    """Functions that are not there, or are not as the migrations made them; and others that act for their owner."""
    there = {row["name"]: row for row in await raw.fetch(DEFINED)}
    missing = [{"name": name, "what": "is missing"} for name in FUNCTIONS if name not in there]
    others = [
        {"name": name, "what": "does something else" if name in FUNCTIONS else "no migration made it"}
        for name, row in there.items()
        if (row["digest"] != FUNCTIONS[name] if name in FUNCTIONS else row["for_owner"])
    ]
    return [*missing, *others]
