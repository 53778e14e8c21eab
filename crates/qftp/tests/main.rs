//! The facade as its users have it: nothing else is named here.

mod unattended;
