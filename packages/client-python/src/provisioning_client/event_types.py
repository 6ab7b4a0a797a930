"""Every type of event that `/ws` and `/events` send. Written by generate.py: do not edit."""

EVENT_TYPES = (
    "TaskStatusChanged",
    "BatchOperationUpdate",
    "WorkflowProgressUpdate",
    "SystemHealthUpdate",
    "LogEntry",
)
