"""A refusal in the shape that Cortecs' newer management API uses; assumed for this one."""

from gpuconsole.simulator.web import Response, json_response


class Problem(Exception):
    """An answer other than success."""

    def __init__(self, status: int, text: str) -> None:
        super().__init__(text)
        self.status = status
        self.text = text

    def response(self) -> Response:
        """The answer."""
        return json_response({"error": self.text}, self.status)
