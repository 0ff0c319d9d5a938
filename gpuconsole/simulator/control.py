"""The control surface under `/_sim`, for callers on loopback only: what exists, its bill, calls, the clock, faults."""

import ipaddress
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from gpuconsole.simulator import crowd, fault_kinds, invoice
from gpuconsole.simulator.clock import iso
from gpuconsole.simulator.crowd import BadCrowd
from gpuconsole.simulator.fault_kinds import BadFault
from gpuconsole.simulator.web import BadJson, Dialect, Request, Response, Router, json_response
from gpuconsole.simulator.world import Resource, World

CONTROLS = ("resources", "invoice", "requests", "clock", "faults", "crowd", "stir", "changes", "reset")


class BadControl(ValueError):
    """The control call makes no sense; its text says why."""


class Control:
    """Answers `/_sim/…`."""

    def __init__(self, world: World, dialects: Mapping[str, Dialect]) -> None:
        self._world = world
        self._dialects = dialects
        self._slugs = list(dialects)
        self._router = router = Router()
        router.add("GET", "/_sim", self._index)
        router.add("GET", "/_sim/resources", self._resources)
        router.add("GET", "/_sim/invoice", self._invoice)
        router.add("GET", "/_sim/requests", self._requests)
        router.add("GET", "/_sim/clock", self._clock)
        router.add("POST", "/_sim/clock", self._advance)
        router.add("GET", "/_sim/faults", self._list_faults)
        router.add("POST", "/_sim/faults", self._add_fault)
        router.add("DELETE", "/_sim/faults", self._clear_faults)
        router.add("DELETE", "/_sim/faults/{fault_id}", self._lift_fault)
        router.add("POST", "/_sim/crowd", self._crowd)
        router.add("POST", "/_sim/stir", self._stir)
        router.add("GET", "/_sim/changes", self._changes)
        router.add("POST", "/_sim/reset", self._reset)

    def answer(self, request: Request) -> Response:
        """Answer one control call; problems are JSON with an `error` text."""
        if not _is_loopback(request.peer):
            return json_response({"error": "the control surface answers callers on loopback only"}, 403)
        found = self._router.find(request.method, request.path)
        if isinstance(found, set):
            text = f"use {' or '.join(sorted(found))}" if found else "no such control; see GET /_sim"
            return json_response({"error": text}, 405 if found else 404)
        try:
            handler, parameters = found
            return handler(request, **parameters)
        except (BadControl, BadFault, BadCrowd) as exc:
            return json_response({"error": str(exc)}, 400)
        except BadJson as exc:
            return json_response({"error": f"the body is no JSON: {exc}"}, 400)

    def _index(self, request: Request) -> Response:
        return json_response(
            {
                "providers": self._slugs,
                "controls": [f"/_sim/{name}" for name in CONTROLS],
                "faults": fault_kinds.told(),
                "of_a_fault": fault_kinds.FIELDS_TEXT,
            }
        )

    def _resources(self, request: Request) -> Response:
        found = self._world.resources(request.query.get("provider"))
        return json_response({"resources": [self._row(resource) for resource in found]})

    def _row(self, resource: Resource) -> dict[str, Any]:
        with self._world.clock_of(resource.provider):
            return resource.as_row(self._world.now())

    def _invoice(self, request: Request) -> Response:
        """What one provider charges, or all: `since` and `until` are ISO 8601, UTC unless they say otherwise."""
        now, query = self._world.now(), request.query
        since, until = _moment(query, "since") or 0.0, _moment(query, "until")
        if until is not None and until <= since:
            raise BadControl("until must be after since")
        if (form := query.get("format") or "json") not in ("json", "csv"):
            raise BadControl("format must be json or csv")
        found = [line for slug in self._asked(query) for line in self._lines(slug, since, until)]
        if form == "csv":
            return Response(200, invoice.as_csv(found).encode(), {"Content-Type": "text/csv; charset=utf-8"})
        range_ = {"since": iso(since), "until": iso(until), "at": iso(now)}
        return json_response({**range_, "lines": found, "totals": invoice.totals(found)})

    def _asked(self, query: Mapping[str, str]) -> list[str]:
        if not (slug := query.get("provider")):
            return self._slugs
        if slug not in self._slugs:
            raise BadControl(f"provider must be one of {', '.join(self._slugs)}")
        return [slug]

    def _lines(self, slug: str, since: float, until: float | None) -> list[invoice.Line]:
        with self._world.clock_of(slug):
            return invoice.lines(slug, self._dialects[slug].charges(), since, until, self._world.now())

    def _requests(self, request: Request) -> Response:
        wanted = request.query
        rows = [
            row
            for row in self._world.requests
            if row["at"] > wanted.get("since", "")
            and wanted.get("provider", row["provider"]) == row["provider"]
            and wanted.get("method", row["method"]).upper() == row["method"]
            and wanted.get("path", "") in row["path"]
        ]
        return json_response({"requests": rows})

    def _clock(self, request: Request) -> Response:
        world = self._world
        return json_response(
            {"now": iso(world.now()), "advanced_s": world.clock.advanced_s, "speed": world.speed},
        )

    def _advance(self, request: Request) -> Response:
        seconds = _object(request).get("advance_s")
        if not isinstance(seconds, int | float) or isinstance(seconds, bool) or not 0 <= seconds <= 10 * 366 * 86400:
            raise BadControl("advance_s must be a number of seconds, not negative, at most ten years")
        self._world.clock.advance(seconds)
        return self._clock(request)

    def _list_faults(self, request: Request) -> Response:
        return json_response({"faults": [fault.as_row() for fault in self._world.faults]})

    def _add_fault(self, request: Request) -> Response:
        description = _object(request)
        if description.get("provider") not in self._slugs:
            raise BadControl(f"provider must be one of {', '.join(self._slugs)}")
        return json_response({"fault": self._world.faults.add(description).as_row()}, 201)

    def _clear_faults(self, request: Request) -> Response:
        self._world.lift()
        return json_response({"faults": []})

    def _lift_fault(self, request: Request, fault_id: str) -> Response:
        if not (fault_id.isdecimal() and self._world.lift(int(fault_id))):
            return json_response({"error": f"no fault {fault_id} is in force; see GET /_sim/faults"}, 404)
        return self._list_faults(request)

    def _crowd(self, request: Request) -> Response:
        """Copies of the resource `like`, under `ids`, each born `ages_s` ago."""
        asked = _object(request)
        like = self._world.resource(str(asked.get("provider")), str(asked.get("like")))
        ids, ages_s = asked.get("ids"), asked.get("ages_s")
        if like is None or not isinstance(ids, list) or not isinstance(ages_s, list):
            raise BadControl("provider and like must name a resource, ids and ages_s must be lists")
        made = crowd.bring(self._world, like, ids, ages_s)
        return json_response({"created_at": {one.id: one.created_at for one in made}}, 201)

    def _stir(self, request: Request) -> Response:
        """Have up to `count` resources of a provider go round, of those in `state` if told, each in its turn."""
        asked, stirred = _object(request), list[str]()
        count = asked.get("count")
        if not isinstance(count, int) or isinstance(count, bool) or count < 0:
            raise BadControl("count must be a whole number, not negative")
        now, state = self._world.now(), asked.get("state")
        for resource in self._world.in_turn(str(asked.get("provider"))):
            if len(stirred) >= count:
                break
            if resource.deleted_at is None and state in (None, resource.state(now)) and resource.stir():
                stirred.append(resource.id)
        return json_response({"ids": stirred})

    def _changes(self, request: Request) -> Response:
        """When each resource of a provider came to which status word, after the moment `since`, in epoch seconds."""
        try:
            since = float(request.query.get("since") or 0)
        except ValueError:
            raise BadControl("since must be epoch seconds") from None
        now, provider = self._world.now(), request.query.get("provider")
        found = {one.id: crowd.changes(one, since, now) for one in self._world.resources(provider)}
        return json_response({"now": now, "changes": {key: steps for key, steps in found.items() if steps}})

    def _reset(self, request: Request) -> Response:
        self._world.reset()
        return json_response({"resources": []})


def _object(request: Request) -> dict[str, Any]:
    value = request.json()
    if not isinstance(value, dict):
        raise BadControl("the body must be a JSON object")
    return value


def _moment(query: Mapping[str, str], name: str) -> float | None:
    if not (text := query.get(name)):
        return None
    try:
        moment = datetime.fromisoformat(text)
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
    except (ValueError, OverflowError):
        raise BadControl(f"{name} must be a date or a moment such as 2026-11-01 or 2026-11-01T00:00:00Z") from None


def _is_loopback(peer: str) -> bool:
    try:
        return ipaddress.ip_address(peer).is_loopback
    except ValueError:
        return False
