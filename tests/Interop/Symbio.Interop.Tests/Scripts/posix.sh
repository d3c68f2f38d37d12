# What the mount option "posix" changes: names, modes, owners, and names that go while their file is open.
. /lib/lc.sh
D=$MNT/posix; rm -rf "$D"; mkdir "$D" || exit 1; cd "$D" || exit 1

check 'the extensions are in use' bash -c 'grep -qi posix /proc/fs/cifs/DebugData && grep " $MNT " /proc/mounts | grep -qw posix'

# Names
check 'names that differ by case' bash -c 'echo one >name && echo two >NAME && [ "$(cat name)$(cat NAME)" = onetwo ] && [ "$(ls | grep -ci "^name$")" = 2 ]'
check 'another case is not found' bash -c 'touch Only && [ ! -e only ] && [ ! -e ONLY ]'
check 'folders that differ by case' bash -c 'mkdir dir DIR && echo x >dir/f && [ ! -e DIR/f ]'
check 'rename changes the case' bash -c 'touch Change && mv Change CHANGE && ls | grep -qx CHANGE && ! ls | grep -qx Change'
check 'remove the one and keep the other' bash -c 'rm name && [ "$(cat NAME)" = two ]'
check 'characters that Windows reserves' bash -c 'mkdir r && cd r && touch "a:b" "a*b" "a?b" "a<b" "a>b" "a|b" "a\"b" "end." "end " "..." && [ $(ls -A | wc -l) = 10 ] && [ -e "a:b" ] && [ -e "end." ] && [ -e "end " ] && [ ! -e end ]'
check 'a backslash in a name' bash -c 'cd r && echo b >"a\\b" && ls | grep -qxF "a\\b" && [ "$(cat "a\\b")" = b ] && rm "a\\b"'
check 'names like streams and 8.3 names' bash -c 'echo s >"file:stream" && [ "$(cat "file:stream")" = s ] && [ ! -e file ] && touch "A~1" && [ -e "A~1" ]'
remount
check 'names after a remount' bash -c 'cd r && for n in "a:b" "a*b" "a?b" "a<b" "a>b" "a|b" "a\"b" "end." "end " "..."; do [ -e "$n" ] || { echo "$n"; exit 1; }; done'

# Names that go while the file is open. (Kernel 6.1 looks for a name among its open files before it asks the server: such a
# file seems to be there until it is closed. And it looks at open files by their name: fstat says ESTALE where another file
# has it by now. Nothing here does either.)
check 'a file without a name is read and written' python3 -c '
import os
f = os.open("o", os.O_CREAT | os.O_RDWR); os.write(f, b"open"); os.fsync(f); os.unlink("o")
assert "o" not in os.listdir(".") and os.pread(f, 9, 0) == b"open"
os.pwrite(f, b"more", 4); os.fsync(f); assert os.pread(f, 9, 0) == b"openmore" and os.fstat(f).st_nlink == 0'
check 'its name is used again' python3 -c '
import os
f = os.open("u", os.O_CREAT | os.O_RDWR); os.write(f, b"old"); os.unlink("u")
g = os.open("u", os.O_CREAT | os.O_EXCL | os.O_RDWR); os.write(g, b"new")
assert os.pread(f, 9, 0) == b"old" and os.pread(g, 9, 0) == b"new"
os.close(f); os.close(g); assert open("u").read() == "new"'
check 'a folder is removed while a removed file of it is open' bash -c 'mkdir f; echo x >f/x; exec 3<f/x; rm f/x && rmdir f && [ ! -e f ]'
check 'rename over an open file' python3 -c '
import os
f = os.open("t", os.O_CREAT | os.O_RDWR); os.write(f, b"old"); os.fsync(f)
open("n", "w").write("new"); os.rename("n", "t")
assert os.pread(f, 9, 0) == b"old" and open("t").read() == "new" and "n" not in os.listdir(".")'
check 'rename over an empty folder' python3 -c '
import os
os.mkdir("d1"); os.mkdir("d2"); open("d1/f", "w").close()
os.rename("d1", "d2"); assert os.listdir("d2") == ["f"]'
check 'not over a full one' python3 -c '
import os
os.mkdir("e1"); os.mkdir("e2"); open("e2/f", "w").close()
try: os.rename("e1", "e2")
except OSError: os._exit(0)
os._exit(1)'
check 'rename a folder with an open file in it' bash -c 'mkdir g; exec 3>g/f; mv g h || exit 1; echo x >&3; exec 3>&-; [ "$(cat h/f)" = x ]'
check 'rename of a file that is open' bash -c 'exec 3>ren; mv ren ren2 || exit 1; echo x >&3; exec 3>&-; [ "$(cat ren2)" = x ]'

# Modes. (Kernel 6.1 takes those of a new file from the mount until it looks at it anew.)
check 'mode of a new file' python3 -c '
import os
os.umask(0)
for mode in 0o600, 0o644, 0o666, 0o750, 0o444:
    os.close(os.open("m%o" % mode, os.O_CREAT | os.O_WRONLY, mode))
for mode in 0o700, 0o750, 0o755, 0o777, 0o1777:
    os.mkdir("d%o" % mode, mode)'
check 'the umask of the client' bash -c 'umask 027; echo >um'
check 'truncating' python3 -c '
import os
os.umask(0); os.close(os.open("tr", os.O_CREAT | os.O_WRONLY, 0o640)); os.setxattr("tr", b"user.a", b"b")
os.close(os.open("tr", os.O_WRONLY | os.O_TRUNC | os.O_CREAT, 0o600))'
remount
check 'modes after a remount' bash -c 'for m in 600 644 666 750 444; do [ "$(stat -c %a m$m)" = $m ] || { stat -c "%n %a" m$m; exit 1; }; done; for m in 700 750 755 777 1777; do [ "$(stat -c %a d$m)" = $m ] || { stat -c "%n %a" d$m; exit 1; }; done'
check 'kinds of files' bash -c '[ "$(stat -c %F d700)" = directory ] && [ "$(stat -c %F m600)" = "regular empty file" ] && ls -l | grep -q "^drwx------ .* d700$"'
check 'the umask of the client counts, and only that' bash -c '[ "$(stat -c %a um)" = 640 ]'
check 'truncating keeps mode and attributes' bash -c '[ "$(stat -c %a tr)" = 640 ] && [ "$(getfattr --only-values -n user.a tr)" = b ]'
check 'hard links are counted' bash -c 'echo l >l1 && ln l1 l2 && sleep 3 && [ "$(stat -c %h l2)" = 2 ] && rm l1 && sleep 3 && [ "$(cat l2)" = l ]'
check 'size of the file system' bash -c 'set -- $(stat -f -c "%b %f %c %d" .); [ "$1" -gt 0 ] && [ "$2" -gt 0 ]'

if grep " $MNT " /proc/mounts | grep -q modefromsid; then
  check 'chmod' bash -c 'touch c && chmod 600 c && [ "$(stat -c %a c)" = 600 ] && chmod 755 c && [ "$(stat -c %a c)" = 755 ] && mkdir cd && chmod 700 cd'
  remount
  check 'chmod after a remount' bash -c '[ "$(stat -c %a c)" = 755 ] && [ "$(stat -c %a cd)" = 700 ]'
  # The user of the session is no administrator of the server, whoever calls here.
  check 'giving a file away is refused' bash -c '! chown 1234:4321 c'
  remount
  check 'the file is still whose it was' bash -c '! ls -ln | grep -q " 1234 .* c$"'
else
  skip 'chmod' 'the client sends it with modefromsid alone'
fi

cd / && check 'remove everything' rm -rf "$D"
