"""A payment instrument: a card, bank account, wallet or address that a player's money came from or goes to."""
