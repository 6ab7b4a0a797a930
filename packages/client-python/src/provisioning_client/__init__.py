"""The Python SDK of Provisioning."""

from .client import ProvisioningClient, pages
from .errors import ProvisioningError
from .webhook import verify_webhook

__all__ = ["ProvisioningClient", "ProvisioningError", "pages", "verify_webhook"]
