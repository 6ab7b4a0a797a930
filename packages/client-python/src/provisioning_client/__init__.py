"""The Python SDK of Provisioning."""

from .client import ProvisioningClient
from .errors import ProvisioningError
from .event_types import EVENT_TYPES
from .paging import pages
from .webhook import verify_webhook

__all__ = ["EVENT_TYPES", "ProvisioningClient", "ProvisioningError", "pages", "verify_webhook"]
