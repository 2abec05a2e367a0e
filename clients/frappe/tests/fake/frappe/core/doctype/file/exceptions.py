# Frappe's own exceptions of files, as far as the app knows them.
from frappe import ValidationError


class MaxFileSizeReachedError(ValidationError):
    pass
