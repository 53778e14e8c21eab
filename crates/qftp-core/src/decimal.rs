use core::fmt;

use crate::wire::Writer;

/// A number as text. `u64`'s own `Display` has a bounds check on 32-bit machines that the compiler cannot see through: a panic.
pub(crate) struct Decimal(pub(crate) u64);

impl fmt::Display for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The longest u64 has 20 digits.
        let mut digits = [0; 20];
        let mut out = Writer::new(&mut digits);
        out.dec(self.0);
        let text = out.finish().unwrap_or_default();
        f.write_str(core::str::from_utf8(text).unwrap_or_default())
    }
}
