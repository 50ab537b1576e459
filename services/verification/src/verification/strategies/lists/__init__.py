"""The formats in which governments publish whom they sanction."""
