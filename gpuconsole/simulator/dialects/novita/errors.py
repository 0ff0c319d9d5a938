"""A refusal as Novita words it: `{"code", "reason", "message", "metadata"}`; nearly all of them are a 400."""

from gpuconsole.simulator.web import Response, json_response


class Problem(Exception):
    """An answer other than success."""

    def __init__(self, reason: str, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.status = status
        self.reason = reason
        self.message = message

    def response(self) -> Response:
        """The answer."""
        body = {"code": self.status, "reason": self.reason, "message": self.message, "metadata": {}}
        return json_response(body, self.status)


def invalid(path: str, text: str) -> Problem:
    """A field's problem: the path of the field, then what is wrong (that wording is assumed)."""
    return Problem("VALIDATOR_PARAM", f"{path}: {text}")


def not_found(what: str, its_id: object) -> Problem:
    """A thing that is not there, or no more: a 400, never a 404."""
    return Problem("RESOURCE_NOT_FOUND", f"{what} {its_id} not found")
