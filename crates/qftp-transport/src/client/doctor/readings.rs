//! What the answers to a doctor's questions mean.

use qftp_core::wire::{Domain, GeneralInfo, Info, Line, PdpInfo, PinState};

use super::check::{Check, Finding, doubtful, good};

pub(super) fn general(lines: &[String]) -> impl Iterator<Item = GeneralInfo<'_>> {
    lines.iter().filter_map(|line| match Line::parse(line.as_bytes()) {
        Line::Info(Info::General(info)) => Some(info),
        _ => None,
    })
}

pub(super) fn sim(lines: &[String]) -> Option<Finding> {
    let GeneralInfo::Pin(state) = general(lines).next()? else { return None };
    let said = state.name().to_owned();
    let (cause, remedy) = match state {
        PinState::Ready => return Some(good(Check::Sim, said)),
        PinState::SimPin => {
            ("the card asks for its PIN", "give it once by AT+CPIN=\"<pin>\", or switch it off in a phone")
        }
        PinState::SimPuk => {
            ("the PIN was wrong three times", "give the PUK by AT+CPIN=\"<puk>\",\"<new pin>\"")
        }
        PinState::NotReady | PinState::NotInserted => (
            "no SIM card, or it makes no contact",
            "check that the card is in, the right way round; then restart the module",
        ),
    };
    Some(doubtful(Check::Sim, said, cause, remedy).bad())
}

/// A radio that is switched off looks for no network.
pub(super) fn radio_off(lines: &[String]) -> Option<Finding> {
    let GeneralInfo::Function(function) = general(lines).next()? else { return None };
    let said = format!("its radio is off (AT+CFUN={function})");
    let finding =
        || doubtful(Check::Registration, said, "something switched it off", "AT+CFUN=1 switches it on");
    (function != 1).then(|| finding().bad())
}

pub(super) fn signal(lines: &[String]) -> Option<Finding> {
    let GeneralInfo::Signal { rssi, .. } = general(lines).next()? else { return None };
    if rssi > 31 {
        return Some(doubtful(
            Check::Signal,
            format!("{rssi}"),
            "the module does not know",
            "look again when it is registered",
        ));
    }
    // 3GPP TS 27.007: 0 is -113 dBm or less, each step is 2 dB.
    let said = format!("{rssi} of 31, {} dBm", i32::from(rssi) * 2 - 113);
    Some(if rssi < 6 {
        doubtful(
            Check::Signal,
            said,
            "the network is weak here: transfers break off",
            "check the antenna and its plug, or move it",
        )
    } else {
        good(Check::Signal, said)
    })
}

pub(super) fn registered(states: &[(Domain, u8)]) -> Finding {
    let check = Check::Registration;
    let word = |stat: u8| match stat {
        0 => "not searching",
        1 => "home",
        2 => "searching",
        3 => "denied",
        5 => "roaming",
        _ => "unknown",
    };
    let said: Vec<String> =
        states.iter().map(|(domain, stat)| format!("{} {}", domain.verb(), word(*stat))).collect();
    let said = said.join(", ");
    // Data need the packet side.
    let packet = |wanted: &[u8]| {
        states.iter().any(|(domain, stat)| *domain != Domain::Circuit && wanted.contains(stat))
    };
    if packet(&[1, 5]) {
        good(check, said)
    } else if packet(&[3]) {
        doubtful(
            check,
            said,
            "the network refuses this SIM card: not activated, barred, or no contract for data",
            "ask the operator; try the card in a phone",
        )
        .bad()
    } else if packet(&[2]) {
        doubtful(
            check,
            said,
            "no network that the card may use is in reach yet",
            "check the antenna and the bands; wait some minutes",
        )
        .bad()
    } else {
        doubtful(
            check,
            said,
            "the module does not look for a network",
            "AT+CFUN=1 and AT+COPS=0 let it search",
        )
        .bad()
    }
}

pub(super) fn operator(lines: &[String]) -> Option<Finding> {
    let GeneralInfo::Operator { name, act, .. } = general(lines).next()? else { return None };
    let technology = match act {
        Some(0) => ", GSM",
        Some(2) => ", UMTS",
        Some(7) => ", LTE",
        _ => "",
    };
    Some(match name {
        Some(name) => {
            good(Check::Operator, format!("{}{technology}", String::from_utf8_lossy(name.as_bytes())))
        }
        None => doubtful(
            Check::Operator,
            "none".to_owned(),
            "the module is in no network",
            "see the registration",
        ),
    })
}

pub(super) fn attachment(lines: &[String]) -> Option<Finding> {
    let GeneralInfo::Attached(is) = general(lines).next()? else { return None };
    Some(if is {
        good(Check::Attachment, "attached to the packet service".to_owned())
    } else {
        // Set-up attaches where that helps.
        doubtful(
            Check::Attachment,
            "not attached to the packet service".to_owned(),
            "something detached it, or the network does not serve data",
            "AT+CGATT=1 attaches it",
        )
    })
}

pub(super) fn access_point(lines: &[String], given: Option<&str>) -> Option<Finding> {
    let check = Check::AccessPoint;
    if let Some(given) = given {
        return Some(good(check, format!("{given} (given)")));
    }
    let settings = lines.iter().find_map(|line| match Line::parse(line.as_bytes()) {
        Line::Info(Info::Pdp(PdpInfo::Settings(settings))) => Some(settings),
        _ => None,
    })?;
    let name = String::from_utf8_lossy(settings.apn.as_bytes()).into_owned();
    Some(if name.is_empty() {
        doubtful(
            check,
            "none set".to_owned(),
            "some networks give one by themselves, most do not",
            "name the network's by --apn (AT+QICSGP)",
        )
    } else {
        good(check, name)
    })
}

pub(super) fn address(lines: &[String], wanted: u8) -> Option<Finding> {
    lines.iter().find_map(|line| match Line::parse(line.as_bytes()) {
        Line::Info(Info::Pdp(PdpInfo::Context { context, active: true, address, .. }))
            if context == wanted =>
        {
            Some(good(
                Check::Address,
                address.map_or_else(String::new, |address| {
                    String::from_utf8_lossy(address.as_bytes()).into_owned()
                }),
            ))
        }
        _ => None,
    })
}

pub(super) fn names(lines: &[String]) -> Option<Finding> {
    lines.iter().find_map(|line| match Line::parse(line.as_bytes()) {
        Line::Info(Info::Pdp(PdpInfo::Dns { primary, secondary, .. })) => {
            let servers =
                [primary, secondary].map(|server| String::from_utf8_lossy(server.as_bytes()).into_owned());
            let said =
                servers.iter().filter(|server| !server.is_empty()).cloned().collect::<Vec<_>>().join(", ");
            Some(if said.is_empty() {
                doubtful(
                    Check::Names,
                    "none".to_owned(),
                    "names cannot be resolved; addresses can be used",
                    "AT+QIDNSCFG sets them",
                )
            } else {
                good(Check::Names, said)
            })
        }
        _ => None,
    })
}
