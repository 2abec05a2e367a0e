# An exception that is a response.
from typing import Any


class HTTPException(Exception):
    def __init__(self, description: str | None = None, response: Any = None) -> None:
        self.response = response
