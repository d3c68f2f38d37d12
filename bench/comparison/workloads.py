"""What is measured, and what issue "Faster than Samba" wants of it."""

from dataclasses import dataclass, field

PROTECTIONS = {
    "plain": [],
    "GMAC-signed": ["--protection", "signed", "--signing", "AesGmac"],
    "AES-128-GCM": ["--protection", "encrypted", "--cipher", "Aes128Gcm"],
}
LIMIT_CIPHERS = {"plain": "none", "GMAC-signed": "gmac", "AES-128-GCM": "gcm"}
MANY = 100_000


@dataclass
class Row:
    key: str
    title: str
    arguments: list          # of `symbio bench`
    unit: str                # of what the CPU time is told: "GiB" or "operation"
    cpu: float               # Symbio : smbd at most
    wall: float              # Symbio : smbd at least (times faster)
    limit: list = None       # of limit-bench
    on_disk: bool = False    # Measured there, too.
    entries: int = 0         # Files that a folder is filled with before.
    operations: int = 0      # Instead of a time.
    p99: float = None        # The 99th percentile, Symbio : smbd at most; instead of the above.
    tags: list = field(default_factory=list)


def rows():
    found = []
    for workload, title, goals in (
            ("read", "sequential read 1 MiB", {"plain": 0.5, "GMAC-signed": 0.5, "AES-128-GCM": 0.8}),
            ("write", "sequential write 1 MiB", {"plain": 0.5, "GMAC-signed": 0.5, "AES-128-GCM": 0.6})):
        for protection, options in PROTECTIONS.items():
            found.append(Row(
                f"{workload}-{protection}", f"{title}, {protection}",
                [workload, "--size", "1M", "--depth", "8", *options], "GiB", goals[protection],
                1.3 if workload == "read" else 1.2, [workload, "1048576", "8", LIMIT_CIPHERS[protection]],
                on_disk=protection == "plain"))
    for workload, title in (("random-read", "random read 4 KiB, depth 32"), ("random-write", "random write 4 KiB, depth 32")):
        found.append(Row(workload, title, [workload, "--size", "4K", "--depth", "32"], "operation", 0.4, 2,
                         [workload, "4096", "32", "none"], on_disk=True))
    several = ["--connections", "4", "--depth", "4"]
    found += [
        Row("open-read-close", "open, read 4 KiB, close", ["open-read-close", *several], "operation", 0.4, 2, on_disk=True),
        Row("stat", "stat", ["stat", *several], "operation", 0.4, 2),
        Row("create", "create, write 4 KiB, close", ["create", *several], "operation", 0.4, 2, on_disk=True),
        Row("delete", "delete", ["delete", *several], "operation", 0.4, 2, on_disk=True, operations=4000),
        Row("rename", "rename", ["rename", *several], "operation", 0.4, 2),
        Row("list", "listing 100,000 entries, full information", ["list"], "listing", 0.4, 2, entries=MANY),
        Row("create-many", "creating in a folder of 100,000", ["create", *several, "--entries", str(MANY)],
            "operation", 0.1, 5, entries=MANY),
        Row("miss-many", "missing names in a folder of 100,000", ["miss", *several, "--entries", str(MANY)],
            "operation", 0.1, 5, entries=MANY),
        Row("logon", "logon (connect, NTLMv2, tree connect, disconnect)", ["logon", "--depth", "4"], "operation", 0.2, 5),
        Row("office", "64 clients, mixed load", ["office", "--connections", "64"], "operation", None, None, p99=0.5),
    ]
    for row in found:
        if row.key == "list":
            row.arguments += ["--entries", str(MANY)]
    return found


# Growth: the workload, the option that grows, its values, and per what the cost is told.
GROWTH = [
    ("opens", "open and close, while so many files are open", "--entries", (100, 1_000, 10_000)),
    ("lock", "lock and unlock, in a file with so many locks", "--entries", (100, 1_000, 10_000)),
    ("stat", "stat, in a folder of so many entries", "--entries", (1_000, 10_000, 100_000)),
    ("create", "create, in a folder of so many entries", "--entries", (1_000, 10_000, 100_000)),
    ("miss", "a name that is not there, in a folder of so many", "--entries", (1_000, 10_000, 100_000)),
    ("list", "an entry of a listing of so many", "--entries", (1_000, 10_000, 100_000)),
    ("sessions", "stat, while so many sessions are idle", None, (20, 200, 2_000)),
]
