"""A file in the format of the European Central Bank."""
