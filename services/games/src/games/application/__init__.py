"""What games can do, on top of its domain and below its edges."""
