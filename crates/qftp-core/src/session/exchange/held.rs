//! What the bytes that are held back at the end of data say: where the data ends, and whether that is proven.

use super::receive::Receive;
use super::spoken::{Spoken, is_result};
use super::words::could_be_words;
use crate::mutation::{Mutation, mutated};
use crate::wire::is_end;

/// What the held-back bytes say, if the line stays silent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Held {
    /// Nothing that could end the data.
    Nothing,
    /// The module's own count agrees with what came before, and its OK is still to come.
    Begun,
    /// OK and a count that agrees with what came before: the data is whole if the module is out of data mode. Its last `rest` bytes are
    /// among those held back.
    Agrees { rest: usize },
    /// The same, and the module has answered the question since.
    Proven { rest: usize },
    /// The data ended early, or the count does not agree; `rest` as before.
    Ended { rest: usize },
}

impl Receive {
    /// The bytes held back, and what they say.
    pub(crate) fn view<'a>(&'a self, hold: &'a [u8]) -> HeldBack<'a> {
        HeldBack { receive: self, held: self.held(hold) }
    }
}

/// The bytes held back, of a transfer that has come so far.
#[derive(Clone, Copy)]
pub(crate) struct HeldBack<'a> {
    pub(crate) receive: &'a Receive,
    pub(crate) held: &'a [u8],
}

impl HeldBack<'_> {
    /// What the bytes held back say, if the line stays silent.
    pub(crate) fn verdict(&self) -> Held {
        let mut verdict = Held::Nothing;
        // Where the last count stands that the data, or the module, tells.
        let mut told = None;
        let mut next = 0;
        while let Some((at, line)) = self.next_spoken(&mut next) {
            match line {
                // Without its OK it is the answer to a question of before.
                Spoken::State if self.is_answered_before(at) => {
                    if let (Held::Agrees { rest }, Some(count)) = (verdict, told)
                        && self.is_accepted(rest, count, true)
                    {
                        return Held::Proven { rest };
                    }
                }
                // A module that refuses the question, however late: nothing is known of the data then.
                Spoken::Refused if self.receive.may_be_refusal(at) => {}
                Spoken::Count(count) => {
                    // The data's own last lines may be among what is held back: the count tells where the words begin.
                    let rest =
                        count.checked_sub(self.receive.delivered).and_then(|rest| usize::try_from(rest).ok());
                    // A count that ends the data behind itself is data.
                    // The words begin with CR LF: a line feed alone means that a byte of the data was lost.
                    let rest = rest.filter(|rest| *rest <= at).filter(|rest| {
                        self.held.get(*rest..).is_some_and(|words| {
                            words.starts_with(b"\r\n") && could_be_words(words, self.receive.speaker())
                        })
                    });
                    match rest {
                        // The last that agrees: one before it can only be data.
                        Some(rest) if self.receive.expected.is_none() => verdict = Held::Agrees { rest },
                        rest => {
                            verdict = Held::Ended { rest: rest.unwrap_or(self.words_before(at, told)) };
                        }
                    }
                    told = Some(at);
                }
                Spoken::Ok | Spoken::Text => {}
                Spoken::Outcome => {
                    verdict = Held::Ended { rest: self.words_before(at, told) };
                }
                Spoken::Refused | Spoken::NoCarrier | Spoken::Ready => {
                    verdict = Held::Ended { rest: self.words_before(at, told) };
                }
                _ if verdict == Held::Nothing => verdict = Held::Ended { rest: 0 },
                _ => {}
            }
        }
        match (verdict, told) {
            (Held::Agrees { rest }, Some(count)) if !self.is_accepted(rest, count, false) => Held::Begun,
            (verdict, _) => verdict,
        }
    }

    /// Where the module's words begin that end with the line at this place. There is one end: a count that was told before it was data, and
    /// only what follows that can be words. Without such a count, all that is held back may be.
    fn words_before(&self, at: usize, told: Option<usize>) -> usize {
        let Some(told) = told else { return 0 };
        let (mut next, mut words) = (told, at);
        while let Some((place, line)) = self.next_spoken(&mut next) {
            if place > told && place < at && line == Spoken::Ok {
                words = place;
            }
        }
        // The line end before a word belongs to it.
        let before = self.held.get(..words).unwrap_or_default();
        words.saturating_sub(before.iter().rev().take(2).take_while(|byte| is_end(**byte)).count())
    }

    /// Whether the words that begin here, with this count in them, have the one OK that a transfer has. It stands before the count; behind it
    /// only while no question was asked that it could answer. Another OK, but that of a question, shows that one of the two is data; and where
    /// only one is left before the count while the outcome of an earlier question stands behind it, the count takes words for data.
    /// Where the answer to the last question is to `prove` it, outcomes of earlier ones may have come behind that question, too.
    fn is_accepted(&self, words: usize, count: usize, prove: bool) -> bool {
        let asked = self.receive.asked_about.is_some();
        let (mut before, mut behind, mut answers_now) = (0u8, 0u8, 0u8);
        // Outcomes of earlier questions behind the count, whose OK came before it.
        let mut early = 0u8;
        // An OK whose next line may show that it answers a question; and one that may, before and behind the last question, whatever stands
        // between the two.
        let mut open = false;
        let (mut ok, mut ok_now) = (false, false);
        let mut next = words;
        while let Some((at, line)) = self.next_spoken(&mut next) {
            let is_ok = line == Spoken::Ok;
            if at < count {
                before = before.saturating_add(is_ok.into());
                continue;
            }
            let answers = asked && line == Spoken::State;
            if self.receive.was_asked(words) && self.receive.is_after_question(at) {
                early = early.saturating_add((prove && answers && !ok_now).into());
                answers_now = answers_now.saturating_add(is_ok.into());
                ok_now = (ok_now || is_ok) && !answers;
                continue;
            }
            early = early.saturating_add((answers && !ok).into());
            ok = (ok || is_ok) && !answers;
            behind = behind.saturating_add((open && !answers).into());
            open = is_ok;
        }
        behind = behind.saturating_add(open.into());
        let is_one = match (before, behind) {
            (0, 1) => !asked,
            (before, 0) => before.checked_sub(1) == Some(early),
            _ => false,
        };
        // The question has one answer, too.
        (is_one && answers_now <= 1) || mutated(Mutation::EndUnproven)
    }

    /// Whether the result code of the question, and nothing else, has come since: OK, or the refusal of a module that always `refuses` it.
    pub(crate) fn is_answered(&self, refuses: bool) -> bool {
        let (mut next, mut results, mut others) = (0, 0u8, 0u8);
        while let Some((at, line)) = self.next_spoken(&mut next) {
            if self.receive.is_after_question(at) {
                let is_result = line == Spoken::Ok || (refuses && is_result(line));
                results = results.saturating_add(is_result.into());
                others = others.saturating_add((!is_result).into());
            }
        }
        results == 1 && others == 0 && self.held.last().is_some_and(|last| is_end(*last))
    }

    fn is_answered_before(&self, end: usize) -> bool {
        let mut next = 0;
        while let Some((at, line)) = self.next_spoken(&mut next) {
            if at < end && line == Spoken::Ok && self.receive.is_after_question(at) {
                return true;
            }
        }
        false
    }

    /// The next whole line among the bytes held back, from this place on, and where it begins. A line without its end may still grow.
    #[inline(never)]
    fn next_spoken(&self, from: &mut usize) -> Option<(usize, Spoken)> {
        loop {
            let rest = self.held.get(*from..)?;
            let end = rest.iter().position(|byte| is_end(*byte))?;
            let at = *from;
            *from = at.wrapping_add(end).wrapping_add(1);
            if let Some(line) = self.receive.speaker().hears(rest.get(..end)?) {
                return Some((at, line));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::exchange::{HOLD, Question};
    use crate::wire::Verb;

    /// What is held back after these pieces, the question asked where `|` stands.
    fn verdict(pieces: &[&[u8]]) -> Held {
        let (mut receive, mut hold) = (Receive::new(), [0; HOLD]);
        receive.begin(Verb::QftpGet, b"+QFTPGET", None);
        for piece in pieces {
            if *piece == b"|" {
                let Held::Agrees { rest } = receive.view(&hold).verdict() else {
                    panic!("{:?}", receive.view(&hold).verdict())
                };
                receive.ask(rest);
                continue;
            }
            let mut rest = *piece;
            while !rest.is_empty() {
                let (taken, _) = receive.take(rest, &mut hold);
                rest = rest.get(taken..).unwrap_or_default();
            }
        }
        receive.view(&hold).verdict()
    }

    #[test]
    fn an_end_is_proven_by_an_answer_to_a_question() {
        let end = &b"data\r\nOK\r\n\r\n+QFTPGET: 0,4\r\n"[..];
        assert_eq!(verdict(&[end]), Held::Agrees { rest: 0 });
        assert_eq!(verdict(&[end, b"|", b"\r\nOK\r\n\r\n+QFTPSTAT: 0,1\r\n"]), Held::Proven { rest: 0 });
        assert_eq!(verdict(&[end, b"|", b"\r\n+QFTPSTAT: 0,1\r\n"]), Held::Agrees { rest: 0 });
        // One OK too many: the module's own, whose count was lost, behind data that spelled an end.
        let two = b"\r\nOK\r\n\r\nOK\r\n\r\n+QFTPSTAT: 0,1\r\n";
        assert_eq!(verdict(&[end, b"|", two]), Held::Begun);
        // The same words before the question are no answer to it: a second OK, and then one of the two is data.
        assert_eq!(verdict(&[end, b"\r\nOK\r\n\r\n+QFTPSTAT: 0,1\r\n"]), Held::Begun);
        // The transfer's OK and a question's stand before the count, and the question's outcome behind it.
        let late = |count: &[u8]| {
            let (mut receive, mut hold) = (Receive::new(), [0; HOLD]);
            receive.begin(Verb::QftpGet, b"+QFTPGET", None);
            let words =
                [b"\r\nOK\r\n\r\nOK\r\n\r\n+QFTPGET: 0,", count, b"\r\n\r\n+QFTPSTAT: 0,1\r\n"].concat();
            for (piece, asks) in [(end, true), (b"more".as_slice(), false), (&words, false)] {
                let mut rest = piece;
                while !rest.is_empty() {
                    let (taken, _) = receive.take(rest, &mut hold);
                    rest = rest.get(taken..).unwrap_or_default();
                }
                match receive.view(&hold).verdict() {
                    Held::Agrees { rest } if asks => receive.ask(rest),
                    _ => receive.question = Question::NotAsked,
                }
            }
            (receive.delivered, receive.view(&hold).verdict())
        };
        assert_eq!(late(b"31"), (4, Held::Agrees { rest: 27 }));
        // Four bytes of the data were lost, and the count takes those of an OK for them.
        assert_eq!(late(b"35"), (4, Held::Begun));
        // A line of the network stands between the answer's two lines.
        let network = b"\r\nOK\r\n\r\n+CREG: 1\r\n\r\n+QFTPSTAT: 0,1\r\n";
        assert_eq!(verdict(&[end, b"|", network]), Held::Proven { rest: 0 });
        // What agreed was data: there is another outcome, or the module restarted.
        let after = |words: &'static [u8]| verdict(&[end, b"|", words]);
        assert_eq!(after(b"more\r\nOK\r\n\r\n+QFTPGET: 605,0\r\n"), Held::Ended { rest: 27 });
        assert_eq!(after(b"more\r\nRDY\r\n"), Held::Ended { rest: 27 });
        assert_eq!(after(b"more"), Held::Agrees { rest: 0 });
        // The question is refused, and its time is up: what was asked about is no more data than before.
        let (mut receive, mut hold) = (Receive::new(), [0; HOLD]);
        receive.begin(Verb::QftpGet, b"+QFTPGET", None);
        receive.take(b"data", &mut hold);
        receive.take(end.strip_prefix(b"data").unwrap_or_default(), &mut hold);
        receive.ask(0);
        receive.question = Question::Unanswered(receive.end);
        receive.take(b"\r\n+CME ERROR: 603\r\n", &mut hold);
        assert_eq!(receive.view(&hold).verdict(), Held::Agrees { rest: 0 });
        let words =
            &b"\r\n+CME ERROR: 606\r\n\r\n\r\n+CREG: 1\r\n\r\n+QF\r\nOK\r\n\r\n+QFTPGET: 0,38\r\n"[..];
        let rest = &b"\r\nRDY\r\n\r\n+CFUN: 1\r\n\r\n+CPIN: READY\r\n\r\n+QUSIM: 1\r\n\r\n+QIND: SMS DONE\r\n\r\n+QIND: PB DONE\r\n"[..];
        assert_eq!(verdict(&[words, b"|", b"T: 0,1000\r\n\r\n+", rest]), Held::Ended { rest: 76 });
    }
}
