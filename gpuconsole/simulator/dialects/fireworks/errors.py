"""A refusal as Fireworks' gateway words it: a gRPC status as JSON, `{"code", "message", "details"}`."""

from gpuconsole.simulator.web import Response, json_response

INVALID_ARGUMENT, NOT_FOUND, ALREADY_EXISTS, PERMISSION_DENIED = 3, 5, 6, 7
RESOURCE_EXHAUSTED, FAILED_PRECONDITION, UNIMPLEMENTED, INTERNAL, UNAUTHENTICATED = 8, 9, 12, 13, 16

# The standard transcoding of gRPC codes; assumed for this gateway.
HTTP_STATUS = {
    INVALID_ARGUMENT: 400,
    NOT_FOUND: 404,
    ALREADY_EXISTS: 409,
    PERMISSION_DENIED: 403,
    RESOURCE_EXHAUSTED: 429,
    FAILED_PRECONDITION: 400,
    UNIMPLEMENTED: 501,
    INTERNAL: 500,
    UNAUTHENTICATED: 401,
}


class Problem(Exception):
    """An answer other than success; `code` is a gRPC code."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message

    def response(self) -> Response:
        """The answer."""
        return json_response({"code": self.code, "message": self.message, "details": []}, HTTP_STATUS[self.code])


def invalid(path: str, text: str) -> Problem:
    """A field's problem: its path in snake_case, then what is wrong."""
    return Problem(INVALID_ARGUMENT, f"{path} {text}")


def missing(kind: str, name: str) -> Problem:
    """There is no such thing."""
    return Problem(NOT_FOUND, f'{kind} "{name}" not found')
