"""What is decided about report jobs; pure."""
