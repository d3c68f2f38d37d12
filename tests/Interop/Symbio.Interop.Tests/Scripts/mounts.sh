# Two mounts, which are two clients: each sees at once what the other has done, and what they may cache meanwhile shows in
# the client's own counters.
. /lib/lc.sh
A=$MNT B=/mnt/second
check 'a second mount' mount-share $B nosharesock || exit 1
D=mounts; mkdir $A/$D || exit 1
export A=$A/$D B=$B/$D

# counter NAME MOUNT: how many of these requests went over a mount; 1 is the newest. (In a program of its own only before and
# after what is counted: the close in a child writes a file back.)
cat >/tmp/counter.py <<'P'
import re
def counter(name, mount):
    share = re.split(r"^\d+\) ", open("/proc/fs/cifs/Stats").read(), flags=re.M)[mount]
    return int(re.search(rf"^{name}: (\d+)", share, re.M)[1])
if __name__ == "__main__":
    import sys
    print(counter(sys.argv[1], int(sys.argv[2])))
P
counter() { python3 /tmp/counter.py "$@"; }
export -f counter; export PYTHONPATH=/tmp

# What a lease is good for, on the first mount.
seq 1 20000 >$A/read; sync $A/read
check 'read caching: what was read is not asked for again' python3 -c '
import os
from counter import counter
f = open(os.environ["A"] + "/read"); text = f.read(); before = counter("Reads", 2)
for _ in range(10): assert open(os.environ["A"] + "/read").read() == text
n = counter("Reads", 2) - before; assert n == 0, n'
check 'handle caching: a file that is opened again is open still' python3 -c '
import os
from counter import counter
before = counter("Creates", 2)
for _ in range(20): open(os.environ["A"] + "/read").close()
n = counter("Creates", 2) - before; assert n <= 2, n'
check 'write caching: what is written waits until it is asked for' python3 -c '
import os
from counter import counter
f = os.open(os.environ["A"] + "/write", os.O_RDWR | os.O_CREAT); before = counter("Writes", 2)
for i in range(50): os.pwrite(f, b"x" * 100, i * 100)
n = counter("Writes", 2) - before; assert n == 0, n
os.fsync(f); assert counter("Writes", 2) > before'

# What one caches the other asks for.
check 'what is not written yet is written when the other reads' bash -c '
  n=$(counter OplockBreaks 2); exec 3<>$A/dirty; echo dirty >&3; [ "$(cat $B/dirty)" = dirty ] && [ $(counter OplockBreaks 2) -gt $n ]'
check 'what was read is forgotten when the other writes' python3 -c '
import os
a, b = (os.environ[m] + "/both" for m in "AB")
f = os.open(a, os.O_RDWR | os.O_CREAT); os.write(f, b"first"); os.fsync(f)
g = os.open(b, os.O_RDWR)
for i in range(10):
    assert os.pread(g, 9, 0) == (b"first" if i == 0 else b"%05d" % (i - 1)), i
    os.pwrite(f, b"%05d" % i, 0); os.fsync(f)
    assert os.pread(g, 9, 0) == b"%05d" % i, i
os.pwrite(g, b"other", 0); os.fsync(g); assert os.pread(f, 9, 0) == b"other"'
check 'turn by turn' bash -c '
  for i in {1..10}; do echo a$i >>$A/turns; echo b$i >>$B/turns; done
  diff <(for i in {1..10}; do echo a$i; echo b$i; done) $A/turns && cmp $A/turns $B/turns'

# Names. What is in a directory the client may believe for a second (actimeo).
check 'a new file is found' bash -c 'for i in {1..5}; do echo $i >$A/new$i; [ "$(cat $B/new$i)" = $i ] || exit 1; done'
check 'it is listed' bash -c 'sleep 1.2; [ "$(ls $B | grep -c ^new)" = 5 ]'
check 'a file with another name' bash -c 'mv $B/new1 $B/renamed && sleep 1.2 && [ ! -e $A/new1 ] && [ "$(cat $A/renamed)" = 1 ]'
check 'a file that is gone' bash -c 'rm $A/new2 && sleep 1.2 && [ ! -e $B/new2 ]'
check 'a folder with content is gone' bash -c 'mkdir -p $A/d/e && touch $A/d/e/f && rm -r $B/d && sleep 1.2 && [ ! -e $A/d ]'
check 'times and sizes' bash -c 'truncate -s 12345 $A/sized; touch -d 2001-02-03 $A/sized; sleep 1.2; [ "$(stat -c %s,%Y $B/sized)" = "$(stat -c %s,%Y $A/sized)" ] && [ "$(stat -c %s $B/sized)" = 12345 ]'
check 'locks' bash -c 'echo l >$A/lock; exec 3<>$A/lock; flock -n 3 && ! flock -n $B/lock true && flock -u 3 && flock -n $B/lock true'
check 'unmount' bash -c 'umount /mnt/second'
rm -rf $A
