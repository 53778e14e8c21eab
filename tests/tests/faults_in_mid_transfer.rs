//! Faults of the emulated module in the middle of a transfer, as a host meets them.

use qftp_core::codes::FtpCode;
use qftp_core::session::{Cause, GetOptions, LineFault, PutOptions, Via};
use qftp_core::wire::{Command, PdpCommand, Storage};
use qftp_tests::pair::Pair;

use crate::faults_in_detail::{faults, get, log_in, noise, set_up};

/// What happens in the middle of a download: not a byte too many is trusted, and the rest comes once all is well again.
#[test]
fn in_mid_download() {
    let data = noise(50_000);
    for (event, cause) in [
        ("control-lost", None),
        ("pdp-drop", None),
        ("wedge", Some(LineFault::Stalled)),
        ("reboot", Some(LineFault::Restarted)),
        ("power-loss", Some(LineFault::NoAnswer)),
    ] {
        for count in [1, 511, 20_000, 49_960, 49_971, 49_990, 49_998, 49_999] {
            let mut pair = Pair::whole().logged_in();
            pair.server.add_file("/f.bin", data.clone());
            pair.module.set_faults(&faults(&[&format!("{event}={count}")]));
            let told = get(&mut pair, 0);
            let failure = told.clone().expect_failure();
            let trusted = usize::try_from(failure.transferred).expect("small");
            // So near the end the module's words stand where data was awaited: then less is trusted, and never more.
            let near_the_end = count > 49_000;
            assert!(
                trusted <= count && (near_the_end || trusted + 300 > count),
                "{event}={count}: {trusted}"
            );
            assert!(told.data[..trusted] == data[..trusted], "{event}={count}: a word of the module is data");
            match cause {
                _ if near_the_end => {}
                Some(fault) => assert_eq!(failure.cause, Cause::Line(fault), "{event}={count}"),
                None => {
                    let code = failure.ftp_code().map(FtpCode::get);
                    assert!(matches!(code, Some(605 | 606)), "{event}={count}: {failure}");
                }
            }
            pair.module.set_faults(&[]);
            match event {
                "control-lost" => {}
                "pdp-drop" => {
                    let down = Command::Pdp(PdpCommand::Deactivate(1));
                    pair.run(b"", |s, now| s.command(now, &down)).expect_done();
                    set_up(&mut pair).expect_done();
                }
                _ => {
                    pair.module.power_cycle(pair.now);
                    pair.now = pair.now.after(1000);
                    set_up(&mut pair).expect_done();
                }
            }
            log_in(&mut pair).expect_done();
            let rest = get(&mut pair, trusted);
            assert!(rest.data == data[trusted..], "{event}={count}: resumed");
            rest.expect_done();
        }
    }
}

/// The same between the module and the server, with the file staged in the module.
#[test]
fn in_mid_transfer_of_a_staged_file() {
    let data = noise(50_000);
    for event in ["control-lost", "pdp-drop"] {
        let mut pair = Pair::whole().logged_in();
        pair.server.add_file("/f.bin", data.clone());
        // 50 000 bytes go into the module before the first leaves it.
        pair.module.set_faults(&faults(&[&format!("{event}=70000")]));
        let via = Via::Storage(Storage::Ufs);
        let put = PutOptions { via, ..PutOptions::whole(50_000) };
        let failure = pair.run(&data, |s, now| s.put(now, "g.bin", &put)).expect_failure();
        assert!(matches!(failure.ftp_code().map(FtpCode::get), Some(605 | 606)), "{failure}");
        let mut pair = Pair::whole().logged_in();
        pair.server.add_file("/f.bin", data.clone());
        pair.module.set_faults(&faults(&[&format!("{event}=20000")]));
        let options = GetOptions { via, ..GetOptions::default() };
        let told = pair.run(b"", |s, now| s.get(now, "f.bin", &options));
        assert_eq!(told.data, b"");
        assert!(matches!(told.expect_failure().ftp_code().map(FtpCode::get), Some(605 | 606)));
    }
}
