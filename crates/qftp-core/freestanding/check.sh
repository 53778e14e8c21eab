#!/usr/bin/env bash
# Proves that qftp-core needs nothing and cannot panic: links it into a program without any library, looks at what is
# in that program, and runs it. Usage: check.sh [TARGET_DIR]
set -euo pipefail
cd "$(dirname "$0")"
target=${1:-target}
cc=${CC:-cc}

cargo build --quiet --release --locked --target-dir "$target"
# memcpy and the others must not be turned into calls of themselves.
"$cc" -Os -ffreestanding -fno-builtin -fno-tree-loop-distribute-patterns -fno-stack-protector -nostdlib -static -Wl,--gc-sections \
    start.c "$target/release/libqftp_freestanding.a" -o "$target/qftp-freestanding"

if undefined=$(nm -u "$target/qftp-freestanding") && [ -n "$undefined" ]; then
    printf 'undefined symbols in the freestanding program:\n%s\n' "$undefined" >&2
    exit 1
fi
if panics=$(nm -C "$target/qftp-freestanding" | grep -iE 'panicking|alloc::|__rust_alloc'); then
    printf 'panics or an allocator in the freestanding program:\n%s\n' "$panics" >&2
    exit 1
fi
"$target/qftp-freestanding"
size "$target/qftp-freestanding"
echo "qftp-core links with nothing, cannot panic, and runs"
