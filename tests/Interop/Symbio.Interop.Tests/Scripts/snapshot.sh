# A share with one snapshot: of the file "kept", which said "before" and says "after" now.
. /lib/lc.sh
token=$(smbinfo list-snapshots "$MNT/kept" | grep -o '@GMT-[0-9.-]*')
check 'there is one' same '@GMT-2026.01.02-03.04.05' "$token"
check 'the file as it is' same after "$(cat "$MNT/kept")"
check 'mount it' mount-share /mnt/snapshot "snapshot=$token" || exit 1
check 'what was there' same 'kept' "$(ls /mnt/snapshot)"
check 'the file as it was' same before "$(cat /mnt/snapshot/kept)"
check 'its time' test /mnt/snapshot/kept -ot "$MNT/kept"
check 'nothing can be written' fails bash -c 'echo x >/mnt/snapshot/kept'
check 'nothing can be removed' fails rm -f /mnt/snapshot/kept
check 'unmount' umount /mnt/snapshot
