//! The screen.

use qftp_emulator::{Fault, FaultKind};
use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::style::{Color, Modifier, Style};
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, List, ListItem, ListState, Paragraph, Sparkline, Wrap};

use super::model::{Entry, Model, What};
use crate::output;

const HOST: Color = Color::Cyan;
const MODULE: Color = Color::Green;
const BAD: Color = Color::Red;
const DIM: Style = Style::new().fg(Color::DarkGray);
/// A screen that is narrower has everything below each other.
const NARROW: u16 = 90;

/// Draws everything.
pub(super) fn draw(frame: &mut Frame<'_>, model: &Model) {
    let [body, keys] = Layout::vertical([Constraint::Min(0), Constraint::Length(1)]).areas(frame.area());
    let state = u16::try_from(model.facts.len()).unwrap_or(0) + 2;
    let (dialogue, side) = if body.width < NARROW {
        let below = if model.switches.is_some() { state + 5 + 7 } else { state + 5 };
        let [dialogue, side] = Layout::vertical([Constraint::Min(6), Constraint::Length(below)]).areas(body);
        (dialogue, side)
    } else {
        let [dialogue, side] =
            Layout::horizontal([Constraint::Percentage(58), Constraint::Percentage(42)]).areas(body);
        (dialogue, side)
    };
    let rest = if model.switches.is_some() { Constraint::Min(3) } else { Constraint::Length(0) };
    let rate_height = if model.switches.is_some() { Constraint::Length(5) } else { Constraint::Min(5) };
    let [state, rate, faults] = Layout::vertical([Constraint::Length(state), rate_height, rest]).areas(side);
    draw_dialogue(frame, dialogue, model);
    draw_state(frame, state, model);
    draw_rate(frame, rate, model);
    draw_faults(frame, faults, model);
    draw_keys(frame, keys, model);
}

fn draw_dialogue(frame: &mut Frame<'_>, area: Rect, model: &Model) {
    let block = Block::bordered().title(format!(" {} ", model.title));
    let room = usize::from(block.inner(area).height);
    let end = model.entries.len().saturating_sub(model.back);
    let start = end.saturating_sub(room);
    let lines: Vec<Line<'_>> = model.entries.range(start..end).map(entry).collect();
    let block = match model.back {
        0 => block,
        back => block.title_bottom(Line::from(format!(" {back} more below ")).right_aligned()),
    };
    frame.render_widget(Paragraph::new(lines).block(block), area);
}

fn entry(entry: &Entry) -> Line<'_> {
    let time = Span::styled(format!("{:>9.3} ", entry.at.as_secs_f64()), DIM);
    let (mark, color) = if entry.to_module { ("> ", HOST) } else { ("< ", MODULE) };
    match &entry.what {
        What::Line { text, bad } => {
            let style = Style::new().fg(if *bad { BAD } else { color });
            Line::from(vec![time, Span::styled(mark, style), Span::styled(text.as_str(), style)])
        }
        What::Data(count) => {
            let style = Style::new().fg(color).add_modifier(Modifier::DIM);
            Line::from(vec![
                time,
                Span::styled(mark, style),
                Span::styled(format!("<{count} bytes of a file>"), style),
            ])
        }
        What::Note(text) => Line::from(vec![time, Span::styled("- ", DIM), Span::styled(text.as_str(), DIM)]),
    }
}

fn draw_state(frame: &mut Frame<'_>, area: Rect, model: &Model) {
    let row = |fact: &super::model::Fact| {
        let style = match fact.good {
            Some(true) => Style::new().fg(MODULE),
            Some(false) => Style::new().fg(BAD),
            None => Style::new(),
        };
        Line::from(vec![
            Span::styled(format!("{:<12} ", fact.name), DIM),
            Span::styled(fact.value.clone(), style),
        ])
    };
    let rows: Vec<Line<'_>> = model.facts.iter().map(row).collect();
    frame.render_widget(Paragraph::new(rows).block(Block::bordered().title(" state ")), area);
}

fn draw_rate(frame: &mut Frame<'_>, area: Rect, model: &Model) {
    let rate = &model.rate;
    let title = format!(" {}/s ", output::size(rate.now()));
    let sums = format!(" to module {} | to host {} ", output::size(rate.up), output::size(rate.down));
    let block = Block::bordered().title(title).title_bottom(Line::from(sums).right_aligned());
    let bars = rate.last(usize::from(block.inner(area).width));
    frame.render_widget(Sparkline::default().data(&bars).style(Style::new().fg(HOST)).block(block), area);
}

/// The faults, and below them what the chosen one does.
fn draw_faults(frame: &mut Frame<'_>, area: Rect, model: &Model) {
    let Some(switches) = &model.switches else { return };
    let block = Block::bordered().title(format!(" faults, {} on ", switches.on().len()));
    let about = if area.height > 6 { 2 } else { 0 };
    let [list, text] =
        Layout::vertical([Constraint::Min(0), Constraint::Length(about)]).areas(block.inner(area));
    frame.render_widget(block, area);
    let row = |(kind, on): (&'static FaultKind, Option<&Fault>)| match on {
        Some(fault) => ListItem::new(Span::styled(format!("[x] {fault}"), Style::new().fg(BAD))),
        None => ListItem::new(Span::from(format!("[ ] {}", kind.usage()))),
    };
    let items: Vec<ListItem<'_>> = switches.all().map(row).collect();
    let rows = List::new(items).highlight_style(Style::new().add_modifier(Modifier::REVERSED));
    let mut state = ListState::default().with_selected(Some(switches.selected));
    frame.render_stateful_widget(rows, list, &mut state);
    let chosen = Fault::kinds().get(switches.selected).map_or("", |kind| kind.about);
    frame.render_widget(Paragraph::new(chosen).style(DIM).wrap(Wrap { trim: true }), text);
}

fn draw_keys(frame: &mut Frame<'_>, area: Rect, model: &Model) {
    let text = match model.playing {
        Some(playing) => {
            let word = if playing.paused { "paused" } else { "playing" };
            format!(
                " {word} {:.1} of {:.1} s, x{}  space pause  n/b next, back  g/G begin, end  +/- speed  PgUp/PgDn  q quit",
                model.now.as_secs_f64(),
                playing.length.as_secs_f64(),
                playing.speed
            )
        }
        None => " up/down choose  enter on/off  c all off  p power cycle  PgUp/PgDn scroll  G follow  q quit"
            .to_owned(),
    };
    frame.render_widget(Paragraph::new(text).style(DIM), area);
}
