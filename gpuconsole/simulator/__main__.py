"""`python -m gpuconsole.simulator`: play the providers over HTTP until told to stop."""

import argparse
import signal
import sys
import textwrap
import threading
from collections.abc import Sequence
from pathlib import Path

from gpuconsole.simulator import state_file
from gpuconsole.simulator.dialects import DIALECTS
from gpuconsole.simulator.fault_kinds import FIELDS_TEXT, KINDS
from gpuconsole.simulator.saver import Saver
from gpuconsole.simulator.server import make_server
from gpuconsole.simulator.world import World

PLACES = """\
Each dialect sits under /<slug>, with the paths of the provider's own address below it, or at / with --only. What
exists, what was asked, the clock and faults are under /_sim (GET /_sim lists the controls), for callers on loopback.
GET /_sim/invoice?provider=SLUG&since=2026-11-01&until=2026-12-01 is the provider's bill; &format=csv makes it a table.
"""
FAULTS = """\
Faults are ordered by POST /_sim/faults with JSON such as {"provider": SLUG, "fault": "429", "count": 2}, listed by GET
/_sim/faults, and lifted by DELETE /_sim/faults (all) or DELETE /_sim/faults/ID (one):
"""
WIDTH = 110


def main(argv: Sequence[str] | None = None) -> int:
    """Serve until SIGTERM or SIGINT; 2 if the port or the state file cannot be had, 1 if the last save failed."""
    args = _parser().parse_args(argv)
    stop = threading.Event()
    for signum in (signal.SIGTERM, signal.SIGINT):
        signal.signal(signum, lambda *_: stop.set())
    world = World(speed=args.speed)
    try:
        server = make_server(args.port, args.host, only=args.only, world=world)
    except OSError as exc:
        return _refuse(f"cannot listen on {args.host}:{args.port}: {exc.strerror or exc}")
    try:
        saver = _keep(world, args.state) if args.state else None
    except state_file.Unreadable as exc:
        return _refuse(str(exc))
    except OSError as exc:
        return _refuse(f"cannot write {args.state}: {exc.strerror or exc}")
    sys.setswitchinterval(0.0005)  # a thread that sorts thousands of jobs lets the others answer meanwhile
    threading.Thread(target=server.serve_forever, daemon=True).start()
    print(f"Simulator: {server.url}", flush=True)
    stop.wait()
    # Connections live in daemon threads: leaving now ends them, however long a latency fault still sleeps.
    server.socket.close()
    return 0 if saver is None or saver.finish() else 1


def _keep(world: World, file: Path) -> Saver:
    state_file.read(file, world)
    saver = Saver(world, file)
    saver.start()
    return saver


def _refuse(text: str) -> int:
    print(f"simulator: {text}", file=sys.stderr)
    return 2


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m gpuconsole.simulator",
        description="Speaks the wire APIs of GPU providers, with lifecycles, logs, metrics, prices and faults.",
        epilog=_epilog(),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--port", type=int, default=8001, help="port to listen on; 0 takes a free one (default %(default)s)"
    )
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default %(default)s)")
    parser.add_argument("--only", choices=sorted(DIALECTS), metavar="SLUG", help="put one dialect at /: %(choices)s")
    parser.add_argument(
        "--speed", type=_positive, default=1.0, metavar="N", help="lives run N times as fast (default %(default)s)"
    )
    parser.add_argument(
        "--state", type=Path, metavar="FILE", help="keep the world in this file over restarts (default: forget it)"
    )
    return parser


def _epilog() -> str:
    lines = ["sandbox credentials (anything else is refused as the provider refuses it):"]
    for slug, maker in DIALECTS.items():
        lines += [f"  {slug:<15} {name}: {value}" for name, value in maker.sandbox.items()]
    lines += ["", PLACES, FAULTS.rstrip()]
    for name, kind in KINDS.items():
        told = f"{kind.does}; takes {', '.join(kind.takes)}"
        lines += textwrap.wrap(told, WIDTH, initial_indent=f"  {name:<15} ", subsequent_indent=" " * 18)
    return "\n".join([*lines, "", *textwrap.wrap(FIELDS_TEXT, WIDTH)])


def _positive(text: str) -> float:
    value = float(text)
    if not value > 0 or value == float("inf"):
        raise argparse.ArgumentTypeError("must be positive")
    return value


if __name__ == "__main__":
    sys.exit(main())
