"""Gives a unix socket an address short enough for the kernel, whatever the length of its folder's path."""

import hashlib
import os
import tempfile
from pathlib import Path

from gpuconsole.door.trouble import Trouble

_LIMIT_BYTES = 100  # the kernel takes 107; some clients append a suffix


def short_address(socket: Path) -> Path:
    """A path that reaches `socket` within the kernel's limit: itself, or a private link in the temp folder."""
    if len(os.fsencode(socket)) <= _LIMIT_BYTES:
        return socket
    mark = hashlib.sha256(os.fsencode(socket.parent)).hexdigest()[:12]
    folder = Path(tempfile.gettempdir()) / f"gpuconsole-{os.getuid()}-{mark}"
    folder.mkdir(mode=0o700, exist_ok=True)
    owned = folder.lstat()
    if owned.st_uid != os.getuid() or owned.st_mode & 0o077 or folder.is_symlink():
        raise Trouble(f"{folder} belongs to somebody else: remove it, or choose a shorter --data path")
    link = folder / "s"
    if not link.is_symlink():
        link.symlink_to(socket.parent, target_is_directory=True)
    return link / socket.name
