"""Runs one test of smbtorture and reads its outcome."""

import os
import re
import signal
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

import suites

# What the results table may say of a test.
RESULTS = ("success", "failure", "error", "skip", "timeout")
OUTCOME = re.compile(r"^(success|failure|error|skip): (.*?)( \[)?$")
LONGEST_REASON = 240


@dataclass
class Outcome:
    test: str
    result: str
    seconds: float = 0.0
    reason: str = ""


def command_name(test):
    """The name that smbtorture's command line takes.

    Its own list (and samba.tsv) names a test SUITE.CASE.TEST; all smb2 cases hold one test of the same name, and
    the command line wants SUITE.CASE ("smb2.acls.CREATOR.CREATOR" -> "smb2.acls.CREATOR")."""
    return test.rpartition(".")[0]


def file_name(test):
    return re.sub(r"[^A-Za-z0-9._+-]+", "_", command_name(test))


def command(test, server, client_conf, debug=0, extra=()):
    accounts = server.accounts
    options = [o.format(share_path=server.share_path, user2=accounts.user2, password2=accounts.password2,
                        acl_ea_name=server.acl_ea_name)
               for o in suites.lookup(suites.OPTIONS, test, [])]
    if server.may_block:
        options += suites.lookup(suites.BLOCKING, test, [])
    return server.client([
        "smbtorture", f"--configfile={client_conf}", "-p", str(server.port), *server.login,
        *(["-d", str(debug)] if debug else []), *options, *extra, f"//{server.host}/{server.share}", command_name(test)])


def run(test, server, limit, log: Path, client_conf, debug=0, extra=()):
    for name, size in suites.lookup(suites.FILES, test, {}).items():
        path = server.share_path / name
        path.write_bytes(b"x" * size)
        path.chmod(0o777)  # Shown as an NT descriptor, this grants its owner everything.
        server.accounts.own(path)
    arguments = command(test, server, client_conf, debug, extra)
    began = time.monotonic()
    with open(log, "wb") as output:
        output.write(f"$ {' '.join(arguments)}\n".encode())
        output.flush()
        # A group of its own, so that a test which forked is killed whole.
        process = subprocess.Popen(
            arguments, stdin=subprocess.DEVNULL, stdout=output, stderr=output, start_new_session=True,
            cwd=log.parent)
        timed_out = False
        try:
            process.wait(limit)
        except subprocess.TimeoutExpired:
            timed_out = True
        finally:
            try:
                os.killpg(process.pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
            process.wait()
    seconds = time.monotonic() - began
    if timed_out:
        return Outcome(test, "timeout", seconds, f"killed after {limit:.0f} s")
    result, reason = parse(log.read_text(errors="replace"), process.returncode)
    return Outcome(test, result, seconds, reason)


def parse(text, exit_status):
    """(result, reason) from smbtorture's output. A run that names no outcome is an error, whatever it returned."""
    lines = text.splitlines()
    outcomes = []
    for at, line in enumerate(lines):
        match = OUTCOME.match(line)
        if match:
            reason = []
            if match[3]:
                for more in lines[at + 1:]:
                    if more == "]":
                        break
                    reason.append(more.strip())
            outcomes.append((match[1], " ".join(filter(None, reason))))
    worst = next((o for r in ("error", "failure", "success", "skip") for o in outcomes if o[0] == r), None)
    if worst is None:
        said = next((l.strip() for l in reversed(lines[1:]) if l.strip()), "nothing")
        ended = f"signal {-exit_status}" if exit_status < 0 else f"status {exit_status}"
        return "error", shorten(f"smbtorture ended with {ended} and no outcome; its last line: {said}")
    if worst[0] == "success" and exit_status != 0:
        return "error", f"smbtorture said success and ended with {exit_status}"
    return worst[0], "" if worst[0] == "success" else shorten(worst[1])


def shorten(text):
    text = " ".join(text.replace("../../source4/torture/smb2/", "").split())
    return text if len(text) <= LONGEST_REASON else text[:LONGEST_REASON - 1] + "…"
