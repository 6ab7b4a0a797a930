// Examples of the API document that belong to no operation. An operation holds its own in `example`.

/** Example response of `GET /metrics` of the orchestrator. */
export const METRICS_EXAMPLE = `# HELP orchestrator_tasks_total Total number of tasks
# TYPE orchestrator_tasks_total counter
orchestrator_tasks_total{status="completed"} 150
orchestrator_tasks_total{status="failed"} 5

# HELP orchestrator_task_duration_seconds Task execution duration
# TYPE orchestrator_task_duration_seconds histogram
orchestrator_task_duration_seconds_bucket{le="10"} 50
orchestrator_task_duration_seconds_bucket{le="30"} 120
orchestrator_task_duration_seconds_bucket{le="+Inf"} 155
`;

/** Example message of `/ws`. */
export const EVENT_EXAMPLE = {
  event_type: 'TaskStatusChanged',
  timestamp: '2025-09-26T10:00:00Z',
  data: { task_id: 'uuid-string', status: 'completed' },
  metadata: { task_id: 'uuid-string', status: 'completed' },
};

/** Example body of a webhook request. */
export const PAYLOAD_EXAMPLE = {
  event: 'task.completed',
  timestamp: '2025-09-26T10:00:00Z',
  data: { task_id: 'uuid-string', status: 'completed', output: 'Task completed successfully' },
  signature: 'sha256=calculated-signature',
};
