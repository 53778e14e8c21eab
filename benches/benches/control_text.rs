//! Control text: the answers of a module, read by the codec, by a running session, and by atat's digester.
//!
//! All of them read the same bytes in the same pieces in one run, so the ratios between them mean something even on a noisy machine.

use atat::digest::ParseError;
use atat::digest::parser::urc_helper;
use atat::{AtDigester, DigestResult, Digester, Parser};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use qftp_benches::{ANSWER, ANSWERS, PIECES, dialogue, feed, pieces, session};
use qftp_core::Instant;
use qftp_core::session::{Event, Session};
use qftp_core::wire::{Line, LineReader};
use std::hint::black_box;

/// Lines, parsed to values.
fn codec(text: &[u8], piece: usize) -> usize {
    let mut reader = LineReader::<640>::new();
    let mut lines = 0;
    for piece in pieces(text, piece) {
        let mut rest = piece;
        while !rest.is_empty() {
            let read = reader.read(rest);
            lines += read.line.map_or(0, |line| {
                black_box(Line::parse(line));
                1
            });
            rest = &rest[read.consumed..];
        }
    }
    assert_eq!(lines, 2 * ANSWERS);
    lines
}

/// Feeds an answer and counts the operations that it ends.
fn answer(session: &mut Session, now: Instant, bytes: &[u8]) -> usize {
    let mut done = 0;
    feed(session, now, bytes, |event| done += usize::from(matches!(event, Event::Done(_))));
    done
}

/// Whole operations: asked, answered, ended.
fn operations(session: &mut Session, piece: usize) -> usize {
    let now = Instant::from_millis(10_000);
    let mut out = [0; 64];
    let mut done = 0;
    for _ in 0..ANSWERS {
        session.size(now, "file.bin").expect("idle");
        black_box(session.poll_transmit(now, &mut out));
        for piece in pieces(ANSWER, piece) {
            done += answer(session, now, black_box(piece));
        }
        done += usize::from(session.poll_event().is_some());
    }
    assert_eq!(done, ANSWERS);
    done
}

/// The URCs of the FTP commands, as a user of atat would declare them.
struct Urcs;

impl Parser for Urcs {
    fn parse(buf: &[u8]) -> Result<(&[u8], usize), ParseError> {
        let (_, urc) = urc_helper("+QFTPSIZE")(buf)?;
        Ok(urc)
    }
}

/// atat's digester on a growing buffer, as its Ingress drives it.
fn atat(text: &[u8], piece: usize) -> usize {
    let mut digester = AtDigester::<Urcs>::new();
    let mut buf: Vec<u8> = Vec::with_capacity(text.len().min(1 << 16));
    let mut results = 0;
    for piece in pieces(text, piece.min(4096)) {
        buf.extend_from_slice(piece);
        loop {
            let (result, used) = digester.digest(&buf);
            let found = !matches!(result, DigestResult::None);
            results += usize::from(found);
            buf.drain(..used);
            if !found && used == 0 {
                break;
            }
        }
    }
    results
}

fn control_text(criterion: &mut Criterion) {
    let text = dialogue();
    for (name, piece) in PIECES {
        let mut group = criterion.benchmark_group(format!("control text, {name}"));
        group.throughput(Throughput::Bytes(text.len() as u64));
        group.bench_function("qftp codec", |bencher| bencher.iter(|| codec(black_box(&text), piece)));
        let mut session = session();
        group.bench_function("qftp session", |bencher| bencher.iter(|| operations(&mut session, piece)));
        group.bench_function("atat digester", |bencher| bencher.iter(|| atat(black_box(&text), piece)));
        group.finish();
    }
}

criterion_group! {
    name = benches;
    config = Criterion::default().sample_size(20).warm_up_time(std::time::Duration::from_millis(500)).measurement_time(std::time::Duration::from_secs(2));
    targets = control_text
}
criterion_main!(benches);
