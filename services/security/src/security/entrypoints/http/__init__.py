"""Security's endpoints."""

from security.entrypoints.http.audit.endpoints import router as audit
from security.entrypoints.http.clients.access import router as client_access
from security.entrypoints.http.clients.endpoints import router as clients
from security.entrypoints.http.keys.endpoints import router as keys
from security.entrypoints.http.permissions.endpoints import router as permissions
from security.entrypoints.http.roles.endpoints import router as roles
from security.entrypoints.http.sessions.endpoints import router as sessions
from security.entrypoints.http.staff.endpoints import router as staff
from security.entrypoints.http.staff.first_passwords import router as first_passwords
from security.entrypoints.http.tokens.endpoints import router as tokens

ROUTERS = (sessions, staff, first_passwords, roles, permissions, audit, keys, clients, client_access, tokens)
"""All of them."""
