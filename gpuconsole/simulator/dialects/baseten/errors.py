"""A refusal as Baseten words it: `{"code", "message"}`."""

from gpuconsole.simulator.web import Response, json_response

CODES = {
    400: "VALIDATION_ERROR",
    401: "UNAUTHORIZED",
    402: "PAYMENT_REQUIRED",
    403: "FORBIDDEN",
    404: "NOT_FOUND",
    405: "METHOD_NOT_ALLOWED",
    409: "CONFLICT",
    429: "RATE_LIMITED",
    500: "INTERNAL_SERVER_ERROR",
}


class Problem(Exception):
    """An answer other than success."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.message = message

    def response(self) -> Response:
        """The answer."""
        return json_response({"code": CODES[self.status], "message": self.message}, self.status)


def invalid(path: str, text: str) -> Problem:
    """A field's problem: the path of the field, then what is wrong."""
    return Problem(400, f"{path}: {text}")
