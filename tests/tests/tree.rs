//! `qftp tree` on real servers.

use std::fs;

use qftp_tests::program::Module;
use qftp_tests::servers::{Kind, Server};

#[test]
fn a_tree_as_every_server_lists_it() {
    for kind in Kind::ALL {
        let server = Server::start(kind);
        let module = Module::start(&[]);
        for (name, bytes) in
            [("logs/a b.txt", 5), ("logs/old/x/deep", 1000), ("logs/old/y", 0), ("logs/z", 7)]
        {
            let path = server.root().join(name);
            fs::create_dir_all(path.parent().expect("a folder")).expect("made");
            fs::write(path, vec![7; bytes]).expect("written");
        }
        let text = module.qftp(&["tree", &server.url("logs/")]).ok();
        let (title, rest) = text.split_once('\n').expect("lines");
        assert_eq!(title, format!("ftp://127.0.0.1:{}/logs/", server.port()));
        assert_eq!(
            rest,
            "├── a b.txt\n├── old/\n│   ├── x/\n│   │   └── deep\n│   └── y\n└── z\n\n2 folders, 4 files, 1012 B\n",
            "{kind}"
        );
        let sizes = module.qftp(&["tree", "-s", "-L", "1", &server.url("logs")]).ok();
        assert!(sizes.contains("├── [          5] a b.txt\n├── old/\n└── [          7] z\n"), "{sizes}");
        let folders = module.qftp(&["tree", "--dirs", &server.url("")]).ok();
        assert!(
            folders.ends_with("└── logs/\n    └── old/\n        └── x/\n\n3 folders\n"),
            "{kind}: {folders}"
        );

        let json = module.qftp(&["--json", "tree", &server.url("logs")]).ok();
        assert_eq!(json.lines().count(), 7, "{json}");
        assert!(json.contains(r#""path":"old/x/deep""#) && json.contains(r#""size":1000"#), "{json}");

        let missing = module.qftp(&["tree", &server.url("none")]);
        assert_eq!(missing.code, Some(5), "{}", missing.err);
    }
}
