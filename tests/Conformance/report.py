"""Writes docs/CONFORMANCE.md from the tables."""

from collections import Counter

import tables

PAGE = tables.HERE.parents[1] / "docs" / "CONFORMANCE.md"
ORDER = ("success", "failure", "error", "timeout", "skip", "not run")


def cell(text):
    return text.replace("|", "\\|").replace("<", "&lt;")


def code(text):
    return "`" + text.replace("|", "\\|").replace("`", "'") + "`" if text else ""


def write():
    """Returns complaints about the hand-written reasons: tests without one, rows that no longer apply."""
    samba, results, reasons = tables.samba(), tables.results(), tables.reasons()
    ours = {t: results.get(t, ("not run", "")) for t in [*samba, *(r for r in results if r not in samba)]}
    used, unexplained = set(), []

    def why(test, raw):
        prefix = max((p for p in reasons if test.startswith(p)), key=len, default=None)
        if prefix is None:
            if test in results:
                unexplained.append(test)
            return code(raw)
        used.add(prefix)
        return cell(reasons[prefix]) + (f" ({code(raw)})" if raw else "")

    count = Counter(r for r, _ in ours.values())
    samba_count = Counter(row.result for row in samba.values())
    ahead = sorted(t for t, (r, _) in ours.items() if r == "success" and samba.get(t) and samba[t].result != "success")
    behind = sorted(t for t, (r, _) in ours.items() if r != "success" and samba.get(t) and samba[t].result == "success")

    out = ["# Conformance: smbtorture", "",
           "Made by `./test conformance --report` from [results.tsv](../tests/Conformance/results.tsv) (what the last "
           "full run gave), [reasons.tsv](../tests/Conformance/reasons.tsv) (written by hand) and "
           "[samba.tsv](../tests/Conformance/samba.tsv) (smbd 4.17.12 under the same smbtorture). Do not edit. "
           "[How to run one test](../tests/Conformance/README.md).", "",
           f"**{count['success']} of {len(ours)} pass**; Samba passes {samba_count['success']}. "
           f"Symbio passes {len(ahead)} that Samba does not; Samba passes {len(behind)} that Symbio does not (yet).", "",
           "| | Symbio | Samba |", "|---|---:|---:|"]
    out += [f"| {r} | {count[r]} | {samba_count[r]} |" for r in ORDER if count[r] or samba_count[r]]
    out += ["", "## Suites", "", "| suite | tests | Symbio passes | Samba passes | skipped | failed, error, timeout |",
            "|---|---:|---:|---:|---:|---:|"]
    by_suite = {}
    for test in sorted(ours):
        by_suite.setdefault(tables.suite_of(test), []).append(test)
    for suite, tests in by_suite.items():
        c = Counter(ours[t][0] for t in tests)
        s = sum(1 for t in tests if t in samba and samba[t].result == "success")
        bad = c["failure"] + c["error"] + c["timeout"]
        anchor = suite.replace(".", "")
        out.append(f"| [{suite}](#{anchor}) | {len(tests)} | {c['success']} | {s} | {c['skip']} | {bad} |")
    for suite, tests in by_suite.items():
        out += ["", f"## {suite}", "", "| test | Symbio | Samba | why not |", "|---|---|---|---|"]
        for test in tests:
            result, raw = ours[test]
            other = samba[test].result if test in samba else "not run"
            shown = f"**{result}**" if result not in ("success", "not run") else result
            reason = "" if result in ("success", "not run") else why(test, raw)
            out.append(f"| {cell(tables.short_name(test))} | {shown} | {other} | {reason} |")
    PAGE.parent.mkdir(exist_ok=True)
    PAGE.write_text("\n".join(out) + "\n")

    complaints = [f"no reason in reasons.tsv for {t}" for t in unexplained]
    complaints += [f"reasons.tsv: no failing test begins with {p}" for p in sorted(set(reasons) - used)]
    return complaints
