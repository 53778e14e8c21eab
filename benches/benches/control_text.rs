//! Control text: the answers of a module, read by a running session, by its codec alone, by other people's parsers and by bare loops.
//!
//! All of them read the same bytes in the same pieces in one run, so the ratios between them mean something even on a noisy machine.

use std::time::Duration;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use qftp_benches::{PIECES, contenders, corpus};

/// Bytes of answers.
const BYTES: usize = 8 << 20;
/// What is left of it for contenders whose time grows with the square of an answer.
const FEW_BYTES: usize = 64 << 10;

fn control_text(criterion: &mut Criterion) {
    let (long, short) = (corpus(BYTES), corpus(FEW_BYTES));
    for (cut, piece) in PIECES {
        let mut group = criterion.benchmark_group(format!("control text, {cut}"));
        for (name, contender) in contenders::ALL {
            let quadratic = name == "atat Ingress" && piece < usize::MAX;
            let exchanges = if quadratic { &short } else { &long };
            let bytes: usize = exchanges.iter().map(|exchange| exchange.answer.len()).sum();
            group.throughput(Throughput::Bytes(bytes as u64));
            group.bench_function(name, |bencher| bencher.iter(|| contender(exchanges, piece)));
        }
        group.finish();
    }
}

criterion_group! {
    name = benches;
    config = Criterion::default().sample_size(10).warm_up_time(Duration::from_millis(300)).measurement_time(Duration::from_secs(2));
    targets = control_text
}
criterion_main!(benches);
