//! The table of docs/benchmarks.md on the line: one row a size, rate and road, as JSON, a line each.
//! `cargo run --release -p qftp-sim --example rates [-- --quick]`

use std::time::Instant;

use qftp_sim::Violation;
use qftp_sim::network::Network;
use qftp_sim::rate::{Rig, Road, get_limit, put_limit};

const BAUDS: [u32; 4] = [115_200, 460_800, 921_600, 3_000_000];
const SIZES: [usize; 4] = [1 << 10, 64 << 10, 1 << 20, 16 << 20];

fn main() -> Result<(), Violation> {
    let quick = std::env::args().any(|argument| argument == "--quick");
    let (began, mut virtual_micros) = (Instant::now(), 0);
    let network = Network::LTE;
    let content: Vec<u8> = (0..SIZES[3]).map(|at| u8::try_from(at * 31 % 251).unwrap_or(0)).collect();
    for baud in BAUDS {
        for size in SIZES.into_iter().filter(|size| !quick || *size <= 64 << 10) {
            let file = &content[..size];
            let len = size as u64;
            let mut rig = Rig::new(baud, network)?;
            for road in [Road::Com, Road::Ufs, Road::Escape, Road::Vendor, Road::Chunks] {
                // The module's flash has no room for more, and a command a KiB takes an hour.
                if size > 8 << 20 && matches!(road, Road::Ufs | Road::Chunks) {
                    continue;
                }
                let micros = rig.put(file, road)?;
                virtual_micros += micros;
                row("put", size, baud, road, micros, put_limit(baud, network, len));
            }
            for road in [Road::Com, Road::ComKnown, Road::Ufs] {
                if size > 8 << 20 && road == Road::Ufs {
                    continue;
                }
                let micros = rig.get(file, road)?;
                virtual_micros += micros;
                row("get", size, baud, road, micros, get_limit(baud, network, len));
            }
        }
        let mut rig = Rig::new(baud, network)?;
        let count = if quick { 20 } else { 1000 };
        for road in [Road::Com, Road::Ufs, Road::Escape, Road::Vendor] {
            let mut micros = 0;
            for _ in 0..count {
                micros += rig.put(&content[..1024], road)?;
            }
            virtual_micros += micros;
            row("put-many", count, baud, road, micros, count as u64 * put_limit(baud, network, 1024));
        }
    }
    let real = began.elapsed().as_micros().max(1);
    println!(
        "{{\"virtual_seconds\":{},\"real_seconds\":{:.2},\"times_real_time\":{}}}",
        virtual_micros / 1_000_000,
        began.elapsed().as_secs_f64(),
        u128::from(virtual_micros) / real
    );
    Ok(())
}

fn row(what: &str, size: usize, baud: u32, road: Road, micros: u64, limit: u64) {
    println!(
        "{{\"what\":\"{what}\",\"size\":{size},\"baud\":{baud},\"road\":\"{road:?}\",\"micros\":{micros},\"limit\":{limit}}}"
    );
}
