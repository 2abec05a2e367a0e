# A response, with what the app sets and reads.


class Response:
    def __init__(
        self, text: str, status: int, headers: dict[str, str], content_type: str = ""
    ) -> None:
        self.text, self.status_code = text, status
        self.headers = {**headers, "Content-Type": content_type}

    @property
    def mimetype(self) -> str:
        return self.headers["Content-Type"].partition(";")[0]

    def set_data(self, text: str) -> None:
        self.text = text
