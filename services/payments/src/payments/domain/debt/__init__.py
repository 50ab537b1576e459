"""A player's debt: what he owes because a deposit he had spent was taken back."""
