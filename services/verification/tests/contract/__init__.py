"""What is promised to others, and what others promised."""
