//! What comes from the module, and what there is to tell of it.

use super::event::{Done, Event};
use super::exchange::{Phase, Piece, is_answer};
use super::failure::LineFault;
use super::operation::End;
use super::state::Told;
use super::Session;
use crate::Instant;
use crate::wire::{Line, is_end};

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
        // A byte within a line, as an interrupt brings it: only the end of the line means anything.
        if let [byte] = input
            && self.state.exchange.phase.has_lines()
            && (self.reader.push(*byte) || (is_end(*byte) && self.is_between_lines()))
        {
            self.state.exchange.heard |= !is_end(*byte);
            return (1, None);
        }
        self.take(now, input)
    }

    /// Whether a line end means nothing now.
    #[inline(always)]
    fn is_between_lines(&self) -> bool {
        let state = &self.state;
        state.exchange.phase == Phase::Answer
            && !self.reader.is_within_line()
            && !state.skip_lf
            && !state.events.is_any()
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
                let (consumed, piece) = self.state.receive.take(input);
                self.state.after_data();
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
        let (consumed, ended) = self.reader.read(input, exchange.own, exchange.wanted());
        let line = input.get(..consumed).unwrap_or_default();
        if !ended {
            self.reader.keep(line, !had_begun);
            return (consumed, None);
        }
        let told = self.state.on_answer(&self.reader.answer, self.reader.text());
        // A carriage return may have its line feed still to come, which is no file data.
        self.state.skip_lf &= line.last() != Some(&b'\n');
        let Some(told) = told.filter(|_| cfg!(feature = "lines")) else { return (consumed, None) };
        let (text, place) = if had_begun {
            self.reader.keep(line.split_last().map_or(b"", |(_, line)| line), false);
            let text = self.reader.whole();
            (text, Place::Reader(text.len()))
        } else {
            let begin = line.iter().take_while(|byte| is_end(**byte)).count();
            let text = line.get(begin..consumed.saturating_sub(1)).unwrap_or_default();
            (text, Place::Input(text.len()))
        };
        (consumed, self.state.may_tell(text).then_some(News::Line(told, place)))
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
            return Some(News::Size(self.state.transfer.get.len.unwrap_or(0)));
        }
        let flush = core::mem::take(&mut events.flush);
        if flush > 0 {
            return Some(News::Data(self.state.receive.release(flush)));
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
        while let Some((piece, after_question)) = self.state.receive.next_line() {
            let receive = &self.state.receive;
            let text = receive.data(piece, b"").unwrap_or_default();
            // The answer to the question whether the data is over belongs to nothing else.
            if after_question && receive.speaker().hears(text).is_some_and(is_answer) {
                continue;
            }
            let exchange = &self.state.exchange;
            self.reader.read(text, exchange.own, exchange.wanted());
            self.reader.finish();
            let told = self.state.on_answer(&self.reader.answer, self.reader.text());
            let Some(told) = told.filter(|_| cfg!(feature = "lines")) else { continue };
            let text = self.state.receive.data(piece, b"").unwrap_or_default();
            if self.state.may_tell(text) {
                return Some((told, piece));
            }
        }
        self.state.events.replay = false;
        // The start of a line whose end is still to come.
        let held = self.state.receive.held();
        self.reader.read(held, self.state.exchange.own, self.state.exchange.wanted());
        self.reader.keep(held, true);
        None
    }

    /// What [`hear`](Self::hear) or [`poll_news`](Self::poll_news) brought last; `input` is what it was heard in.
    #[doc(hidden)]
    #[must_use]
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
                    Place::Reader(len) => self.reader.whole().get(..len),
                    Place::Held(piece) => self.state.receive.data(piece, b""),
                };
                told.event(Line::parse(text.unwrap_or_default()))
            }
            News::End(End::Nothing) => Event::Done(Done::Nothing),
            News::End(End::Number) => Event::Done(Done::Number(said.number)),
            News::End(End::Text) => Event::Done(Done::Text(self.reader.said())),
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
        (said.number, said.second, self.reader.said())
    }

    /// The data of a piece; `input` is what it was heard in.
    #[doc(hidden)]
    #[must_use]
    pub fn data<'a>(&'a self, piece: Piece, input: &'a [u8]) -> &'a [u8] {
        self.state.receive.data(piece, input).unwrap_or_default()
    }
}
