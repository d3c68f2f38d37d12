"""The server under test: starts one on a port of its own with one share, stops it, says whether it lives."""

import os
import pwd
import shutil
import signal
import socket
import subprocess
import time
from pathlib import Path

import domain
import filesystem

REPO = Path(__file__).resolve().parents[2]


class ServerError(Exception):
    """The server could not be started; the text says why."""


class Accounts:
    """The two users the tests log on as. As root they are Unix accounts every Debian has, so that the server's
    mapping of users to Unix accounts is part of what is tested; else the account that runs the tests."""

    def __init__(self):
        root = os.geteuid() == 0
        self.user = "daemon" if root else pwd.getpwuid(os.geteuid()).pw_name
        self.user2 = "bin" if root else "symbio-second"
        self.password = "Torture-1st"
        self.password2 = "Torture-2nd"

    def own(self, path):
        if os.geteuid() == 0:
            entry = pwd.getpwnam(self.user)
            os.chown(path, entry.pw_uid, entry.pw_gid)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Server:
    """One running server. Subclasses say how it is started (command) for which setup."""

    host = "127.0.0.1"     # What clients call it,
    address = "127.0.0.1"  # and where it listens.
    share = "torture"
    start_seconds = 30

    # Shares whose names smbtorture has built in -> the mode of their folders.
    fixed_shares = {
        "hideunread": 0o755,  # smb2.acls.ACCESSBASED: access-based enumeration is on.
        "noperm": 0o000,      # smb2.ioctl.bug14788: the user may connect, and nothing else.
    }
    # {acl_ea_name} in suites.OPTIONS: the EA behind which an NT ACL would hide.
    acl_ea_name = "NTACL"

    # iptables may be used on its connections, as they are in a network of their own.
    may_block = False

    # The setup "kerberos" can be had.
    knows_domains = False

    def __init__(self, folder: Path, accounts: Accounts, setup: str):
        self.folder = folder
        self.accounts = accounts
        self.setup = setup
        self.port = free_port()
        self.log = folder / "server.log"
        self.share_path = folder / "share"
        self.snapshots = folder / "snapshots"
        self.image = folder / "btrfs.img"
        self.mounted = False
        self.domain = None
        self.process = None

    @property
    def login(self):
        """The arguments that smbtorture logs on with."""
        return self.domain.login if self.domain else ["-U", f"{self.accounts.user}%{self.accounts.password}"]

    def client(self, command):
        """How a client of this server is run."""
        return self.domain.inside(command) if self.domain else command

    def fixed_path(self, name):
        return self.folder / f"share-{name}"

    def command(self):
        raise NotImplementedError

    def environment(self):
        return dict(os.environ)

    def start(self):
        self.folder.mkdir(parents=True, exist_ok=True)
        for path, mode in ((self.share_path, 0o755), *((self.fixed_path(n), m) for n, m in self.fixed_shares.items())):
            shutil.rmtree(path, ignore_errors=True)
            path.mkdir()
            if path == self.share_path and self.setup == "btrfs":
                self.mounted = filesystem.mount(path, self.image)
            path.chmod(mode)
            if mode:
                self.accounts.own(path)
        if self.setup == "snapshots":
            self._make_snapshot()
        if self.setup == "kerberos" and self.knows_domains:
            self._join()
        command = self.command()
        with open(self.log, "ab") as log:
            log.write(f"\n=== {' '.join(map(str, command))}\n".encode())
            log.flush()
            self.process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True,
                env=self.environment(), cwd=self.folder)
        self._wait_until_ready()

    def _join(self):
        """A domain whose member the server is. Its user is none of the system's: the folder is open to everybody."""
        self.domain = domain.start(self.folder / "dc")
        if self.domain:
            self.host = self.domain.host
            self.address = self.domain.address
            self.share_path.chmod(0o777)

    def _make_snapshot(self):
        """An earlier state of the share, with the file that suites.OPTIONS names."""
        snapshot = self.snapshots / "@GMT-2020.01.02-03.04.05"
        snapshot.mkdir(parents=True, exist_ok=True)
        (snapshot / "snapshot-file").write_text("as it was")
        os.setxattr(snapshot / "snapshot-file", "user.DosStream.stream:$DATA", b"stream\0")
        for path in (snapshot, snapshot / "snapshot-file"):
            self.accounts.own(path)

    def _wait_until_ready(self):
        deadline = time.monotonic() + self.start_seconds
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                break
            try:
                with socket.create_connection((self.address, self.port), timeout=1):
                    return
            except OSError:
                time.sleep(0.05)
        state = "is not listening" if self.process.poll() is None else f"exited with {self.process.returncode}"
        self.stop()
        raise ServerError(f"the server {state}; end of {self.log}:\n{self.log_tail()}")

    def log_tail(self, lines=15):
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-lines:])

    def died(self):
        """The exit status when the server has ended by itself, else None."""
        return None if self.process is None else self.process.poll()

    def stop(self):
        try:
            self._stop_process()
        finally:
            if self.mounted:
                self.mounted = False
                filesystem.unmount(self.share_path, self.image)
            if self.domain:
                self.domain.stop()
                self.domain = None

    def _stop_process(self):
        if self.process is None:
            return
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                pass
        # Whatever of its group is left (smbd forks a process for each connection).
        try:
            os.killpg(self.process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        self.process.wait()
        self.process = None

    def clear_share(self):
        """Takes away what the last test left behind."""
        for entry in os.scandir(self.share_path):
            if entry.is_dir(follow_symlinks=False):
                shutil.rmtree(entry.path, ignore_errors=True)
            else:
                os.unlink(entry.path)


class SymbioServer(Server):
    name = "symbio"
    knows_domains = True
    # Arguments of `symbio serve` for the setups that some suites need. A setup without a row here cannot be
    # expressed yet; its tests run against the default one and fail with a reason.
    # Signing is as Samba has it by default (offered, not required), because the suite as a whole assumes so: it
    # expects unsigned errors for sessions that are gone, and its scanner dies of a client that must sign.
    setups = {
        "signing-required": ["--require-signing", "true"],
        "gmac": ["--require-signing", "false", "--signing-algorithms", "AES-GMAC"],
        "anonymous": ["--require-signing", "false", "--allow-anonymous", "true"],  # Samba always allows it.
    }
    # Options of the share, for the same purpose.
    share_options = {
        "dosmode": ",hide-files=hidefile",
        "no-notify": ",notify=false",
        "no-streams": ",streams=false",
        "persistent": ",continuously-available=true",
        "kernel-oplocks": ",kernel-oplocks=true",
        "posix-locking": ",posix-locking=true",
        "snapshots": ",snapshots={snapshots}/@GMT-%Y.%m.%d-%H.%M.%S",
    }
    fixed_options = {"hideunread": ",access-based-enumeration"}

    @staticmethod
    def program():
        """The built server: $SYMBIO, else the newest of the build outputs, else the ./symbio script."""
        if os.environ.get("SYMBIO"):
            return [os.environ["SYMBIO"]]
        built = [p for c in ("Release", "Debug") for n in ("symbio", "Symbio.Cli")
                 for p in REPO.glob(f"src/Symbio.Cli/bin/{c}/net*/{n}") if os.access(p, os.X_OK) and p.is_file()]
        if built:
            return [str(max(built, key=lambda p: p.stat().st_mtime))]
        script = REPO / "symbio"
        return [str(script)] if script.exists() else None

    def command(self):
        program = self.program()
        if program is None:
            raise ServerError("there is no built symbio (dotnet build -c Release) and no ./symbio")
        accounts = self.accounts
        return program + [
            "serve", "--listen", f"{self.address}:{self.port}", "--share",
            f"{self.share}={self.share_path}{self.share_options.get(self.setup, '').format(snapshots=self.snapshots)}",
            *(a for n in self.fixed_shares
              for a in ("--share", f"{n}={self.fixed_path(n)}{self.fixed_options.get(n, '')}")),
            "--user", f"{accounts.user}:{accounts.password}", "--user", f"{accounts.user2}:{accounts.password2}",
            "--directory-leases", "true", *self._kerberos(), *self.setups.get(self.setup, ["--require-signing", "false"])]

    def _kerberos(self):
        return [] if not self.domain else [
            "--kerberos-keytab", self.domain.keytab, "--server-name", "FILES", "--workgroup", self.domain.workgroup]

    def environment(self):
        # State (keys, users, the control socket) stays inside the run's folder.
        state = str(self.folder)
        kerberos = {"KRB5_CONFIG": self.domain.variables["KRB5_CONFIG"]} if self.domain else {}
        return dict(os.environ, XDG_STATE_HOME=state, XDG_CONFIG_HOME=state, XDG_RUNTIME_DIR=state, **kerberos)


class SambaServer(Server):
    name = "samba"
    # Lines of the share's section for the setups that some suites need.
    setups = {
        "dosmode": "hide files = /hidefile/",
        "no-streams": "vfs objects = acl_xattr",
        "ea-acl": "acl_xattr:security_acl_name = user.hackme",
        "posix-locking": "posix locking = yes",
        "kernel-oplocks": "kernel oplocks = yes\n    posix locking = yes",
    }
    fixed_lines = {"hideunread": "hide unreadable = yes\n    vfs objects = acl_xattr streams_xattr"}
    acl_ea_name = "hackme"
    # Lines of the global section.
    global_setups = {
        "no-notify": "change notify = no",
        "signing-required": "server signing = mandatory",
    }

    def command(self):
        smbd = shutil.which("smbd", path=f"{os.environ['PATH']}:/usr/sbin")
        if smbd is None:
            raise ServerError("smbd is not installed: eng/install-peers --with-samba")
        conf = self._write_configuration()
        for user, password in ((self.accounts.user, self.accounts.password),
                               (self.accounts.user2, self.accounts.password2)):
            subprocess.run(["smbpasswd", "-c", str(conf), "-a", "-s", user], input=f"{password}\n" * 2, text=True,
                           check=True, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        return [smbd, "--foreground", "--no-process-group", "--debug-stdout", "-s", str(conf)]

    def _write_configuration(self):
        folders = {}
        for name in ("private", "lock", "state", "cache", "pid", "ncalrpc"):
            folders[name] = self.folder / name
            folders[name].mkdir(exist_ok=True)
            folders[name].chmod(0o700 if name == "private" else 0o755)
        conf = self.folder / "smb.conf"
        conf.write_text(f"""[global]
    server role = standalone server
    smb ports = {self.port}
    interfaces = {self.host}/8
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
    log level = 1
    map to guest = never
    server multi channel support = yes
    {self.global_setups.get(self.setup, "")}
[{self.share}]
    path = {self.share_path}
    read only = no
    ea support = yes
    kernel share modes = no
    kernel oplocks = no
    posix locking = no
    vfs objects = acl_xattr streams_xattr
    {self.setups.get(self.setup, "")}
""" + "".join(f"""[{name}]
    path = {self.fixed_path(name)}
    read only = no
    {self.fixed_lines.get(name, "")}
""" for name in self.fixed_shares))
        return conf


class RunningServer(Server):
    """A server somebody started by hand (under a debugger, on another port): --attach USER%PASSWORD@HOST:PORT/SHARE."""

    name = "attached"

    def __init__(self, address, folder, accounts):
        super().__init__(folder, accounts, "default")
        login, _, place = address.rpartition("@")
        endpoint, _, self.share = place.partition("/")
        self.host, _, port = endpoint.rpartition(":")
        self.address = self.host
        if not self.host or not port.isdigit() or not self.share:
            raise ServerError("--attach takes USER%PASSWORD@HOST:PORT/SHARE")
        self.port = int(port)
        if login:
            accounts.user, _, accounts.password = login.partition("%")

    def start(self):
        self.folder.mkdir(parents=True, exist_ok=True)

    def stop(self):
        pass

    def clear_share(self):
        pass


KINDS = {"symbio": SymbioServer, "samba": SambaServer}
