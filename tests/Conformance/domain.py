"""An Active Directory domain beside the server, for tests that log on with Kerberos: shared/tools/ad-dc."""

import os
import shutil
import subprocess
import threading
from pathlib import Path

REPO = Path(__file__).resolve().parents[2]
START_SECONDS = 180
PROGRAMS = ("samba", "samba-tool", "kinit", "ldapsearch", "ip")
PATH = f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin"

_said = threading.Event()


class Domain:
    """A domain controller in the network of the calling thread. Its member is FILES, the server under test."""

    user = "alice"

    def __init__(self, tool, folder):
        self._exec = [tool, "exec", "--dir", str(folder), "--"]
        self._stop = [tool, "stop", "--dir", str(folder)]
        subprocess.run([tool, "start", "--minimal", "--dir", str(folder)], check=True, timeout=START_SECONDS,
                       stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        exports = (line[len("export "):].split("=", 1) for line in (folder / "env").read_text().splitlines()
                   if line.startswith("export "))
        self.variables = {name: value.strip("'") for name, value in exports}
        self.host = self.variables["AD_FILES_HOST"]
        self.address = self.variables["AD_FILES_ADDRESS"]
        self.keytab = self.variables["AD_FILES_KEYTAB"]
        self.workgroup = self.variables["AD_WORKGROUP"]

    @property
    def login(self):
        """How smbtorture logs on; it gets its tickets itself."""
        password = self.variables[f"AD_PASSWORD_{self.user.upper()}"]
        return ["-U", f"{self.user}@{self.variables['AD_REALM']}%{password}", "--use-kerberos=required"]

    def inside(self, command):
        """The command as one of the domain: with its names and its krb5.conf."""
        return self._exec + list(command)

    def stop(self):
        subprocess.run(self._stop, check=False, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)


def start(folder):
    """The domain, or None, after saying why once, where there cannot be one."""
    tool, reason = _find()
    if not reason:
        try:
            return Domain(tool, folder)
        except subprocess.CalledProcessError as error:
            reason = "; ".join(error.stdout.strip().splitlines()[-3:])
        except (subprocess.TimeoutExpired, OSError) as error:
            reason = str(error)
    if not _said.is_set():
        _said.set()
        print(f"note     no domain here ({reason}): tests that need one run without", flush=True)
    return None


def _find():
    shared = os.environ.get("SYMBIO_SHARED") or subprocess.run(
        ["bash", "-c", '. "$0"; echo "$SYMBIO_SHARED"', str(REPO / "eng/find-shared")], text=True, check=False,
        stdout=subprocess.PIPE).stdout.strip()
    tool = Path(shared or "/nowhere") / "tools/ad-dc"
    if not tool.exists():
        return None, "no shared/tools/ad-dc beside the repository"
    if os.geteuid() != 0:
        return None, "not root"
    missing = [p for p in PROGRAMS if shutil.which(p, path=PATH) is None]
    return str(tool), f"not installed: {', '.join(missing)}; see eng/install-peers" if missing else None
