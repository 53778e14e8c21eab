"""Runs every benchmark and writes docs/benchmarks.md with its plots: `cargo xtask bench [--quick]`, which sets up what this needs.

A quick run is there to see that all of it works: it measures little, and writes its page to target/bench instead.
"""

import json
import os
import sys
from pathlib import Path

from . import measure, page

ROOT = Path(__file__).resolve().parents[2]


def main(arguments):
    quick = "--quick" in arguments
    out = Path(os.environ.get("QFTP_TARGET", ROOT / "target")) / "bench"
    out.mkdir(parents=True, exist_ok=True)
    bench = measure.Bench(ROOT, out, quick)
    results = {"about": page.about(bench)}
    for name, part in measure.PARTS.items():
        print(f"=== {name}", flush=True)
        results[name] = part(bench)
    (out / ("quick.json" if quick else "results.json")).write_text(json.dumps(results, indent=1))
    folder = out if quick else ROOT / "docs"
    for name, text in page.write(results, bench).items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        print(path)


if __name__ == "__main__":
    main(sys.argv[1:])
