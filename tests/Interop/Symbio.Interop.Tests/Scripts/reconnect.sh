# The tool's own script, with two things made sure of that are the client's own:
# - A handle that is closed while the connection is down Linux never closes on the server, and until its time is over the name
#   of a file that is removed stays: the last step may have to wait.
# - An open that was under way when the connection went fails with EAGAIN or ECONNABORTED (6.1 does not send it again). With a
#   cut every second that was 3 of 907 opens with this server, and 3 of 904 with smbd: the writer does it again.
rm() { for _ in {1..150}; do command rm "$@" && return; sleep 1; done; return 1; }
append() {
  local error
  for _ in {1..5}; do
    error=$( { echo "$1" >>"$2"; } 2>&1 ) && return
    case $error in *'temporarily unavailable'* | *'connection abort'*) sleep .1 ;; *) break ;; esac
  done
  echo "$error"
  return 1
}
export -f append
sed 's/echo "$i" >>w || exit 1/append "$i" w || exit 1/' /opt/example.sh >/tmp/example.sh
grep -q 'append "$i" w' /tmp/example.sh || { echo "the tool's script has no such writer any more"; exit 1; }
. /tmp/example.sh
