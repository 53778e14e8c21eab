//! Times of files: what servers write (MDTM, MLSD, LIST), in seconds since 1970, and as people read them.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

const MINUTE: i64 = 60;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

/// When a file was last written, as well as it is known: from then on, less than `width` seconds later.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Span {
    /// Seconds since 1970, UTC.
    pub(crate) from: i64,
    /// 1 where the second is known, 60 for a minute, 86400 for a day.
    pub(crate) width: i64,
}

/// Whether one file is newer than another, where the spans of both may overlap.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Newer {
    Yes,
    No,
    Unclear,
}

impl Span {
    pub(crate) const fn second(from: i64) -> Self {
        Self { from, width: 1 }
    }

    /// The time of a local file.
    pub(crate) fn of(time: SystemTime) -> Self {
        let seconds = |time: Duration| i64::try_from(time.as_secs()).unwrap_or(i64::MAX);
        Self::second(match time.duration_since(UNIX_EPOCH) {
            Ok(since) => seconds(since),
            Err(before) => -seconds(before.duration()) - i64::from(before.duration().subsec_nanos() > 0),
        })
    }

    /// The beginning, as the time of a local file.
    pub(crate) fn system(self) -> SystemTime {
        let seconds = Duration::from_secs(self.from.unsigned_abs());
        if self.from < 0 { UNIX_EPOCH - seconds } else { UNIX_EPOCH + seconds }
    }

    /// Whether it is newer than the other.
    pub(crate) const fn newer_than(self, other: Self) -> Newer {
        if self.from >= other.from + other.width {
            Newer::Yes
        } else if self.from + self.width <= other.from + 1 {
            Newer::No
        } else {
            Newer::Unclear
        }
    }

    /// The same in another zone; whoever is not sure of a summer time widens it by that hour.
    pub(crate) const fn shifted(self, zone: i64) -> Self {
        let doubt = if zone == 0 { 0 } else { HOUR };
        Self { from: self.from - zone - doubt, width: self.width + 2 * doubt }
    }
}

/// MDTM's and MLSD's `YYYYMMDDHHMMSS[.sss]`, in UTC.
pub(crate) fn digits(text: &[u8]) -> Option<Span> {
    let digits = text.get(..14).filter(|digits| digits.iter().all(u8::is_ascii_digit))?;
    if !matches!(text.get(14), None | Some(b'.')) {
        return None;
    }
    let part = |from: usize, to: usize| digits.get(from..to).and_then(number);
    let days = days(part(0, 4)?, part(4, 6)?, part(6, 8)?)?;
    let (hour, minute, second) = (part(8, 10)?, part(10, 12)?, part(12, 14)?);
    // 60 is a leap second.
    let fits = hour < 24 && minute < 60 && second <= 60;
    fits.then_some(Span::second(days * DAY + hour * HOUR + minute * MINUTE + second))
}

/// LIST's `Nov 22 16:45`, `Nov 22  2025` or `11-22-26  04:45PM`, in whatever zone the server has. The year that is left out is the one that
/// makes it the latest time that is not after tomorrow.
pub(crate) fn listed(text: &[u8], now: SystemTime) -> Option<Span> {
    let text = std::str::from_utf8(text).ok()?;
    let words: Vec<&str> = text.split_ascii_whitespace().collect();
    match words.as_slice() {
        [month, day, clock] => {
            let (month, day) = (month_of(month)?, number(day.as_bytes())?);
            match clock.split_once(':') {
                None => Some(Span { from: days(number(clock.as_bytes())?, month, day)? * DAY, width: DAY }),
                Some((hour, minute)) => {
                    let clock = clock_of(hour, minute)?;
                    let tomorrow = Span::of(now).from + DAY;
                    let (this, ..) = date(Span::of(now).from);
                    let years = [this + 1, this, this - 1, this - 2, this - 3, this - 4];
                    let times = years.iter().filter_map(|year| Some(days(*year, month, day)? * DAY + clock));
                    let from = times.into_iter().find(|time| *time <= tomorrow)?;
                    Some(Span { from, width: MINUTE })
                }
            }
        }
        [date, clock] => {
            let parts: Vec<i64> =
                date.split(['-', '/']).map(|part| number(part.as_bytes())).collect::<Option<_>>()?;
            let [month, day, year] = parts.try_into().ok()?;
            let year = match year {
                ..70 => year + 2000,
                70..100 => year + 1900,
                whole => whole,
            };
            let (digits, afternoon) = match clock.get(clock.len().checked_sub(2)?..)? {
                "AM" => (clock.get(..clock.len() - 2)?, Some(false)),
                "PM" => (clock.get(..clock.len() - 2)?, Some(true)),
                _ => (*clock, None),
            };
            let (hour, minute) = digits.split_once(':')?;
            let hour = match (number(hour.as_bytes())?, afternoon) {
                (12, Some(false)) => 0,
                (12, Some(true)) => 12,
                (hour, Some(true)) => hour + 12,
                (hour, _) => hour,
            };
            let clock = clock_of(&hour.to_string(), minute)?;
            Some(Span { from: days(year, month, day)? * DAY + clock, width: MINUTE })
        }
        _ => None,
    }
}

/// How far the server's listings are ahead of UTC, from one file's entry and its exact time: a whole number of quarters of an hour, or else
/// the two are not of one file.
pub(crate) fn zone(listed: Span, exact: Span) -> Option<i64> {
    const QUARTER: i64 = 15 * MINUTE;
    let apart = listed.from - exact.from;
    // The entry's seconds were cut off.
    let zone = (apart + MINUTE / 2).div_euclid(QUARTER) * QUARTER;
    let zone = if apart - zone > QUARTER / 2 { zone + QUARTER } else { zone };
    ((apart - zone).abs() < MINUTE && zone.abs() <= 15 * HOUR).then_some(zone)
}

/// As people read it: `2026-11-22 16:45:00`, as far as it is known.
pub(crate) fn shown(span: Span) -> String {
    let (year, month, day) = date(span.from);
    let clock = span.from.rem_euclid(DAY);
    let (hour, minute, second) = (clock / HOUR, clock % HOUR / MINUTE, clock % MINUTE);
    match span.width {
        ..MINUTE => format!("{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02}"),
        MINUTE..DAY => format!("{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}"),
        _ => format!("{year:04}-{month:02}-{day:02}"),
    }
}

/// `20261122164500.123` as `2026-11-22T16:45:00.123Z`.
pub(crate) fn iso(time: &str) -> Option<String> {
    let (_, fraction) = time.split_at_checked(14)?;
    digits(time.as_bytes()).map(|span| format!("{}{fraction}Z", shown(span).replace(' ', "T")))
}

/// The day that it is, in UTC: `2026-11-27`.
pub(crate) fn today() -> String {
    let now = Span::of(SystemTime::now());
    shown(now).split(' ').next().unwrap_or_default().to_owned()
}

fn number(digits: impl AsRef<[u8]>) -> Option<i64> {
    let digits = digits.as_ref();
    let all = !digits.is_empty() && digits.len() <= 9 && digits.iter().all(u8::is_ascii_digit);
    all.then(|| digits.iter().fold(0, |sum, digit| sum * 10 + i64::from(digit - b'0')))
}

fn clock_of(hour: &str, minute: &str) -> Option<i64> {
    let (hour, minute) = (number(hour.as_bytes())?, number(minute.as_bytes())?);
    (hour < 24 && minute < 60).then_some(hour * HOUR + minute * MINUTE)
}

fn month_of(name: &str) -> Option<i64> {
    const MONTHS: [&str; 12] =
        ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    (1..).zip(MONTHS).find(|(_, month)| month.eq_ignore_ascii_case(name)).map(|(number, _)| number)
}

/// Days from 1970 to a date of the Gregorian calendar; years are counted from March, so that the leap day is the last of one.
fn days(year: i64, month: i64, day: i64) -> Option<i64> {
    if !(1..=12).contains(&month) || !(1..=31).contains(&day) || !(1..=9999).contains(&year) {
        return None;
    }
    let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let (era, of_era) = (year.div_euclid(400), year.rem_euclid(400));
    let of_year = (153 * month + 2) / 5 + day - 1;
    let found = era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468;
    // The 31st of a month that has none is another day.
    (date(found * DAY).2 == day).then_some(found)
}

/// Year, month and day of a time.
fn date(seconds: i64) -> (i64, i64, i64) {
    let days = seconds.div_euclid(DAY) + 719_468;
    let (era, of_era) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * month + 2) / 5 + 1;
    let (year, month) = (era * 400 + year, if month < 10 { month + 3 } else { month - 9 });
    (if month <= 2 { year + 1 } else { year }, month, day)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// 2026-11-25 07:00:00.
    const NOW: i64 = 1_795_590_000;

    fn seen(text: &str) -> Option<String> {
        listed(text.as_bytes(), Span::second(NOW).system()).map(shown)
    }

    #[test]
    fn what_servers_write() {
        assert_eq!(digits(b"20261125070000"), Some(Span::second(NOW)));
        assert_eq!(digits(b"20261125070000.123"), Some(Span::second(NOW)));
        assert_eq!(digits(b"19700101000000"), Some(Span::second(0)));
        for wrong in
            ["2026112507000", "20261125070000Z", "20261325070000", "20260231070000", "yesterday at noon"]
        {
            assert_eq!(digits(wrong.as_bytes()), None, "{wrong}");
        }
        for (text, time) in [
            ("Nov 22 16:45", "2026-11-22 16:45"),
            ("Nov 25 23:00", "2026-11-25 23:00"),
            ("Nov 27 08:00", "2025-11-27 08:00"),
            ("Feb 29 08:00", "2024-02-29 08:00"),
            ("Jan  2  2020", "2020-01-02"),
            ("11-22-26  04:45PM", "2026-11-22 16:45"),
            ("11-22-2026  12:05AM", "2026-11-22 00:05"),
            ("11/22/99  16:45", "1999-11-22 16:45"),
        ] {
            assert_eq!(seen(text).as_deref(), Some(time), "{text}");
        }
        for wrong in
            ["", "Nov 22", "Foo 22 16:45", "Nov 22 25:00", "11-22-26 é", "11-22 04:45PM", "Nov 31 2020"]
        {
            assert_eq!(seen(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_server_in_another_zone() {
        let exact = digits(b"20261122164559").expect("sound");
        let listed = |text: &str| listed(text.as_bytes(), Span::second(NOW).system()).expect("sound");
        assert_eq!(zone(listed("Nov 22 16:45"), exact), Some(0));
        assert_eq!(zone(listed("Nov 22 17:45"), exact), Some(HOUR));
        assert_eq!(zone(listed("Nov 22 11:15"), exact), Some(-5 * HOUR - 30 * MINUTE));
        assert_eq!(zone(listed("Nov 22 16:52"), exact), None);
        assert_eq!(zone(listed("Nov 20 16:45"), exact), None);
        let there = listed("Nov 22 17:45").shifted(HOUR);
        assert!(there.from <= exact.from && exact.from < there.from + there.width);
        assert_eq!(listed("Nov 22 16:45").shifted(0), listed("Nov 22 16:45"));
    }

    #[test]
    fn newer_or_not() {
        let minute = Span { from: 600, width: 60 };
        assert_eq!(Span::second(660).newer_than(minute), Newer::Yes);
        assert_eq!(Span::second(659).newer_than(minute), Newer::Unclear);
        assert_eq!(Span::second(600).newer_than(minute), Newer::No);
        assert_eq!(minute.newer_than(Span::second(599)), Newer::Yes);
        assert_eq!(minute.newer_than(Span::second(600)), Newer::Unclear);
        assert_eq!(minute.newer_than(Span::second(659)), Newer::No);
    }

    #[test]
    fn times_for_people() {
        assert_eq!(iso("20261122164500").as_deref(), Some("2026-11-22T16:45:00Z"));
        assert_eq!(iso("20261122164500.5").as_deref(), Some("2026-11-22T16:45:00.5Z"));
        assert_eq!(iso("yesterday"), None);
    }

    proptest! {
        #[test]
        fn every_day_is_its_own(day in -700_000i64..2_900_000) {
            let (year, month, of_month) = date(day * DAY);
            prop_assert_eq!(days(year, month, of_month), Some(day));
            prop_assert_eq!(Span::of(Span::second(day * DAY + 5).system()), Span::second(day * DAY + 5));
        }

        #[test]
        fn one_of_two_files_is_newer_or_neither(a in 0i64..1000, b in 0i64..1000) {
            let newer = Span::second(a).newer_than(Span::second(b));
            prop_assert_eq!(newer, if a > b { Newer::Yes } else { Newer::No });
        }
    }
}
