"""What people do about findings: each checks, writes, audits and wakes a worker; none calls a provider."""

from gpuconsole.inventory.services.adopt import adopt
from gpuconsole.inventory.services.adoption import Adoption, adoption
from gpuconsole.inventory.services.asking import check_now
from gpuconsole.inventory.services.end import terminate
from gpuconsole.inventory.services.ghosts import CountedUntil, mark_ended
from gpuconsole.inventory.services.ignore import ignore, take_back

__all__ = [
    "Adoption",
    "CountedUntil",
    "adopt",
    "adoption",
    "check_now",
    "ignore",
    "mark_ended",
    "take_back",
    "terminate",
]
