"""What verification decides, without any I/O."""
