"""Makes the limits and the suspension of a tenantd workspace hold inside its site."""

__version__ = "0.1.0"
