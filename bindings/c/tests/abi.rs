//! The binary interface: sizes, offsets, values and functions as a C compiler on a 64-bit Linux sees them, compared with what is checked in. Programs
//! that were compiled before rely on all of it.
#![cfg(target_pointer_width = "64")]

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::Command;

use crate::common::{compile, exported, root, said, succeed};

#[test]
fn the_interface_is_as_it_was() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut body = String::new();
    for header in ["qftp.h", "qftp_emulator.h"] {
        let text = fs::read_to_string(root().join("include").join(header)).expect("the header");
        writeln!(body, "    puts(\"# {header}\");").expect("written");
        prints(&code(&text), &mut body);
    }
    let source = folder.path().join("abi.c");
    let program = format!(
        "#include \"qftp_emulator.h\"\n#include <stdio.h>\n\
         #define SIZE(type) printf(\"struct %s: %zu bytes\\n\", #type, sizeof(type))\n\
         #define FIELD(type, field) printf(\"  %s: %zu, %zu bytes\\n\", #field, offsetof(type, field), sizeof(((type *)0)->field))\n\
         #define VALUE(name) printf(\"%s: %lld\\n\", #name, (long long)name)\n\
         int main(void)\n{{\n{body}    return 0;\n}}\n"
    );
    fs::write(&source, program).expect("written");
    let mut found = said(&succeed(&mut Command::new(compile(folder.path(), &source, &[]))));
    for library in ["qftp", "qftp_emulator"] {
        let mut names = exported(library);
        names.sort();
        writeln!(found, "# lib{library}.so\n{}", names.join("\n")).expect("written");
    }

    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/abi.txt");
    if std::env::var_os("QFTP_UPDATE_ABI").is_some() {
        fs::write(&path, &found).expect("written");
    }
    let there = fs::read_to_string(&path).unwrap_or_default();
    let news = found.lines().filter(|line| !there.lines().any(|other| other == *line));
    let lost = there.lines().filter(|line| !found.lines().any(|other| other == *line));
    assert!(
        found == there,
        "the binary interface changed: new {:#?}, gone {:#?}\nWhere that is meant, `QFTP_UPDATE_ABI=1 cargo test -p qftp-c --test c_tests abi`; \
         what programs rely on may change with a new soname only.",
        news.collect::<Vec<_>>(),
        lost.collect::<Vec<_>>()
    );
}

/// The header without its comments.
fn code(header: &str) -> String {
    header.split("/*").map(|part| part.split_once("*/").map_or(part, |(_, code)| code)).collect()
}

/// Statements that print what a header defines, in its order.
fn prints(code: &str, body: &mut String) {
    let mut item = None;
    for line in code.lines().map(str::trim) {
        let words: Vec<&str> = line.split([' ', ';', ',', '[']).filter(|word| !word.is_empty()).collect();
        let printed = match (words.as_slice(), item) {
            (["#define", name, _, ..], _) => format!("VALUE({name})"),
            (["typedef", "struct", name, "{"], _) => {
                item = Some(*name);
                format!("SIZE({name})")
            }
            ([name, "=", ..], None) => format!("VALUE({name})"),
            (["}", ..], _) => {
                item = None;
                continue;
            }
            ([_, .., last], Some(kind)) => {
                // Of `char text[SIZE]` the size is no name.
                let name = if line.contains('[') { words[words.len() - 2] } else { last };
                format!("FIELD({kind}, {})", name.trim_start_matches('*'))
            }
            _ => continue,
        };
        writeln!(body, "    {printed};").expect("written");
    }
}
