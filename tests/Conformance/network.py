"""A network of one's own, so that a test may block connections and the server may use port 445."""

import ctypes
import fcntl
import os
import shutil
import socket
import struct
import subprocess

CLONE_NEWNET = 0x40000000
SIOCSIFFLAGS = 0x8914
IFF_UP = 1


def enter_own():
    """Gives the calling thread, and the processes it starts, an empty network with a loopback. False: not allowed."""
    if os.geteuid() != 0:
        return False
    if ctypes.CDLL(None, use_errno=True).unshare(CLONE_NEWNET) != 0:
        return False
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
        fcntl.ioctl(control, SIOCSIFFLAGS, struct.pack("16sH14x", b"lo", IFF_UP))
    return True


def can_block():
    return shutil.which("iptables", path="/usr/sbin:/sbin") is not None


def unblock():
    """Takes away every rule that a test has left. Only for the network of one's own."""
    subprocess.run(["iptables", "-F"], check=False, env=dict(os.environ, PATH="/usr/sbin:/sbin:/usr/bin:/bin"))
