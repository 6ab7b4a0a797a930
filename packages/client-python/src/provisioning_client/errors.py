"""What can go wrong, as one class."""

from typing import Any, Dict, List, Optional, Tuple


class ProvisioningError(Exception):
    """`status` is the answer's, or 0 where there was none: then `code` is `network_error`, `timeout` or `wait_timeout`."""

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
        """For `pickle` and `copy`: an exception is made anew from its `args`, which hold the message alone."""
        arguments = (self.message, self.status, self.code, self.details, self.request_id, self.retry_after)
        return type(self), arguments, self.__dict__
