//! The main job on a real server: files go up and come down through an emulated module, and the server's folder is looked at from
//! outside.

use std::fs;

use qftp_tests::program::Module;
use qftp_tests::servers::{Kind, Server};
use tempfile::tempdir;

/// Bytes with everything in them that a line could trip over, and no period that a buffer has.
fn bytes(len: usize) -> Vec<u8> {
    let words = b"\r\nOK\r\n\r\n+QFTPGET: 0,1000\r\n+++\0\xFFAT+QFTPCLOSE\r\r\nNO CARRIER\r\n";
    let mut state: u32 = 1;
    let noise = std::iter::repeat_with(move || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        state.to_be_bytes()[0]
    });
    words.iter().copied().chain(noise.take(941)).collect::<Vec<u8>>().into_iter().cycle().take(len).collect()
}

#[test]
fn files_are_identical_both_ways() {
    let server = Server::start(Kind::Vsftpd);
    let module = Module::start(&[]);
    let folder = tempdir().expect("a folder");
    for len in [0, 1, 1023, 1024, 1025, 65536, 20 << 20] {
        let (local, back) = (folder.path().join("local"), folder.path().join("back"));
        let expected = bytes(len);
        fs::write(&local, &expected).expect("written");
        let name = format!("file{len}");
        let put = module.qftp(&["put", &local.to_string_lossy(), &server.url(&name)]).ok();
        assert!(put.contains(&format!("sent {len} bytes")), "{put}");
        assert!(fs::read(server.root().join(&name)).expect("there") == expected, "put of {len} bytes");

        let get = module.qftp(&["get", &server.url(&name), &back.to_string_lossy()]).ok();
        assert!(get.contains(&format!("got {len} bytes")), "{get}");
        assert!(fs::read(&back).expect("there") == expected, "get of {len} bytes");
        assert_eq!(module.qftp(&["size", &server.url(&name)]).ok(), format!("{len}\n"));
    }
}

#[test]
fn staged_in_the_module() {
    let server = Server::start(Kind::Vsftpd);
    let module = Module::start(&[]);
    let folder = tempdir().expect("a folder");
    let (local, back) = (folder.path().join("local"), folder.path().join("back"));
    for (via, len) in [("ufs", 0), ("ufs", 1023), ("ram", 5000), ("ufs", 70_001)] {
        let expected = bytes(len);
        fs::write(&local, &expected).expect("written");
        let name = format!("{via}{len}");
        module.qftp(&["--via", via, "put", &local.to_string_lossy(), &server.url(&name)]).ok();
        assert!(
            fs::read(server.root().join(&name)).expect("there") == expected,
            "put of {len} bytes via {via}"
        );
        module.qftp(&["--via", via, "get", &server.url(&name), &back.to_string_lossy()]).ok();
        assert!(fs::read(&back).expect("there") == expected, "get of {len} bytes via {via}");
    }
}

#[test]
fn files_and_folders() {
    let server = Server::start(Kind::Vsftpd);
    let module = Module::start(&[]);
    let root = server.root();
    module.qftp(&["mkdir", &server.url("a%20b")]).ok();
    assert!(root.join("a b").is_dir());
    let local = tempdir().expect("a folder");
    let file = local.path().join("one.bin");
    fs::write(&file, b"12345").expect("written");
    // A URL that ends in a slash keeps the name; %2F is the root.
    module.qftp(&["put", &file.to_string_lossy(), &server.url("%2Fa%20b/")]).ok();
    assert_eq!(fs::read(root.join("a b/one.bin")).expect("there"), b"12345");

    let ls = module.qftp(&["ls", &server.url("a%20b")]).ok();
    assert!(ls.starts_with("- ") && ls.contains(" 5 ") && ls.ends_with(" one.bin\n"), "{ls}");
    assert_eq!(module.qftp(&["ls", "--names", &server.url("a%20b/")]).ok(), "one.bin\n");
    assert!(module.qftp(&["ls", "--raw", &server.url("")]).ok().contains("a b"));
    let json = module.qftp(&["--json", "ls", &server.url("a%20b")]).ok();
    assert!(json.contains(r#""kind":"file""#) && json.contains(r#""size":5"#), "{json}");

    assert_eq!(module.qftp(&["cat", &server.url("a%20b/one.bin")]).ok(), "12345");
    let time = module.qftp(&["mtime", &server.url("a%20b/one.bin")]).ok();
    assert!(time.starts_with("20") && time.ends_with("Z\n"), "{time}");
    module.qftp(&["mv", &server.url("a%20b/one.bin"), "two.bin"]).ok();
    assert_eq!(fs::read(root.join("a b/two.bin")).expect("there"), b"12345");
    module.qftp(&["rm", &server.url("a%20b/two.bin")]).ok();
    assert!(!root.join("a b/two.bin").exists());
    module.qftp(&["rmdir", &server.url("a%20b/")]).ok();
    assert!(!root.join("a b").exists());
}

#[test]
fn what_the_server_refuses_is_its_fault() {
    let server = Server::start(Kind::Vsftpd);
    let module = Module::start(&[]);
    let folder = tempdir().expect("a folder");
    let missing = module.qftp(&["get", &server.url("missing"), &folder.path().join("x").to_string_lossy()]);
    assert_eq!(missing.code, Some(5), "{}", missing.err);
    for part in ["AT+QFTPSIZE", "627", "550", "likely cause:", "remedy:"] {
        assert!(missing.err.contains(part), "no {part} in: {}", missing.err);
    }
    assert_eq!(fs::read_dir(folder.path()).expect("there").count(), 0, "a failed get left something behind");

    let wrong = server.url("x").replace(qftp_tests::servers::PASSWORD, "Wr0ng-Pa55");
    let refused = module.qftp(&["--json", "size", &wrong]);
    assert_eq!(refused.code, Some(5), "{}", refused.text());
    let text = refused.text();
    assert!(text.contains(r#""module_code":625"#) && text.contains(r#""server_code":530"#), "{text}");
    assert!(!text.contains("Wr0ng-Pa55"), "{text}");
}
