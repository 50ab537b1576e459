"""Background work that survives a crash: calls to the outside, timeouts, jobs."""

from chassis.tasks.runner import Handler, Retry, Task, TaskRunner

__all__ = ["Handler", "Retry", "Task", "TaskRunner"]
