"""What is decided about casinos, players and what players may do; pure."""
