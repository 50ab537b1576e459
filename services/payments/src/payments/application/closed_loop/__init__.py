"""Return to source: where a withdrawal goes, and its parts."""
