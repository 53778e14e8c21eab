//! The code of others that is linked into what a release hands out, with its licences: one text, for the archive for C and for the wheel.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::step::{Failure, cargo, command};

/// A name that builders of wheels take for that of a licence file.
pub(crate) const FILE: &str = "NOTICE-THIRD-PARTY.txt";
/// How the file of a licence or a notice begins, in any case.
const TEXTS: [&str; 6] = ["LICENSE", "LICENCE", "UNLICENSE", "COPYING", "COPYRIGHT", "NOTICE"];
/// Folders of sources that only build or test the rest.
const NOT_LINKED: [&str; 3] = ["external", "test", "tests"];
const RULE: &str = "\n--------------------------------------------------------------------------------\n";

/// Something that is handed out, as cargo is told to build it.
pub(crate) struct Product<'a> {
    pub(crate) name: &'a str,
    pub(crate) manifest: &'a str,
    /// Packages and features.
    pub(crate) build: &'a [&'a str],
    /// Whether OpenSSL is built in.
    pub(crate) openssl: bool,
}

/// What is linked; of one package, or of the toolchain.
struct Part {
    /// With its version.
    name: String,
    licence: String,
    address: String,
    /// By the names of their files.
    texts: BTreeMap<String, String>,
}

impl Product<'_> {
    /// The whole text.
    pub(crate) fn notices(&self) -> Result<String, Failure> {
        let toolchain = output(&mut command(rustc(), &["-vV"]))?;
        let of = |key| toolchain.lines().find_map(|line| line.strip_prefix(key)).unwrap_or_default();
        // Fetches what is missing, as the build does.
        let metadata = [
            "metadata",
            "--locked",
            "--all-features",
            "--format-version",
            "1",
            "--filter-platform",
            of("host: "),
        ];
        let folders = folders(&output(cargo(&metadata).args(["--manifest-path", self.manifest]))?);
        let found = |name: &String| {
            folders.get(name).ok_or_else(|| Failure::new(format!("{name}: its sources are not there")))
        };
        let mut parts = Vec::new();
        for line in self.tree("normal", "{p}|{l}|{r}")? {
            let mut fields = line.split('|').map(str::to_owned);
            let mut field = || fields.next().unwrap_or_default();
            let (name, licence, address) = (field(), field().replace('/', " OR "), field());
            let texts = texts(found(&name)?, licence.contains(" OR "))?;
            parts.push(Part { name, licence, address, texts });
        }
        if self.openssl {
            let sources = self.openssl_sources()?;
            let name = format!("OpenSSL v{}", sources.split_once('+').map_or("", |(_, version)| version));
            let texts = texts(&found(&sources)?.join("openssl"), false)?;
            let address = "https://github.com/openssl/openssl".to_owned();
            parts.insert(0, Part { name, licence: "Apache-2.0".to_owned(), address, texts });
        }
        let name = format!("Rust's standard library v{}", of("release: "));
        let address = "https://github.com/rust-lang/rust".to_owned();
        parts.push(Part {
            name,
            licence: "MIT OR Apache-2.0".to_owned(),
            address,
            texts: standard_library()?,
        });
        written(self.name, self.openssl, &parts)
    }

    /// Whether a text that was handed out names all that is linked.
    pub(crate) fn check(&self, text: &str) -> Result<(), Failure> {
        let mut wanted: BTreeSet<String> =
            self.tree("normal", "{p}")?.iter().map(|name| format!("\n{name}\n")).collect();
        let copyleft = |name: &String| name.starts_with("\nserialport v");
        wanted.extend(wanted.iter().find(|name| copyleft(name)).map(|name| format!("{name}  MPL-2.0\n")));
        wanted.extend(["Mozilla Public License", "standard library v1."].map(str::to_owned));
        let missing = wanted.iter().find(|part| !text.contains(*part)).map(|part| part.trim());
        let openssl = text.contains("\nOpenSSL v3.") && text.contains("LICENSE.txt of OpenSSL");
        let wrong = missing.or((openssl != self.openssl).then_some("OpenSSL"));
        wrong.map_or(Ok(()), |what| {
            Err(Failure::new(format!("{FILE} of {} is wrong about {what}", self.name)))
        })
    }

    /// The packages of others, each as the format says.
    fn tree(&self, edges: &str, format: &str) -> Result<BTreeSet<String>, Failure> {
        let edges = format!("{edges},no-proc-macro");
        let tree =
            ["tree", "--locked", "--offline", "--prefix", "none", "--edges", &edges, "--format", format];
        let lines = output(cargo(&tree).args(["--manifest-path", self.manifest]).args(self.build))?;
        // A package of ours has its folder behind its version; one that was told before has a star.
        let others = lines.lines().map(|line| line.trim_end_matches(" (*)"));
        Ok(others.filter(|line| !line.is_empty() && !line.contains(" (")).map(str::to_owned).collect())
    }

    /// The package that OpenSSL is built from, which cargo knows as a need of the build alone.
    fn openssl_sources(&self) -> Result<String, Failure> {
        let all = self.tree("normal,build", "{p}")?;
        let found = all.into_iter().find(|name| name.starts_with("openssl-src v"));
        found.ok_or_else(|| Failure::new(format!("{}: no OpenSSL is built in", self.name)))
    }
}

/// The folder of each package, `name v1.2.3`, in what `cargo metadata` tells.
fn folders(metadata: &str) -> BTreeMap<String, PathBuf> {
    let folder = |package: &str| {
        let (id, rest) = package.split_once('"')?;
        let manifest = rest.split_once("\"manifest_path\":\"")?.1.split('"').next()?;
        Some((id.rsplit_once('#')?.1.replace('@', " v"), Path::new(manifest).parent()?.to_path_buf()))
    };
    metadata.split("\"id\":\"").filter_map(folder).collect()
}

/// The licences and notices below a folder. Where there is a choice, the GPL is not what we take.
fn texts(folder: &Path, choice: bool) -> Result<BTreeMap<String, String>, Failure> {
    let mut texts = BTreeMap::new();
    let entries = fs::read_dir(folder).map_err(|error| Failure::file(folder, &error))?;
    for path in entries.flatten().map(|entry| entry.path()) {
        let file = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let upper = file.to_uppercase();
        if path.is_dir() {
            if !NOT_LINKED.contains(&file.as_str()) {
                let below = self::texts(&path, choice)?.into_iter();
                texts.extend(below.map(|(name, text)| (format!("{file}/{name}"), text)));
            }
        } else if TEXTS.iter().any(|begin| upper.starts_with(begin))
            && !["RS", "C", "H", "PM"].iter().any(|end| upper.ends_with(&format!(".{end}")))
            && !(choice && upper.contains("GPL"))
        {
            let text = fs::read(&path).map_err(|error| Failure::file(&path, &error))?;
            texts.insert(file, String::from_utf8_lossy(&text).replace('\r', ""));
        }
    }
    Ok(texts)
}

/// What the toolchain says of its library and of what that links; not every distribution's has it.
fn standard_library() -> Result<BTreeMap<String, String>, Failure> {
    let sysroot = output(&mut command(rustc(), &["--print", "sysroot"]))?;
    let name = "COPYRIGHT-library.html";
    let page = fs::read_to_string(Path::new(sysroot.trim()).join("share/doc/rust").join(name));
    Ok(page.ok().map(|page| (name.to_owned(), plain(&page))).into_iter().collect())
}

/// A page without its tags.
fn plain(page: &str) -> String {
    let untagged = page.split('<').map(|part| part.split_once('>').map_or(part, |(_, after)| after));
    let mut text = untagged.collect::<String>();
    for (code, sign) in [("&#34;", "\""), ("&#39;", "'"), ("&#60;", "<"), ("&#62;", ">"), ("&#38;", "&")] {
        text = text.replace(code, sign);
    }
    let mut lines: Vec<&str> = text.lines().map(str::trim_end).collect();
    lines.dedup_by(|line, before| line.is_empty() && before.is_empty());
    lines.join("\n")
}

/// The list of the parts, then each text once, with the parts that it is for.
fn written(product: &str, openssl: bool, parts: &[Part]) -> Result<String, Failure> {
    let system = if openssl { "" } else { "OpenSSL is not in it.\n" };
    let mut list = format!(
        "The code of others in {product}\n\n\
         {system}The sources of each package, as they were built, are https://crates.io/crates/NAME/VERSION.\n\
         Where a licence leaves a choice with the GPL, the other is taken.\n"
    );
    // Equal are texts of the same words.
    let mut texts: Vec<(Vec<&str>, &str, Vec<String>)> = Vec::new();
    for Part { name, licence, address, texts: own } in parts {
        let licence = match (licence.as_str(), own.is_empty()) {
            ("", true) => return Err(Failure::new(format!("{name} has no licence"))),
            ("", false) => "as its text says",
            (licence, _) => licence,
        };
        let without = if own.is_empty() { "  (its package has no text of the licence)\n" } else { "" };
        let _ = write!(list, "\n{name}\n  {licence}\n  {address}\n{without}");
        for (file, text) in own {
            let words: Vec<&str> = text.split_whitespace().collect();
            let label = format!("{file} of {name}");
            match texts.iter_mut().find(|(known, ..)| *known == words) {
                Some((.., labels)) => labels.push(label),
                None => texts.push((words, text, vec![label])),
            }
        }
    }
    for (_, text, labels) in texts {
        let _ = write!(list, "{RULE}{}{RULE}\n{}\n", labels.join("\n"), text.trim_matches('\n'));
    }
    Ok(list)
}

fn rustc() -> PathBuf {
    std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into()).into()
}

fn output(command: &mut Command) -> Result<String, Failure> {
    let output = command.output().map_err(|error| Failure::new(format!("{command:?}: {error}")))?;
    if !output.status.success() {
        return Err(Failure::new(format!("{command:?}: {}", String::from_utf8_lossy(&output.stderr))));
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn part(name: &str, licence: &str, texts: &[(&str, &str)]) -> Part {
        let texts = texts.iter().map(|(file, text)| ((*file).to_owned(), (*text).to_owned())).collect();
        Part {
            name: name.to_owned(),
            licence: licence.to_owned(),
            address: "https://there".to_owned(),
            texts,
        }
    }

    #[test]
    fn equal_texts_are_there_once() {
        let parts = [
            part("a v1", "MIT", &[("LICENSE", "Do what\nyou want.\n")]),
            part("b v2", "MIT", &[("COPYING", "Do what you want.")]),
            part("c v3", "", &[("LICENSE", "Ask me.")]),
            part("d v4", "ISC", &[]),
        ];
        let text = written("it", false, &parts).expect("written");
        assert_eq!(text.matches("you want.").count(), 1, "{text}");
        assert!(text.contains("\nLICENSE of a v1\nCOPYING of b v2\n"), "{text}");
        assert!(text.contains("\nc v3\n  as its text says\n"), "{text}");
        assert!(text.contains("\nd v4\n  ISC\n  https://there\n  (its package has no text"), "{text}");
    }

    #[test]
    fn what_has_no_licence_fails() {
        let failure = written("it", true, &[part("e v5", "", &[])]).expect_err("no licence");
        assert_eq!(failure.what, "e v5 has no licence");
    }

    const BUILT_IN: [&str; 6] = [
        "--package",
        "qftp-c-emulator",
        "--package",
        "qftp-c",
        "--features",
        "qftp-c-emulator/vendored-openssl",
    ];

    /// What the step of the tests, which has no OpenSSL, does not build.
    #[test]
    fn an_openssl_that_is_built_in_is_named() {
        let build = BUILT_IN;
        let mut product = Product { name: "it", manifest: "Cargo.toml", build: &build, openssl: true };
        let text = product.notices().expect("notices");
        product.check(&text).expect("right");
        product.openssl = false;
        product.check(&text).expect_err("OpenSSL is in it");
        let light = Product { build: &BUILT_IN[..4], ..product };
        light.check(&light.notices().expect("notices")).expect("without it");
    }

    #[test]
    fn folders_are_found_in_metadata() {
        let metadata = r#"{"packages":[{"name":"a","id":"registry+https://i#a@1.0","manifest_path":"/r/a-1.0/Cargo.toml"}],"resolve":{"nodes":[{"id":"registry+https://i#a@1.0"}]}}"#;
        assert_eq!(folders(metadata), BTreeMap::from([("a v1.0".to_owned(), PathBuf::from("/r/a-1.0"))]));
    }
}
