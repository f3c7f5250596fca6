//! Logs: lines for people or JSON, and a panic hook of one line. It must never write a token, a password or a mail address:
//! callers log ids and codes, and what looks like one of our secrets is cut out of every line all the same.

use std::io::{self, Write};

use tracing_subscriber::{EnvFilter, fmt::MakeWriter, layer::SubscriberExt, util::SubscriberInitExt};

use crate::config::LogFormat;

/// Lines longer than this are cut.
const LINE_BYTES_MAX: usize = 8 * 1024;
/// What our secrets begin with: refresh tokens, and JSON Web Tokens (`{"` in base64url).
const MARKS: [&str; 2] = ["lsr_", "eyJ"];
/// Secrets are longer than this; words that begin alike are not.
const SECRET_CHARS_MIN: usize = 16;

/// Starts logging to standard error. `filter` as in `RUST_LOG`. The reason why not is a text for the operator.
pub fn start(filter: &str, format: LogFormat) -> Result<(), String> {
    // Every actor has a span at info, and every file of the web app a line: they say nothing that our own lines do not.
    let filter = EnvFilter::try_new(format!("ractor=warn,memory_serve=warn,{filter}"))
        .map_err(|error| format!("--log: {error}"))?;
    let registry = tracing_subscriber::registry().with(filter);
    let layer = tracing_subscriber::fmt::layer().with_writer(Redacted);
    let started = match format {
        LogFormat::Pretty => {
            let colours = io::IsTerminal::is_terminal(&io::stderr());
            registry.with(layer.with_ansi(colours).with_target(false)).try_init()
        }
        LogFormat::Json => registry.with(layer.json().flatten_event(true).with_current_span(false)).try_init(),
    };
    started.map_err(|error| error.to_string())?;
    // A backtrace of a debug build costs 50 ms and more, in which the actor's supervisor waits.
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(ToString::to_string).unwrap_or_default();
        let payload = panic.payload();
        let what = payload
            .downcast_ref::<&str>()
            .copied()
            .or_else(|| payload.downcast_ref::<String>().map(String::as_str))
            .unwrap_or("(no message)");
        tracing::error!(%place, "panic: {what}");
    }));
    Ok(())
}

#[derive(Clone, Copy)]
struct Redacted;

impl<'a> MakeWriter<'a> for Redacted {
    type Writer = Line;

    fn make_writer(&'a self) -> Line {
        Line(Vec::new())
    }
}

/// One line, collected, then written whole.
struct Line(Vec<u8>);

impl Write for Line {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        let line = redact(&String::from_utf8_lossy(&self.0));
        // Nobody can be told that telling failed.
        let _ = io::stderr().lock().write_all(line.as_bytes());
    }
}

/// The line without our secrets, at most [`LINE_BYTES_MAX`] long.
fn redact(line: &str) -> String {
    let secret = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    let mut out = String::with_capacity(line.len().min(LINE_BYTES_MAX));
    let mut rest = line;
    while let Some(at) = MARKS.iter().filter_map(|mark| rest.find(mark)).min() {
        let end = rest[at..].find(|c| !secret(c)).map_or(rest.len(), |length| at + length);
        let kept = if end - at >= SECRET_CHARS_MIN { "[secret]" } else { &rest[at..end] };
        out.push_str(&rest[..at]);
        out.push_str(kept);
        rest = &rest[end..];
    }
    out.push_str(rest);
    if out.len() > LINE_BYTES_MAX {
        let mut end = LINE_BYTES_MAX;
        while !out.is_char_boundary(end) {
            end -= 1;
        }
        out.truncate(end);
        out.push_str("…\n");
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_cut_out_of_lines() {
        let token = "eyJhbGciOiJFZERTQSJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl-_x";
        let line = format!("a=\"{token}\" b=lsr_AbCdEfGhIjKlMnOpQrStUvWxYz0123456789-_AbCdE, c\n");
        assert_eq!(redact(&line), "a=\"[secret]\" b=[secret], c\n");
        assert_eq!(redact("eyJ lsr_ plain\n"), "eyJ lsr_ plain\n");
    }

    #[test]
    fn long_lines_are_cut_between_characters() {
        let cut = redact(&"ä".repeat(LINE_BYTES_MAX));
        assert!(cut.len() <= LINE_BYTES_MAX + 4 && cut.ends_with("…\n"));
    }
}
