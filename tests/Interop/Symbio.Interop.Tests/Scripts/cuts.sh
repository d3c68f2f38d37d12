# A program at work while the connection is cut every second: it sees no error that the server is to blame for, and no byte
# of what it has written is lost. Of a request that was under way when the connection went Linux tells the program EAGAIN or
# ECONNABORTED, and EBADF of an fsync that comes before it has its handle back (6.1 does not fetch that for a flush). A
# careful program does it again: it writes anew what no fsync has confirmed.
. /lib/lc.sh
D=$MNT/cuts; mkdir "$D" || exit 1; cd "$D" || exit 1

cat >/tmp/work.py <<'P'
import errno, os, random, sys, threading, time
end, errors, counts, again = time.time() + float(sys.argv[1]), [], {}, []
def insist(what, *arguments):
    for _ in range(50):
        try: return what(*arguments)
        except OSError as e:
            if e.errno not in (errno.EAGAIN, errno.ECONNABORTED, errno.EBADF): raise
            again.append(what.__name__)
            time.sleep(.05)
    raise TimeoutError(what.__name__)
def record(n, i): return (b"%d:%d\n" % (n, i)).rjust(64, b".")
def small(n, i):
    with open(f"small{n}", "wb") as f: f.write(record(n, i))
    with open(f"small{n}", "rb") as f: assert f.read() == record(n, i), f"small file {i}"
def sync(f, n, safe, done):
    try: os.fsync(f)
    except OSError:
        for i in range(safe, done): os.pwrite(f, record(n, i), i * 64)
        raise
def work(n):
    random_, done, safe = random.Random(n), 0, 0
    f = insist(os.open, f"data{n}", os.O_RDWR | os.O_CREAT)
    try:
        while time.time() < end:
            assert insist(os.pwrite, f, record(n, done), done * 64) == 64
            done += 1
            if random_.random() < .2: insist(sync, f, n, safe, done); safe = done
            if random_.random() < .1: insist(small, n, done)
            if random_.random() < .3:
                i = random_.randrange(done)
                assert insist(os.pread, f, 64, i * 64) == record(n, i), f"record {i} of {done}"
            time.sleep(.02)
        insist(sync, f, n, safe, done)
    except Exception as e:
        errors.append(f"worker {n} after {done} records: {e!r}")
    counts[n] = done
threads = [threading.Thread(target=work, args=(n,)) for n in range(4)]
for t in threads: t.start()
for t in threads: t.join()
open("/tmp/counts", "w").write(repr(counts))
print("again:", {name: again.count(name) for name in set(again)})
for e in errors: print(e)
sys.exit(bool(errors))
P
cat >/tmp/verify.py <<'P'
import sys
counts, wrong = eval(open("/tmp/counts").read()), 0
for n, done in counts.items():
    got = open(f"data{n}", "rb").read()
    for i in range(done):
        if got[i * 64:i * 64 + 64] != (b"%d:%d\n" % (n, i)).rjust(64, b"."):
            wrong += 1
            print(f"data{n}: record {i} of {done} is {got[i * 64:i * 64 + 64]}")
            break
print(sum(counts.values()), "records")
sys.exit(wrong > 0 or sum(counts.values()) < 200)
P
(while sleep 1; do ss -H -K -t state established dport = :"$PORT" >/dev/null; done) & cutter=$!
check 'a program sees no error while the connection is cut every second' timeout 150 python3 /tmp/work.py 30
kill $cutter; wait $cutter 2>/dev/null
info "$(cat /tmp/counts), $(grep -E '^[0-9]+ session' /proc/fs/cifs/Stats)"
check 'what it wrote is in the cache' python3 /tmp/verify.py
sync; echo 3 >/proc/sys/vm/drop_caches
check 'what it wrote is on the server' python3 /tmp/verify.py
check 'the connection was lost again and again' grep -qE '^[1-9][0-9]+ session' /proc/fs/cifs/Stats
# A handle that is closed while the connection is down Linux never closes on the server, so the folder cannot be removed yet.
cd /
