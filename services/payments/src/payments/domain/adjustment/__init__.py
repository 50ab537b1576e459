"""An adjustment: a person moves money between the house and a player's cash, says why, and another agrees."""
