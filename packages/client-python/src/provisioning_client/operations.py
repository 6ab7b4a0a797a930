"""Every operation of both services. Written by generate.py from the OpenAPI documents: do not edit."""

from typing import Any, Callable, Dict, List, Optional

from .paging import reads_on_by

Json = Any
Call = Callable[..., Json]


class OrchestratorOperations:
    """Each method returns the `data` of the envelope."""

    def __init__(self, call: Call) -> None:
        self._call = call

    def execute_batch(
        self,
        body: Dict[str, Any],
    ) -> Json:
        """Execute batch workflow operation."""
        return self._call(
            "POST",
            "/batch/execute",
            body=body,
            idempotent=True,
        )

    @reads_on_by("after", "batch_id")
    def list_batches(
        self,
        *,
        status: Optional[str] = None,
        name: Optional[str] = None,
        infra: Optional[str] = None,
        created_by: Optional[str] = None,
        from_: Optional[str] = None,
        to_: Optional[str] = None,
        operations: Optional[bool] = None,
        after: Optional[str] = None,
        limit: Optional[int] = None,
        offset: Optional[int] = None,
    ) -> Json:
        """List all batch operations."""
        return self._call(
            "GET",
            "/batch/operations",
            query={"status": status, "name": name, "infra": infra, "created_by": created_by, "from": from_, "to": to_, "operations": operations, "after": after, "limit": limit, "offset": offset},
        )

    def get_batch(
        self,
        id: str,
    ) -> Json:
        """Get batch operation status."""
        return self._call(
            "GET",
            "/batch/operations/{id}",
            path={"id": id},
        )

    def cancel_batch(
        self,
        id: str,
    ) -> Json:
        """Cancel running batch operation."""
        return self._call(
            "POST",
            "/batch/operations/{id}/cancel",
            path={"id": id},
        )

    def get_batch_request(
        self,
        id: str,
    ) -> Json:
        """Get the body with which a batch can be submitted again."""
        return self._call(
            "GET",
            "/batch/operations/{id}/request",
            path={"id": id},
        )

    def resume_batch(
        self,
        id: str,
        *,
        check_mode: Optional[bool] = None,
    ) -> Json:
        """Resume a failed or cancelled batch."""
        return self._call(
            "POST",
            "/batch/operations/{id}/resume",
            path={"id": id},
            query={"check_mode": check_mode},
            idempotent=True,
        )

    def plan_batch(
        self,
        body: Dict[str, Any],
    ) -> Json:
        """Validate a batch without submitting it."""
        return self._call(
            "POST",
            "/batch/plan",
            body=body,
        )

    def list_definitions(
        self,
    ) -> Json:
        """List the task services and cluster types that the workspace defines."""
        return self._call(
            "GET",
            "/definitions",
        )

    def follow_events(
        self,
        *,
        last_event_id: Optional[str] = None,
        event_types: Optional[str] = None,
        task_id: Optional[str] = None,
        batch_id: Optional[str] = None,
    ) -> Json:
        """Stream events over server-sent events."""
        return self._call(
            "GET",
            "/events",
            query={"last_event_id": last_event_id, "event_types": event_types, "task_id": task_id, "batch_id": batch_id},
        )

    def orchestrator_health(
        self,
    ) -> Json:
        """Check orchestrator health status."""
        return self._call(
            "GET",
            "/health",
        )

    @reads_on_by("after", "name")
    def list_infras(
        self,
        *,
        after: Optional[str] = None,
        limit: Optional[int] = None,
        offset: Optional[int] = None,
    ) -> Json:
        """List the infras of the workspace and of the inventory."""
        return self._call(
            "GET",
            "/infras",
            query={"after": after, "limit": limit, "offset": offset},
        )

    def get_infra(
        self,
        infra: str,
    ) -> Json:
        """Get an infra with its settings files and its lock."""
        return self._call(
            "GET",
            "/infras/{infra}",
            path={"infra": infra},
        )

    def orchestrator_live(
        self,
    ) -> Json:
        """Check that the process is alive."""
        return self._call(
            "GET",
            "/livez",
        )

    @reads_on_by("after", "id")
    def list_plans(
        self,
        *,
        status: Optional[str] = None,
        infra: Optional[str] = None,
        waiting_for_me: Optional[bool] = None,
        after: Optional[str] = None,
        limit: Optional[int] = None,
        offset: Optional[int] = None,
    ) -> Json:
        """List plans."""
        return self._call(
            "GET",
            "/plans",
            query={"status": status, "infra": infra, "waiting_for_me": waiting_for_me, "after": after, "limit": limit, "offset": offset},
        )

    def create_plan(
        self,
        body: Dict[str, Any],
    ) -> Json:
        """Plan a change without making it."""
        return self._call(
            "POST",
            "/plans",
            body=body,
            idempotent=True,
        )

    def get_plan(
        self,
        id: str,
    ) -> Json:
        """Get a plan with its changes and decisions."""
        return self._call(
            "GET",
            "/plans/{id}",
            path={"id": id},
        )

    def decide_plan(
        self,
        id: str,
        body: Dict[str, Any],
    ) -> Json:
        """Approve or reject a plan."""
        return self._call(
            "POST",
            "/plans/{id}/approvals",
            path={"id": id},
            body=body,
        )

    def withdraw_plan_approval(
        self,
        id: str,
    ) -> Json:
        """Withdraw your own approval of a plan."""
        return self._call(
            "DELETE",
            "/plans/{id}/approvals",
            path={"id": id},
        )

    def cancel_plan(
        self,
        id: str,
    ) -> Json:
        """Cancel a plan."""
        return self._call(
            "POST",
            "/plans/{id}/cancel",
            path={"id": id},
        )

    def diff_plan(
        self,
        id: str,
    ) -> Json:
        """Plan again now and compare."""
        return self._call(
            "GET",
            "/plans/{id}/diff",
            path={"id": id},
        )

    def execute_plan(
        self,
        id: str,
        body: Dict[str, Any],
    ) -> Json:
        """Execute a plan."""
        return self._call(
            "POST",
            "/plans/{id}/execute",
            path={"id": id},
            body=body,
            idempotent=True,
        )

    def list_providers(
        self,
    ) -> Json:
        """List the providers and what configures them."""
        return self._call(
            "GET",
            "/providers",
        )

    def orchestrator_ready(
        self,
        *,
        verbose: Optional[str] = None,
    ) -> Json:
        """Check that the process is ready to serve requests."""
        return self._call(
            "GET",
            "/readyz",
            query={"verbose": verbose},
        )

    @reads_on_by("after", "rollback_id")
    def list_rollbacks(
        self,
        *,
        status: Optional[str] = None,
        after: Optional[str] = None,
        limit: Optional[int] = None,
        offset: Optional[int] = None,
    ) -> Json:
        """List rollbacks and restores."""
        return self._call(
            "GET",
            "/rollback",
            query={"status": status, "after": after, "limit": limit, "offset": offset},
        )

    @reads_on_by("after", "id")
    def list_checkpoints(
        self,
        *,
        after: Optional[str] = None,
        limit: Optional[int] = None,
        offset: Optional[int] = None,
    ) -> Json:
        """List all checkpoints."""
        return self._call(
            "GET",
            "/rollback/checkpoints",
            query={"after": after, "limit": limit, "offset": offset},
        )

    def create_checkpoint(
        self,
        body: Dict[str, Any],
    ) -> Json:
        """Create new checkpoint."""
        return self._call(
            "POST",
            "/rollback/checkpoints",
            body=body,
            idempotent=True,
        )

    def get_checkpoint(
        self,
        id: str,
    ) -> Json:
        """Get specific checkpoint details."""
        return self._call(
            "GET",
            "/rollback/checkpoints/{id}",
            path={"id": id},
        )

    def delete_checkpoint(
        self,
        id: str,
    ) -> Json:
        """Delete a checkpoint."""
        return self._call(
            "DELETE",
            "/rollback/checkpoints/{id}",
            path={"id": id},
        )

    def diff_checkpoint(
        self,
        id: str,
    ) -> Json:
        """Compare the inventory with a checkpoint."""
        return self._call(
            "GET",
            "/rollback/checkpoints/{id}/diff",
            path={"id": id},
        )

    def execute_rollback(
        self,
        body: Dict[str, Any],
        *,
        check_mode: Optional[bool] = None,
    ) -> Json:
        """Execute rollback operation."""
        return self._call(
            "POST",
            "/rollback/execute",
            query={"check_mode": check_mode},
            body=body,
            idempotent=True,
        )

    def restore_checkpoint(
        self,
        id: str,
        *,
        check_mode: Optional[bool] = None,
        confirm: Optional[str] = None,
    ) -> Json:
        """Restore system state from checkpoint."""
        return self._call(
            "POST",
            "/rollback/restore/{id}",
            path={"id": id},
            query={"check_mode": check_mode, "confirm": confirm},
            idempotent=True,
        )

    def get_rollback_statistics(
        self,
    ) -> Json:
        """Get rollback system statistics."""
        return self._call(
            "GET",
            "/rollback/statistics",
        )

    def get_rollback(
        self,
        id: str,
    ) -> Json:
        """Get a rollback or restore."""
        return self._call(
            "GET",
            "/rollback/{id}",
            path={"id": id},
        )

    def get_drift(
        self,
        *,
        infra: Optional[str] = None,
    ) -> Json:
        """Compare the inventory with the providers."""
        return self._call(
            "GET",
            "/state/drift",
            query={"infra": infra},
        )

    def get_hold(
        self,
    ) -> Json:
        """Get what is held after a restore or an outage."""
        return self._call(
            "GET",
            "/state/hold",
        )

    def hold_work(
        self,
        body: Dict[str, Any],
    ) -> Json:
        """Hold all work because the database was restored from a backup."""
        return self._call(
            "POST",
            "/state/hold",
            body=body,
        )

    def release_work(
        self,
        body: Dict[str, Any],
    ) -> Json:
        """Release held work, of some infras or of all."""
        return self._call(
            "POST",
            "/state/hold/release",
            body=body,
        )

    @reads_on_by("after", "id")
    def list_inventory(
        self,
        *,
        infra: Optional[str] = None,
        kind: Optional[str] = None,
        provider: Optional[str] = None,
        q: Optional[str] = None,
        after: Optional[str] = None,
        limit: Optional[int] = None,
        offset: Optional[int] = None,
    ) -> Json:
        """List the inventory: servers, task services and clusters."""
        return self._call(
            "GET",
            "/state/inventory",
            query={"infra": infra, "kind": kind, "provider": provider, "q": q, "after": after, "limit": limit, "offset": offset},
        )

    def get_resource(
        self,
        infra: str,
        kind: str,
        name: str,
    ) -> Json:
        """Get a resource of the inventory."""
        return self._call(
            "GET",
            "/state/inventory/{infra}/{kind}/{name}",
            path={"infra": infra, "kind": kind, "name": name},
        )

    @reads_on_by("after", "seq")
    def list_journal(
        self,
        *,
        infra: Optional[str] = None,
        kind: Optional[str] = None,
        name: Optional[str] = None,
        task_id: Optional[str] = None,
        batch_id: Optional[str] = None,
        provider: Optional[str] = None,
        state: Optional[str] = None,
        from_: Optional[str] = None,
        to_: Optional[str] = None,
        after: Optional[int] = None,
        limit: Optional[int] = None,
        offset: Optional[int] = None,
    ) -> Json:
        """List the changes made to the infrastructure."""
        return self._call(
            "GET",
            "/state/journal",
            query={"infra": infra, "kind": kind, "name": name, "task_id": task_id, "batch_id": batch_id, "provider": provider, "state": state, "from": from_, "to": to_, "after": after, "limit": limit, "offset": offset},
        )

    @reads_on_by("after", "infra")
    def list_locks(
        self,
        *,
        after: Optional[str] = None,
        limit: Optional[int] = None,
        offset: Optional[int] = None,
    ) -> Json:
        """List the locks of infras with their holders and queues."""
        return self._call(
            "GET",
            "/state/locks",
            query={"after": after, "limit": limit, "offset": offset},
        )

    def get_state_statistics(
        self,
    ) -> Json:
        """Get state manager statistics."""
        return self._call(
            "GET",
            "/state/statistics",
        )

    def summary(
        self,
    ) -> Json:
        """Get the numbers of open work, and why it waits."""
        return self._call(
            "GET",
            "/state/summary",
        )

    def get_system_health(
        self,
    ) -> Json:
        """Get system health status."""
        return self._call(
            "GET",
            "/state/system/health",
        )

    def get_system_metrics(
        self,
    ) -> Json:
        """Get system-wide metrics."""
        return self._call(
            "GET",
            "/state/system/metrics",
        )

    def get_system_series(
        self,
        *,
        range: Optional[str] = None,
    ) -> Json:
        """Get the numbers of tasks over time."""
        return self._call(
            "GET",
            "/state/system/series",
            query={"range": range},
        )

    def get_workflow_progress(
        self,
        id: str,
    ) -> Json:
        """Get real-time workflow progress."""
        return self._call(
            "GET",
            "/state/workflows/{id}/progress",
            path={"id": id},
        )

    @reads_on_by("after", "snapshot_id")
    def list_workflow_snapshots(
        self,
        id: str,
        *,
        after: Optional[str] = None,
        limit: Optional[int] = None,
        offset: Optional[int] = None,
    ) -> Json:
        """Get workflow state snapshots."""
        return self._call(
            "GET",
            "/state/workflows/{id}/snapshots",
            path={"id": id},
            query={"after": after, "limit": limit, "offset": offset},
        )

    @reads_on_by("after", "id")
    def list_tasks(
        self,
        *,
        status: Optional[str] = None,
        kind: Optional[str] = None,
        infra: Optional[str] = None,
        created_by: Optional[str] = None,
        batch_id: Optional[str] = None,
        q: Optional[str] = None,
        from_: Optional[str] = None,
        to_: Optional[str] = None,
        sort: Optional[str] = None,
        output: Optional[bool] = None,
        after: Optional[str] = None,
        limit: Optional[int] = None,
        offset: Optional[int] = None,
    ) -> Json:
        """List all workflow tasks."""
        return self._call(
            "GET",
            "/tasks",
            query={"status": status, "kind": kind, "infra": infra, "created_by": created_by, "batch_id": batch_id, "q": q, "from": from_, "to": to_, "sort": sort, "output": output, "after": after, "limit": limit, "offset": offset},
        )

    def get_task(
        self,
        id: str,
        *,
        output: Optional[bool] = None,
    ) -> Json:
        """Get specific task status and details."""
        return self._call(
            "GET",
            "/tasks/{id}",
            path={"id": id},
            query={"output": output},
        )

    def cancel_task(
        self,
        id: str,
    ) -> Json:
        """Cancel a task."""
        return self._call(
            "POST",
            "/tasks/{id}/cancel",
            path={"id": id},
        )

    def get_task_logs(
        self,
        id: str,
        *,
        after: Optional[int] = None,
        limit: Optional[int] = None,
        tail: Optional[int] = None,
        format: Optional[str] = None,
        search: Optional[str] = None,
    ) -> Json:
        """Get the output of a task, line by line."""
        return self._call(
            "GET",
            "/tasks/{id}/logs",
            path={"id": id},
            query={"after": after, "limit": limit, "tail": tail, "format": format, "search": search},
        )

    def retry_task(
        self,
        id: str,
        *,
        check_mode: Optional[bool] = None,
    ) -> Json:
        """Retry a failed or cancelled task."""
        return self._call(
            "POST",
            "/tasks/{id}/retry",
            path={"id": id},
            query={"check_mode": check_mode},
            idempotent=True,
        )

    def orchestrator_version(
        self,
    ) -> Json:
        """Show the version of the service."""
        return self._call(
            "GET",
            "/version",
        )

    @reads_on_by("after", "id")
    def list_webhooks(
        self,
        *,
        after: Optional[str] = None,
        limit: Optional[int] = None,
        offset: Optional[int] = None,
    ) -> Json:
        """List webhooks, including those of the configuration."""
        return self._call(
            "GET",
            "/webhooks",
            query={"after": after, "limit": limit, "offset": offset},
        )

    def create_webhook(
        self,
        body: Dict[str, Any],
    ) -> Json:
        """Create a webhook."""
        return self._call(
            "POST",
            "/webhooks",
            body=body,
            idempotent=True,
        )

    def get_webhook(
        self,
        id: str,
    ) -> Json:
        """Get a webhook."""
        return self._call(
            "GET",
            "/webhooks/{id}",
            path={"id": id},
        )

    def update_webhook(
        self,
        id: str,
        body: Dict[str, Any],
    ) -> Json:
        """Update a webhook."""
        return self._call(
            "PUT",
            "/webhooks/{id}",
            path={"id": id},
            body=body,
        )

    def delete_webhook(
        self,
        id: str,
    ) -> Json:
        """Delete a webhook."""
        return self._call(
            "DELETE",
            "/webhooks/{id}",
            path={"id": id},
        )

    @reads_on_by("after", "id")
    def list_webhook_deliveries(
        self,
        id: str,
        *,
        state: Optional[str] = None,
        event: Optional[str] = None,
        after: Optional[str] = None,
        limit: Optional[int] = None,
        offset: Optional[int] = None,
    ) -> Json:
        """List the deliveries of a webhook."""
        return self._call(
            "GET",
            "/webhooks/{id}/deliveries",
            path={"id": id},
            query={"state": state, "event": event, "after": after, "limit": limit, "offset": offset},
        )

    def redeliver_webhook(
        self,
        id: str,
        delivery_id: str,
    ) -> Json:
        """Redeliver an event."""
        return self._call(
            "POST",
            "/webhooks/{id}/deliveries/{delivery_id}/redeliver",
            path={"id": id, "delivery_id": delivery_id},
            idempotent=True,
        )

    def test_webhook(
        self,
        id: str,
    ) -> Json:
        """Send a ping event to a webhook."""
        return self._call(
            "POST",
            "/webhooks/{id}/test",
            path={"id": id},
            idempotent=True,
        )

    def list_workers(
        self,
    ) -> Json:
        """List the workers."""
        return self._call(
            "GET",
            "/workers",
        )

    def drain_worker(
        self,
        id: str,
    ) -> Json:
        """Have a worker claim nothing more."""
        return self._call(
            "POST",
            "/workers/{id}/drain",
            path={"id": id},
        )

    def create_cluster(
        self,
        body: Dict[str, Any],
    ) -> Json:
        """Submit cluster workflow."""
        return self._call(
            "POST",
            "/workflows/cluster/create",
            body=body,
            idempotent=True,
        )

    def create_servers(
        self,
        body: Dict[str, Any],
    ) -> Json:
        """Submit server creation workflow."""
        return self._call(
            "POST",
            "/workflows/servers/create",
            body=body,
            idempotent=True,
        )

    def create_taskserv(
        self,
        body: Dict[str, Any],
    ) -> Json:
        """Submit task service workflow."""
        return self._call(
            "POST",
            "/workflows/taskserv/create",
            body=body,
            idempotent=True,
        )

    def create_ws_ticket(
        self,
    ) -> Json:
        """Create a ticket that opens one WebSocket connection."""
        return self._call(
            "POST",
            "/ws/ticket",
        )


class ControlCenterOperations:
    """Each method returns the `data` of the envelope."""

    def __init__(self, call: Call) -> None:
        self._call = call

    @reads_on_by("after", "seq")
    def list_audit_heads(
        self,
        *,
        after: Optional[int] = None,
        limit: Optional[int] = None,
        offset: Optional[int] = None,
    ) -> Json:
        """List the signed checkpoints of the audit chain."""
        return self._call(
            "GET",
            "/audit/heads",
            query={"after": after, "limit": limit, "offset": offset},
        )

    def list_audit_keys(
        self,
    ) -> Json:
        """List the public keys that verify signed checkpoints."""
        return self._call(
            "GET",
            "/audit/keys",
        )

    @reads_on_by("before", "seq")
    def list_audit_logs(
        self,
        *,
        user_id: Optional[str] = None,
        action: Optional[str] = None,
        resource: Optional[str] = None,
        result: Optional[str] = None,
        service: Optional[str] = None,
        username: Optional[str] = None,
        request_id: Optional[str] = None,
        from_: Optional[str] = None,
        to_: Optional[str] = None,
        before: Optional[int] = None,
        after: Optional[int] = None,
        limit: Optional[int] = None,
        offset: Optional[int] = None,
    ) -> Json:
        """Get audit logs."""
        return self._call(
            "GET",
            "/audit/logs",
            query={"user_id": user_id, "action": action, "resource": resource, "result": result, "service": service, "username": username, "request_id": request_id, "from": from_, "to": to_, "before": before, "after": after, "limit": limit, "offset": offset},
        )

    def verify_audit(
        self,
        *,
        from_: Optional[str] = None,
        to_: Optional[str] = None,
    ) -> Json:
        """Verify that no audit record was changed, removed or inserted."""
        return self._call(
            "GET",
            "/audit/verify",
            query={"from": from_, "to": to_},
        )

    def what_may_i(
        self,
        body: Dict[str, Any],
    ) -> Json:
        """Ask what the policies would allow you to do."""
        return self._call(
            "POST",
            "/auth/allowed",
            body=body,
        )

    def login(
        self,
        body: Dict[str, Any],
    ) -> Json:
        """Authenticate user and get JWT token."""
        return self._call(
            "POST",
            "/auth/login",
            body=body,
        )

    def logout(
        self,
    ) -> Json:
        """Logout and invalidate token."""
        return self._call(
            "POST",
            "/auth/logout",
        )

    def me(
        self,
    ) -> Json:
        """Get your own account and what the token may be used for."""
        return self._call(
            "GET",
            "/auth/me",
        )

    def confirm_mfa(
        self,
        body: Dict[str, Any],
    ) -> Json:
        """Confirm MFA enrollment with a first code."""
        return self._call(
            "POST",
            "/auth/mfa/confirm",
            body=body,
        )

    def disable_mfa(
        self,
        body: Dict[str, Any],
    ) -> Json:
        """Disable MFA."""
        return self._call(
            "POST",
            "/auth/mfa/disable",
            body=body,
        )

    def enroll_mfa(
        self,
        body: Dict[str, Any],
    ) -> Json:
        """Start MFA enrollment (TOTP)."""
        return self._call(
            "POST",
            "/auth/mfa/enroll",
            body=body,
        )

    def renew_recovery_codes(
        self,
        body: Dict[str, Any],
    ) -> Json:
        """Generate new recovery codes."""
        return self._call(
            "POST",
            "/auth/mfa/recovery-codes",
            body=body,
        )

    def change_password(
        self,
        body: Dict[str, Any],
    ) -> Json:
        """Change your own password."""
        return self._call(
            "POST",
            "/auth/password",
            body=body,
        )

    def refresh(
        self,
        body: Dict[str, Any],
    ) -> Json:
        """Refresh JWT token."""
        return self._call(
            "POST",
            "/auth/refresh",
            body=body,
        )

    def end_all_access(
        self,
        body: Dict[str, Any],
    ) -> Json:
        """End every session and API token because the database was restored from a backup."""
        return self._call(
            "POST",
            "/auth/restored",
            body=body,
        )

    @reads_on_by("after", "id")
    def list_sessions(
        self,
        *,
        after: Optional[str] = None,
        limit: Optional[int] = None,
        offset: Optional[int] = None,
    ) -> Json:
        """List your own sessions."""
        return self._call(
            "GET",
            "/auth/sessions",
            query={"after": after, "limit": limit, "offset": offset},
        )

    def end_other_sessions(
        self,
    ) -> Json:
        """End all your other sessions."""
        return self._call(
            "DELETE",
            "/auth/sessions",
        )

    def end_session(
        self,
        id: str,
    ) -> Json:
        """End one of your own sessions."""
        return self._call(
            "DELETE",
            "/auth/sessions/{id}",
            path={"id": id},
        )

    def get_decision(
        self,
        id: str,
    ) -> Json:
        """Get a logged decision: user, action, resource and the rules that decided."""
        return self._call(
            "GET",
            "/decisions/{id}",
            path={"id": id},
        )

    def control_center_health(
        self,
    ) -> Json:
        """Check control center health status."""
        return self._call(
            "GET",
            "/health",
        )

    def control_center_live(
        self,
    ) -> Json:
        """Check that the process is alive."""
        return self._call(
            "GET",
            "/livez",
        )

    @reads_on_by("after", "id")
    def list_policies(
        self,
        *,
        after: Optional[str] = None,
        limit: Optional[int] = None,
        offset: Optional[int] = None,
    ) -> Json:
        """List all policies."""
        return self._call(
            "GET",
            "/policies",
            query={"after": after, "limit": limit, "offset": offset},
        )

    def create_policy(
        self,
        body: Dict[str, Any],
    ) -> Json:
        """Create new policy."""
        return self._call(
            "POST",
            "/policies",
            body=body,
            idempotent=True,
        )

    def replay_decisions(
        self,
        body: Dict[str, Any],
    ) -> Json:
        """Replay logged decisions and list those that would differ."""
        return self._call(
            "POST",
            "/policies/replay",
            body=body,
        )

    def simulate_policies(
        self,
        body: Dict[str, Any],
    ) -> Json:
        """Simulate a policy decision and show the rules that decided."""
        return self._call(
            "POST",
            "/policies/simulate",
            body=body,
        )

    def validate_policy(
        self,
        body: Dict[str, Any],
    ) -> Json:
        """Validate policy rules without storing them."""
        return self._call(
            "POST",
            "/policies/validate",
            body=body,
        )

    def get_policy(
        self,
        id: str,
    ) -> Json:
        """Get a policy."""
        return self._call(
            "GET",
            "/policies/{id}",
            path={"id": id},
        )

    def update_policy(
        self,
        id: str,
        body: Dict[str, Any],
    ) -> Json:
        """Update policy."""
        return self._call(
            "PUT",
            "/policies/{id}",
            path={"id": id},
            body=body,
        )

    def delete_policy(
        self,
        id: str,
    ) -> Json:
        """Delete a policy."""
        return self._call(
            "DELETE",
            "/policies/{id}",
            path={"id": id},
        )

    @reads_on_by("after", "revision")
    def list_policy_versions(
        self,
        id: str,
        *,
        after: Optional[int] = None,
        limit: Optional[int] = None,
        offset: Optional[int] = None,
    ) -> Json:
        """List the versions of a policy."""
        return self._call(
            "GET",
            "/policies/{id}/versions",
            path={"id": id},
            query={"after": after, "limit": limit, "offset": offset},
        )

    def control_center_ready(
        self,
        *,
        verbose: Optional[str] = None,
    ) -> Json:
        """Check that the process is ready to serve requests."""
        return self._call(
            "GET",
            "/readyz",
            query={"verbose": verbose},
        )

    @reads_on_by("after", "id")
    def list_tokens(
        self,
        *,
        after: Optional[str] = None,
        limit: Optional[int] = None,
        offset: Optional[int] = None,
    ) -> Json:
        """List your API tokens."""
        return self._call(
            "GET",
            "/tokens",
            query={"after": after, "limit": limit, "offset": offset},
        )

    def create_token(
        self,
        body: Dict[str, Any],
    ) -> Json:
        """Create an API token for a program."""
        return self._call(
            "POST",
            "/tokens",
            body=body,
            idempotent=True,
        )

    def delete_token(
        self,
        id: str,
    ) -> Json:
        """Revoke an API token."""
        return self._call(
            "DELETE",
            "/tokens/{id}",
            path={"id": id},
        )

    @reads_on_by("after", "id")
    def list_users(
        self,
        *,
        role: Optional[str] = None,
        enabled: Optional[bool] = None,
        q: Optional[str] = None,
        after: Optional[str] = None,
        limit: Optional[int] = None,
        offset: Optional[int] = None,
    ) -> Json:
        """List all users."""
        return self._call(
            "GET",
            "/users",
            query={"role": role, "enabled": enabled, "q": q, "after": after, "limit": limit, "offset": offset},
        )

    def create_user(
        self,
        body: Dict[str, Any],
    ) -> Json:
        """Create new user."""
        return self._call(
            "POST",
            "/users",
            body=body,
            idempotent=True,
        )

    def get_user(
        self,
        id: str,
    ) -> Json:
        """Get a user."""
        return self._call(
            "GET",
            "/users/{id}",
            path={"id": id},
        )

    def update_user(
        self,
        id: str,
        body: Dict[str, Any],
    ) -> Json:
        """Update existing user."""
        return self._call(
            "PUT",
            "/users/{id}",
            path={"id": id},
            body=body,
        )

    def delete_user(
        self,
        id: str,
    ) -> Json:
        """Delete user."""
        return self._call(
            "DELETE",
            "/users/{id}",
            path={"id": id},
        )

    def unlock_user(
        self,
        id: str,
    ) -> Json:
        """Unlock the sign-in of a user."""
        return self._call(
            "DELETE",
            "/users/{id}/lock",
            path={"id": id},
        )

    def reset_user_mfa(
        self,
        id: str,
    ) -> Json:
        """Reset MFA for a user."""
        return self._call(
            "DELETE",
            "/users/{id}/mfa",
            path={"id": id},
        )

    @reads_on_by("after", "id")
    def list_user_sessions(
        self,
        id: str,
        *,
        after: Optional[str] = None,
        limit: Optional[int] = None,
        offset: Optional[int] = None,
    ) -> Json:
        """List the sessions of a user."""
        return self._call(
            "GET",
            "/users/{id}/sessions",
            path={"id": id},
            query={"after": after, "limit": limit, "offset": offset},
        )

    def end_user_sessions(
        self,
        id: str,
    ) -> Json:
        """End all sessions of a user."""
        return self._call(
            "DELETE",
            "/users/{id}/sessions",
            path={"id": id},
        )

    @reads_on_by("after", "id")
    def list_user_tokens(
        self,
        id: str,
        *,
        after: Optional[str] = None,
        limit: Optional[int] = None,
        offset: Optional[int] = None,
    ) -> Json:
        """List the API tokens of a user."""
        return self._call(
            "GET",
            "/users/{id}/tokens",
            path={"id": id},
            query={"after": after, "limit": limit, "offset": offset},
        )

    def control_center_version(
        self,
    ) -> Json:
        """Show the version of the service."""
        return self._call(
            "GET",
            "/version",
        )
