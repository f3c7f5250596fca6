//! When something is sent again: the schedule of Standard Webhooks, over some three days. Pure.

use lockstep_protocol::values::Micros;
use uuid::Uuid;

const SECOND: Micros = 1_000_000;
const MINUTE: Micros = 60 * SECOND;
const HOUR: Micros = 60 * MINUTE;
/// Between one try and the next. After the last the webhook is disabled: 75 hours after the first.
const PAUSES: [Micros; 9] =
    [5 * SECOND, 5 * MINUTE, 30 * MINUTE, 2 * HOUR, 5 * HOUR, 10 * HOUR, 14 * HOUR, 20 * HOUR, 24 * HOUR];
/// Longer than this nobody is waited for who asks for it.
const ASKED_MAX: Micros = 24 * HOUR;

/// How long after so many failed tries the next one is made, up to a tenth longer, by chance that is the same for the same webhook; `None`:
/// there is none. `asked`: not before that, as the endpoint said.
pub fn pause_us(webhook: Uuid, failed: u32, asked: Option<Micros>) -> Option<Micros> {
    let pause = *PAUSES.get(usize::try_from(failed.checked_sub(1)?).ok()?)?;
    let mut hasher = blake3::Hasher::new();
    hasher.update(webhook.as_bytes()).update(&failed.to_le_bytes());
    let chance = Micros::from(hasher.finalize().as_bytes()[0]);
    Some((pause + pause / 10 * chance / 255).max(asked.unwrap_or(0).clamp(0, ASKED_MAX)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_is_tried_for_more_than_seventy_two_hours() {
        let webhook = Uuid::from_u128(1);
        let pauses: Vec<Micros> = (1..).map_while(|failed| pause_us(webhook, failed, None)).collect();
        assert_eq!(pauses.len(), PAUSES.len());
        assert!(pauses.iter().zip(PAUSES).all(|(pause, least)| (least..=least + least / 10).contains(pause)));
        assert!(PAUSES.iter().sum::<Micros>() >= 72 * HOUR);
        assert_eq!(pause_us(webhook, 1, Some(HOUR)), Some(HOUR));
        assert_eq!(pause_us(webhook, 1, Some(Micros::MAX)), Some(ASKED_MAX));
        assert!(pause_us(webhook, 0, None).is_none() && pause_us(webhook, 10, Some(1)).is_none());
    }
}
