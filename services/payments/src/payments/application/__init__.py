"""What payments can do, on top of its domain and below its edges."""
