"""Verification of webhook deliveries."""

import base64
import binascii
import hashlib
import hmac
import json
import re
import time
from datetime import datetime
from typing import Any, Dict, Iterable, Mapping, Optional, Union

from .errors import ProvisioningError


def verify_webhook(
    raw_body: Union[bytes, str],
    headers: Mapping[str, str],
    secrets: Union[str, Iterable[str]],
    tolerance: float = 300.0,
    now: Optional[float] = None,
) -> Dict[str, Any]:
    """Verifies the signature and the age of a delivery and returns its payload. Raises `webhook_invalid` otherwise.

    `raw_body` is the body as received; the signature does not match a re-serialized body. The function uses the Standard
    Webhooks headers or, without them, the signature in the body. `tolerance` is in seconds.
    """
    text = raw_body.decode("utf-8", "replace") if isinstance(raw_body, bytes) else raw_body
    payload = _payload_in(text)
    good = [secret for secret in ([secrets] if isinstance(secrets, str) else secrets) if secret]
    if not good:
        raise ValueError("secrets must contain at least one secret.")
    lower = {name.lower(): value for name, value in headers.items()}
    signatures = lower.get("webhook-signature")
    sent_at = lower.get("webhook-timestamp", "")
    seconds = _moment(payload["timestamp"]) if signatures is None else _number(sent_at)
    if seconds is None or abs((time.time() if now is None else now) - seconds) > tolerance:
        raise _invalid("The timestamp of the webhook differs from now by more than %g s." % tolerance)
    for secret in good:
        if signatures is None:
            proven = _is_signed_in_body(text, payload, secret)
        else:
            signed = "%s.%s.%s" % (lower.get("webhook-id", ""), sent_at, text)
            proven = _is_signed_in_headers(signed, signatures, secret)
        if proven:
            return payload
    raise _invalid("The signature of the webhook does not match any secret.")


# Removed from the text as received, since Python may serialize numbers differently.
_SIGNATURE_AT_END = re.compile(r',"signature":"sha256=[0-9a-f]{64}"}\Z')


def _is_signed_in_body(text: str, payload: Dict[str, Any], secret: str) -> bool:
    signed, found = _SIGNATURE_AT_END.subn("}", text)
    if not found:
        members = {name: payload.get(name) for name in ("event", "timestamp", "data")}
        signed = json.dumps(members, separators=(",", ":"), ensure_ascii=False)
    expected = "sha256=" + hmac.new(secret.encode(), signed.encode("utf-8", "replace"), hashlib.sha256).hexdigest()
    return hmac.compare_digest(expected.encode(), str(payload.get("signature")).encode("utf-8", "replace"))


def _is_signed_in_headers(signed: str, signatures: str, secret: str) -> bool:
    mac = hmac.new(_standard_key(secret), signed.encode("utf-8"), hashlib.sha256).digest()
    expected = b"v1," + base64.b64encode(mac)
    return any(hmac.compare_digest(expected, given.encode("utf-8", "replace")) for given in signatures.split(" "))


def _standard_key(secret: str) -> bytes:
    """A secret with the prefix `whsec_` is a Base64 key; any other secret is the key itself."""
    if not secret.startswith("whsec_"):
        return secret.encode()
    try:
        return base64.b64decode(secret[len("whsec_") :], validate=True)
    except binascii.Error as error:
        raise ValueError('A secret that starts with "whsec_" must continue in Base64.') from error


def _payload_in(text: str) -> Dict[str, Any]:
    try:
        payload = json.loads(text)
    except ValueError:
        payload = None
    if isinstance(payload, dict) and isinstance(payload.get("event"), str) and isinstance(payload.get("timestamp"), str):
        return payload
    raise _invalid("The body is not a webhook payload.")


def _moment(text: str) -> Optional[float]:
    try:
        return datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp()
    except ValueError:
        return None


def _number(text: str) -> Optional[float]:
    return float(text) if text.isdigit() else None


def _invalid(message: str) -> ProvisioningError:
    return ProvisioningError(message, 0, "webhook_invalid")
