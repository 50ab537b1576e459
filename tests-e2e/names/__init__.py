"""Names that providers tell, compared with what a player is called: three services, each with its own database."""
