"""What providers tell, in any order and number."""
