"""A player's debt: what he owes because a deposit or a win was taken back that he had spent."""
