"""Tables of what was measured: for the terminal, and docs/PERFORMANCE.md."""

import os
import platform
import statistics
from pathlib import Path

from . import workloads

REPO = Path(__file__).resolve().parents[2]
DOCUMENT = REPO / "docs/PERFORMANCE.md"
NOTES = Path(__file__).resolve().parent / "notes.md"

# Share of the machine's own limit that is as good as being so many times faster.
AT_THE_LIMIT = 0.9


def machine(places):
    model = next((line.partition(":")[2].strip() for line in open("/proc/cpuinfo") if line.startswith("model name")), "?")
    memory = int(next(line.split()[1] for line in open("/proc/meminfo") if line.startswith("MemTotal"))) >> 20
    kinds = {}
    mounts = sorted((line.split()[1:3] for line in open("/proc/mounts")), key=lambda m: len(m[0]))
    for place, folder in places.items():
        kinds[place] = [kind for at, kind in mounts if str(folder).startswith(at.rstrip("/") + "/") or at == "/"][-1]
    return {"cpus": os.cpu_count(), "model": model, "memory": memory, "kernel": platform.release().split("-")[0],
            "places": kinds}


def cost(row, result):
    """CPU time of the server for one unit: seconds for a GiB, else microseconds."""
    if row.unit == "GiB":
        return result["serverCpuSeconds"] / max(1, result["bytes"]) * (1 << 30)
    return result["serverCpuSeconds"] * 1e6 / max(1, result["operations"])


def speed(row, result):
    if row.unit == "GiB":
        return result["bytes"] / result["seconds"] / (1 << 20)
    return result["operations"] / result["seconds"]


class Figures:
    """The medians of a row; ratios are those of runs that followed each other."""

    def __init__(self, row, results):
        ours, theirs, limits = results["Symbio"], results["Samba"], results.get("limit") or []
        pairs = list(zip(ours, theirs))
        median = statistics.median
        self.our_cost = median(cost(row, r) for r in ours)
        self.their_cost = median(cost(row, r) for r in theirs)
        self.cpu = median(cost(row, a) / max(1e-9, cost(row, b)) for a, b in pairs)
        self.our_speed = median(speed(row, r) for r in ours)
        self.their_speed = median(speed(row, r) for r in theirs)
        self.wall = median(speed(row, a) / speed(row, b) for a, b in pairs)
        self.our_p99 = median(r["latency"]["p99"] for r in ours)
        self.their_p99 = median(r["latency"]["p99"] for r in theirs)
        self.p99 = median(a["latency"]["p99"] / b["latency"]["p99"] for a, b in pairs)
        self.limit_cost = median(cost(row, r) for r in limits) if limits else None
        self.limit_speed = median(speed(row, r) for r in limits) if limits else None
        self.of_limit = median(speed(row, a) / speed(row, b) for a, b in zip(ours, limits)) if limits else None
        self.errors = sum(r["errors"] for r in ours + theirs)
        if row.p99 is not None:
            self.cpu_good, self.wall_good = None, self.p99 <= row.p99
        else:
            self.cpu_good = self.cpu <= row.cpu
            self.wall_good = self.wall >= row.wall or (self.of_limit or 0) >= AT_THE_LIMIT


def number(value):
    if value is None:
        return ""
    return f"{value:,.0f}" if value >= 100 else f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def brief(row, results):
    f = Figures(row, results)
    text = (f"CPU {number(f.our_cost)} : {number(f.their_cost)} = {f.cpu:.2f}, "
            f"speed {number(f.our_speed)} : {number(f.their_speed)} = {f.wall:.2f}x, p99 {f.p99:.2f}")
    if f.limit_cost is not None:
        text += f"; limit: CPU {number(f.limit_cost)}, speed {number(f.limit_speed)}"
    return text + (f", {f.errors} errors" if f.errors else "")


def found_rows(data, place):
    for row in workloads.rows():
        results = data["rows"].get(f"{place}/{row.key}")
        if results is not None:
            yield row, results


def mark(good):
    return "" if good is None else " ✓" if good else " **✗**"


def table(data, place):
    lines = ["| workload | server CPU per unit: Symbio | Samba | ratio | goal | speed: Symbio | Samba | ratio | goal | limit: CPU | limit: speed |",
             "|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|"]
    for row, results in found_rows(data, place):
        if "failed" in results:
            lines.append(f"| {row.title} | failed: {results['failed']} |")
            continue
        f = Figures(row, results)
        cpu_unit, speed_unit = (" s/GiB", " MiB/s") if row.unit == "GiB" else (" us", "/s")
        if row.p99 is not None:
            lines.append(
                f"| {row.title} | {number(f.our_cost)} us | {number(f.their_cost)} us | {f.cpu:.2f} | | "
                f"p99 {number(f.our_p99)} us | p99 {number(f.their_p99)} us | {f.p99:.2f}{mark(f.wall_good)} | ≤ {row.p99} | | |")
            continue
        goal = f"≥ {row.wall}" + (" or 90 % of the limit" if row.limit and row.unit == "GiB" else "")
        lines.append(
            f"| {row.title} | {number(f.our_cost)}{cpu_unit} | {number(f.their_cost)}{cpu_unit} | {f.cpu:.2f}{mark(f.cpu_good)} | "
            f"≤ {row.cpu} | {number(f.our_speed)}{speed_unit} | {number(f.their_speed)}{speed_unit} | "
            f"{f.wall:.2f}{mark(f.wall_good)} | {goal} | "
            f"{number(f.limit_cost)}{cpu_unit if f.limit_cost is not None else ''} | "
            f"{number(f.limit_speed)}{speed_unit if f.limit_speed is not None else ''} |")
    return "\n".join(lines)


def idle_table(data):
    idle = data.get("idle")
    if not idle:
        return ""
    ours, theirs = idle["Symbio"], idle["Samba"]
    ratio = theirs["pss"] / max(1, ours["pss"])
    goal = mark(ratio >= 20) if idle["count"] >= 2000 else " (the goal, 20, is for 2,000)"
    return f"""
## Memory

{idle["count"]:,} idle sessions with one open file each, in servers just started. Proportional set size of all processes.

| Symbio | Samba | Samba : Symbio |
|---:|---:|---:|
| {ours["pss"] / (1 << 20):,.0f} MiB, {ours["processes"]} process | {theirs["pss"] / (1 << 20):,.0f} MiB, {theirs["processes"]:,} processes | {ratio:.0f}{goal} |
"""


def growth_table(data):
    if not data.get("growth"):
        return ""
    lines = ["", "## Growth", "", "Microseconds of the server's CPU time for one operation, as something becomes ten and a hundred "
             "times as many.", "", "| what | how many | Symbio | Samba |", "|---|---:|---:|---:|"]
    by_title = {}
    for entry in data["growth"]:
        by_title.setdefault(entry["title"], {"values": entry["values"]})[entry["server"]] = entry["costs"]
    for title, entry in by_title.items():
        for i, value in enumerate(entry["values"]):
            cells = [number(entry[s][i]) if s in entry else "" for s in ("Symbio", "Samba")]
            lines.append(f"| {title if i == 0 else ''} | {value:,} | {cells[0]} | {cells[1]} |")
    return "\n".join(lines) + "\n"


def others_table(data):
    if not data.get("others"):
        return ""
    lines = ["", "## By clients that we did not write", "",
             "| client | Symbio | Samba | ratio | server CPU: Symbio | Samba | ratio |", "|---|---:|---:|---:|---:|---:|---:|"]
    for title, entry in data["others"].items():
        ours, theirs = entry.get("Symbio") or [], entry.get("Samba") or []
        if not ours or not theirs:
            lines.append(f"| {title} | {'' if ours else 'failed'} | {'' if theirs else 'failed'} |")
            continue
        unit = ours[0]["unit"]
        rate = [statistics.median(r["rate"] for r in side) for side in (ours, theirs)]
        cpu = [statistics.median(r["cpu"] for r in side) for side in (ours, theirs)]
        cpu_unit = "s/GiB" if unit == "MiB/s" else "us"
        lines.append(f"| {title} | {number(rate[0])} {unit} | {number(rate[1])} {unit} | {rate[0] / rate[1]:.2f} | "
                     f"{number(cpu[0])} {cpu_unit} | {number(cpu[1])} {cpu_unit} | {cpu[0] / max(1e-9, cpu[1]):.2f} |")
    return "\n".join(lines) + "\n"


def goals(data):
    """(met, all) of the goals that were measured."""
    met = total = 0
    for place in data["machine"]["places"]:
        for row, results in found_rows(data, place):
            if place != "tmpfs" or "failed" in results:
                continue
            f = Figures(row, results)
            for good in (f.cpu_good, f.wall_good):
                if good is not None:
                    met, total = met + good, total + 1
    idle = data.get("idle")
    if idle and idle["count"] >= 2000:
        met, total = met + (idle["Samba"]["pss"] >= 20 * idle["Symbio"]["pss"]), total + 1
    return met, total


def summary(data):
    met, total = goals(data)
    return "\n\n".join(f"{place}\n{table(data, place)}" for place in data["machine"]["places"]) + (
        idle_table(data) + growth_table(data) + others_table(data)) + f"\n{met} of {total} goals are met"


def write(data):
    m = data["machine"]
    met, total = goals(data)
    kind = "--full" if data["full"] else "--quick"
    places = "\n\n".join(
        f"## On {'tmpfs' if place == 'tmpfs' else 'a disk (' + file_system + ')'}\n\n{table(data, place)}"
        for place, file_system in m["places"].items())
    DOCUMENT.write_text(f"""# Performance

Made by `bench/compare {kind}`, which runs Symbio and Samba in turn (A-B-A-B) on one machine; do not edit.
[bench/README.md](../bench/README.md) tells how it measures and what the rows are.

{data["date"]}: {data["symbio"]} and smbd {data["samba"]}, on {m["cpus"]} processors ({m["model"]}), {m["memory"]} GiB, Linux {m["kernel"]},
a loopback of its own (TCP: {m["tcp"]});
medians of {data["pairs"]} pairs of {data["seconds"]} s. The load generator shares the processors with the server, and so do others on
this machine: of the figures, CPU time per unit of work is the steady one.

**{met} of {total} goals are met.** ✓ met, ✗ missed. A CPU ratio is Symbio : Samba (less is better), a speed ratio too (more is
better). The limit is a minimal program that moves the same bytes of the same file over a loopback socket.

{places}
{idle_table(data)}{growth_table(data)}{others_table(data)}
{NOTES.read_text() if NOTES.exists() else ""}""")
