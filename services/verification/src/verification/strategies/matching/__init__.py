"""Ways to find a name among many that were written by somebody else."""
