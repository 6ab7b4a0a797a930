"""The types of events of `/ws` and `/events`. Written by generate.py: do not edit."""

EVENT_TYPES = (
    "TaskStatusChanged",
    "BatchOperationUpdate",
    "WorkflowProgressUpdate",
    "SystemHealthUpdate",
    "LogEntry",
    "PlanStatusChanged",
)
