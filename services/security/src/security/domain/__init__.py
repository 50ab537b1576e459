"""What is decided about staff and roles; pure."""
