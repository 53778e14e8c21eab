//! The screen as it is drawn, and what keys do to it.

use std::path::Path;
use std::time::Duration;

use qftp_emulator::{Config, Drives, Fault, Module};
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::crossterm::event::KeyCode;

use super::model::{Model, Switches};
use super::recording::Recording;
use super::{facts, module_key, recording_key, view};

fn drawn(model: &Model, width: u16, height: u16) -> String {
    let mut terminal = Terminal::new(TestBackend::new(width, height)).expect("a screen");
    terminal.draw(|frame| view::draw(frame, model)).expect("drawn");
    terminal.backend().to_string()
}

fn emulated() -> Model {
    let fault = Fault::parse("reboot=5s").expect("sound");
    let module = Module::new(Config::new(Drives::temporary().expect("a folder")));
    let mut model = Model {
        title: "ec200s at /tmp/module".to_owned(),
        switches: Some(Switches::new(&[fault])),
        facts: facts(&module.state()),
        ..Model::default()
    };
    let ms = Duration::from_millis;
    model.line(ms(12), true, b"AT+QFTPOPEN=\"ftp.example.com\",21\r");
    model.line(ms(13), false, b"OK\r\n");
    model.line(ms(900), false, b"+QFTPOPEN: 604,0\r\n");
    model.line(ms(1000), true, b"AT+QFTPGET=\"log.bin\",\"COM:\",0,4000\r");
    model.line(ms(1100), false, b"CONNECT\r\n");
    model.data(ms(1200), false, 3000);
    model.data(ms(1700), false, 1000);
    model.line(ms(1800), false, b"\x00\xffOK\r\n");
    model.note(ms(1900), "faults: reboot=5000ms".to_owned());
    model.advance(ms(2600));
    model
}

#[test]
fn an_emulated_module() {
    insta::assert_snapshot!("emulated_wide", drawn(&emulated(), 120, 30));
    insta::assert_snapshot!("emulated_narrow", drawn(&emulated(), 70, 36));
}

#[test]
fn any_size_is_drawn() {
    for (width, height) in [(1, 1), (10, 3), (40, 8), (89, 12), (300, 100)] {
        drawn(&emulated(), width, height);
    }
}

#[test]
fn keys_switch_faults() {
    let mut model = emulated();
    assert!(!module_key(&mut model, KeyCode::Down));
    assert!(module_key(&mut model, KeyCode::Enter));
    let on = |model: &Model| -> Vec<String> {
        model.switches.as_ref().expect("there").on().iter().map(ToString::to_string).collect()
    };
    assert_eq!(on(&model), ["joined=1000", "reboot=5000ms"]);
    assert!(drawn(&model, 120, 30).contains("[x] joined=1000"));
    assert!(module_key(&mut model, KeyCode::Enter) && on(&model) == ["reboot=5000ms"]);
    assert!(module_key(&mut model, KeyCode::Char('c')) && on(&model).is_empty());
    assert!(!module_key(&mut model, KeyCode::PageUp) && model.back > 0);
    assert!(drawn(&model, 120, 30).contains("more below"));
    assert!(!module_key(&mut model, KeyCode::Char('G')) && model.back == 0);
}

const RECORDED: &str = "# qftp recording 1\n0.010 > AT+QFTPOPEN=\"h\",21\\r\n0.020 < \\r\\n\n0.020 < OK\\r\\n\n0.500 < +QFTPOPEN: 0,0\\r\\n\n\
    0.600 > AT+QFTPGET=\"f\",\"COM:\",0,8\\r\n0.700 < CONNECT\\r\\n\n0.800 <= \\r\\nOK\\r\\n\\x00\\xff\n0.900 < OK\\r\\n\n1.000 < +QFTPGET: 0,8\\r\\n\n";

#[test]
fn a_recording_is_played() {
    let mut recording = Recording::read(Path::new("bug.rec"), RECORDED).expect("sound");
    let mut model = recording.model();
    recording.play(&mut model, Duration::from_millis(300));
    assert_eq!(model.entries.len(), 2, "the blank line is none");
    recording.play(&mut model, Duration::from_secs(5));
    assert_eq!(model.rate.down, 8);
    insta::assert_snapshot!("recording", drawn(&model, 100, 14));
    recording_key(&mut model, &mut recording, KeyCode::Left);
    assert!(!drawn(&model, 100, 14).contains("+QFTPGET: 0,8"));
    recording_key(&mut model, &mut recording, KeyCode::Home);
    assert!(model.entries.is_empty() && model.playing.is_some_and(|playing| playing.paused));
    recording_key(&mut model, &mut recording, KeyCode::Right);
    assert_eq!(model.entries.len(), 1);
    recording_key(&mut model, &mut recording, KeyCode::End);
    assert_eq!(model.entries.len(), 8);
    for _ in 0..10 {
        recording_key(&mut model, &mut recording, KeyCode::Char('+'));
    }
    assert!(model.playing.is_some_and(|playing| playing.speed <= 64.0));
}

#[test]
fn what_is_no_recording() {
    let error = |text: &str| Recording::read(Path::new("x"), text).expect_err(text).text;
    assert!(error("AT\r\nOK\r\n").contains("no recording"));
    assert!(error("# qftp recording 1\n0.1 > AT\n0.2 ! AT\n").contains("line 3"));
}
