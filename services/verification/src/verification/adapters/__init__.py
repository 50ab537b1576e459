"""Where the use cases meet the database, the file store and backoffice."""
