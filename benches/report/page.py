"""The page: tables of what was measured, and what was wanted beside it."""

import platform
import statistics
import subprocess

from . import plots

CUTS = ["whole", "64-byte pieces", "byte by byte"]


def write(results, bench):
    """Every file of the page by its name below docs/."""
    parts = [results["about"]]
    images = {}
    for part in (control_text, file_data, line, emulator, bindings, start_up, cortex_m4):
        text, pictures = part(results)
        parts.append(text)
        images.update(pictures)
    return {"benchmarks.md": "\n".join(parts), **{f"images/{name}": svg for name, svg in images.items()}}


def table(header, rows):
    lines = ["| " + " | ".join(header) + " |", "|---|" + "---:|" * (len(header) - 1)]
    return "\n".join(lines + ["| " + " | ".join(map(str, row)) + " |" for row in rows]) + "\n"


def about(bench):
    """What was measured, on what, and with what."""
    def first(*command):
        return subprocess.run(command, cwd=bench.root, capture_output=True, text=True).stdout.splitlines()[0]

    model = [row for row in open("/proc/cpuinfo") if row.startswith("model name")][0].split(":")[1].strip()
    return f"""# Benchmarks

`cargo xtask bench` measured all of this and wrote this page: revision {first("git", "rev-parse", "--short", "HEAD")}, {first("rustc", "--version")}, {first("cc", "--version")},
Python {platform.python_version()}, {first("valgrind", "--version")}, {first("qemu-system-arm", "--version")}, {first("curl", "--version").split(" (")[0]}, lftp {first("lftp", "--version").split(" |")[1].split()[-1]}; {model}, 2 cores.

Machines like this one are shared and noisy. So contenders take turns in one run, ratios count and not times, and where it can be had
there is a count of instructions, which no noise changes. *Goal* is what was wanted before anything was measured.
"""


def verdict(met, text):
    return f"**{'Met' if met else 'Missed'}**: {text}"


def control_text(results):
    counts, rates = results["control text"], by_group(results["times"])
    rows = []
    for name, row in counts.items():
        cells = [f"{row[cut]:,}" if cut in row else "—" for cut in CUTS]
        speeds = [f"{rates.get(('control text, ' + cut, name), [0])[0]:,.0f}" for cut in CUTS]
        rows.append([f"**{name}**" if name == "qftp session" else name, *cells, *[s if s != "0" else "—" for s in speeds]])
    own, atat = counts["qftp session"], counts["atat Ingress"]
    ratio = {cut: atat[cut] / own[cut] for cut in CUTS if cut in atat}
    goals = [
        verdict(ratio["64-byte pieces"] >= 10, f"10 times atat in 64-byte pieces; it is {ratio['64-byte pieces']:.0f} times, by instructions."),
        verdict(ratio.get("byte by byte", 0) >= 200, f"200 times atat byte by byte; it is {ratio.get('byte by byte', 0):,.0f} times."),
        verdict(own["64-byte pieces"] <= 12, f"at most 12 instructions a byte in pieces; it is {own['64-byte pieces']}."),
        verdict(own["byte by byte"] <= 15, f"at most 15 byte by byte; it is {own['byte by byte']}, {counts['the bare loop']['byte by byte']} of them the loop around it."),
    ]
    chart = [(name, row["64-byte pieces"], name.startswith("qftp")) for name, row in counts.items() if name != "atat Ingress"]
    svg = plots.bars(
        "Control text in 64-byte pieces",
        f"instructions a byte, fewer is better; atat Ingress: {atat['64-byte pieces']:,.0f}",
        chart,
        "",
    )
    text = f"""## Control text

What a module says in the dialogues of section 3 of the manual: folders, files, listings of the module's own files, URCs in between, an eighth of
the outcomes a failure, half of it with echo. *qftp session* is the whole host: each operation is begun, its command written, its answer
read to typed values and the operation ended. *atat Ingress* gets what its digester makes of it, responses and URCs, but nobody reads the values
in them; it digests its buffer anew with every piece, so that long answers cost it the square of their length. The line parsers know lines and
their first number and no operations; *byte machine* is a hand-written one, *memchr* and *the bare loop* understand nothing.

{table(["", *[f"{cut}, instructions a byte" for cut in CUTS], *[f"{cut}, MB/s" for cut in CUTS]], rows)}
![Control text](images/control-text.svg)

{bullets(goals)}
Where the session's instructions go, of a line of 20 bytes: a quarter finds its end, over a third reads its name and numbers, a fifth decides what
it means to the operation, and a sixth begins the operation and writes its command (callgrind). What bounds it: each of these looks at the same bytes
again. A machine that reads name and numbers while it looks for the end would halve it, and would be a second parser beside the one that
both roles share. No failure is lost however the answers are cut (`benches/tests/none_lost.rs`).
"""
    return text, {"control-text.svg": svg}


def bullets(lines):
    return "\n".join(f"- {line}" for line in lines) + "\n"


def by_group(times):
    return {(row["group"], row["who"]): row["rate"] for row in times}


def file_data(results):
    rates = by_group(results["times"])
    rows, last = [], None
    for piece in ("64 B", "4 KiB", "64 KiB"):
        own, copy = (rates.get((f"file data, pieces of {piece}", who)) for who in ("qftp session", "memcpy"))
        if not own:
            continue
        rows.append([piece, spread(own), spread(copy), f"{own[0] / copy[0]:.2f}"])
        last = own[0] / copy[0] if piece == "4 KiB" else last
    goal = verdict((last or 0) >= 1, f"at 4 KiB at least memcpy's rate; it is {last:.1f} times. What a piece costs is a look at its last 256 bytes: the module's words may stand there, if the data broke off.") if last else ""
    return f"""## File data

A counted download of 64 MiB through a session, beside a copy of the same bytes: core lends the data out of the caller's buffer and copies none, so
that it costs something a piece and nothing a byte.

{table(["pieces", "qftp session, MB/s", "memcpy, MB/s", "ratio"], rows)}
{bullets([goal])}""", {}


def spread(rate):
    return f"{rate[0]:,.0f} ({rate[1]:,.0f}–{rate[2]:,.0f})"


ROADS = {
    "Com": "qftp, through the port",
    "ComKnown": "qftp, length known before",
    "Ufs": "qftp, staged in UFS",
    "Escape": "ends with `+++`",
    "Vendor": "1 KiB blocks, 2 s sleep, `+++`",
    "Chunks": "a command a KiB",
}


def line(results):
    rows = [row for row in results["rates"] if "what" in row]
    speed = [row for row in results["rates"] if "times_real_time" in row][0]
    bauds = sorted({row["baud"] for row in rows})
    text, images = [], {}
    for what, title in [("put", "Uploads"), ("get", "Downloads"), ("put-many", "Many files of 1 KiB")]:
        of = [row for row in rows if row["what"] == what]
        cells = []
        for size in sorted({row["size"] for row in of}):
            for road in ROADS:
                mine = {row["baud"]: row for row in of if (row["size"], row["road"]) == (size, road)}
                if mine:
                    ratios = [f"{mine[baud]['micros'] / mine[baud]['limit']:.3f}" if baud in mine else "—" for baud in bauds]
                    label = f"{size:,} files" if what == "put-many" else f"{size // 1024:,} KiB"
                    cells.append([f"{label}, {ROADS[road]}", *ratios])
        text.append(f"**{title}**, time over the least that line and network allow:\n\n{table(['', *[f'{baud:,} baud' for baud in bauds]], cells)}")
    biggest = max(row["size"] for row in rows if row["what"] == "put" and row["road"] == "Chunks")
    for baud in bauds[2:3]:
        of = [row for row in rows if (row["what"], row["size"], row["baud"]) == ("put", biggest, baud)]
        chart = [(ROADS[row["road"]].replace("`", ""), row["size"] / row["micros"] * 1e3, row["road"] in ("Com", "Ufs")) for row in of]
        limit = biggest / of[0]["limit"] * 1e3
        images["goodput.svg"] = plots.bars(
            f"An upload of {biggest // 1024:,} KiB at {baud:,} baud", "KB/s; the line across is what line and network allow", chart, "KB/s", limit
        )

    def worst(whats, roads, least):
        return max(
            (row["micros"] / row["limit"] for row in rows if row["what"] in whats and row["road"] in roads and row["size"] >= least), default=0
        )

    puts, gets = worst(["put"], ["Com"], 1 << 20), worst(["get"], ["ComKnown"], 1 << 20)
    sized, many = worst(["get"], ["Com"], 1 << 20), worst(["put-many"], ["Com"], 0)
    # By how much the staged road is ahead of the port, of the same transfer.
    of = {(row["what"], row["size"], row["baud"], row["road"]): row["micros"] for row in rows}
    leads = [(of[(*key, "Com")] / micros, key) for (*key, road), micros in of.items() if road == "Ufs" and (*key, "Com") in of]
    ahead, (what, size, _) = max(leads)
    where = f" ({what} of {size:,})" if ahead > 1 else ""
    goals = [
        verdict(0 < puts <= 1.01, f"uploads of 1 MiB and more within 1 % of the limit; the worst is {100 * puts - 100:.2f} % over it."),
        verdict(0 < gets <= 1.01, f"downloads of 1 MiB and more within 1 %; {100 * gets - 100:.2f} % where the length is known before, and {100 * sized - 100:.1f} % at worst where `AT+QFTPSIZE` asks for it, which is one round trip."),
        verdict(many <= 1.05, f"a thousand files of 1 KiB within 5 %; {100 * many - 100:.2f} %: one AT command a file, no pause, no question on the way."),
        "**Missed**: on the staged road the next file's `AT+QFUPL` does not overlap the `AT+QFTPPUT` of the one before: a session does one operation at a time.",
        verdict(ahead <= 1.01, f"`--via auto` never over 1 % slower than the best road that is allowed: it takes the port wherever the line has flow control, and the most that a staged transfer of these tables is faster is {max(0, 100 * ahead - 100):.2f} %{where}: the round trip of `AT+QFTPSIZE`, which a staged download has no need of, since its checksum proves it. Without flow control the port is not allowed, and UFS is the road that is left."),
        verdict(speed["times_real_time"] >= 1000, f"at least 1,000 times real time; {speed['times_real_time']:,} times ({speed['virtual_seconds']:,} s in {speed['real_seconds']} s)."),
    ]
    ptys = [row for row in results["throughput"] if row["part"] == "pty"]
    aside = "The download asks for the size first, and the emulated module's thread paces its line by sleeping, late where the machine is busy; the simulation has neither."
    real = table(["on a real pseudo-terminal", "baud", "bytes", "seconds", "line alone", "ratio"], [
        [row["what"], f"{row['baud']:,}", f"{row['bytes']:,}", row["seconds"], row["limit"], f"{row['seconds'] / row['limit']:.3f}"] for row in ptys
    ])
    return f"""## The line

Host core and emulated module on a simulated line, a server 60 ms away, 5 Mbit/s up and 10 Mbit/s down with TCP's slow start, a module that takes
5 ms for a command; virtual time (`cargo run --release -p qftp-sim --example rates`). The limit counts every byte of the dialogue once, three
round trips before the data and one after, and no time of the host's own. The other hosts are written here as one finds them in the wild, and
talk to the same module; theirs keep the guard time of a second that modules have by default.

{chr(10).join(text)}
![Goodput](images/goodput.svg)

{bullets(goals)}
{real}
{aside}
""", images


def emulator(results):
    rows = [row for row in results["throughput"] if row["part"] == "emulator"]
    cells, worst = [], 1e9
    for tls in (False, True):
        for what in ("put", "get"):
            of = {who: [row for row in rows if (row["tls"], row["what"], row["who"]) == (tls, what, who)] for who in ("qftp", "curl", "lftp")}
            rate = {who: [row["mib"] / row["seconds"] for row in each] for who, each in of.items()}
            median = {who: statistics.median(each) for who, each in rate.items()}
            gib = of["qftp"][0]["mib"] / 1024
            cpu = {who: statistics.median(row["host_cpu"] + row["module_cpu"] for row in each) / gib for who, each in of.items()}
            ratio = median["qftp"] / median["curl"]
            worst = min(worst, ratio)
            shown = [f"{median[who]:,.0f} ({min(rate[who]):,.0f}–{max(rate[who]):,.0f})" for who in of]
            cells.append([f"{what}{', TLS' if tls else ''}", *shown, f"{ratio:.2f}", *[f"{cpu[who]:.1f}" for who in of]])
    many = [row for row in results["throughput"] if row["part"] == "modules"]
    per = {count: statistics.median(row["mib"] / row["seconds"] for row in many if row["count"] == count) for count in sorted({row["count"] for row in many})}
    one, all_ = list(per.values())[0], list(per.values())[-1]
    mib = rows[0]["mib"]
    return f"""## The emulated module

A file of {mib} MiB to and from vsftpd on loopback: by `qftp` through `qftp emulate --tcp`, and by curl and lftp straight to the server, in turn. CPU
is seconds a GiB of all the client's processes: of qftp, host and module together.

{table(["", "qftp, MiB/s", "curl, MiB/s", "lftp, MiB/s", "qftp / curl", "CPU qftp", "CPU curl", "CPU lftp"], cells)}
{table(["modules in one process", "MiB/s in all"], [[count, f"{rate:,.0f}"] for count, rate in per.items()])}
{bullets([
    verdict(worst >= 0.5, f"at least half of curl's rate; the least is {worst:.2f}. Each byte goes through two processes more than curl's, by way of a socket on loopback, and the module's machine looks at it for `+++`."),
    verdict(all_ >= one, f"many modules move at least what one moves; {all_ / one:.1f} times."),
])}""", {}


def bindings(results):
    loops, readers = results["C"], results["Python"]
    rows = [[cut, row["C"], row["Rust"], f"{row['C'] / row['Rust']:.2f}"] for cut, row in loops.items()]
    worst = max(row["C"] / row["Rust"] for row in loops.values())
    shapes = {}
    for row in readers:
        shapes.setdefault((row["shape"], row["size"]), []).append(row["cpu"] * 1e9 / row["size"])
    cpu = {key: statistics.median(each) for key, each in shapes.items()}
    cells = [[shape, f"{size / 2**20:g} MiB", f"{value:,.1f}", f"{min(shapes[shape, size]):,.1f}–{max(shapes[shape, size]):,.1f}"] for (shape, size), value in cpu.items()]
    pairs = [(cpu["qftp", size] / cpu["read(4096)", size], size) for shape, size in cpu if shape == "qftp" and ("read(4096)", size) in cpu]
    most = max(pairs)[0]
    return f"""## Bindings

The loop of *qftp session* above, in C with `libqftp.a`, in instructions a byte:

{table(["", "C", "Rust", "C / Rust"], rows)}
{bullets([verdict(worst <= 1.05, f"at most 1.05; the worst is {worst:.2f}. Of each call through the header its pointers are checked, a panic is caught, and an event of 40 bytes is written; where whole answers come at once a C program also gets the lines of the module's files as text, which costs their being written.")])}
A download from a pseudo-terminal in Python: `qftp.FTP.retrbinary`, and scripts with pyserial, which check nothing; nanoseconds of CPU a byte, of the script's process.

{table(["", "file", "ns a byte", "spread"], cells)}
{bullets([verdict(most <= 2, f"at most twice read(4096) at every size; the worst is {most:.2f} times.")])}""", {}


def start_up(results):
    times = results["start-up"]
    program = times["qftp --version"] / times["git --version"]
    module = times["python -c 'import qftp'"] / times["python -c 'import ftplib'"]
    return f"""## Start-up

The best of many runs in turn, in milliseconds.

{table(["", "ms"], list(times.items()))}
{bullets([
    verdict(program <= 2, f"`qftp --version` at most twice `git --version`; {program:.2f} times: loading the program, which has OpenSSL and an FTP server in it, and building the command line of all its commands before the first is looked at."),
    verdict(module <= 3, f"`import qftp` at most three times `import ftplib`; {module:.2f} times."),
])}""", {}


def cortex_m4(results):
    rows = results["Cortex-M4"]
    cells = [[f"opt-level {level}", row["whole"], row["pieces"], row["bytes"]] for level, row in rows.items()]
    best = rows["2"]
    share = best["pieces"] * 92160 / 64e6
    return f"""## Cortex-M4

Instructions a byte of control text with the whole session running, its C caller and the copying included, counted by QEMU (`-icount shift=0`); features
`recovery` and `staging`. Flash, RAM and stack are in [sizes.md](sizes.md).

{table(["", "whole", "64-byte pieces", "byte by byte"], cells)}
{bullets([
    verdict(best["pieces"] <= 60, f"at most 60 in pieces; {best['pieces']}."),
    verdict(best["bytes"] <= 80, f"at most 80 byte by byte; {best['bytes']}: a call through the C header for each byte takes about 60 of them."),
    verdict(share <= 0.1, f"921600 baud under a tenth of a core at 64 MHz, an instruction a cycle; {100 * share:.0f} % in pieces."),
])}""", {}
