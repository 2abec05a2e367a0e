# The exceptions of Frappe that the stand-in raises, under the same names and HTTP status codes.
class ValidationError(Exception):
    http_status_code = 417


class AuthenticationError(Exception):
    http_status_code = 401


class PermissionError(Exception):
    http_status_code = 403


class DoesNotExistError(ValidationError):
    http_status_code = 404


class DuplicateEntryError(Exception):
    http_status_code = 409


class SessionStopped(Exception):
    http_status_code = 503


class IncorrectSitePath(Exception):
    http_status_code = 404


class QueryTimeoutError(Exception): ...


class QueryDeadlockError(Exception): ...


class UniqueValidationError(ValidationError): ...


class MandatoryError(ValidationError): ...


class LinkValidationError(ValidationError): ...


class CharacterLengthExceededError(ValidationError): ...


class InvalidEmailAddressError(ValidationError): ...


class ImplicitCommitError(ValidationError): ...
