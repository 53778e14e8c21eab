//! What only Rust can force: a panic in the middle of the blocking tier.

use std::ffi::{CString, c_void};
use std::ptr;

use qftp_emulator::{Config, Drives, Emulator, MemoryFtp, MemoryServer};

use crate::{
    QFTP_ERROR_TEXT, qftp_client, qftp_client_connect, qftp_client_free, qftp_client_get,
    qftp_client_is_open, qftp_client_last_error, qftp_client_open, qftp_client_size, qftp_error, qftp_login,
    qftp_login_init, qftp_setup, qftp_setup_init, qftp_status,
};

unsafe extern "C-unwind" fn panics(_: *const u8, _: usize, _: *mut c_void) -> i32 {
    panic!("as a test wants it");
}

/// A panic inside becomes a status, and the client can only be thrown away.
#[test]
fn a_panic_is_a_status() {
    let server = MemoryServer::new();
    server.add_file("/f", "some bytes");
    let drives = Drives::temporary().expect("a folder");
    let module =
        Emulator::builder(Config::new(drives)).ftp(MemoryFtp::new(&server)).on_pty(None).expect("a PTY");
    let text = |text: &str| CString::new(text).expect("no NUL");
    let port = text(&module.path().expect("a path").display().to_string());
    let (apn, host, user, password) = (text("internet"), text("server"), text("me"), text("secret"));
    let mut client: *mut qftp_client = ptr::null_mut();
    let ok = qftp_status::QFTP_OK as i32;
    let panic = qftp_status::QFTP_ERR_PANIC as i32;
    let name = text("f");
    let mut size = 42;
    // SAFETY: what the header asks: texts with a NUL, structs filled in by their functions, places to write to.
    unsafe {
        let mut setup = std::mem::MaybeUninit::<qftp_setup>::uninit();
        qftp_setup_init(setup.as_mut_ptr());
        let mut setup = setup.assume_init();
        setup.apn = apn.as_ptr();
        let mut login = std::mem::MaybeUninit::<qftp_login>::uninit();
        qftp_login_init(login.as_mut_ptr());
        let mut login = login.assume_init();
        login.host = host.as_ptr();
        login.user = user.as_ptr();
        login.password = password.as_ptr();

        assert_eq!(qftp_client_open(port.as_ptr(), ptr::null(), &raw mut client, ptr::null_mut()), ok);
        let connected =
            qftp_client_connect(client, &raw const setup, &raw const login, ptr::null(), ptr::null());
        assert_eq!(connected, ok);
        let get = || {
            let nothing = ptr::null_mut();
            qftp_client_get(client, name.as_ptr(), ptr::null(), nothing, Some(panics), ptr::null_mut())
        };
        assert_eq!(get(), panic);
        assert_eq!(get(), panic, "it stays so");
        assert_eq!(qftp_client_size(client, name.as_ptr(), &raw mut size), panic);
        assert_eq!(size, 42);
        assert!(qftp_client_is_open(client), "what was so when the last operation ended");
        let mut error = qftp_error {
            struct_size: size_of::<qftp_error>(),
            status: 0,
            module_code: 0,
            server_code: 0,
            session_state: 0,
            transferred: 0,
            text: [0; QFTP_ERROR_TEXT],
            cause: [0; QFTP_ERROR_TEXT],
            remedy: [0; QFTP_ERROR_TEXT],
        };
        assert_eq!(qftp_client_last_error(client, &raw mut error), ok);
        assert_eq!(error.status, panic);
        assert_eq!(qftp_client_free(client), ok);
        assert_eq!(qftp_client_free(client), qftp_status::QFTP_ERR_CLOSED as i32);
    }
}
