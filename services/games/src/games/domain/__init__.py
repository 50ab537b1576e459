"""What games decides, without I/O."""
