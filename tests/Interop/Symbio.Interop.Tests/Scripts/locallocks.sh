# Locks by the mount, while locallocks.py locks the same file on the server's machine.
. /lib/lc.sh
cd "$MNT" || exit 1
cat >/tmp/guest.py <<'P'
import fcntl, os, time
def say(what): open(what, "w").close()
def wait(what):
    end = time.time() + 100
    while what not in os.listdir("."):
        assert time.time() < end, f"the host does not say '{what}'"
        time.sleep(.2)
def refused(kind, length, start):
    try: fcntl.lockf(f, kind | fcntl.LOCK_NB, length, start)
    except OSError: return True
    return False
wait("host-began")
f = os.open("locked", os.O_RDWR)
fcntl.lockf(f, fcntl.LOCK_EX | fcntl.LOCK_NB, 10, 0)
say("guest-holds")
wait("host-holds")
assert refused(fcntl.LOCK_EX, 10, 20) and refused(fcntl.LOCK_SH, 1, 29) and refused(fcntl.LOCK_EX, 5, 8)
fcntl.lockf(f, fcntl.LOCK_EX | fcntl.LOCK_NB, 5, 15)
say("guest-waits")
fcntl.lockf(f, fcntl.LOCK_EX, 10, 20)
say("guest-got")
wait("host-looked")
os.close(f)
os.sync()
time.sleep(2) # A close may be put off for a second.
say("guest-closed")
P
check 'locks of the mount and of a process on the server meet' timeout 150 python3 /tmp/guest.py
