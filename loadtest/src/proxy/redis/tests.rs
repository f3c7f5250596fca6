//! Values are found whole, messages are told from answers, and only they are lost, doubled and reordered.

use super::*;

const MESSAGE: &[u8] = b"*3\r\n$7\r\nmessage\r\n$1\r\nc\r\n$2\r\nhi\r\n";
const PUSHED: &[u8] = b">3\r\n$7\r\nmessage\r\n$1\r\nc\r\n$2\r\nho\r\n";
const SUBSCRIBED: &[u8] = b"*3\r\n$9\r\nsubscribe\r\n$1\r\nc\r\n:1\r\n";

#[test]
fn a_value_has_a_length_once_it_is_whole() {
    for value in
        [MESSAGE, PUSHED, SUBSCRIBED, b"+OK\r\n", b"$-1\r\n", b"*0\r\n", b"*-1\r\n", b"%1\r\n+a\r\n:1\r\n", b"_\r\n"]
    {
        assert_eq!(value_length(value), Some(value.len()), "{}", String::from_utf8_lossy(value));
        let more = [value, b"+more\r\n"].concat();
        assert_eq!(value_length(&more), Some(value.len()), "{}", String::from_utf8_lossy(value));
        for cut in 0..value.len() {
            assert_eq!(value_length(&value[..cut]), None, "{cut} of {}", String::from_utf8_lossy(value));
        }
    }
}

#[test]
fn messages_are_told_from_answers() {
    assert!(is_message(MESSAGE) && is_message(PUSHED));
    assert!(!is_message(SUBSCRIBED) && !is_message(b"+OK\r\n") && !is_message(b"$7\r\nmessage\r\n"));
}

fn through(loss: Loss, values: &[&[u8]]) -> Vec<u8> {
    let (_sender, loss) = watch::channel(loss);
    let mut filter = Filter { dice: Dice::new(1), loss, counts: Arc::default(), held: None };
    let mut out = Vec::new();
    for value in values {
        filter.pass(value, &mut out);
    }
    out
}

#[test]
fn only_messages_are_lost_doubled_and_reordered() {
    let values = [SUBSCRIBED, MESSAGE, PUSHED];
    let sure = |lose, double, reorder| through(Loss { lose, double, reorder }, &values);
    assert_eq!(sure(0, 0, 0), [SUBSCRIBED, MESSAGE, PUSHED].concat());
    assert_eq!(sure(100, 0, 0), SUBSCRIBED);
    assert_eq!(sure(0, 100, 0), [SUBSCRIBED, MESSAGE, MESSAGE, PUSHED, PUSHED].concat());
    assert_eq!(sure(0, 0, 100), [SUBSCRIBED, PUSHED, MESSAGE].concat());
}
