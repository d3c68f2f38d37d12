"""What single tests need beyond "smbtorture //server/share TEST": tables, no logic.

Every pattern is a prefix of a test's full name (as in samba.tsv); the longest one that fits wins.
"""

# Seconds before a test is killed. Where Samba's own run took long, the limit is at least twice that plus 20.
DEFAULT_LIMIT = 60
LIMITS = {
    "smb2.hold-oplock": 10,      # Holds two files with oplocks until it is killed.
    "smb2.hold-sharemode": 10,   # Holds files with every share mode until it is killed.
    "smb2.change_notify_disabled": 15,  # Waits for ever when the server does carry out CHANGE_NOTIFY.
    "smb2.session.expire": 90,   # Sleeps until tickets of 4 s are no good, several times; the first one starts a domain.
    "smb2.multichannel": 150,    # Waits for blocked connections to be given up; bug_15346 alone takes 60.
    "smb2.aio_delay": 20,        # Waits for ever without Samba's vfs_delay_inject.
}

# Options of smbtorture by suite. {share_path} is the folder behind the share, {user2} and {password2} the
# second account. Samba's own selftest (source3/selftest/tests.py) gives the same ones.
OPTIONS = {
    # An NT security descriptor's own attribute must not show up as an EA.
    "smb2.ea": ["--option=torture:acl_xattr_name={acl_ea_name}"],
    "smb2.session.bind_different_user": [
        "--option=torture:user2name={user2}", "--option=torture:user2password={password2}"],
    # These have AES-GMAC on the default connection, whatever the server prefers: with another algorithm they skip all they
    # have, and interim1 cancels by a MessageId of 0.
    "smb2.compound.interim1": ["--option=clientsmb3signingalgorithms=aes-128-gmac"],
    "smb2.session.signing-": ["--option=clientsmb3signingalgorithms=aes-128-gmac"],
    "smb2.session.encryption-aes": ["--option=clientsmb3signingalgorithms=aes-128-gmac"],
    "smb2.session.bind_negative_smb3s": ["--option=clientsmb3signingalgorithms=aes-128-gmac"],
    "smb2.session.bind_negative_smb3signC30": [],  # These two need others in older dialects: the server's setup sees to it.
    "smb2.session.bind_negative_smb3signH2X": [],
    # These look at the folder itself as a local process would.
    "smb2.samba3misc": ["--option=torture:localdir={share_path}"],
    "smb2.kernel-oplocks": ["--option=torture:localdir={share_path}"],
    "smb2.twrp": ["--option=torture:twrp_file=snapshot-file", "--option=torture:twrp_snapshot=@GMT-2020.01.02-03.04.05",
                  "--option=torture:twrp_stream=stream", "--option=torture:twrp_stream_size=6"],
    # These act on one named file; Samba's selftest does not run them. setup_file makes it.
    "smb2.set-sparse-ioctl": ["--option=torture:filename=torture-file"],
    "smb2.zero-data-ioctl": [
        "--option=torture:filename=torture-file", "--option=torture:offset=0",
        "--option=torture:beyond_final_zero=4096"],
}

# More options for the suites with tests that cut a connection by iptables, where that can be done.
BLOCKING = {
    "smb2.multichannel": ["--option=torture:use_iptables=yes"],
    "smb2.oplock.batch22b": ["--option=torture:use_iptables=yes"],
}

# Files to put into the share's folder before a test: name -> size.
FILES = {
    "smb2.set-sparse-ioctl": {"torture-file": 65536},
    "smb2.zero-data-ioctl": {"torture-file": 65536},
}

# Which server setup a suite needs; all others use "default". The setups are in servers.py.
SETUPS = {
    "smb2.change_notify_disabled": "no-notify",
    "smb2.dosmode": "dosmode",
    "smb2.ea": "ea-acl",
    # On a file system with shared blocks and compression; the two tests of what is answered without it have to run elsewhere.
    "smb2.ioctl.compress_": "btrfs",
    "smb2.ioctl.compress_notsup": "default",
    "smb2.ioctl.dup_extents": "btrfs",
    "smb2.ioctl.sparse_compressed": "btrfs",
    "smb2.kernel-oplocks": "kernel-oplocks",
    "smb2.samba3misc": "posix-locking",
    "smb2.create_no_streams": "no-streams",
    "smb2.ioctl.shadow_copy": "snapshots",
    "smb2.twrp": "snapshots",
    "smb2.session.expire": "kerberos",  # Sessions that end with their tickets.
    "smb2.session.reauth": "anonymous",  # A user's session authenticates again as nobody, and back.
    "smb2.session-require-signing": "signing-required",
    "smb2.session.bind_negative_smb3signC30": "gmac",
    "smb2.session.bind_negative_smb3signH2X": "gmac",
    "smb2.replay.replay5": "persistent",
}


def lookup(table, test, default=None):
    best = max((p for p in table if test.startswith(p)), key=len, default=None)
    return default if best is None else table[best]


def limit(test, samba):
    """Seconds for a test; samba: its row in samba.tsv, or None."""
    own = lookup(LIMITS, test)
    if own is not None:
        return own
    took = samba.seconds if samba and samba.result != "timeout" else 0
    return max(DEFAULT_LIMIT, 2 * took + 20 if took > 20 else 0)
