"""A check by clients we did not write: smbtorture's bench tests and smbclient's transfers, against both servers."""

import os
import re
import subprocess
import tempfile
import time
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")


class Background:
    """A program that runs until the block is left; the block begins when it has said that it is ready."""

    def __init__(self, command, environment, before_exec):
        self.command, self.environment, self.before_exec = command, environment, before_exec

    def __enter__(self):
        self.process = subprocess.Popen(self.command, env=self.environment, stdout=subprocess.DEVNULL,
                                        stderr=subprocess.PIPE, text=True, preexec_fn=self.before_exec)
        self.process.stderr.readline()  # The first line of progress: all sessions are there.
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()


def cpu_seconds(root):
    """utime + stime of a process and all that descend from it, the ended ones included."""
    parents, times = {}, {}
    for entry in os.scandir("/proc"):
        if not entry.name.isdigit():
            continue
        try:
            fields = Path(entry.path, "stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        parents[int(entry.name)] = int(fields[1])
        times[int(entry.name)] = sum(map(int, fields[11:15]))
    total = 0
    for pid, ticks in times.items():
        at = pid
        while at not in (0, root):
            at = parents.get(at, 0)
        total += ticks if at == root else 0
    return total / TICKS


def timed(server, command, **options):
    before, began = cpu_seconds(server.pid), time.monotonic()
    done = subprocess.run(command, capture_output=True, text=True, **options)
    seconds = time.monotonic() - began
    time.sleep(0.3)
    return done, seconds, cpu_seconds(server.pid) - before


def run(servers, account, full, say):
    size = (1 << 30) if full else (256 << 20)
    rounds = 3 if full else 1
    found = {}
    with tempfile.TemporaryDirectory(prefix="symbio-compare-", dir="/dev/shm") as folder:
        source = Path(folder, "source")
        with open(source, "wb") as output:
            for _ in range(size >> 20):
                output.write(os.urandom(1 << 20))
        for protection in ("off", "sign", "encrypt"):
            for _ in range(rounds):
                for server in servers:
                    for verb, text in (("put", f"put {source} big"), ("get", "get big /dev/null")):
                        key = f"smbclient {verb}, protection {protection}"
                        done, seconds, cpu = timed(server, [
                            "smbclient", "//127.0.0.1/tmpfs", "-p", str(server.port),
                            "-U", f"{account.name}%{account.password}", f"--client-protection={protection}",
                            "-m", "SMB3_11", "-c", text])
                        add(found, key, server, None if done.returncode else {
                            "rate": size / seconds / (1 << 20), "unit": "MiB/s", "cpu": cpu / (size / (1 << 30))})
            say(f"smbclient, protection {protection}")
    for test in ("smb2.bench.echo", "smb2.bench.path-contention-shared"):
        for _ in range(rounds):
            for server in servers:
                limit = 5 if full else 3
                done, seconds, cpu = timed(server, [
                    "smbtorture", "//127.0.0.1/tmpfs", "-p", str(server.port), "-U", f"{account.name}%{account.password}",
                    f"--option=torture:timelimit={limit}", "--option=torture:nprocs=4", "--option=torture:qdepth=4", test],
                    timeout=180)
                add(found, f"smbtorture {test}", server, torture_result(done, cpu, limit))
        say(f"smbtorture {test}")
    return found


def torture_result(done, cpu, seconds):
    """smbtorture tells "NAME[num/s=N,...]" each second on one line, for each kind of operation; the first one counts."""
    rates = [float(match.group(1)) for part in re.split(r"[\r\n]", done.stdout + done.stderr)
             if (match := re.search(r"num/s=([\d.]+)", part))]
    if done.returncode or not rates:
        return None
    rate = sum(rates) / len(rates)
    return {"rate": rate, "unit": "/s", "cpu": cpu * 1e6 / max(1, rate * seconds)}


def add(found, key, server, result):
    entry = found.setdefault(key, {}).setdefault(server.name, [])
    if result is not None:
        entry.append(result)
