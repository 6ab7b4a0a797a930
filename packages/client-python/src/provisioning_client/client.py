"""A client of both services with one token."""

import time
from typing import Any, Callable, Dict, Optional
from urllib.parse import urlsplit, urlunsplit

from .errors import ProvisioningError
from .operations import ControlCenterOperations, OrchestratorOperations
from .transport import Token, Transport

TASK_ENDS = ("Completed", "Failed", "Cancelled")
BATCH_ENDS = ("Completed", "Failed", "Cancelled", "RolledBack")


class ProvisioningClient:
    """`orchestrator` and `control_center` have a method for every operation.

    `base_url` is the URL of the orchestrator. `token` may be a function, which is called before each request. `timeout`
    (of one attempt), `base_delay` and `max_delay` (of retries) are in seconds.
    """

    def __init__(
        self,
        base_url: str,
        token: Token = None,
        control_center_url: Optional[str] = None,
        timeout: float = 30.0,
        retries: int = 4,
        base_delay: float = 0.25,
        max_delay: float = 30.0,
    ) -> None:
        settings = (timeout, retries, base_delay, max_delay)
        self._transport = Transport(base_url, token, *settings)
        center = Transport(control_center_url or _control_center_beside(base_url), token, *settings)
        self.orchestrator = OrchestratorOperations(self._transport.call)
        self.control_center = ControlCenterOperations(center.call)

    def create_server_workflow(self, infra: str, settings: str, check_mode: bool = False) -> Dict[str, Any]:
        """The method of the API document's example. Returns the whole envelope, also for an error response."""
        payload = {"infra": infra, "settings": settings, "check_mode": check_mode, "wait": True}
        return self._envelope("POST", "/workflows/servers/create", body=payload, idempotent=True)

    def get_task_status(self, task_id: str) -> Dict[str, Any]:
        """The method of the API document's example. Returns the whole envelope, also for an error response."""
        return self._envelope("GET", "/tasks/{id}", path={"id": task_id})

    def wait_for_task(self, task_id: str, timeout: Optional[float] = None, interval: float = 2.0) -> Dict[str, Any]:
        """Waits until a task has ended and returns it, whatever its outcome. Raises `wait_timeout` after `timeout` seconds."""
        return _wait(lambda: self.orchestrator.get_task(task_id), TASK_ENDS, "Task %s" % task_id, timeout, interval)

    def wait_for_batch(self, batch_id: str, timeout: Optional[float] = None, interval: float = 2.0) -> Dict[str, Any]:
        """Waits until a batch and its rollback have ended and returns it. Raises `wait_timeout` after `timeout` seconds."""
        return _wait(lambda: self.orchestrator.get_batch(batch_id), BATCH_ENDS, "Batch %s" % batch_id, timeout, interval)

    def _envelope(self, method: str, template: str, **call: Any) -> Dict[str, Any]:
        try:
            return self._transport.send(method, template, **call)
        except ProvisioningError as error:
            if error.status == 0:
                raise
            refusal = {"success": False, "error": error.message, "code": error.code, "request_id": error.request_id}
            return {**refusal, "details": error.details} if error.details else refusal


def _wait(
    read: Callable[[], Dict[str, Any]], ends: Any, what: str, timeout: Optional[float], interval: float
) -> Dict[str, Any]:
    until = None if timeout is None else time.monotonic() + timeout
    delay = 0.1
    while True:
        state = read()
        if state["status"] in ends:
            return state
        left = interval if until is None else until - time.monotonic()
        if left <= 0:
            raise ProvisioningError("%s did not end within %g s and is still running." % (what, timeout), 0, "wait_timeout")
        time.sleep(min(delay, left))
        delay = min(interval, delay * 1.5)


def _control_center_beside(orchestrator_url: str) -> str:
    parts = urlsplit(orchestrator_url)
    if parts.port != 9090:
        return orchestrator_url
    return urlunsplit(parts._replace(netloc=parts.netloc[: -len("9090")] + "9080"))
