"""A btrfs file system for a share: some tests need shared blocks or compression, which ext4 has not."""

import ctypes
import os
import shutil
import subprocess
import threading

CLONE_NEWNS = 0x20000
SIZE = 512 << 20  # Of a sparse file: what is not written takes no room.
PATH = "/usr/sbin:/sbin:/usr/bin:/bin"

_said = threading.Event()
_own = threading.local()


def mount(folder, image):
    """Mounts a new btrfs at the folder; False, after saying why once, where that cannot be had.

    The mount is seen by the calling thread and the processes it starts and by nobody else, so that it is gone with them
    however they end."""
    reason = _reason_against() or _mount(folder, image)
    if reason and not _said.is_set():
        _said.set()
        print(f"note     no btrfs here ({reason}): tests that need it get a plain folder", flush=True)
    return not reason


def unmount(folder, image):
    """Only on the thread that has mounted; elsewhere it does nothing, and the mount goes with that thread."""
    _run("umount", str(folder))
    image.unlink(missing_ok=True)


def _reason_against():
    if os.geteuid() != 0:
        return "not root"
    if shutil.which("mkfs.btrfs", path=PATH) is None:
        return "no mkfs.btrfs: eng/install-peers"
    return None


def _mount(folder, image):
    if not getattr(_own, "entered", False):
        if ctypes.CDLL(None, use_errno=True).unshare(CLONE_NEWNS) != 0:
            return "no mount namespace"
        _own.entered = True
        if reason := _run("mount", "--make-rprivate", "/"):
            return reason
    with open(image, "wb") as file:
        file.truncate(SIZE)
    reason = _run("mkfs.btrfs", "--quiet", str(image)) or _run("mount", "-o", "loop", str(image), str(folder))
    if reason:
        image.unlink()
    return reason


def _run(*command):
    """None, or the last line of what the command says of its failure."""
    done = subprocess.run(command, env=dict(os.environ, PATH=PATH), stdin=subprocess.DEVNULL, capture_output=True, text=True)
    if done.returncode == 0:
        return None
    return (done.stderr.strip().splitlines() or [f"{command[0]}: {done.returncode}"])[-1]
