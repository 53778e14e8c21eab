use core::fmt;

/// A user name or password: it compares and copies like any value, and prints as `***`.
///
/// ```
/// let secret = qftp_core::Secret::new("hunter2");
/// assert_eq!(format!("{secret} {secret:?}"), "*** ***");
/// assert_eq!(secret.expose(), "hunter2");
/// ```
#[derive(PartialEq, Eq)]
pub struct SecretOf<'a, T: ?Sized>(&'a T);

/// The same of a `str`.
pub type Secret<'a> = SecretOf<'a, str>;

impl<'a, T: ?Sized> SecretOf<'a, T> {
    /// Wraps a text that must not be shown.
    #[must_use]
    pub const fn new(text: &'a T) -> Self {
        Self(text)
    }

    /// The text itself, for the one place that has to send it.
    #[must_use]
    pub const fn expose(self) -> &'a T {
        self.0
    }
}

impl<T: ?Sized> Clone for SecretOf<'_, T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T: ?Sized> Copy for SecretOf<'_, T> {}

impl<'a, T: ?Sized> Default for SecretOf<'a, T>
where
    &'a T: Default,
{
    fn default() -> Self {
        Self(Default::default())
    }
}

impl<'a> From<&'a str> for Secret<'a> {
    fn from(text: &'a str) -> Self {
        Self(text)
    }
}

impl<T: ?Sized> fmt::Debug for SecretOf<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

impl<T: ?Sized> fmt::Display for SecretOf<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}
