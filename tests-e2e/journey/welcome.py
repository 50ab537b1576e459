"""What `make demo` and `make up` say first: addresses, who works here, and shell lines under the names that the pages
on lists and permissions use.
"""

import textwrap
from collections.abc import Mapping
from dataclasses import dataclass

from journey.opening import STAFF
from journey.shown import SHOWN
from journey.sight import EYES, LOOKERS
from journey.tale import Tale

TOKENS = {
    "ADMIN": "admin",
    "SUPPORT": "support",
    "OFFICER": "officer",
    "MANAGER": "manager",
    "ANALYST": "analyst",
}
"""Whose token each name of the pages stands for."""

IDS = {"OFFICER_ID": "officer"}
"""Whose id each name of the pages stands for."""

ROLE_OF = {
    "admin": "administrator",
    "second_admin": "administrator",
    **STAFF,
    **LOOKERS,
}
"""Everybody with a log-in, and the role they have."""

_ACCESS_TOKEN = """python3 -c 'import json,sys; print(json.load(sys.stdin)["access_token"])'"""


@dataclass(frozen=True)
class Colleague:
    """Somebody who works at the demo's casinos.

    Attributes:
        id: the `subject_id` that lists and decisions know this person by.
    """

    id: str
    login: str
    password: str
    role: str


def welcome(tale: Tale, casinos: Mapping[str, tuple[str, str]]) -> list[str]:
    """Addresses, log-ins with their roles, the names, and what to try under them.

    Args:
        casinos: name -> id and currency.
    """
    gateway, bernstein = tale.stack.url("gateway"), casinos["Bernstein"][0]
    staff = {
        name: Colleague(one.id, one.credentials["login"], one.credentials["password"], role)
        for name, role in ROLE_OF.items()
        for one in [tale.staff[name]]
    }
    lines = ["", f"  gateway     {gateway}", f"  API, live   {gateway}/docs", ""]
    lines += [f"  {name:<11} {currency}  casino {casino_id}" for name, (casino_id, currency) in casinos.items()]
    lines += ["", "  Log-ins, made for this run (support sees Bernstein only, on_call needs a security key too):"]
    lines += [f"    {line}" for line in log_ins(staff)]
    lines += [
        "",
        "  Paste these lines; then the examples of docs/lists.md and docs/permissions.md can be pasted as they are.",
        "  A token is good for five minutes: after an answer 401 say `tokens` again. CASINO is Bernstein.",
    ]
    lines += [f"    {line}" for line in names_block(gateway, bernstein, staff)]
    lines += [
        "",
        "  In the first minutes, each told when it is there, and again and again (paste the lines above first):",
    ]
    lines += [f"    {line}" for line in first_looks(staff)]
    lines += ["", "  Try (copy one line after the other):"]
    lines += [f"    {line}" for line in tries(staff, simulators=tale.stack.url("simulators"))]
    return [*lines, "", "  Players arrive. Ctrl-C stops everything, after `make up` it is `make down`.", ""]


def log_ins(staff: Mapping[str, Colleague]) -> list[str]:
    """Log-in, password, role, and the names that stand for this person."""
    names = {who: f"${name}" for name, who in TOKENS.items()}
    return [
        f"{one.login:<32} {one.password:<22} {one.role:<18} {names.get(who, '')}".rstrip() for who, one in staff.items()
    ]


def names_block(gateway: str, casino_id: str, staff: Mapping[str, Colleague]) -> list[str]:
    """POSIX shell that gives the names of the pages their values; it takes curl and python3.

    No line holds a comment: zsh, when lines are pasted into it, takes `#` for a word like any other.
    """
    body = """'{"login": "'"$1"'", "password": "'"$2"'"}'"""
    session = f'curl -s "$API/security/v1/staff-sessions" -H "Content-Type: application/json" -d {body}'
    return [
        f"API={gateway}/api",
        f"CASINO={casino_id}",
        *(f"{name}={staff[who].id}" for name, who in IDS.items()),
        f"log_in() {{ {session} | {_ACCESS_TOKEN}; }}",
        "tokens() {",
        *(f"  {name}=$(log_in {staff[who].login} {staff[who].password})" for name, who in TOKENS.items()),
        "}",
        "tokens",
    ]


def first_looks(staff: Mapping[str, Colleague]) -> list[str]:
    """What there is to see of payments, and the lines that show it."""
    others = {one.token: staff[one.who] for one in SHOWN if one.token not in TOKENS}
    tokens = "; ".join(f"{token}=$(log_in {one.login} {one.password})" for token, one in others.items())
    lines = [f"tokens; {tokens}"]
    for one in SHOWN:
        lines += [
            f"# {one.what}: {one.more}.",
            f'curl -s "$API/payments/v1/{one.path}" -H "Authorization: Bearer ${one.token}"',
        ]
    return lines


def tries(staff: Mapping[str, Colleague], *, simulators: str) -> list[str]:
    """Calls to try once the names are there; what else they name they make themselves."""

    def log_in(name: str) -> str:
        return f"log_in {staff[name].login} {staff[name].password}"

    looks = "\n        ".join(f"look $({log_in(name)})    # {role}" for name, role in EYES.items())
    text = f"""
        curl -s "$API/backoffice/v1/players?casino_id=eq.$CASINO&limit=3" -H "Authorization: Bearer $ADMIN"
        # One of those is PLAYER_ID.
        PLAYER=PLAYER_ID
        curl -s "$API/backoffice/v1/players/$PLAYER/overview" -H "Authorization: Bearer $ADMIN"
        curl -s "$API/backoffice/v1/players/$PLAYER/timeline?order=happened_at.asc" -H "Authorization: Bearer $ADMIN"
        curl -s "$API/payments/v1/players/$PLAYER/statement?currency=EUR" -H "Authorization: Bearer $ADMIN"
        # Some documents are left to you: accept DOCUMENT_ID. The player's level follows.
        AGENT=$({log_in("agent")})
        curl -s "$API/verification/v1/documents?status=eq.pending" -H "Authorization: Bearer $AGENT"
        accept() {{ curl -s -X POST "$API/verification/v1/documents/$1/accept" -H "Authorization: Bearer $AGENT" -H "Content-Type: application/json" -d '{{}}'; }}
        curl -s "$API/payments/v1/ledger/summary?casino_id=$CASINO" -H "Authorization: Bearer $ADMIN"
        # Withdrawals above 100.00 wait for two people: these two.
        tokens; SECOND_OFFICER=$({log_in("second_officer")})
        curl -s "$API/payments/v1/withdrawals?status=eq.awaiting_approval" -H "Authorization: Bearer $OFFICER"
        approve() {{ curl -s "$API/payments/v1/withdrawals/$1/approve" -H "Authorization: Bearer $2" -H "Idempotency-Key: $(date +%s%N)" -H "Content-Type: application/json" -d '{{"payload_sha256":"'$3'"}}'; }}
        # The second one names what he saw, both have logged in a moment ago; SHA is the payload_sha256 of the list.
        # approve WITHDRAWAL_ID $OFFICER SHA;  approve WITHDRAWAL_ID $OFFICER SHA (refused);  approve WITHDRAWAL_ID $SECOND_OFFICER SHA
        # What is paid with, what two of them share, and the cluster that makes of them.
        FRAUD=$({log_in("fraud")})
        curl -s "$API/payments/v1/instruments?first_seen_at=gte.now-1d&limit=3" -H "Authorization: Bearer $FRAUD"
        SHARER=$(curl -s "$API/payments/v1/instruments?first_seen_at=gte.now-1d&shared=is.true&limit=1" -H "Authorization: Bearer $FRAUD" | python3 -c 'import json,sys; print(json.load(sys.stdin)[0]["player_id"])')
        curl -s "$API/payments/v1/fraud/players/$SHARER/cluster" -H "Authorization: Bearer $FRAUD"
        curl -s "$API/security/v1/audit?happened_at=gte.now-1d&limit=3" -H "Authorization: Bearer $ADMIN"
        # A report: asked for, made in the background, fetched as CSV or XLSX.
        DAY=$(date -u +%F); REPORT=$(curl -s "$API/reports/v1/jobs" -H "Authorization: Bearer $ADMIN" -H "Idempotency-Key: $(date +%s%N)" -H "Content-Type: application/json" -d '{{"report":"revenue","casino_ids":["'$CASINO'"],"from":"'$DAY'","to":"'$DAY'","formats":["csv","xlsx"]}}' | python3 -c 'import json,sys; print(json.load(sys.stdin)["job_id"])')
        curl -sN "$API/reports/v1/jobs/$REPORT/progress" -H "Authorization: Bearer $ADMIN"
        curl -s "$API/reports/v1/jobs/$REPORT/files/csv" -H "Authorization: Bearer $ADMIN"
        # The same player in the eyes of six roles: masked, by name, with what is suspected, as a mark, not at all.
        look() {{ curl -s "$API/backoffice/v1/players?player_id=eq.$PLAYER" -H "Authorization: Bearer $1"; echo; }}
        {looks}
        # A proposal of one manager waits for the other; emergency access that was given back waits for its review.
        curl -s "$API/backoffice/v1/approvals/awaiting-me" -H "Authorization: Bearer $({log_in("second_manager")})"
        curl -s "$API/security/v1/break-glass?reviewed_at=is.null" -H "Authorization: Bearer $ADMIN"
        curl -s "$API/security/v1/explain?subject=$OFFICER_ID&permission=backoffice.player.reveal" -H "Authorization: Bearer $ADMIN"
        # Behave badly: duplicates, disorder, lost answers (back to normal with {{}}).
        curl -s -X PUT {simulators}/control/chaos -d '{{"duplicates":0.2,"reordering":0.2,"lost_answers":0.05,"delay_ms":400}}'
    """  # noqa: E501
    return textwrap.dedent(text).strip().splitlines()
