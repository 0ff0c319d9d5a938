"""Uploads in parts, as S3 clients send what is big (boto3: beyond 8 MiB): begin, put the parts, complete or abort."""

import hashlib
from collections.abc import Mapping
from xml.sax.saxutils import escape

from gpuconsole.simulator.web import Response
from gpuconsole.simulator.world import World

XML = {"Content-Type": "application/xml"}
NO_SUCH_UPLOAD = Response(404, b"<Error><Code>NoSuchUpload</Code></Error>", XML)


class Uploads:
    """The uploads under way. A part is kept under its upload, its key and its number."""

    def __init__(self, world: World) -> None:
        self._world = world

    @property
    def _begun(self) -> dict[str, str]:
        return self._world.table("baseten.uploads", str)

    @property
    def _parts(self) -> dict[str, bytes]:
        return self._world.table("baseten.upload_parts", bytes)

    def begin(self, bucket: str, key: str) -> Response:
        """A new upload of one key."""
        upload_id = self._world.make_id(32)
        self._begun[upload_id] = key
        named = f"<Bucket>{bucket}</Bucket><Key>{escape(key)}</Key><UploadId>{upload_id}</UploadId>"
        return _told("InitiateMultipartUploadResult", named)

    def put(self, key: str, query: Mapping[str, str], body: bytes) -> Response:
        """Keep one part; the same number again replaces it."""
        number, upload_id = query.get("partNumber", ""), query["uploadId"]
        if self._begun.get(upload_id) != key or not number.isdecimal():
            return NO_SUCH_UPLOAD
        self._parts[f"{upload_id}/{int(number):05}"] = body
        return Response(200, b"", {"ETag": etag(body)})

    def complete(self, key: str, upload_id: str) -> bytes | None:
        """All parts put together in the order of their numbers; None where there is no such upload."""
        if self._begun.get(upload_id) != key:
            return None
        names = sorted(name for name in self._parts if name.startswith(f"{upload_id}/"))
        whole = b"".join(self._parts[name] for name in names)
        self.abort(upload_id)
        return whole

    def abort(self, upload_id: str) -> None:
        """Forget an upload and its parts."""
        self._begun.pop(upload_id, None)
        for name in [name for name in self._parts if name.startswith(f"{upload_id}/")]:
            del self._parts[name]


def completed(bucket: str, key: str, body: bytes) -> Response:
    """What S3 says when an upload has become an object."""
    tag = escape(etag(body))
    return _told(
        "CompleteMultipartUploadResult", f"<Bucket>{bucket}</Bucket><Key>{escape(key)}</Key><ETag>{tag}</ETag>"
    )


def etag(body: bytes) -> str:
    """The mark of some bytes."""
    return f'"{hashlib.md5(body, usedforsecurity=False).hexdigest()}"'


def _told(name: str, inner: str) -> Response:
    text = f'<?xml version="1.0" encoding="UTF-8"?>\n<{name}>{inner}</{name}>'
    return Response(200, text.encode(), XML)
