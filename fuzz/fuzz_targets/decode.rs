//! The decoder against hostile bytes: whatever comes, it answers or refuses, in bounded memory, and what it accepted it can
//! write and read again unchanged.

#![no_main]

use libfuzzer_sys::fuzz_target;
use lockstep_protocol::{
    codec::{Codec, decode_client, decode_server, decompress},
    limits::Limits,
    salvage::{Said, read_client},
};

/// What a client would allow a frame to grow to; small, so that a bomb shows.
const INFLATED_BYTES_MAX: usize = 1 << 20;

fuzz_target!(|input: &[u8]| {
    let limits = Limits::default();
    for codec in Codec::ALL {
        if let Ok(messages) = decode_client(codec, input, &limits) {
            assert!(messages.len() <= limits.batch_messages_max);
            let elements: Vec<_> = messages.iter().map(|message| codec.element(message).expect("was decoded")).collect();
            let frame = codec.frame(&elements);
            if frame.len() <= limits.message_bytes_max {
                assert_eq!(decode_client(codec, &frame, &limits).expect("was encoded"), messages);
            }
        }
        if let Ok(said) = read_client(codec, input, &limits) {
            assert!(said.len() <= limits.batch_messages_max);
            let strict = decode_client(codec, input, &limits).is_ok();
            assert_eq!(strict, said.iter().all(|said| matches!(said, Said::Message(_))));
        }
        let _ = decode_server(codec, input);
    }
    if let Ok(inflated) = decompress(input, INFLATED_BYTES_MAX) {
        assert!(inflated.len() <= INFLATED_BYTES_MAX);
    }
});
