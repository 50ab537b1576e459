"""The types of file that may come in, and what is taken out of them before they are kept."""
