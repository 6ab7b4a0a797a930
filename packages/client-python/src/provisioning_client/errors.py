"""The exception of the client."""

from typing import Any, Dict, List, Optional, Tuple


class ProvisioningError(Exception):
    """`status` is the HTTP status, or 0 without a response; `code` is then `network_error`, `timeout`, `wait_timeout` or
    `webhook_invalid`. `retry_after` is in seconds."""

    def __init__(
        self,
        message: str,
        status: int,
        code: str,
        details: Optional[List[Dict[str, Any]]] = None,
        request_id: Optional[str] = None,
        retry_after: Optional[float] = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.status = status
        self.code = code
        self.details = details or []
        self.request_id = request_id
        self.retry_after = retry_after

    def __reduce__(self) -> Tuple[Any, ...]:
        """For `pickle` and `copy`, which recreate an exception from its `args`; those hold only the message."""
        arguments = (self.message, self.status, self.code, self.details, self.request_id, self.retry_after)
        return type(self), arguments, self.__dict__
