"""Names that others were told."""
