# The tool's own script, whose last step may have to wait: a handle that is closed while the connection is down Linux never
# closes on the server, and until its time is over the name of a file that is removed stays.
rm() { for _ in {1..150}; do command rm "$@" && return; sleep 1; done; return 1; }
. /opt/example.sh
