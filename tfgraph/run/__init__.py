"""A run: training in calls, checkpoints, progress."""
