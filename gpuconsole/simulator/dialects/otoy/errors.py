"""A refusal as OTOY words it: `{"error": {"code", "message", "details"}}`; all but `error.code` is assumed."""

from gpuconsole.simulator.web import Response, json_response

CODES = {
    400: "VALIDATION_ERROR",
    401: "UNAUTHORIZED",
    402: "INSUFFICIENT_CREDIT",
    403: "FORBIDDEN",
    404: "NOT_FOUND",
    409: "CONFLICT",
    429: "RATE_LIMITED",
    500: "INTERNAL",
}
Details = list[tuple[str, str]]


class Problem(Exception):
    """An answer other than success; `details` are pairs of a field's path and what is wrong with it."""

    def __init__(self, status: int, message: str, details: Details | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.details = details

    def response(self) -> Response:
        """The answer."""
        error: dict[str, object] = {"code": CODES[self.status], "message": self.message}
        if self.details:
            error["details"] = [{"path": path, "message": text} for path, text in self.details]
        return json_response({"error": error}, self.status)


def invalid(details: Details) -> Problem:
    """What is wrong with the fields of a body or a query; the message is about the first of them."""
    path, text = details[0]
    return Problem(400, f"{path} {text}", details)
