"""Backoffice's endpoints."""

from backoffice.entrypoints.http.approvals.endpoints import router as approvals
from backoffice.entrypoints.http.casinos.endpoints import router as casinos
from backoffice.entrypoints.http.limits.endpoints import router as limits
from backoffice.entrypoints.http.players.commands import router as player_commands
from backoffice.entrypoints.http.players.endpoints import router as players
from backoffice.entrypoints.http.players.notes import router as notes
from backoffice.entrypoints.http.players.profile import router as player_profile
from backoffice.entrypoints.http.search.endpoints import router as search
from backoffice.entrypoints.http.timeline.endpoints import router as timeline

ROUTERS = (casinos, players, player_commands, player_profile, notes, limits, timeline, search, approvals)
"""All of them."""
