"""What is said about servers that the operator names."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from django.conf import settings

from gpuconsole.prepare import server_trouble

OLD_POSTGRES = b"R\0\0\0\x08\0\0\0\0" + b"S\0\0\0\x18server_version\x0014.2\0" + b"Z\0\0\0\x05I"
OLD_REDIS = b"redis_version:6.2.1\r\n"


def test_current_servers_are_no_trouble() -> None:
    assert server_trouble(_real_database_url(), settings.REDIS_URL) == ""


def test_an_old_postgresql_is_named_with_its_version() -> None:
    with _serving(lambda asked: OLD_POSTGRES if b"database" in asked else b"") as port:
        url = f"postgresql://me@127.0.0.1:{port}/x?sslmode=disable&gssencmode=disable"
        assert server_trouble(url, "") == "DATABASE_URL: PostgreSQL 15 or newer is needed, that is 14"


def test_an_old_redis_is_named_with_its_version() -> None:
    with _serving(_old_redis) as port:
        trouble = server_trouble(_real_database_url(), f"redis://127.0.0.1:{port}/0")
    assert trouble == "REDIS_URL: Redis or Valkey 7 or newer is needed, that is 6.2.1"


def test_a_redis_that_does_not_answer_is_named() -> None:
    assert server_trouble(_real_database_url(), "redis://127.0.0.1:1/0").startswith(
        "REDIS_URL: Redis cannot be reached"
    )


def _old_redis(asked: bytes) -> bytes:
    answers = b""
    for command in asked.split(b"*")[1:]:
        if b"HELLO" in command:
            answers += b"%1\r\n$5\r\nproto\r\n:3\r\n"
        elif b"INFO" in command and b"SETINFO" not in command:
            answers += b"$%d\r\n%s\r\n" % (len(OLD_REDIS), OLD_REDIS)
        else:
            answers += b"+OK\r\n"
    return answers


def _real_database_url() -> str:
    facts = settings.DATABASES["default"]
    return f"postgresql://{facts['USER']}@/postgres?host={facts['HOST']}"


@contextmanager
def _serving(answer: Callable[[bytes], bytes]) -> Iterator[int]:
    """A server that answers whatever it is sent, one caller after the other."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=_serve, args=(listener, answer), daemon=True)
        thread.start()
        yield listener.getsockname()[1]
        listener.shutdown(socket.SHUT_RDWR)
    thread.join(5)


def _serve(listener: socket.socket, answer: Callable[[bytes], bytes]) -> None:
    while True:
        try:
            caller, _ = listener.accept()
        except OSError:
            return
        with caller:
            while asked := caller.recv(4096):
                caller.sendall(answer(asked))
