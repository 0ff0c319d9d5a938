"""Asks a program over HTTP whether it is ready, and the kernel for a port to listen on."""

import errno
import http.client
import socket

from gpuconsole.door.trouble import Trouble


def listen(host: str, port: int) -> socket.socket:
    """A listening socket, to be inherited by the web process: the port is ours before anything is started."""
    try:
        family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        listener = socket.socket(family, socket.SOCK_STREAM)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen(1024)
    except OSError as exc:
        if exc.errno == errno.EADDRINUSE:
            raise Trouble(f"port {port} of {host} is taken: choose another with --port") from exc
        raise Trouble(f"cannot listen on {host} port {port}: {exc.strerror}") from exc
    return listener


def free_port(wanted: int) -> int:
    """A port of the loopback address that nobody listens on: `wanted`, else any."""
    for port in (wanted, 0):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except (OSError, OverflowError):
                continue
            found: int = probe.getsockname()[1]
            return found
    raise Trouble("no free port on 127.0.0.1")


def answers(host: str, port: int, path: str) -> bool:
    """Whether a GET of `path` is answered with success within a second."""
    connection = http.client.HTTPConnection(host, port, timeout=1)
    try:
        connection.request("GET", path, headers={"Host": "localhost"})
        return connection.getresponse().status < 400
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
