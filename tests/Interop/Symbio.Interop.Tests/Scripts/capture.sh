# What the kernel client puts on the wire in a short while: most kinds of requests, little data.
. /lib/lc.sh
D=$MNT/capture; rm -rf "$D"; mkdir "$D" || exit 1; cd "$D" || exit 1

check 'write and read' bash -c 'head -c 300000 /dev/urandom >a && cp a b && cmp a b'
check 'rename, link, remove' bash -c 'mv b c && ln a d && rm d && rm c'
check 'truncate and append' bash -c 'truncate -s 1000 a && echo more >>a'
check 'list' bash -c 'for i in $(seq 200); do : >"n$i"; done; [ "$(ls | wc -l)" = 201 ]'
check 'attributes' bash -c 'chmod a-w a && chmod u+w a && touch -d 2020-02-03 a'
check 'extended attributes' bash -c 'setfattr -n user.colour -v green a && getfattr -n user.colour a'
check 'space' stat -f .
check 'lock' flock a true
remount
check 'missing' fails cat nothing
cd / && check 'remove everything' rm -rf "$D"
touch "$MNT/capture-ends"
