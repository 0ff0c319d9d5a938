"""Lets a worker outlive its broker: kombu 5.7 wants to acknowledge or give back messages over a connection that is
gone, and the whole worker ends of that. Messages only wake: those that are lost with Redis are sent again by the beat.
"""

from typing import Any

from kombu.transport import redis


class Acknowledgements(redis.QoS):
    """What a closed channel cannot do any more is left undone."""

    restore_at_shutdown = False

    def ack(self, delivery_tag: Any) -> None:
        """Tell Redis that a message was taken, if it is the one that it came from."""
        if not self.channel.closed:
            super().ack(delivery_tag)  # type: ignore[no-untyped-call]


def outlive_it() -> None:
    """Use them in all channels of this process."""
    redis.Channel.QoS = Acknowledgements
