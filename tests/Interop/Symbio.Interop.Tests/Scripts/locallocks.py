# The local process of locallocks.sh, which runs in the guest at the same time: byte-range locks of the two meet.
import errno, fcntl, os, sys, time

folder = sys.argv[1]
f = os.open(folder + "/locked", os.O_RDWR | os.O_CREAT, 0o666)
os.chmod(folder + "/locked", 0o666)

def say(what): open(f"{folder}/{what}", "w").close()

def wait(what):
    end = time.time() + 200
    while not os.path.exists(f"{folder}/{what}"):
        assert time.time() < end, f"the guest does not say '{what}'"
        time.sleep(.1)

def lock(kind, length, start):
    try:
        fcntl.lockf(f, kind | fcntl.LOCK_NB, length, start)
        return "granted"
    except OSError as e:
        return errno.errorcode[e.errno]

def expect(expected, got): assert got == expected, f"{got}, and not {expected}"

say("host-began")
wait("guest-holds")
expect("EAGAIN", lock(fcntl.LOCK_EX, 1, 9))
expect("EAGAIN", lock(fcntl.LOCK_SH, 1, 9))
expect("granted", lock(fcntl.LOCK_EX, 5, 10))
expect("granted", lock(fcntl.LOCK_EX, 10, 20))
say("host-holds")
wait("guest-waits")
time.sleep(1.5)
assert not os.path.exists(folder + "/guest-got"), "the guest has what is locked here"
fcntl.lockf(f, fcntl.LOCK_UN, 10, 20)
wait("guest-got")
expect("EAGAIN", lock(fcntl.LOCK_EX, 1, 20))
say("host-looked")
wait("guest-closed")
expect("granted", lock(fcntl.LOCK_EX, 100, 0))
