"""Money the house gives players to bet with."""
