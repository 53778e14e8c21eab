//! The image of examples/firmware, and QEMU.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use qftp_emulator::Emulator;

use super::{example, library, succeed};

/// What of the library goes into an image, and what its compiler is to make small.
#[derive(Clone, Copy, Debug)]
pub struct Build {
    pub features: &'static str,
    pub opt: char,
}

/// All that firmware can have.
pub const FULL: Build =
    Build { features: "driver,lines,listings,long-names,recovery,staging,texts,tls", opt: 's' };

fn folder() -> PathBuf {
    library().join("firmware")
}

/// The library of the image that was built last.
pub fn archive() -> PathBuf {
    folder().join("cargo/thumbv7em-none-eabihf/firmware/libqftp.a")
}

/// Builds the image as its Makefile does.
pub fn image(name: &str, settings: &str, build_of: &Build) -> PathBuf {
    let build = folder();
    fs::create_dir_all(&build).expect("a folder");
    let mut make = Command::new("make");
    make.arg("-C").arg(example("firmware"));
    make.arg(format!("BUILD={}", build.display())).arg(format!("SETTINGS={settings}"));
    make.arg(format!("FEATURES={}", build_of.features)).arg(format!("OPT={}", build_of.opt));
    // What belongs to the toolchain that runs this test is nothing for the other.
    for variable in ["CARGO", "RUSTC", "RUSTC_WRAPPER", "RUSTFLAGS", "LD_LIBRARY_PATH"] {
        make.env_remove(variable);
    }
    succeed(make.args(["-B", "firmware"]));
    let image = build.join(name);
    fs::rename(build.join("firmware.elf"), &image).expect("the image");
    image
}

/// Runs it in QEMU with the module at its UART.
pub fn run(image: &Path, module: &Emulator) -> Output {
    let module = module.path().expect("a path").display().to_string();
    let mut qemu = Command::new("timeout");
    qemu.args(["120", "qemu-system-arm", "-M", "mps2-an386", "-nographic", "-monitor", "none"]);
    qemu.args(["-semihosting-config", "enable=on,target=native", "-serial", "chardev:module", "-chardev"]);
    qemu.arg(format!("serial,id=module,path={module}")).arg("-kernel").arg(image);
    qemu.output().expect("qemu-system-arm runs")
}

/// The functions of the header that firmware has.
pub fn functions(features: &str) -> Vec<String> {
    let header = fs::read_to_string(super::root().join("include/qftp.h")).expect("the header");
    let others = ["qftp_session_new", "qftp_session_free", "qftp_port_panic"];
    let hosted = ["qftp_client_", "qftp_list_", "qftp_certificates_"];
    let of_the_driver = ["qftp_driver_", "qftp_operation_", "qftp_transfer_", "qftp_policy_"];
    let has_driver = features.split(',').any(|feature| feature == "driver");
    let functions = header.lines().filter(|line| !line.starts_with([' ', '#', '}'])).filter_map(|line| {
        let name = line.split('(').next()?.rsplit([' ', '*']).next()?;
        let begins_as = |starts: &[&str]| starts.iter().any(|start| name.starts_with(start));
        let firmware =
            !others.contains(&name) && !begins_as(&hosted) && (has_driver || !begins_as(&of_the_driver));
        (line.contains('(') && name.starts_with("qftp_") && firmware).then(|| name.to_owned())
    });
    functions.collect()
}
