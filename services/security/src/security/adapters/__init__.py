"""Security's plain tables: credentials, sessions, signing keys, the permission catalogue."""
