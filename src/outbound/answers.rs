//! What answers of those who deliver mean. It must never repeat more of an answer than a line for the operator.

use std::time::Duration;

use http::{HeaderMap, StatusCode, header};
use jiff::{Timestamp, fmt::rfc2822::DateTimeParser};
use lockstep_protocol::values::Micros;

/// What is told of an answer.
const SAID_CHARS_MAX: usize = 200;
/// Longer than this nobody is waited for, whatever is asked for.
const AFTER_MAX: Duration = Duration::from_secs(86_400);

/// The status and the beginning of what was said, on one line.
pub(in crate::outbound) fn said(answer: &http::Response<Vec<u8>>) -> String {
    let text = String::from_utf8_lossy(answer.body());
    let text: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).take(SAID_CHARS_MAX).collect();
    format!("{} {}", answer.status().as_u16(), text.trim()).trim_end().to_owned()
}

/// Whether whoever answers so may answer something else another time.
pub(in crate::outbound) fn passes(status: StatusCode) -> bool {
    status.is_server_error()
        || matches!(status, StatusCode::TOO_MANY_REQUESTS | StatusCode::REQUEST_TIMEOUT | StatusCode::UNAUTHORIZED)
}

/// RFC 9110 section 10.2.3: seconds, or a moment.
pub(in crate::outbound) fn retry_after(headers: &HeaderMap, now: Micros) -> Option<Duration> {
    let text = headers.get(header::RETRY_AFTER)?.to_str().ok()?.trim();
    let after = match text.parse::<u64>() {
        Ok(seconds) => Duration::from_secs(seconds),
        Err(_) => {
            let moment: Timestamp = DateTimeParser::new().parse_timestamp(text).ok()?;
            let until = moment.as_microsecond().saturating_sub(now);
            Duration::from_micros(u64::try_from(until).unwrap_or(0))
        }
    };
    Some(after.min(AFTER_MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_service_says_when_it_wants_to_be_asked_again_in_seconds_or_by_a_moment() {
        let now = 784_111_777_000_000; // Sun, 06 Nov 1994 08:49:37 GMT
        let asked = |text: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::RETRY_AFTER, http::HeaderValue::from_static(text));
            retry_after(&headers, now)
        };
        assert_eq!(asked("120"), Some(Duration::from_secs(120)));
        assert_eq!(asked("Sun, 06 Nov 1994 08:50:07 GMT"), Some(Duration::from_secs(30)));
        assert_eq!(asked("Sun, 06 Nov 1994 08:49:07 GMT"), Some(Duration::ZERO), "it is over");
        assert_eq!(asked("18446744073709551615"), Some(AFTER_MAX));
        assert_eq!(asked("soon"), None);
        assert_eq!(retry_after(&HeaderMap::new(), now), None);
    }
}
