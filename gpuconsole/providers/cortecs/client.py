"""The HTTP calls of Cortecs in its own words, and its login."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping
from typing import Any

from gpuconsole.providers.cortecs.schemas import ARGUMENTS
from gpuconsole.providers.errors import NotAuthorized, Rejected, Unreachable
from gpuconsole.providers.http import Client, Wording
from gpuconsole.providers.wire import item, items, quoted

MARGIN_S = 60
"""A token is asked for anew this long before its end."""
TOKEN = "/oauth2/token"  # noqa: S105 - a path
START, STOP, RESTART = "/instances/start", "/instances/stop", "/instances/restart"


def _error(body: Any) -> tuple[str, str]:
    """``{"error": "text"}`` (assumed); the field is the argument that the text names first."""
    message = str(body.get("error") or body.get("message") or "") if isinstance(body, Mapping) else ""
    named = {message.index(name): name for name in ARGUMENTS if name in message}
    return message, named[min(named)] if named else ""


WORDING = Wording("Cortecs", _error, no_capacity=frozenset({409}))


class CortecsClient:
    """Signed calls; answers as decoded JSON, unwrapped. The login is kept until shortly before it ends."""

    def __init__(self, http: Client, client_id: str, client_secret: str) -> None:
        self.http = http
        self._client = {"client_id": client_id, "client_secret": client_secret}
        self._lock = threading.Lock()
        self._token, self._until = "", 0.0

    def sign_in(self, *, refused: str = "") -> str:
        """The access token: the kept one, or a new one when it is about to end or is the one that was refused."""
        with self._lock:
            if self._token and self._token != refused and time.monotonic() < self._until:
                return self._token
            body = {"grant_type": "client_credentials", **self._client}
            try:
                answer = self.http.call("POST", TOKEN, body, is_repeatable=True)
            except Rejected as exc:
                text = f"Cortecs refused the client id or secret. {exc.message}"
                raise NotAuthorized(text, status_code=exc.status_code, raw=exc.raw) from exc
            token = answer.get("access_token") if isinstance(answer, Mapping) else None
            if not isinstance(token, str) or not token:
                raise Unreachable("Cortecs sent no access token.")
            lasts_s = answer.get("expires_in")
            self.http.hide(token, instead_of=self._token)
            self._token = token
            self._until = time.monotonic() + (float(lasts_s) if isinstance(lasts_s, (int, float)) else 0.0) - MARGIN_S
            return token

    def instances(self) -> list[Mapping[str, Any]]:
        """Everything at once: there is no paging."""
        return items(self._call("GET", "/instances/", is_repeatable=True), "instances")

    def instance(self, instance_id: str) -> Mapping[str, Any]:
        """One instance; NotFound once it is deleted."""
        return item(self._call("GET", f"/instances/{quoted(instance_id)}", is_repeatable=True), "instance")

    def start(self, body: Any) -> Mapping[str, Any]:
        """A new instance; it comes back at once and incomplete."""
        return item(self._call("POST", START, body), "instance", is_write=True)

    def stop(self, instance_id: str) -> Mapping[str, Any]:
        """Put to rest: it stays listed."""
        return item(self._call("POST", STOP, {"instance_id": instance_id}), "instance", is_write=True)

    def restart(self, instance_id: str) -> Mapping[str, Any]:
        """Wake from rest, under the same id; an error if it is running."""
        return item(self._call("POST", RESTART, {"instance_id": instance_id}), "instance", is_write=True)

    def delete(self, instance_id: str) -> None:
        """Delete what is stopped."""
        self._call("DELETE", f"/instances/{quoted(instance_id)}")

    def hardware(self) -> list[Mapping[str, Any]]:
        """All hardware types; takes no token."""
        return items(self.http.get("/hardware-types/", exact=True), "hardware_types")

    def free_hardware(self) -> frozenset[str]:
        """Ids of the types that are free right now; takes no token."""
        rows = items(self.http.get("/hardware-types/available"), "hardware_types")
        return frozenset(str(row.get("hardware_type_id")) for row in rows)

    def models(self) -> list[Mapping[str, Any]]:
        """Previews of all models; takes no token."""
        return items(self.http.get("/models/"), "models")

    def model(self, model_id: str) -> Mapping[str, Any]:
        """One model with its hardware configurations; takes no token."""
        return item(self.http.get(f"/models/{quoted(model_id)}"), "model")

    def _call(self, method: str, path: str, body: Any = None, *, is_repeatable: bool = False) -> Any:
        """Send signed; a refused token is replaced once, as a refusal proves that nothing was done."""
        token = self.sign_in()
        try:
            return self.http.call(method, path, body, headers=_signed(token), is_repeatable=is_repeatable)
        except NotAuthorized as exc:
            if exc.status_code != 401:
                raise
            token = self.sign_in(refused=token)
            return self.http.call(method, path, body, headers=_signed(token), is_repeatable=is_repeatable)


def _signed(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}
