//! File data: a counted download through the session, beside a copy of the same bytes.
//!
//! The core lends the data out of the caller's buffer, so the cost is one a piece, not one a byte.

use std::hint::black_box;
use std::time::Duration;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use qftp_benches::contenders::{download, session};

const LEN: usize = 64 << 20;

fn file_data(criterion: &mut Criterion) {
    let file: Vec<u8> = (0..LEN).map(|at| (at * 31 % 251) as u8).collect();
    for (name, piece) in [("64 B", 64), ("4 KiB", 4096), ("64 KiB", 65536)] {
        let mut group = criterion.benchmark_group(format!("file data, pieces of {name}"));
        group.throughput(Throughput::Bytes(LEN as u64));
        let mut session = session();
        group.bench_function("qftp session", |bencher| {
            bencher.iter(|| download(&mut session, black_box(&file), piece))
        });
        let mut copy = vec![0; LEN];
        group.bench_function("memcpy", |bencher| {
            bencher.iter(|| {
                for (to, from) in copy.chunks_mut(piece).zip(file.chunks(piece)) {
                    to.copy_from_slice(black_box(from));
                }
                black_box(copy[LEN - 1])
            });
        });
        group.finish();
    }
}

criterion_group! {
    name = benches;
    config = Criterion::default().sample_size(10).warm_up_time(Duration::from_millis(300)).measurement_time(Duration::from_secs(2));
    targets = file_data
}
criterion_main!(benches);
