"""Requests, sent again where that is safe."""

import random
import time
import uuid
from typing import Any, Callable, Dict, Optional, Union
from urllib.parse import quote, urlsplit

import requests

from .errors import ProvisioningError

Token = Union[None, str, Callable[[], Optional[str]]]

UNAVAILABLE = (502, 503, 504)


class Transport:
    """One service, by one token."""

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
        """The `data` of the envelope."""
        response = self.send(method, template, path, query, body, idempotent)
        try:
            envelope = response.json()
        except ValueError:
            envelope = None
        if isinstance(envelope, dict) and envelope.get("success") is True:
            return envelope.get("data")
        message = "%s answered something that is no answer of this API. Is the address right?"
        raise ProvisioningError(message % self._host, response.status_code, "invalid_answer")

    def send(
        self,
        method: str,
        template: str,
        path: Optional[Dict[str, str]] = None,
        query: Optional[Dict[str, Any]] = None,
        body: Any = None,
        idempotent: bool = False,
    ) -> requests.Response:
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
    ) -> requests.Response:
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
                # A redirect would carry the token to wherever it leads.
                allow_redirects=False,
            )
        except requests.Timeout as error:
            message = "%s did not answer within %g s." % (self._host, self._timeout)
            raise ProvisioningError(message, 0, "timeout") from error
        except requests.RequestException as error:
            message = "%s can't be reached: %s." % (self._host, type(error).__name__)
            raise ProvisioningError(message, 0, "network_error") from error
        if 200 <= response.status_code < 300:
            return response
        raise _error_of(response)

    def _may_retry(self, error: ProvisioningError, repeatable: bool) -> bool:
        """429 was refused before anything was done; after anything else only what may be done twice is sent again."""
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


def _filled(template: str, values: Dict[str, str]) -> str:
    for name, value in values.items():
        # '.' and '..' would be taken out of the path, and another operation be called.
        if value in ("", ".", ".."):
            raise ValueError("%r is no %s." % (value, name))
        template = template.replace("{%s}" % name, quote(value, safe=""))
    return template


def _given(query: Dict[str, Any]) -> Dict[str, str]:
    return {name: _text(value) for name, value in query.items() if value is not None}


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _error_of(response: requests.Response) -> ProvisioningError:
    try:
        body = response.json()
    except ValueError:
        body = None
    told = body if isinstance(body, dict) and isinstance(body.get("error"), str) else {}
    retry_after = response.headers.get("Retry-After", "")
    return ProvisioningError(
        told.get("error") or "The server answered %d without saying why." % response.status_code,
        response.status_code,
        told.get("code") or "http_%d" % response.status_code,
        told.get("details"),
        told.get("request_id") or response.headers.get("X-Request-Id"),
        float(retry_after) if retry_after.isdigit() else None,
    )
