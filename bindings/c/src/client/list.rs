//! Listings, an entry at a time.

use core::ffi::c_char;
use core::ptr;
use std::ffi::CString;
use std::sync::atomic::{AtomicUsize, Ordering};

use qftp_core::listing::{self, Entry, Kind};
use qftp_core::session::Cause;
use qftp_transport::{Error, ModuleFile};

use super::qftp_client;
use super::server::place;
use crate::guard::{guard, status};
use crate::handles::{self, Handles};
use crate::options::QFTP_UNKNOWN;
use crate::status::qftp_status::{self, QFTP_ERR_ARGUMENT};
use crate::text::required;

/// Forms of listings.
#[repr(i32)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum qftp_list_form {
    /// As the server prints it (LIST); lines that are none of a Unix or DOS server are entries of kind QFTP_ENTRY_LINE.
    QFTP_LIST_LONG = 0,
    /// Names alone (NLST).
    QFTP_LIST_NAMES = 1,
    /// Facts (MLSD), which not every server has: QFTP_ERR_SERVER there.
    QFTP_LIST_FACTS = 2,
}

/// What an entry is.
#[repr(i32)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum qftp_entry_kind {
    /// A file.
    QFTP_ENTRY_FILE = 0,
    /// A folder.
    QFTP_ENTRY_DIR = 1,
    /// A symbolic link.
    QFTP_ENTRY_LINK = 2,
    /// A device, a socket, or something that the server does not name; all of QFTP_LIST_NAMES.
    QFTP_ENTRY_OTHER = 3,
    /// A line that could not be read: `name` is all of it.
    QFTP_ENTRY_LINE = 4,
}

use qftp_entry_kind::*;

/// One entry of a listing. Its texts are in the server's encoding, a NUL in them as "?".
#[repr(C)]
#[derive(Debug)]
pub struct qftp_entry {
    /// Its name.
    pub name: *const c_char,
    /// When it was last written, as the server writes it: "Nov 22 16:45", "11-22-26  04:45PM", or YYYYMMDDHHMMSS in UTC of QFTP_LIST_FACTS; NULL where
    /// the server does not say.
    pub modified: *const c_char,
    /// Where a symbolic link points to; NULL where it is none or the server does not say.
    pub target: *const c_char,
    /// Its bytes; QFTP_UNKNOWN where the server does not say.
    pub size: u64,
    /// One of qftp_entry_kind.
    pub kind: i32,
}

/// A listing, in memory of the library's.
pub struct qftp_list {
    entries: Vec<qftp_entry>,
    /// What the entries point to.
    _texts: Vec<CString>,
    next: AtomicUsize,
}

// SAFETY: the pointers in its entries are to texts of its own, which nobody changes.
unsafe impl Send for qftp_list {}
// SAFETY: the same.
unsafe impl Sync for qftp_list {}

static LISTS: Handles<qftp_list> = Handles::new(handles::Kind::List);

/// Reads a line.
type Read = fn(&[u8]) -> Option<Entry<'_>>;

#[derive(Default)]
struct Builder {
    entries: Vec<qftp_entry>,
    texts: Vec<CString>,
}

impl Builder {
    fn text(&mut self, bytes: &[u8]) -> *const c_char {
        let bytes: Vec<u8> = bytes.iter().map(|byte| if *byte == 0 { b'?' } else { *byte }).collect();
        // There is no NUL left.
        let text = CString::new(bytes).unwrap_or_default();
        let place = text.as_ptr();
        self.texts.push(text);
        place
    }

    fn entry(&mut self, entry: &Entry<'_>) {
        let entry = qftp_entry {
            name: self.text(entry.name),
            modified: entry.modified.map_or(ptr::null(), |modified| self.text(modified)),
            target: entry.target.map_or(ptr::null(), |target| self.text(target)),
            size: entry.size.unwrap_or(QFTP_UNKNOWN),
            kind: match entry.kind {
                Kind::File => QFTP_ENTRY_FILE,
                Kind::Dir => QFTP_ENTRY_DIR,
                Kind::Link => QFTP_ENTRY_LINK,
                Kind::Other => QFTP_ENTRY_OTHER,
            } as i32,
        };
        self.entries.push(entry);
    }

    fn named(&mut self, name: &[u8], size: u64, kind: qftp_entry_kind) {
        let name = self.text(name);
        let (modified, target) = (ptr::null(), ptr::null());
        self.entries.push(qftp_entry { name, modified, target, size, kind: kind as i32 });
    }

    fn list(self) -> Result<*mut qftp_list, qftp_status> {
        LISTS.add(qftp_list { entries: self.entries, _texts: self.texts, next: AtomicUsize::new(0) })
    }
}

/// Lists a folder in a form of qftp_list_form, "." for the working folder; at most 16 MiB. What `*list` becomes is given back by qftp_list_free.
///
/// ```c
/// qftp_list *list;
/// const qftp_entry *entry;
/// if (qftp_client_list(client, ".", QFTP_LIST_LONG, &list) == QFTP_OK) {
///     while ((entry = qftp_list_next(list)) != NULL) {
///         puts(entry->name);
///     }
///     qftp_list_free(list);
/// }
/// ```
#[unsafe(no_mangle)]
pub unsafe extern "C" fn qftp_client_list(
    client: *mut qftp_client,
    folder: *const c_char,
    form: i32,
    list: *mut *mut qftp_list,
) -> i32 {
    qftp_client::operation(client, |work| {
        // SAFETY: as the header asks of the caller.
        let (list, folder) = (place(list)?, unsafe { required(folder) }?);
        let module = &mut work.client;
        let (listing, read) = match form {
            0 => (module.list(folder)?, listing::long as Read),
            1 => (module.names(folder)?, listing::name as Read),
            2 => (module.facts(folder)?, listing::facts as Read),
            _ => return Err(QFTP_ERR_ARGUMENT.into()),
        };
        let mut builder = Builder::default();
        for line in listing.split(|byte| *byte == b'\n') {
            let line = line.strip_suffix(b"\r").unwrap_or(line);
            match read(line) {
                Some(entry) => builder.entry(&entry),
                // The other forms are the standard's: what is no entry there is the folder itself.
                None if form == 0 && !line.is_empty() && !line.starts_with(b"total ") => {
                    builder.named(line, QFTP_UNKNOWN, QFTP_ENTRY_LINE);
                }
                None => {}
            }
        }
        // SAFETY: not NULL, and the caller's.
        unsafe { list.write(builder.list()?) };
        Ok(())
    })
}

/// Lists the files of the module with their sizes: "*" those in UFS, "RAM:*", "SD:*", or one name. No file is an empty list of a pattern with "*", and
/// QFTP_ERR_MODULE of a name. A file of which the module says what cannot be, such as a size of 2^64, is an entry of kind QFTP_ENTRY_LINE. What `*list` becomes is given back by qftp_list_free.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn qftp_client_files(
    client: *mut qftp_client,
    pattern: *const c_char,
    list: *mut *mut qftp_list,
) -> i32 {
    qftp_client::operation(client, |work| {
        // SAFETY: as the header asks of the caller.
        let (list, pattern) = (place(list)?, unsafe { required(pattern) }?);
        let files = match work.client.files(pattern) {
            // Modules answer so where there is none; of a pattern that is no error.
            Err(error) if pattern.contains('*') && is_none(&error) => Vec::new(),
            other => other?,
        };
        let mut builder = Builder::default();
        for ModuleFile { name, size } in files {
            let kind = if size.is_some() { QFTP_ENTRY_FILE } else { QFTP_ENTRY_LINE };
            builder.named(name.as_bytes(), size.unwrap_or(QFTP_UNKNOWN), kind);
        }
        // SAFETY: not NULL, and the caller's.
        unsafe { list.write(builder.list()?) };
        Ok(())
    })
}

/// Whether the module says that it has no such file (405, 417).
fn is_none(error: &Error) -> bool {
    let cause = error.failure().map(|failure| failure.cause);
    matches!(cause, Some(Cause::Cme(code)) if matches!(code.get(), 405 | 417))
}

/// The next entry, good until qftp_list_free; NULL after the last, and where `list` is NULL or was given back.
#[unsafe(no_mangle)]
pub extern "C" fn qftp_list_next(list: *mut qftp_list) -> *const qftp_entry {
    guard(ptr::null(), || {
        let Ok(list) = LISTS.get(list) else { return ptr::null() };
        let place = list.next.fetch_add(1, Ordering::Relaxed).min(list.entries.len());
        list.entries.get(place).map_or(ptr::null(), ptr::from_ref)
    })
}

/// How many entries there are; 0 where `list` is NULL or was given back.
#[unsafe(no_mangle)]
pub extern "C" fn qftp_list_len(list: *const qftp_list) -> usize {
    guard(0, || LISTS.get(list).map_or(0, |list| list.entries.len()))
}

/// Gives a listing back, its entries with it. NULL is allowed; a second time is QFTP_ERR_CLOSED.
#[unsafe(no_mangle)]
pub extern "C" fn qftp_list_free(list: *mut qftp_list) -> i32 {
    status(|| if list.is_null() { Ok(()) } else { LISTS.remove(list).map(drop) })
}
