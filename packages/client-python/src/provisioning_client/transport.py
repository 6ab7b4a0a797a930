"""HTTP requests with retries."""

import json
import random
import time
import uuid
from typing import Any, Callable, Dict, Optional, Union
from urllib.parse import quote, urlsplit

import requests
from urllib3.exceptions import ProtocolError, ReadTimeoutError

from .errors import ProvisioningError

Token = Union[None, str, Callable[[], Optional[str]]]

UNAVAILABLE = (502, 503, 504)


class Transport:
    """Sends requests to one service. Times are in seconds."""

    def __init__(
        self,
        base_url: str,
        token: Token,
        timeout: float = 30.0,
        retries: int = 4,
        base_delay: float = 0.25,
        max_delay: float = 30.0,
    ) -> None:
        self.base_url = base_url.rstrip("/")
        self._token = token
        self._timeout = timeout
        self._retries = retries
        self._base_delay = base_delay
        self._max_delay = max_delay

    def call(
        self,
        method: str,
        template: str,
        path: Optional[Dict[str, str]] = None,
        query: Optional[Dict[str, Any]] = None,
        body: Any = None,
        idempotent: bool = False,
    ) -> Any:
        """Sends a request and returns the `data` of the envelope."""
        return self.send(method, template, path, query, body, idempotent).get("data")

    def send(
        self,
        method: str,
        template: str,
        path: Optional[Dict[str, str]] = None,
        query: Optional[Dict[str, Any]] = None,
        body: Any = None,
        idempotent: bool = False,
    ) -> Dict[str, Any]:
        """Sends a request and returns the whole envelope. Retries if that is safe, also after an incomplete response."""
        url = self.base_url + _filled(template, path or {})
        headers = {"Accept": "application/vnd.provisioning.v1+json"}
        if idempotent:
            headers["Idempotency-Key"] = str(uuid.uuid4())
        repeatable = method != "POST" or idempotent
        attempt = 0
        while True:
            try:
                return self._send_once(method, url, headers, _given(query or {}), body)
            except ProvisioningError as error:
                if attempt >= self._retries or not self._may_retry(error, repeatable):
                    raise
                time.sleep(max(error.retry_after or 0.0, self._backoff(attempt)))
                attempt += 1

    def _send_once(
        self, method: str, url: str, headers: Dict[str, str], query: Dict[str, str], body: Any
    ) -> Dict[str, Any]:
        token = self._token() if callable(self._token) else self._token
        if token is not None:
            headers = {**headers, "Authorization": "Bearer %s" % token}
        try:
            response = requests.request(
                method,
                url,
                headers=headers,
                params=query,
                json=body,
                timeout=self._timeout,
                # Following a redirect would send the token to another host.
                allow_redirects=False,
                # The status is known before the body is read.
                stream=True,
            )
        except requests.ConnectTimeout as error:
            message = "%s is not reachable: the connection was not established within %g s."
            raise ProvisioningError(message % (self._host, self._timeout), 0, "timeout") from error
        except requests.Timeout as error:
            message = "%s did not respond within %g s.%s" % (self._host, self._timeout, _outcome(method))
            raise ProvisioningError(message, 0, "timeout") from error
        except requests.RequestException as error:
            message = "%s is not reachable: the connection failed." % self._host
            if error.args and isinstance(error.args[0], ProtocolError):
                message = "%s closed the connection without a response.%s" % (self._host, _outcome(method))
            raise ProvisioningError(message, 0, "network_error") from error
        with response:
            try:
                text = response.content
            except requests.RequestException as error:
                if response.ok:
                    raise self._lost(method, error) from error
                text = b""
            return self._envelope_in(response, method, text)

    def _envelope_in(self, response: requests.Response, method: str, text: bytes) -> Dict[str, Any]:
        body = _json_in(text)
        if not 200 <= response.status_code < 300:
            raise _error_of(response, body)
        if isinstance(body, dict) and body.get("success") is True:
            return body
        # Not every version of urllib3 detects a body shorter than Content-Length.
        promised = response.headers.get("Content-Length", "0")
        if body is None and (text.lstrip().startswith(b"{") or (not text and promised != "0")):
            raise self._lost(method)
        message = "%s did not return a response of this API. Check the URL."
        raise ProvisioningError(message % self._host, response.status_code, "invalid_answer")

    def _lost(self, method: str, error: Optional[Exception] = None) -> ProvisioningError:
        """The failure for an incomplete response."""
        if error is not None and error.args and isinstance(error.args[0], ReadTimeoutError):
            message = "%s did not complete its response within %g s.%s" % (self._host, self._timeout, _outcome(method))
            return ProvisioningError(message, 0, "timeout")
        message = "%s closed the connection during its response.%s" % (self._host, _outcome(method))
        return ProvisioningError(message, 0, "network_error")

    def _may_retry(self, error: ProvisioningError, repeatable: bool) -> bool:
        """A request rejected with 429 was not executed; after other failures only a repeatable request is retried."""
        if (error.retry_after or 0) > self._max_delay:
            return False
        if error.status == 429:
            return True
        return repeatable and (error.code in ("network_error", "timeout") or error.status in UNAVAILABLE)

    def _backoff(self, attempt: int) -> float:
        full = min(self._max_delay, self._base_delay * 2**attempt)
        return full / 2 + random.random() * full / 2

    @property
    def _host(self) -> str:
        return urlsplit(self.base_url).netloc


def _outcome(method: str) -> str:
    return "" if method == "GET" else " The request may have been executed."


def _filled(template: str, values: Dict[str, str]) -> str:
    for name, value in values.items():
        # URL parsing removes '.' and '..', so that another operation would be called.
        if value in ("", ".", ".."):
            raise ValueError('%s must be a non-empty string other than "." and "..".' % name)
        template = template.replace("{%s}" % name, quote(value, safe=""))
    return template


def _given(query: Dict[str, Any]) -> Dict[str, str]:
    return {name: _text(value) for name, value in query.items() if value is not None}


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _json_in(text: bytes) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return None


def _error_of(response: requests.Response, body: Any) -> ProvisioningError:
    reported = body if isinstance(body, dict) and isinstance(body.get("error"), str) else {}
    retry_after = response.headers.get("Retry-After", "")
    return ProvisioningError(
        reported.get("error") or "The server returned %d without an error message." % response.status_code,
        response.status_code,
        reported.get("code") or "http_%d" % response.status_code,
        reported.get("details"),
        reported.get("request_id") or response.headers.get("X-Request-Id"),
        float(retry_after) if retry_after.isdigit() else None,
    )
