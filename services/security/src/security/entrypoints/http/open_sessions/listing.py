"""The lists of open sessions: one's own, and those of colleagues."""

from chassis.http.listing import Field, ListSpec
from security.adapters.tables import session

_COLUMNS = session.c
_FIELDS = {
    "session_id": Field(_COLUMNS.id),
    "ip": Field(_COLUMNS.ip),
    "user_agent": Field(_COLUMNS.user_agent, ops=()),
    "started_at": Field(_COLUMNS.started_at, sortable=True),
    "last_seen_at": Field(_COLUMNS.last_seen_at, sortable=True),
    "authenticated_at": Field(_COLUMNS.authenticated_at),
    "amr": Field(_COLUMNS.amr),
    "ends_at": Field(_COLUMNS.ends_at),
    "browser": Field(_COLUMNS.browser),
}

OWN_SESSIONS = ListSpec(
    "own_sessions",
    session,
    casino_column=None,
    owner_column=_COLUMNS.subject_id,
    id_column=_COLUMNS.id,
    fields={**_FIELDS, "ip": Field(_COLUMNS.ip, ops=()), "current": Field(None, kind="boolean")},
    default_order="last_seen_at.desc",
    exportable=False,
)

SESSIONS = ListSpec(
    "sessions",
    session,
    casino_column=None,
    id_column=_COLUMNS.id,
    fields={"subject_id": Field(_COLUMNS.subject_id, refers="staff"), **_FIELDS},
    default_order="last_seen_at.desc",
)
