"""The two servers, started with equal settings on ports of their own, each with a share on every file system."""

import os
import pwd
import shutil
import signal
import socket
import subprocess
import time
from pathlib import Path

REPO = Path(__file__).resolve().parents[2]

# Connections need a descriptor or two each.
OPEN_FILES = 65536


class ServerError(Exception):
    """A server could not be started; the text says why."""


class Account:
    """Whom the clients log on as: as root a Unix account that every Debian has, so that both servers change over to
    it for each request, as they do in earnest."""

    def __init__(self):
        self.name = "daemon" if os.geteuid() == 0 else pwd.getpwuid(os.geteuid()).pw_name
        self.password = "Bench-1st"

    def own(self, path):
        if os.geteuid() == 0:
            entry = pwd.getpwnam(self.name)
            os.chown(path, entry.pw_uid, entry.pw_gid)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Server:
    """One running server with the shares {name: folder}."""

    def __init__(self, folder: Path, shares: dict, account: Account, program: Path):
        self.program = program  # symbio's, whichever server it is.
        self.folder = folder
        self.shares = shares
        self.account = account
        self.port = free_port()
        self.log = folder / "server.log"
        self.process = None

    @property
    def pid(self):
        return self.process.pid

    def start(self):
        self.folder.mkdir(parents=True, exist_ok=True)
        command = self.command()
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True, cwd=self.folder,
                env=dict(os.environ, XDG_STATE_HOME=str(self.folder), XDG_CONFIG_HOME=str(self.folder),
                         XDG_RUNTIME_DIR=str(self.folder)),
                preexec_fn=raise_limit)
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline and self.process.poll() is None:
            try:
                with socket.create_connection(("127.0.0.1", self.port), timeout=1):
                    return
            except OSError:
                time.sleep(0.05)
        text = self.log.read_text(errors="replace")[-2000:]
        self.stop()
        raise ServerError(f"{self.name} does not listen:\n{text}")

    def stop(self):
        if self.process is None:
            return
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(20)
            except subprocess.TimeoutExpired:
                pass
        # Whatever of its group is left (smbd has a process for each connection).
        try:
            os.killpg(self.process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        self.process.wait()
        self.process = None

    def restart(self):
        self.stop()
        self.start()


def raise_limit():
    import resource
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(OPEN_FILES, hard), hard))


class Symbio(Server):
    name = "Symbio"

    def version(self):
        return subprocess.run([self.program, "version"], capture_output=True, text=True, check=True).stdout.strip()

    def command(self):
        return [self.program, "serve", "--listen", f"127.0.0.1:{self.port}", "--require-signing", "false",
                "--control", str(self.folder / "control.sock"), "--log-level", "warning",
                "--user", f"{self.account.name}:{self.account.password}",
                *(a for name, path in self.shares.items() for a in ("--share", f"{name}={path}"))]


class Samba(Server):
    """Tuned as smb.conf(5) and the project's wiki recommend: asynchronous reads and writes from the first byte (the
    default since 4.4), sendfile, no debug output. No VFS modules: those of a usual installation cost it more."""

    name = "Samba"

    def version(self):
        done = subprocess.run([self.smbd(), "--version"], capture_output=True, text=True, check=True)
        return done.stdout.strip().removeprefix("Version ")

    @staticmethod
    def smbd():
        return shutil.which("smbd", path=f"{os.environ.get('PATH', '')}:/usr/sbin")

    def command(self):
        smbd = self.smbd()
        if smbd is None:
            raise ServerError("smbd is not installed: eng/install-peers --with-samba")
        if os.geteuid() != 0:
            raise ServerError("smbd needs root")
        conf = self._configuration()
        subprocess.run(["smbpasswd", "-c", str(conf), "-a", "-s", self.account.name],
                       input=f"{self.account.password}\n" * 2, text=True, check=True,
                       stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        return [smbd, "--foreground", "--no-process-group", "--debug-stdout", "-s", str(conf)]

    def _configuration(self):
        folders = {}
        for name in ("private", "lock", "state", "cache", "pid", "ncalrpc"):
            folders[name] = self.folder / name
            folders[name].mkdir(exist_ok=True)
            folders[name].chmod(0o700 if name == "private" else 0o755)
        conf = self.folder / "smb.conf"
        conf.write_text(f"""[global]
    server role = standalone server
    smb ports = {self.port}
    interfaces = 127.0.0.1/8
    bind interfaces only = yes
    disable netbios = yes
    disable spoolss = yes
    load printers = no
    private dir = {folders['private']}
    lock directory = {folders['lock']}
    state directory = {folders['state']}
    cache directory = {folders['cache']}
    pid directory = {folders['pid']}
    ncalrpc dir = {folders['ncalrpc']}
    log level = 0
    map to guest = never
    server min protocol = SMB2_02
    use sendfile = yes
    aio read size = 1
    aio write size = 1
""" + "".join(f"""[{name}]
    path = {path}
    read only = no
""" for name, path in self.shares.items()))
        return conf
