//! Firmware: nobody catches a panic, and none can happen.

unsafe extern "C" {
    /// Given by the firmware; called in place of a panic, which the core cannot have. It must not return.
    fn qftp_port_panic() -> !;
}

#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    // SAFETY: a function of the firmware without parameters, which the header declares.
    unsafe { qftp_port_panic() }
}
