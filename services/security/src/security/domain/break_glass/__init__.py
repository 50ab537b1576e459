"""Emergency access: opened by whoever needs it, over within the hour, reviewed by somebody else."""
