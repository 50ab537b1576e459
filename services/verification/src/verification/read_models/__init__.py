"""What the screens of verification show."""
