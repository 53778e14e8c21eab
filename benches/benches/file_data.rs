//! File data: a counted download through the session, beside a copy of the same bytes.
//!
//! The core lends the data out of the caller's buffer, so the cost is one a piece, not one a byte.

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use qftp_benches::{feed, session};
use qftp_core::Instant;
use qftp_core::session::{Event, GetOptions, Session};
use std::hint::black_box;

const LEN: usize = 1 << 22;

fn download(session: &mut Session, file: &[u8], piece: usize) {
    let now = Instant::from_millis(10_000);
    let mut out = [0; 128];
    session
        .get(now, "file.bin", &GetOptions { len: Some(LEN as u64), ..GetOptions::default() })
        .expect("idle");
    while session.poll_event().is_some() {}
    black_box(session.poll_transmit(now, &mut out));
    feed(session, now, b"\r\nCONNECT\r\n", |_| {});
    let mut data = 0;
    for piece in file.chunks(piece) {
        feed(session, now, piece, |event| {
            if let Event::Data(piece) = event {
                data += black_box(piece).len();
            }
        });
    }
    assert_eq!(data, LEN);
    feed(session, now, format!("\r\nOK\r\n\r\n+QFTPGET: 0,{LEN}\r\n").as_bytes(), |_| {});
    while session.poll_event().is_some() {}
    assert!(session.is_idle());
}

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
    config = Criterion::default().sample_size(20).warm_up_time(std::time::Duration::from_millis(500)).measurement_time(std::time::Duration::from_secs(2));
    targets = file_data
}
criterion_main!(benches);
