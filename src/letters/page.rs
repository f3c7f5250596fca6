//! Puts words into the two forms of a mail. Mail programs know little CSS: tables and inline styles, readable without pictures, in
//! light and in dark.

use super::{Language, Written, words::Words};

pub(super) fn write(
    words: Words,
    names: &[(&'static str, &str)],
    language: Language,
    link: &str,
    home: &str,
) -> Written {
    let subject = one_line(&fill(&words.subject, names, str::to_owned));
    Written {
        text: text(&words, names, link, home),
        html: html(&words, names, &subject, language, link, home),
        subject,
    }
}

/// A subject is one line, whatever a name holds: a line break would begin another header.
pub(super) fn one_line(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

/// Replaces `{key}`. What is put in is not looked at again.
pub(super) fn fill(pattern: &str, names: &[(&'static str, &str)], escape: impl Fn(&str) -> String) -> String {
    let mut filled = String::with_capacity(pattern.len());
    let mut rest = pattern;
    while let Some(open) = rest.find('{') {
        filled.push_str(&escape(&rest[..open]));
        let Some(length) = rest[open..].find('}') else { break };
        let key = &rest[open + 1..open + length];
        match names.iter().find(|(name, _)| *name == key) {
            Some((_, value)) => filled.push_str(&escape(value)),
            None => filled.push_str(&escape(&rest[open..=open + length])),
        }
        rest = &rest[open + length + 1..];
    }
    filled.push_str(&escape(rest));
    filled
}

fn text(words: &Words, names: &[(&'static str, &str)], link: &str, home: &str) -> String {
    let plain = |line: &String| fill(line, names, str::to_owned);
    let mut parts: Vec<String> = words.lines.iter().map(plain).collect();
    if let Some(button) = &words.button {
        parts.push(format!("{}:\n{link}", plain(button)));
    }
    parts.extend(words.after.iter().map(plain));
    parts.push(format!("-- \nLockstep\n{home}"));
    let mut text = parts.join("\n\n");
    text.push('\n');
    text
}

pub(super) fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            c => escaped.push(c),
        }
    }
    escaped
}

const HEAD: &str = r#"<meta charset="utf-8"><meta name="viewport" content="width=device-width">
<meta name="color-scheme" content="light dark"><meta name="supported-color-schemes" content="light dark">
<style>
@media (prefers-color-scheme: dark) {
  .page { background: #14161b !important; } .sheet { background: #1d2027 !important; border-color: #2d323c !important; }
  .words { color: #e6e8ec !important; } .small { color: #a2a9b6 !important; }
}
</style>"#;

const LINE: &str = "margin: 0 0 16px; font: 16px/1.5 system-ui, -apple-system, 'Segoe UI', Roboto, sans-serif;";

/// A paragraph of what is markup already. `class` is `words` or `small`.
pub(super) fn paragraph(inside: &str, class: &str) -> String {
    let colour = if class == "small" { "#5c6472" } else { "#1b1f27" };
    format!(r#"<p class="{class}" style="{LINE} color: {colour};">{inside}</p>"#)
}

/// A button, of what is escaped already.
pub(super) fn button(label: &str, link: &str) -> String {
    format!(
        r##"<p style="margin: 24px 0;"><a href="{link}" style="display: inline-block; padding: 12px 20px; border-radius: 8px; background: #3557d6; color: #ffffff; font: 600 16px/1.25 system-ui, -apple-system, 'Segoe UI', Roboto, sans-serif; text-decoration: none;">{label}</a></p>"##
    )
}

/// The page around a body that is markup already; what stands `below` it is small.
pub(super) fn sheet(body: &str, below: Option<&str>, subject: &str, language: Language, home: &str) -> String {
    let (title, lang, home) = (escape(subject), language.tag(), escape(home));
    let below = below.map(|below| format!(" · {below}")).unwrap_or_default();
    format!(
        r##"<!doctype html><html lang="{lang}"><head>{HEAD}<title>{title}</title></head>
<body class="page" style="margin: 0; padding: 24px 12px; background: #f4f5f7;">
<table role="presentation" align="center" width="100%" cellpadding="0" cellspacing="0" style="max-width: 560px; margin: 0 auto;"><tr>
<td class="sheet" style="padding: 32px; border: 1px solid #e2e5ea; border-radius: 12px; background: #ffffff;">{body}</td>
</tr><tr><td style="padding: 16px 32px;"><p class="small" style="{LINE} font-size: 13px; color: #5c6472;"><a class="small" href="{home}" style="color: #5c6472;">Lockstep</a>{below}</p></td></tr></table>
</body></html>
"##
    )
}

fn html(
    words: &Words,
    names: &[(&'static str, &str)],
    subject: &str,
    language: Language,
    link: &str,
    home: &str,
) -> String {
    let mut body: String = words.lines.iter().map(|text| paragraph(&fill(text, names, escape), "words")).collect();
    if let Some(label) = &words.button {
        let link = escape(link);
        body.push_str(&button(&fill(label, names, escape), &link));
        body.push_str(&format!(
            r##"<p class="small" style="{LINE} font-size: 13px; color: #5c6472; word-break: break-all;">{link}</p>"##
        ));
    }
    body.extend(words.after.iter().map(|text| paragraph(&fill(text, names, escape), "small")));
    sheet(&body, None, subject, language, home)
}
