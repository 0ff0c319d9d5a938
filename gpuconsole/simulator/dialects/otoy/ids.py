"""UUIDs of version 7, as the provider's are."""

import uuid

from gpuconsole.simulator.world import World


def make_uuid(world: World) -> str:
    """A new one, sorted by the moment of its making."""
    stamp = int(world.now() * 1000) & (2**48 - 1)
    noise = world.random.getrandbits(74)
    number = stamp << 80 | 0x7 << 76 | (noise >> 62) << 64 | 0b10 << 62 | (noise & (2**62 - 1))
    return str(uuid.UUID(int=number))
