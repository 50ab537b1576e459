"""The HTTP endpoints of games, below /api/games/v1."""

from games.entrypoints.http.catalogue.endpoints import router as catalogue
from games.entrypoints.http.rounds.endpoints import router as rounds
from games.entrypoints.http.sessions.endpoints import router as sessions
from games.entrypoints.http.suppliers.endpoints import all_casinos as suppliers_of_all
from games.entrypoints.http.suppliers.endpoints import router as suppliers

ROUTERS = (suppliers, suppliers_of_all, catalogue, sessions, rounds)
