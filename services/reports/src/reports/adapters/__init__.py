"""Files, figures from the database, and the progress of jobs."""
