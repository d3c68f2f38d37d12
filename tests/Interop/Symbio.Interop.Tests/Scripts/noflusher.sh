# For the scripts after it: Linux 6.1 does not write back by itself (it does all the same at close and fsync). Half a minute
# after a file was written the flusher looks at it once more, and cifs.ko takes that for a change: it shows "now" for a file
# that is read next, for as long as it keeps that handle, and the old time again after that. With smbd it does the same. git
# finds its files changed, looks, and finds that they are not: "stash failed", on a machine so slow that a merge comes so late.
echo 0 >/proc/sys/vm/dirty_writeback_centisecs
