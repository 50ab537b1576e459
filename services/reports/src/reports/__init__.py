"""Facts, report jobs, files."""
