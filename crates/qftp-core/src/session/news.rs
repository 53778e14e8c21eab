//! What comes from the module, and what there is to tell of it.

use super::Session;
use super::answers::Told;
use super::event::{Done, Event};
use super::exchange::{Phase, Piece, is_answer};
use super::failure::LineFault;
use super::operation::End;
use crate::Instant;
use crate::wire::{Answer, Line, Read, Word, is_end};

/// What a session has brought, and where that stands: a value, so that whoever holds it may still use the session.
#[derive(Clone, Copy, Debug)]
pub enum News {
    /// How many bytes a download will bring.
    Size(u64),
    /// Bytes of a file or listing.
    Data(Piece),
    /// A line, as information or as a URC.
    Line(Told, Place),
    /// The operation is over.
    End(End),
}

/// Where a line stands that is to be told.
#[derive(Clone, Copy, Debug)]
pub enum Place {
    /// In the input, so many bytes behind its first line ends.
    Input(usize),
    /// In the reader, which put it together.
    Reader(usize),
    /// Among the bytes that were held back.
    Held(Piece),
}

impl Session {
    /// Takes bytes that came from the module: how many, and what they brought.
    #[doc(hidden)]
    #[inline(always)]
    pub fn hear(&mut self, now: Instant, input: &[u8]) -> (usize, Option<News>) {
        // A byte as an interrupt brings it: only the end of a line means anything.
        if let [byte] = input
            && self.state.exchange.phase.has_lines()
            && (self.reader.push(*byte) || (self.is_plain() && self.reader.begin(*byte)))
        {
            self.state.exchange.heard |= !is_end(*byte);
            return (1, None);
        }
        self.take(now, input)
    }

    /// Whether the byte that comes is of a line, whatever it is.
    #[inline(always)]
    fn is_plain(&self) -> bool {
        let state = &self.state;
        state.exchange.phase == Phase::Answer && !state.skip_lf && !state.events.is_any()
    }

    #[inline(never)]
    fn take(&mut self, now: Instant, input: &[u8]) -> (usize, Option<News>) {
        self.state.exchange.clock = now;
        if self.has_news() {
            return (0, self.poll_news());
        }
        let Some(first) = input.first() else { return (0, None) };
        if core::mem::take(&mut self.state.skip_lf) && *first == b'\n' {
            return (1, None);
        }
        match self.state.exchange.phase {
            Phase::Receive => {
                let (consumed, piece) = self.state.receive.take(input, self.reader.store_mut());
                self.state.after_data(self.reader.store());
                (consumed, (piece != Piece::Nothing).then_some(News::Data(piece)))
            }
            Phase::Transmit if *first == b'A' && self.awaits_ack() => {
                self.state.transmit.acknowledge();
                (1, None)
            }
            Phase::Trailer
                if core::mem::take(&mut self.state.check_end) && !self.state.receive.end_begins(*first) =>
            {
                self.state.fault(LineFault::Desync);
                (0, None)
            }
            phase => {
                if phase == Phase::Pause {
                    self.state.exchange.disturb();
                }
                self.take_line(input)
            }
        }
    }

    fn awaits_ack(&self) -> bool {
        self.state.transmit.awaits_ack() && !self.reader.is_within_line()
    }

    fn take_line(&mut self, input: &[u8]) -> (usize, Option<News>) {
        let exchange = &mut self.state.exchange;
        // A line without end is no answer, but something is there.
        exchange.heard |= input.last().is_some_and(|last| !is_end(*last));
        let had_begun = self.reader.is_within_line();
        let Read { consumed, line, .. } = self.reader.read(input);
        let Some(line) = line else { return (consumed, None) };
        // A carriage return may have its line feed still to come, which is no file data.
        let ended_by_lf = input.get(consumed.wrapping_sub(1)) == Some(&b'\n');
        let answer = Answer::of(line, self.state.exchange.own);
        let told = self.state.on_answer(&answer);
        self.state.skip_lf &= !ended_by_lf;
        let Some(told) = told.filter(|_| cfg!(feature = "lines")) else { return (consumed, None) };
        let place = if had_begun { Place::Reader(line.len()) } else { Place::Input(line.len()) };
        // An answer to the command that is out is looked at when it is told.
        let may_tell = answer.word == Word::Own || self.state.may_tell(line);
        (consumed, may_tell.then_some(News::Line(told, place)))
    }

    /// Whether [`poll_news`](Self::poll_news) has any.
    pub(crate) const fn has_news(&self) -> bool {
        self.state.events.is_any()
    }

    /// The next news that need no further input.
    #[doc(hidden)]
    pub fn poll_news(&mut self) -> Option<News> {
        let events = &mut self.state.events;
        if core::mem::take(&mut events.size) {
            return Some(News::Size(self.state.transfer.len.unwrap_or(0)));
        }
        let flush = core::mem::take(&mut events.flush);
        if flush > 0 {
            return Some(News::Data(self.state.receive.release(flush, self.reader.store())));
        }
        if events.replay
            && let Some((told, piece)) = self.replay()
        {
            return Some(News::Line(told, Place::Held(piece)));
        }
        self.state.events.end.take().map(News::End)
    }

    /// Reads the bytes that were held back at the end of data as the lines they turned out to be, up to the first that is to be told.
    fn replay(&mut self) -> Option<(Told, Piece)> {
        let hold = self.reader.store();
        while let Some((piece, after_question)) = self.state.receive.next_line(hold) {
            let line = piece.of(b"", hold).unwrap_or_default();
            // The answer to the question whether the data is over belongs to nothing else.
            if after_question && self.state.receive.speaker().hears(line).is_some_and(is_answer) {
                continue;
            }
            let told = self.state.on_answer(&Answer::of(line, self.state.exchange.own));
            let Some(told) = told.filter(|_| cfg!(feature = "lines")) else { continue };
            if self.state.may_tell(line) {
                return Some((told, piece));
            }
        }
        self.state.events.replay = false;
        // The start of a line whose end is still to come.
        self.reader.start_with(self.state.receive.start, self.state.receive.end);
        None
    }

    /// What [`hear`](Self::hear) or [`poll_news`](Self::poll_news) brought last; `input` is what it was heard in.
    #[doc(hidden)]
    #[must_use]
    #[inline(never)] // Large, and called in more than one place.
    pub fn event<'a>(&'a self, news: News, input: &'a [u8]) -> Event<'a> {
        let said = &self.state.exchange.said;
        match news {
            News::Size(size) => Event::Size(size),
            News::Data(piece) => Event::Data(self.data(piece, input)),
            // No line of such a build is told.
            News::Line(..) if !cfg!(feature = "lines") => Event::Data(b""),
            News::Line(told, place) => {
                let text = match place {
                    Place::Input(len) => {
                        let begin = input.iter().take_while(|byte| is_end(**byte)).count();
                        input.get(begin..begin.saturating_add(len))
                    }
                    Place::Reader(len) => self.reader.last(len),
                    Place::Held(piece) => piece.of(b"", self.reader.store()),
                };
                let text = text.unwrap_or_default();
                match Line::parse(text) {
                    Line::Text(_) if !self.state.may_tell(text) => told.event(Line::Text(b"***")),
                    line => told.event(line),
                }
            }
            News::End(End::Nothing) => Event::Done(Done::Nothing),
            News::End(End::Number) => Event::Done(Done::Number(said.number)),
            News::End(End::Text) => Event::Done(Done::Text(self.state.transfer.name.as_bytes())),
            News::End(End::State(state)) => Event::Done(Done::State(state)),
            News::End(End::Space) => Event::Done(Done::Space { free: said.number, total: said.second }),
            News::End(End::Failed) => Event::Failed(self.state.failure),
        }
    }

    /// The numbers and the text of the end of an operation, as far as it has them.
    #[doc(hidden)]
    #[must_use]
    pub fn result(&self) -> (u64, u64, &[u8]) {
        let said = &self.state.exchange.said;
        (said.number, said.second, self.state.transfer.name.as_bytes())
    }

    /// The data of a piece; `input` is what it was heard in.
    #[doc(hidden)]
    #[must_use]
    pub fn data<'a>(&'a self, piece: Piece, input: &'a [u8]) -> &'a [u8] {
        piece.of(input, self.reader.store()).unwrap_or_default()
    }
}
