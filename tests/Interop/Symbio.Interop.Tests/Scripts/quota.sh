# A server in the guest, whose kernel can keep quotas, with an ext4 that does. /opt/dotnet and /opt/symbio are ours.
. /lib/lc.sh
log=/tmp/server.log
export DOTNET_ROOT=/opt/dotnet DOTNET_SYSTEM_GLOBALIZATION_INVARIANT=1
symbio() { /opt/symbio/symbio "$@"; }
quotas() { smbcquotas //127.0.0.1/quota -n -U root%secret "$@"; }
disk() {
  for module in loop ext4 quota_v2; do modprobe "$module" || return; done
  truncate -s 64M /tmp/disk && mkfs.ext4 -q -O quota -E quotatype=usrquota /tmp/disk || return
  mkdir -p /srv/quota /mnt/quota && mount -o loop,usrquota /tmp/disk /srv/quota && chmod 1777 /srv/quota
}
listens() {
  for _ in $(seq 120); do
    (: </dev/tcp/127.0.0.1/445) 2>/dev/null && return
    kill -0 "$server" || break
    sleep 1
  done
  cat "$log"
  return 1
}
limits() { quotas -u daemon | tee /tmp/limits; grep -q ': *[0-9]*/ *2097152/ *4194304' /tmp/limits; }
used() { local n; n=$(stat -c %b /srv/quota/half /srv/quota/more | awk '{s += $1} END {print s * 512}'); echo "$n"; [ "$n" -le 4194304 ] && [ "$n" -ge 2097152 ]; }
told() { quotas -u daemon | tee /tmp/told; grep -Eq ': *[2-4][0-9]{6}/' /tmp/told; }

grep -q '^daemon:' /etc/passwd || echo 'daemon:x:1:1::/:/bin/sh' >>/etc/passwd
grep -q '^daemon:' /etc/group || echo 'daemon:x:1:' >>/etc/group
mkdir -p /run/samba /var/lib/samba/private /var/cache/samba /etc/samba
: >/etc/samba/smb.conf

check 'a file system with quotas' disk || exit 1
echo secret | symbio user add root --admin --users-file /tmp/users.json || exit 1
symbio serve --listen 0.0.0.0:445 --control /tmp/control --users-file /tmp/users.json --user daemon:secret \
  --share quota=/srv/quota >"$log" 2>&1 &
server=$!
check 'the server listens' listens || exit 1
sid=$(rpcclient -U root%secret 127.0.0.1 -c 'lookupnames daemon' | sed -n 's/^daemon \(S-[0-9-]*\) .*/\1/p')
check 'an administrator sets limits' quotas -S "UQLIM:$sid:2097152/4194304"
check 'they are what was set' limits
check 'a mount' mount -t cifs //127.0.0.1/quota /mnt/quota -o user=daemon,pass=secret,vers=3.1.1 || exit 1
check 'half of it can be written' dd if=/dev/zero of=/mnt/quota/half bs=1M count=2 conv=fsync
check 'more than all of it cannot, though the server is root' fails dd if=/dev/zero of=/mnt/quota/more bs=1M count=4 conv=fsync
check 'it was the kernel that stopped it' used
check 'what is used is told' told
umount /mnt/quota
kill "$server"
wait "$server"
cat "$log"
