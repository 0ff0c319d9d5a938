"""Object storage for uploaded code: one-time credentials, the upload itself, and signed links to it.

The vendor's client passes the whole `creds` object to its S3 client, so `endpoint_url` in it brings the upload here.
"""

import hashlib
import re
from typing import Any

from gpuconsole.simulator.dialects.baseten.jobs import Job
from gpuconsole.simulator.dialects.baseten.uploads import NO_SUCH_UPLOAD, XML, Uploads, completed, etag
from gpuconsole.simulator.web import Request, Response
from gpuconsole.simulator.world import World

BUCKET = "sandbox-training-code"
DENIED = Response(403, b"<Error><Code>AccessDenied</Code></Error>", XML)
CHUNK = re.compile(rb"([0-9a-fA-F]+)[^\r\n]*\r\n")


class Blobs:
    """The bucket. A key can be written only if it was given out."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._uploads = Uploads(world)

    @property
    def _stored(self) -> dict[str, bytes]:
        return self._world.table("baseten.blobs", bytes)

    def credentials(self, base_url: str) -> dict[str, Any]:
        """A place to upload one archive to."""
        key = f"training/{self._world.make_id(20)}/archive.tgz"
        self._world.table("baseten.blob_keys", bool)[key] = True
        return {
            "s3_bucket": BUCKET,
            "s3_key": key,
            "creds": {
                "aws_access_key_id": f"ASIA{self._world.make_id(16).upper()}",
                "aws_secret_access_key": self._world.make_id(40),
                "aws_session_token": self._world.make_id(60),
                "endpoint_url": base_url,
                "region_name": "us-west-2",
            },
        }

    def answer(self, request: Request) -> Response | None:
        """Answer S3 calls on the bucket; None for any other path."""
        prefix = f"/{BUCKET}/"
        if not request.path.startswith(prefix):
            return None
        key = request.path.removeprefix(prefix)
        if request.method in ("GET", "HEAD"):
            return self._read(key, request)
        if key not in self._world.table("baseten.blob_keys", bool):
            return DENIED
        if request.method == "PUT" and "uploadId" in request.query:
            return self._uploads.put(key, request.query, _plain(request))
        if request.method == "PUT":
            self._stored[key] = _plain(request)
            return Response(200, b"", {"ETag": etag(self._stored[key])})
        if request.method == "POST":
            return self._uploaded(key, request)
        if request.method == "DELETE" and "uploadId" in request.query:
            self._uploads.abort(request.query["uploadId"])
            return Response(204)
        return DENIED

    def _read(self, key: str, request: Request) -> Response:
        if request.query.get("X-Amz-Signature") != _signature(key):
            return DENIED
        if key in self._stored:
            return Response(200, self._stored[key], {"Content-Type": "application/x-tar"})
        return Response(404, b"<Error><Code>NoSuchKey</Code></Error>", XML)

    def _uploaded(self, key: str, request: Request) -> Response:
        """Begin an upload in parts, or complete one."""
        if "uploads" in request.query:
            return self._uploads.begin(BUCKET, key)
        whole = self._uploads.complete(key, request.query.get("uploadId", ""))
        if whole is None:
            return NO_SUCH_UPLOAD
        self._stored[key] = whole
        return completed(BUCKET, key, whole)

    def links(self, job: Job, base_url: str) -> list[str]:
        """Signed links to the code of a job."""
        artifacts = job.runtime.get("artifacts") or []
        return [
            f"{base_url}/{item['s3_bucket']}/{item['s3_key']}?X-Amz-Expires=3600"
            f"&X-Amz-Signature={_signature(item['s3_key'])}"
            for item in artifacts
        ]


def _signature(key: str) -> str:
    return hashlib.sha256(f"link:{key}".encode()).hexdigest()


def _plain(request: Request) -> bytes:
    """The body without the chunk frames that S3 clients put around a stream."""
    if "aws-chunked" not in request.headers.get("content-encoding", ""):
        return request.body
    parts, rest = [], request.body
    while (found := CHUNK.match(rest)) and (size := int(found[1], 16)):
        parts.append(rest[found.end() : found.end() + size])
        rest = rest[found.end() + size + 2 :]
    return b"".join(parts)
