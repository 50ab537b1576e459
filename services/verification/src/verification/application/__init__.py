"""The use cases of verification: what happens to a case when the world around it moves."""
