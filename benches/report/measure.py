"""What is measured. Each part gives numbers, and no words."""

import json
import os
import re
import subprocess
import sys
import time
from pathlib import Path


class Bench:
    """Where things are, and how to run them."""

    def __init__(self, root, out, quick):
        self.root, self.out, self.quick = root, out, quick
        self.cargo = os.environ.get("CARGO", "cargo")
        # What is only to be seen to work is built as the tests build it.
        self.profile = [] if quick else ["--release"]
        target = Path(os.environ.get("QFTP_TARGET", root / "target"))
        self.target = target / ("debug" if quick else "release")
        #: Where the package of its own builds that the benchmarks are.
        self.own = target / "benches"

    def run(self, *command, **options):
        """The output of a command that must succeed."""
        options.setdefault("cwd", self.root)
        ran = subprocess.run([str(word) for word in command], stdout=subprocess.PIPE, text=True, **options)
        if ran.returncode != 0:
            sys.exit(f"failed: {' '.join(map(str, command))}")
        return ran.stdout

    def lines(self, *command, **options):
        """The same, of a command that prints JSON, a line each."""
        return [json.loads(line) for line in self.run(*command, **options).splitlines() if line.startswith("{")]

    def instructions(self, *command):
        """How many instructions a command takes under callgrind."""
        ran = subprocess.run(
            ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null", *map(str, command)],
            cwd=self.root,
            capture_output=True,
            text=True,
        )
        found = re.search(r"Collected : (\d+)", ran.stderr)
        if ran.returncode != 0 or not found:
            sys.exit(f"callgrind {' '.join(map(str, command))}: {ran.stderr}")
        return int(found.group(1))

    def per_byte(self, bytes_a_round, *command):
        """Instructions a byte: two rounds less one."""
        return (self.instructions(*command, 2) - self.instructions(*command, 1)) / bytes_a_round


CUTS = {"whole": 2**63, "64-byte pieces": 64, "byte by byte": 1}
CONTENDERS = [
    "qftp session",
    "qftp codec",
    "atat Ingress",
    "at-commands",
    "nom lines",
    "winnow lines",
    "byte machine",
    "memchr",
    "the bare loop",
]


def count_program(bench):
    manifest = ["--manifest-path", "benches/Cargo.toml", "--target-dir", bench.own]
    bench.run(bench.cargo, "build", "--quiet", "--release", *manifest, "--bin", "count")
    return bench.own / "release/count"


def corpus_bytes(bench, count):
    return int(bench.run(count, "qftp session", "whole", 1).split()[1])


def control_text(bench):
    """Instructions a byte of every contender and cut."""
    count = count_program(bench)
    size = corpus_bytes(bench, count)
    rows = {}
    for name in CONTENDERS:
        for cut in CUTS:
            # 80,000 instructions a byte: a minute of it.
            if bench.quick and (name, cut) == ("atat Ingress", "byte by byte"):
                continue
            rows.setdefault(name, {})[cut] = round(bench.per_byte(size, count, name, cut), 1)
    return rows


def times(bench):
    """Criterion's medians, in MB/s, with the spread of the median."""
    command = [bench.cargo, "bench", "--quiet", "--manifest-path", "benches/Cargo.toml", "--target-dir", bench.own]
    filters = ["64-byte pieces/(qftp|byte)"] if bench.quick else []
    bench.run(*command, "--", "--noplot", *filters)
    rows = []
    for path in sorted((bench.own / "criterion").glob("*/*/new/estimates.json")):
        about = json.loads((path.parent / "benchmark.json").read_text())
        median = json.loads(path.read_text())["median"]
        size = about["throughput"]["Bytes"]
        rate = [size * 1000 / nanoseconds for nanoseconds in (
            median["point_estimate"],
            median["confidence_interval"]["upper_bound"],
            median["confidence_interval"]["lower_bound"],
        )]
        rows.append({"group": about["group_id"], "who": about["function_id"], "rate": rate})
    return rows


def rates(bench):
    """Transfers on paced lines, in virtual time."""
    quick = ["--quick"] if bench.quick else []
    return bench.lines(
        bench.cargo, "run", "--quiet", "--release", "-p", "qftp-sim", "--example", "rates", "--", *quick
    )


def throughput(bench):
    """The emulated module beside curl and lftp, many of them, and on a real pseudo-terminal."""
    quick = ["--quick"] if bench.quick else []
    return bench.lines(throughput_program(bench), *quick)


def throughput_program(bench):
    bench.run(bench.cargo, "build", "--quiet", *bench.profile, "-p", "qftp-tests", "--example", "throughput")
    return bench.target / "examples/throughput"


def bindings_c(bench):
    """The same loop in C and in Rust, in instructions a byte."""
    count = count_program(bench)
    corpus = bench.out / "corpus"
    bench.run(count, "corpus", corpus)
    bench.run(bench.cargo, "build", "--quiet", *bench.profile, "-p", "qftp-c")
    loop = bench.out / "loop"
    library = bench.target / "libqftp.a"
    bench.run(
        "cc", "-O2", "-std=c99", "-Iinclude", "benches/c/loop.c", library, "-lm", "-lpthread", "-ldl", "-o", loop
    )
    size = corpus_bytes(bench, count)
    return {
        cut: {
            "C": round(bench.per_byte(size, loop, corpus, piece), 1),
            "Rust": round(bench.per_byte(size, count, "qftp session", cut), 1),
        }
        for cut, piece in CUTS.items()
    }


def bindings_python(bench):
    """Downloads by scripts in the usual shapes, and by the package: nanoseconds of CPU a byte."""
    python = os.environ["QFTP_TEST_PYTHON"]
    mib = 1 << 20
    sizes = {
        "read(1)": [mib // 16],
        "ReaderThread": [4 * mib],
        "a growing buffer": [mib, 4 * mib],
        "read(4096)": [mib, 64 * mib],
        "qftp": [mib, 64 * mib],
    }
    rows = []
    for turn in range(1 if bench.quick else 3):
        for shape, each in sizes.items():
            for size in each[:1] if bench.quick else each:
                serve = subprocess.Popen(
                    [throughput_program(bench), "serve", str(size)],
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    text=True,
                )
                path = serve.stdout.readline().strip()
                row = bench.lines(python, "benches/python/readers.py", shape, path, "file", size)[0]
                serve.stdin.close()
                serve.wait()
                rows.append({**row, "turn": turn})
    return rows


def start_up(bench):
    """Milliseconds from start to end of what does nothing, the best of many: noise only adds."""
    python = os.environ["QFTP_TEST_PYTHON"]
    commands = {
        "qftp --version": [os.environ["QFTP_TEST_QFTP"], "--version"],
        "git --version": ["git", "--version"],
        "python -c 'import qftp'": [python, "-c", "import qftp"],
        "python -c 'import ftplib'": [python, "-c", "import ftplib"],
        "python -c pass": [python, "-c", "pass"],
    }
    best = dict.fromkeys(commands, 1e9)
    for _ in range(3 if bench.quick else 40):
        for name, command in commands.items():
            began = time.perf_counter()
            subprocess.run(command, stdout=subprocess.DEVNULL, check=True)
            best[name] = min(best[name], (time.perf_counter() - began) * 1000)
    return {name: round(value, 2) for name, value in best.items()}


def cortex_m4(bench):
    """Instructions a byte on a Cortex-M4, counted by QEMU."""
    corpus = bench.out / "corpus"
    bench.run(count_program(bench), "corpus", corpus)
    numbers = ",".join(map(str, corpus.read_bytes()))
    (bench.out / "corpus.h").write_text(f"static const uint8_t corpus[] = {{{numbers}}};\n")
    example = bench.root / "bindings/c/examples/firmware"
    environment = {name: value for name, value in os.environ.items() if name not in ("CARGO", "RUSTC", "RUSTFLAGS")}
    build = bench.out / "m4"
    rows = {}
    for optimise in ["2"] if bench.quick else ["s", "2"]:
        bench.run(
            "make", "-B", "-s", "-C", example, f"BUILD={build}", f"OPT={optimise}", "FEATURES=recovery,staging",
            f"SETTINGS=-I{bench.out} -I{bench.root}/benches/c -I{example}",
            f"SOURCES={bench.root}/benches/c/firmware.c uart.c startup.c memory.c", "firmware",
            env=environment,
        )  # fmt: skip
        said = bench.run(
            "timeout", "120", "qemu-system-arm", "-M", "mps2-an386", "-icount", "shift=0", "-nographic",
            "-monitor", "none", "-semihosting-config", "enable=on,target=native", "-serial", "null",
            "-kernel", build / "firmware.elf", stderr=subprocess.STDOUT,
        )  # fmt: skip
        rows[optimise] = {name: int(tenths) / 10 for name, tenths in (line.split() for line in said.splitlines())}
    return rows


PARTS = {
    "control text": control_text,
    "times": times,
    "rates": rates,
    "throughput": throughput,
    "C": bindings_c,
    "Python": bindings_python,
    "start-up": start_up,
    "Cortex-M4": cortex_m4,
}
