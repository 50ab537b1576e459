"""What is done about settlement files, expectations and what does not agree."""
