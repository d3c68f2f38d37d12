"""The network that is measured over: a loopback of one's own, with TCP as Linux has it from the start.

A machine can have settings that are meant for real networks. One that this was measured on paces every connection with
BBR, also over the loopback: its timers, and a client that falls asleep between two packets, then cost more than the copying
that is to be measured, and hide what differs between servers."""

import sys
from pathlib import Path

REPO = Path(__file__).resolve().parents[2]
sys.path.append(str(REPO / "tests/Conformance"))
import network  # noqa: E402

CONGESTION_CONTROL = Path("/proc/sys/net/ipv4/tcp_congestion_control")


def enter():
    """Gives this process, and those it starts, such a network; what its TCP is, or is in the one that it stays in."""
    if network.enter_own():
        # cubic is Linux's default. Where the machine does not let every network choose it, reno does the same as long as
        # no packet is lost.
        for name in ("cubic", "reno"):
            try:
                CONGESTION_CONTROL.write_text(name)
                break
            except OSError:
                pass
    return CONGESTION_CONTROL.read_text().strip()
