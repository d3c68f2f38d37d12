"""The tables on disk: what Samba's server got, what ours got (committed), why ours did not pass."""

from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
SAMBA = HERE / "samba.tsv"
RESULTS = HERE / "results.tsv"
REASONS = HERE / "reasons.tsv"
QUICK = HERE / "quick.txt"


@dataclass
class SambaRow:
    result: str
    seconds: float
    reason: str


def rows(path):
    if not path.exists():
        return
    for number, line in enumerate(path.read_text().splitlines(), 1):
        if line and not line.startswith("#"):
            yield number, line.split("\t")


def samba():
    """Test -> its row in Samba's run, in the table's order. This is also the list of all tests."""
    return {cells[0]: SambaRow(cells[1], float(cells[2]), cells[3] if len(cells) > 3 else "")
            for _, cells in rows(SAMBA)}


def results():
    """Test -> (result, reason) as committed."""
    return {cells[0]: (cells[1], cells[2] if len(cells) > 2 else "") for _, cells in rows(RESULTS)}


def write_results(table):
    lines = ["# Symbio under smbtorture, test by test: test, result, smbtorture's reason. "
             "Written by ./test conformance --update."]
    lines += ["\t".join((test, result, reason)).rstrip("\t") for test, (result, reason) in sorted(table.items())]
    RESULTS.write_text("\n".join(lines) + "\n")


def reasons():
    """Prefix of test names -> why these do not pass and what will change that; written by hand."""
    table = {}
    for number, cells in rows(REASONS):
        if len(cells) != 2 or not cells[1].strip():
            raise SystemExit(f"{REASONS.name}:{number}: wants TEST-OR-PREFIX <tab> REASON")
        table[cells[0]] = cells[1].strip()
    return table


def quick():
    return [cells[0] for _, cells in rows(QUICK)]


def write_quick(tests):
    QUICK.write_text("# Tests that pass and are fast: ./test conformance --quick, part of ./test. "
                     "Written by ./test conformance --make-quick.\n" + "".join(f"{t}\n" for t in tests))


def suite_of(test):
    """smb2.acls.CREATOR.CREATOR -> smb2.acls; smb2.multichannel.leases.test1.test1 -> smb2.multichannel;
    smb2.connect.connect -> smb2.connect."""
    return ".".join(test.split(".")[:2])


def short_name(test):
    """The part after the suite, without the doubled end."""
    return test.rpartition(".")[0].removeprefix(suite_of(test)).lstrip(".") or test.rpartition(".")[2]
