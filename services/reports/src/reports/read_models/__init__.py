"""Facts built from the events of all services, and the list of jobs."""
