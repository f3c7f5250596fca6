//! Text messages, by one request to the operator's provider. It must never show a telephone number in an error: those who look after
//! deliveries see it.

use std::sync::Arc;

use http::{Request, Response, header};
use lockstep_protocol::values::Micros;
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Map, Value};
use uuid::Uuid;

use super::{
    Outcome,
    answers::{passes, retry_after, said},
    egress::{Egress, EgressError},
};
use crate::config::{SmsFormat, SmsSettings};

/// A text message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Text {
    /// The same over all tries.
    pub id: Uuid,
    /// In E.164.
    pub to: String,
    pub text: String,
}

/// Sends text messages. Cheap to clone.
#[derive(Clone)]
pub struct Sms {
    egress: Egress,
    settings: Arc<SmsSettings>,
}

impl Sms {
    pub fn new(egress: Egress, settings: SmsSettings) -> Self {
        Self { egress, settings: Arc::new(settings) }
    }

    /// Hands a text message to the provider, at this time. Where it answers and does not take it, it is asked again later unless it says
    /// that this message is refused for good.
    pub async fn send(&self, text: &Text, now: Micros) -> Outcome {
        let Some(request) = self.request(text) else {
            return Outcome::Never { error: "the provider's settings make no request".to_owned() };
        };
        match self.egress.send(request).await {
            Ok(answer) => judged(&answer, text, now),
            // Where requests may not go is the operator's to mend.
            Err(EgressError::Refused(error)) => Outcome::Later { error, after: None },
            Err(error) => Outcome::Later { error: error.to_string(), after: None },
        }
    }

    fn request(&self, text: &Text) -> Option<Request<Vec<u8>>> {
        let settings = &self.settings;
        let fields = fields(settings, text);
        let (kind, body) = match settings.format {
            SmsFormat::Json => ("application/json", serde_json::to_vec(&fields).ok()?),
            SmsFormat::Form => ("application/x-www-form-urlencoded", form(&fields).into_bytes()),
        };
        let mut request = Request::post(&settings.url).header(header::CONTENT_TYPE, kind);
        if let Some(authorization) = &settings.authorization {
            let mut value = header::HeaderValue::from_str(authorization.expose_secret()).ok()?;
            value.set_sensitive(true);
            request = request.header(header::AUTHORIZATION, value);
        }
        request.body(body).ok()
    }
}

fn fields(settings: &SmsSettings, text: &Text) -> Map<String, Value> {
    let mut fields: Map<String, Value> =
        settings.fields.iter().map(|(name, value)| (name.clone(), filled(value, text))).collect();
    let secret = |(name, value): &(String, SecretString)| (name.clone(), value.expose_secret().into());
    fields.extend(settings.secrets.iter().map(secret));
    fields
}

/// What stands in a text is never read as a pattern: each piece between patterns is looked at once.
fn filled(value: &Value, text: &Text) -> Value {
    match value {
        Value::Object(fields) => fields.iter().map(|(name, value)| (name.clone(), filled(value, text))).collect(),
        Value::Array(items) => items.iter().map(|value| filled(value, text)).collect(),
        Value::String(pattern) => fill(pattern, text).into(),
        other => other.clone(),
    }
}

fn fill(pattern: &str, text: &Text) -> String {
    let id = text.id.to_string();
    let known = [("{to}", text.to.as_str()), ("{text}", text.text.as_str()), ("{id}", id.as_str())];
    let (mut done, mut rest) = (String::new(), pattern);
    'next: while !rest.is_empty() {
        for (name, value) in known {
            if let Some(after) = rest.strip_prefix(name) {
                done.push_str(value);
                rest = after;
                continue 'next;
            }
        }
        let end = rest.char_indices().nth(1).map_or(rest.len(), |(at, _)| at);
        done.push_str(&rest[..end]);
        rest = &rest[end..];
    }
    done
}

/// `application/x-www-form-urlencoded` (WHATWG URL, section 5.2).
fn form(fields: &Map<String, Value>) -> String {
    let plain = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let pairs = fields.iter().map(|(name, value)| format!("{}={}", encoded(name), encoded(&plain(value))));
    pairs.collect::<Vec<_>>().join("&")
}

fn encoded(text: &str) -> String {
    let mut done = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b' ' => done.push('+'),
            b'*' | b'-' | b'.' | b'_' | b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z' => done.push(char::from(byte)),
            _ => done.push_str(&format!("%{byte:02X}")),
        }
    }
    done
}

fn judged(answer: &Response<Vec<u8>>, text: &Text, now: Micros) -> Outcome {
    let status = answer.status();
    if status.is_success() {
        return Outcome::Taken;
    }
    let said = without_number(&said(answer), &text.to);
    // That the account is unknown, or has no money, is mended by the operator and says nothing of this message.
    let account = matches!(status.as_u16(), 402 | 403);
    if passes(status) || account || status.is_redirection() {
        Outcome::Later { error: said, after: retry_after(answer.headers(), now) }
    } else {
        Outcome::Never { error: said }
    }
}

/// Providers quote the number, with its plus sign or without, perhaps encoded.
fn without_number(said: &str, number: &str) -> String {
    let digits = number.trim_start_matches('+');
    if digits.is_empty() { said.to_owned() } else { said.replace(number, "…").replace(digits, "…") }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn text(text: &str) -> Text {
        Text { id: Uuid::from_u128(7), to: "+4930123456".into(), text: text.into() }
    }

    #[test]
    fn a_text_is_never_a_pattern() {
        let filled = filled(&json!({ "a": ["{to}"], "b": { "c": "x {text}{id} ü {}" }, "n": 1 }), &text("{to} {id} é"));
        let id = Uuid::from_u128(7);
        assert_eq!(
            filled,
            json!({ "a": ["+4930123456"], "b": { "c": format!("x {{to}} {{id}} é{id} ü {{}}") }, "n": 1 })
        );
    }

    #[test]
    fn a_form_is_read_as_it_was_written() {
        let fields = json!({ "To": "+49 30", "Body": "a&b=ü%\n", "n": 1 });
        let written = form(fields.as_object().expect("an object"));
        let pairs: Vec<&str> = written.split('&').collect();
        for pair in ["To=%2B49+30", "Body=a%26b%3D%C3%BC%25%0A", "n=1"] {
            assert!(pairs.contains(&pair), "{written}");
        }
    }

    #[test]
    fn an_answer_says_whether_it_may_be_another_later_and_no_number_is_told() {
        let judge = |status: u16, body: &str| {
            let answer = Response::builder().status(status).body(body.as_bytes().to_vec()).expect("an answer");
            judged(&answer, &text("hello"), 0)
        };
        assert_eq!(judge(201, "{}"), Outcome::Taken);
        for status in [301, 401, 402, 403, 408, 429, 500, 503] {
            assert!(matches!(judge(status, ""), Outcome::Later { .. }), "{status}");
        }
        let Outcome::Never { error } = judge(400, "+4930123456 and 4930123456 are no numbers") else { panic!("never") };
        assert_eq!(error, "400 … and … are no numbers");
    }
}
