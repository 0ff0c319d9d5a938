"""Reads every environment variable the console knows, in one place and typed."""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

BASE = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class Environment:
    """What the operator decided, or what `manage.py up` decided for them."""

    data: Path  # folder of everything kept outside the database: keys, logs, collected static files
    database_url: str
    redis_url: str
    secret_key: str
    key_file: Path  # the sealing keys; never in the database they protect
    hosts: tuple[str, ...]
    url: str  # how people reach the console, without a slash at the end; links in mails start with it
    simulator_url: str  # empty: this installation has no sandbox
    allowed_base_urls: tuple[str, ...]  # where connections may point besides their provider and the simulator
    allowed_webhooks: tuple[str, ...]  # origins that webhooks may go to though they are private, or plain HTTP
    trusted_proxies: tuple[str, ...]  # addresses whose X-Forwarded-For is believed
    email_url: str  # smtp[s]://user:password@host:587/?from=console@example.org; empty: mails go to the log
    language: str  # of pages, mails and the API, such as "de"; what is not translated stays English
    https: bool  # browsers reach the console through a proxy that ends TLS
    debug: bool
    log_level: str


def read(environ: Mapping[str, str] = os.environ) -> Environment:
    """The environment, completed by what a running `manage.py up` left in the data folder."""
    data = Path(environ.get("GPUCONSOLE_DATA", BASE / ".gpuconsole")).resolve()
    running = _running(data)
    return Environment(
        data=data,
        database_url=environ.get("DATABASE_URL") or running.get("database_url", ""),
        redis_url=environ.get("REDIS_URL") or running.get("redis_url", ""),
        secret_key=environ.get("GPUCONSOLE_SECRET_KEY") or _first_line(data / "secret_key"),
        key_file=Path(environ.get("GPUCONSOLE_KEY_FILE") or data / "keys.json"),
        hosts=_words(environ.get("GPUCONSOLE_HOSTS", "localhost,127.0.0.1,[::1]")),
        url=(environ.get("GPUCONSOLE_URL") or running.get("url", "http://localhost:8000")).rstrip("/"),
        simulator_url=(environ.get("GPUCONSOLE_SIMULATOR_URL") or running.get("simulator_url", "")).rstrip("/"),
        allowed_base_urls=_words(environ.get("GPUCONSOLE_ALLOWED_BASE_URLS", "")),
        allowed_webhooks=_words(environ.get("GPUCONSOLE_ALLOWED_WEBHOOKS", "")),
        trusted_proxies=_words(environ.get("GPUCONSOLE_TRUSTED_PROXIES", "")),
        email_url=environ.get("GPUCONSOLE_EMAIL_URL", ""),
        language=environ.get("GPUCONSOLE_LANGUAGE", "en"),
        https=_is_on(environ, "GPUCONSOLE_HTTPS"),
        debug=_is_on(environ, "GPUCONSOLE_DEBUG"),
        log_level=environ.get("GPUCONSOLE_LOG_LEVEL", "INFO").upper(),
    )


def _running(data: Path) -> dict[str, Any]:
    try:
        found: dict[str, Any] = json.loads((data / "running.json").read_text())
    except (OSError, ValueError):
        return {}
    return found


def _first_line(file: Path) -> str:
    try:
        return file.read_text().strip()
    except OSError:
        return ""


def _words(text: str) -> tuple[str, ...]:
    return tuple(word.strip() for word in text.split(",") if word.strip())


def _is_on(environ: Mapping[str, str], name: str) -> bool:
    return environ.get(name, "").lower() in {"1", "true", "yes", "on"}
