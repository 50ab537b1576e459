"""Security's endpoints."""

from security.entrypoints.http.access_review.endpoints import router as access_review
from security.entrypoints.http.alarms.endpoints import router as alarms
from security.entrypoints.http.assignments.endpoints import router as assignments
from security.entrypoints.http.audit.endpoints import router as audit
from security.entrypoints.http.break_glass.endpoints import router as break_glass
from security.entrypoints.http.browser_sessions.endpoints import router as browser_sessions
from security.entrypoints.http.clients.access import router as client_access
from security.entrypoints.http.clients.endpoints import router as clients
from security.entrypoints.http.clients.signing_keys import router as signing_keys
from security.entrypoints.http.conflicts.endpoints import router as conflicts
from security.entrypoints.http.decisions.endpoints import router as decisions
from security.entrypoints.http.elevations.endpoints import router as elevations
from security.entrypoints.http.factors.endpoints import router as factors
from security.entrypoints.http.impersonations.endpoints import router as impersonations
from security.entrypoints.http.keys.endpoints import router as keys
from security.entrypoints.http.me.endpoints import router as me
from security.entrypoints.http.open_sessions.endpoints import router as open_sessions
from security.entrypoints.http.permissions.endpoints import router as permissions
from security.entrypoints.http.policy.endpoints import router as policy
from security.entrypoints.http.roles.endpoints import router as roles
from security.entrypoints.http.roles.simulations import router as role_simulations
from security.entrypoints.http.roles.versions import router as role_versions
from security.entrypoints.http.sessions.endpoints import router as sessions
from security.entrypoints.http.staff.endpoints import router as staff
from security.entrypoints.http.staff.first_passwords import router as first_passwords
from security.entrypoints.http.tokens.endpoints import router as tokens

ROUTERS = (
    sessions,
    browser_sessions,
    open_sessions,
    factors,
    impersonations,
    staff,
    first_passwords,
    assignments,
    elevations,
    break_glass,
    me,
    roles,
    role_versions,
    role_simulations,
    conflicts,
    access_review,
    alarms,
    decisions,
    permissions,
    audit,
    keys,
    policy,
    clients,
    client_access,
    signing_keys,
    tokens,
)
"""All of them."""
