"""Staff, players' credentials, sessions, roles, permissions, audit."""
