"""The sealing keys: a small JSON file outside the database that they protect.

``{"current": "k1", "keys": {"k1": "<32 bytes in base64>"}}``; old keys stay so that older blobs still open.
"""

from __future__ import annotations

import base64
import json
import os
import secrets
import tempfile
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

_KEY_BYTES = 32


@dataclass(frozen=True, slots=True)
class Keyring:
    """All keys by id, and the id of the one that seals now."""

    current: str
    keys: dict[str, bytes]


def read() -> Keyring:
    """The keyring as the file has it now: a running process sees a rotation at once."""
    path = Path(settings.GPUCONSOLE_KEY_FILE)
    try:
        stamp = path.stat()
    except FileNotFoundError:
        make(path)
        stamp = path.stat()
    return _load(path, stamp.st_mtime_ns, stamp.st_ino)


def make(path: Path) -> None:
    """Write a keyring with one fresh key unless there is one; two processes that start together agree on one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = _written_beside(path, Keyring("k1", {"k1": secrets.token_bytes(_KEY_BYTES)}))
    try:
        os.link(fresh, path)  # fails where another process was first; its key stands
    except FileExistsError:
        pass
    finally:
        fresh.unlink()


def add_key() -> Keyring:
    """Put a fresh key beside the old ones and make it the current one."""
    ring = read()
    number = 1 + max(int(key_id.removeprefix("k")) for key_id in ring.keys)
    return _replace(Keyring(f"k{number}", {**ring.keys, f"k{number}": secrets.token_bytes(_KEY_BYTES)}))


def drop_old_keys() -> Keyring:
    """Forget all keys but the current one; what they sealed will never open again."""
    ring = read()
    return _replace(Keyring(ring.current, {ring.current: ring.keys[ring.current]}))


def _replace(ring: Keyring) -> Keyring:
    path = Path(settings.GPUCONSOLE_KEY_FILE)
    _written_beside(path, ring).replace(path)
    return ring


def _written_beside(path: Path, ring: Keyring) -> Path:
    keys = {key_id: base64.b64encode(key).decode() for key_id, key in ring.keys.items()}
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".keys-")  # mode 0600 from the start
    with os.fdopen(handle, "w") as file:
        json.dump({"current": ring.current, "keys": keys}, file)
        file.flush()
        os.fsync(file.fileno())
    return Path(name)


@lru_cache(maxsize=4)
def _load(path: Path, changed_ns: int, inode: int) -> Keyring:
    try:
        found = json.loads(path.read_text())
        keys = {str(key_id): base64.b64decode(text, validate=True) for key_id, text in found["keys"].items()}
        ring = Keyring(found["current"], keys)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ImproperlyConfigured(f"{path} is no keyring: {error}") from error
    if ring.current not in keys or any(len(key) != _KEY_BYTES for key in keys.values()):
        raise ImproperlyConfigured(f"{path} must hold 32-byte keys and the current one among them")
    return ring
