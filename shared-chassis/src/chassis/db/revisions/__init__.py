"""The chassis' own schema, revision by revision; the first revision of a service runs the first of these."""
