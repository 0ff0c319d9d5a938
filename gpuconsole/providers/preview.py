"""The exact requests of a launch as text to read and to copy: HTTP body, cURL, Python."""

from __future__ import annotations

import json
import shlex
from collections.abc import Sequence
from dataclasses import dataclass

from gpuconsole.providers.contract import Provider, WireRequest
from gpuconsole.providers.signed import Signing
from gpuconsole.providers.specs import Spec

TOKEN_TO_COME = "gc-…"  # noqa: S105 - stands for a launch token that is not made yet


@dataclass(frozen=True, slots=True)
class Preview:
    """What a launch would send: the preparing requests first, the launch itself last. No secret is in it."""

    requests: tuple[WireRequest, ...]
    url: str
    """Full address of the launch."""
    body: str
    """Its JSON body."""
    curl: str
    python: str

    @property
    def request(self) -> WireRequest:
        """The launch itself."""
        return self.requests[-1]


def preview(
    provider: Provider, spec: Spec, *, base_url: str = "", token: str = TOKEN_TO_COME, secrets: Sequence[str] = ()
) -> Preview:
    """The same requests that ``Adapter.launch`` sends. ``secrets``: names of project secrets that go along."""
    base = (base_url or provider.base_url).rstrip("/")
    requests = (*provider.adapter.preparations(spec, secrets), provider.adapter.request(spec, token))
    return Preview(
        requests,
        url=base + requests[-1].path,
        body=as_json(requests[-1]),
        curl="\n\n".join(as_curl(request, base, provider.signing or provider.header) for request in requests),
        python=as_python(requests, base, provider.signing or provider.header),
    )


def as_json(request: WireRequest) -> str:
    """The body, indented."""
    return json.dumps(request.body, indent=2, ensure_ascii=False)


def as_curl(request: WireRequest, base: str, sign: tuple[str, str] | Signing) -> str:
    """A command for a POSIX shell; the credentials stand in it as shell variables."""
    before, headers, body = [f"# {request.why}"] if request.why else [], [], shlex.quote(as_json(request))
    if isinstance(sign, Signing):
        before += [f"body={body}", f"method={request.method} path={shlex.quote(request.path)}", *sign.commands]
        headers, body = [*sign.headers], '"$body"'
    else:
        headers = [sign]
    call = [
        f"curl --request {request.method} {shlex.quote(base + request.path)}",
        *(f'--header "{name}: {value}"' for name, value in headers),
        "--header 'Content-Type: application/json'",
        f"--data {body}",
    ]
    return "\n".join([*before, " \\\n  ".join(call)])


def as_python(requests: Sequence[WireRequest], base: str, sign: tuple[str, str] | Signing) -> str:
    """A script that needs httpx; the credentials come from the environment."""
    lines = _python_head(base, sign)
    for request in requests:
        lines += [f"    # {request.why}"] if request.why else []
        body = _literal(request.body)
        path = f"f{request.path!r}" if "{" in request.path else repr(request.path)
        if isinstance(sign, Signing):
            lines.append(f"    method, path, body = {request.method!r}, {path}, {body}")
            lines.append("    answer = client.request(method, path, json=body, headers=signed(method, path, body))")
        else:
            lines.append(f"    answer = client.request({request.method!r}, {path}, json={body})")
        lines.append("    answer.raise_for_status()")
        if request.gives:
            name, *keys = request.gives
            lines.append(f"    {name} = answer.json(){''.join(f'[{key!r}]' for key in keys)}")
    return "\n".join([*lines, "print(answer.json())"])


def _python_head(base: str, sign: tuple[str, str] | Signing) -> list[str]:
    if isinstance(sign, Signing):
        imports = [f"import {name}" for name in sign.imports]
        opened = f"with httpx.Client(base_url={base!r}) as client:"
        return [*imports, "", "import httpx", "", "", *sign.python.splitlines(), "", "", opened]
    scheme, _, variable = sign[1].partition("$")
    headers = f'headers = {{{sign[0]!r}: {scheme!r} + os.environ["{variable}"]}}'
    return [
        "import os",
        "",
        "import httpx",
        "",
        headers,
        f"with httpx.Client(base_url={base!r}, headers=headers) as client:",
    ]


def _literal(value: object, depth: int = 1) -> str:
    """JSON as a Python literal, indented as code."""
    inner, outer = "    " * (depth + 1), "    " * depth
    if isinstance(value, dict) and value:
        rows = "".join(f"{inner}{key!r}: {_literal(item, depth + 1)},\n" for key, item in value.items())
        return f"{{\n{rows}{outer}}}"
    if isinstance(value, (list, tuple)) and value:
        rows = "".join(f"{inner}{_literal(item, depth + 1)},\n" for item in value)
        return f"[\n{rows}{outer}]"
    return repr(value)
