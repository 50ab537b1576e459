"""What payments decides, without I/O."""
