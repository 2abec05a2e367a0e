# What no text that leaves the bench may hold: the secrets of the request that is being worked on,
# and those that are made for it.
import html
import json
from typing import Any, Sequence
from urllib.parse import quote

JSON = dict[str, Any]
KEYS = {"password", "adminPassword", "apiKey", "apiSecret", "rootPassword"}
"""Names of parameters; a method that takes others that are secret adds theirs."""
SHORTEST = 6
"""Bytes. Anything shorter occurs by chance, and taking it out would destroy sentences: what is
short is kept out of texts by not being put there."""
MARK = "‹redacted›"

made: list[str] = []
"""What this process, and those that it was forked from, made or took from the bench's config."""


def remember(secret: str) -> str:
    """To be called where a secret is made, with what is returned there."""
    made.append(secret)
    return secret


def secrets_in(params: JSON) -> list[str]:
    """The values of a request that must never be written anywhere but to Frappe."""
    found = [value for key, value in params.items() if key in KEYS and isinstance(value, str)]
    for value in params.values():
        if isinstance(value, dict):
            found += secrets_in(value)
    return found


def forms(secret: str) -> set[str]:
    """The secret as it is, and as Python, JSON, SQL, HTML and an address quote it."""
    escaped = secret.replace("\\", "\\\\").replace("'", "\\'").replace('"', '\\"')
    return {
        secret,
        repr(secret)[1:-1],
        ascii(secret)[1:-1],
        json.dumps(secret)[1:-1],
        escaped,
        html.escape(secret),
        html.escape(secret, quote=False),
        quote(secret, safe=""),
    }


def redact(text: str, secrets: Sequence[str] = ()) -> str:
    """The text without any of the secrets, or of those that were made."""
    found = {secret for secret in (*secrets, *made) if len(secret.encode()) >= SHORTEST}
    spellings = {form for secret in found for form in forms(secret)}
    for form in sorted(spellings, key=len, reverse=True):
        text = text.replace(form, MARK)
    return text


def redact_all(value: Any, secrets: Sequence[str] = ()) -> Any:
    """The same in every text of a JSON value."""
    if isinstance(value, str):
        return redact(value, secrets)
    if isinstance(value, list):
        return [redact_all(item, secrets) for item in value]
    if isinstance(value, dict):
        return {key: redact_all(item, secrets) for key, item in value.items()}
    return value
