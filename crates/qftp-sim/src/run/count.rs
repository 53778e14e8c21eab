//! The count of what was drawn, and of what of it has struck.

use qftp_emulator::{Event, Fault};

use super::{Run, SLOW};
use crate::plan::Op;
use crate::tally::Invariant;

impl Run<'_> {
    /// What was drawn, and what of it has struck.
    pub(super) fn count(&mut self) {
        self.world.collect();
        self.tally.holds(Invariant::Memory);
        for fault in &self.plan.wires {
            self.tally.drawn(fault.harm.name());
        }
        for struck in &self.world.struck {
            self.tally.struck(struck.harm.name());
        }
        for op in &self.plan.ops {
            let (Op::Put(_, manner) | Op::Get(_, manner, _)) = op else { continue };
            if let Some(stop) = manner.stop {
                self.tally.drawn(stop.name());
            }
            if manner.pace.is_slow() && matches!(op, Op::Put(..)) {
                self.tally.drawn(SLOW);
            }
        }
        for name in &self.struck {
            self.tally.struck(name);
        }
        for fault in &self.plan.server {
            self.tally.drawn(fault.mishap.name());
        }
        for mishap in &self.world.mishaps {
            self.tally.struck(mishap.name());
        }
        let happened = self.world.module.happened().clone();
        for fault in &self.plan.module {
            let Some(kind) = Fault::parse(&fault.fault).ok().map(|fault| fault.kind()) else { continue };
            self.tally.drawn(kind.name);
            let event = |event: Event| happened.events.contains(&event);
            let struck = match kind.name {
                "lost-urc" | "lost-urc-of" => happened.lost_urcs > 0,
                "data-refused" => happened.refused_connections > 0,
                "overrun" => happened.overrun_bytes > 0,
                "control-lost" => event(Event::ControlLost),
                "pdp-drop" => event(Event::ContextDropped),
                "wedge" => event(Event::Wedge),
                "reboot" => event(Event::Reboot),
                "power-loss" => event(Event::PowerLoss),
                // A way of being, which holds while an operation runs.
                _ => true,
            };
            if struck {
                self.tally.struck(kind.name);
            }
        }
    }
}
