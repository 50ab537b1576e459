"""The project's own checks and generators, run as `python -m tools.<name>` from the root of the repository."""
