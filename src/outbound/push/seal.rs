//! Message encryption for Web Push (RFC 8291) in the coding of RFC 8188: one record that only the browser can open. It must never
//! use a key or a salt twice: callers outside tests bring fresh ones.

use aws_lc_rs::{
    aead::{AES_128_GCM, Aad, LessSafeKey, Nonce, UnboundKey},
    agreement::{self, ECDH_P256, PrivateKey, UnparsedPublicKey},
    hkdf::{HKDF_SHA256, KeyType, Prk, Salt},
};

/// The one record, as RFC 8291 section 4 has it, and the least that services must take.
pub(super) const RECORD_BYTES: usize = 4_096;
/// Salt, record size, length of the key, the key.
const HEADER_BYTES: usize = 16 + 4 + 1 + POINT_BYTES;
const POINT_BYTES: usize = 65;
const TAG_BYTES: usize = 16;
/// After the text, before what fills up: of the last record.
const LAST: u8 = 2;
/// What can be told in one record.
pub(super) const TEXT_BYTES_MAX: usize = RECORD_BYTES - HEADER_BYTES - TAG_BYTES - 1;

/// What a browser gave to have messages for it sealed with.
#[derive(Clone, Copy)]
pub(super) struct Receiver<'a> {
    /// The point of its key, uncompressed.
    pub p256dh: &'a [u8],
    pub auth: &'a [u8],
}

/// What is made up for one message.
pub(super) struct Fresh {
    pub key: PrivateKey,
    pub salt: [u8; 16],
}

/// The receiver's key is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct NoKey;

impl Fresh {
    pub(super) fn new() -> Result<Self, NoKey> {
        let mut salt = [0; 16];
        aws_lc_rs::rand::fill(&mut salt).map_err(|_| NoKey)?;
        Ok(Self { key: PrivateKey::generate(&ECDH_P256).map_err(|_| NoKey)?, salt })
    }
}

/// How many bytes are to be derived.
struct Bytes(usize);

impl KeyType for Bytes {
    fn len(&self) -> usize {
        self.0
    }
}

fn derive<const N: usize>(from: &Prk, info: &[&[u8]]) -> Result<[u8; N], NoKey> {
    let mut derived = [0; N];
    from.expand(info, Bytes(N)).and_then(|okm| okm.fill(&mut derived)).map_err(|_| NoKey)?;
    Ok(derived)
}

/// Seals a text of at most [`TEXT_BYTES_MAX`], filled up to a multiple of `step`, so that its length tells little.
pub(super) fn seal(text: &[u8], step: usize, to: Receiver<'_>, fresh: &Fresh) -> Result<Vec<u8>, NoKey> {
    if text.len() > TEXT_BYTES_MAX || to.auth.len() != 16 {
        return Err(NoKey);
    }
    let ours = fresh.key.compute_public_key().map_err(|_| NoKey)?;
    // RFC 8291 section 3.4.
    let theirs = UnparsedPublicKey::new(&ECDH_P256, to.p256dh);
    let input: [u8; 32] = agreement::agree(&fresh.key, theirs, NoKey, |shared| {
        let key = Salt::new(HKDF_SHA256, to.auth).extract(shared);
        derive(&key, &[b"WebPush: info\0", to.p256dh, ours.as_ref()])
    })?;
    // RFC 8188 section 2.2 and 2.3.
    let key = Salt::new(HKDF_SHA256, &fresh.salt).extract(&input);
    let content: [u8; 16] = derive(&key, &[b"Content-Encoding: aes128gcm\0"])?;
    let nonce: [u8; 12] = derive(&key, &[b"Content-Encoding: nonce\0"])?;
    let mut record = text.to_vec();
    record.push(LAST);
    record.resize(record.len().next_multiple_of(step.max(1)).clamp(text.len() + 1, TEXT_BYTES_MAX + 1), 0);
    let sealing = UnboundKey::new(&AES_128_GCM, &content).map(LessSafeKey::new).map_err(|_| NoKey)?;
    let nonce = Nonce::assume_unique_for_key(nonce);
    sealing.seal_in_place_append_tag(nonce, Aad::empty(), &mut record).map_err(|_| NoKey)?;
    let mut message = Vec::with_capacity(HEADER_BYTES + record.len());
    message.extend_from_slice(&fresh.salt);
    message.extend_from_slice(&u32::try_from(RECORD_BYTES).unwrap_or(u32::MAX).to_be_bytes());
    message.push(u8::try_from(POINT_BYTES).unwrap_or(u8::MAX));
    message.extend_from_slice(ours.as_ref());
    message.extend_from_slice(&record);
    Ok(message)
}

#[cfg(test)]
mod tests {
    use data_encoding::BASE64URL_NOPAD;

    use super::*;

    fn bytes(text: &str) -> Vec<u8> {
        BASE64URL_NOPAD.decode(text.as_bytes()).expect("base64url")
    }

    /// RFC 8291 section 5 and appendix A.
    #[test]
    fn the_example_of_the_standard_comes_out_byte_for_byte() {
        let p256dh = bytes("BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4");
        let auth = bytes("BTBZMqHH6r4Tts7J_aSIgg");
        let key = PrivateKey::from_private_key(&ECDH_P256, &bytes("yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw"));
        let salt = bytes("DGv6ra1nlYgDCS1FRnbzlw").try_into().expect("16 bytes");
        let fresh = Fresh { key: key.expect("a key"), salt };
        let to = Receiver { p256dh: &p256dh, auth: &auth };
        let sealed = seal(b"When I grow up, I want to be a watermelon", 1, to, &fresh).expect("sealed");
        assert_eq!(
            BASE64URL_NOPAD.encode(&sealed),
            "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_\
             yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN"
        );
    }

    #[test]
    fn a_length_tells_little_and_no_message_is_larger_than_services_take() {
        let fresh = || Fresh::new().expect("randomness");
        let theirs = fresh().key.compute_public_key().expect("a point");
        let to = Receiver { p256dh: theirs.as_ref(), auth: &[7; 16] };
        let size = |bytes: usize| seal(&vec![b'x'; bytes], 256, to, &fresh()).expect("sealed").len();
        assert_eq!(size(0), size(255));
        assert_eq!(size(256), size(0) + 256);
        assert_eq!(size(TEXT_BYTES_MAX), RECORD_BYTES);
        assert_eq!(size(TEXT_BYTES_MAX - 1), RECORD_BYTES);
        assert!(seal(&vec![0; TEXT_BYTES_MAX + 1], 256, to, &fresh()).is_err());
    }

    #[test]
    fn what_is_no_key_is_refused() {
        let fresh = Fresh::new().expect("randomness");
        let theirs = fresh.key.compute_public_key().expect("a point");
        let mut off_the_curve = theirs.as_ref().to_vec();
        off_the_curve[64] ^= 1;
        for (p256dh, auth) in [(&off_the_curve[..], 16), (&theirs.as_ref()[..64], 16), (&[], 16), (theirs.as_ref(), 15)]
        {
            assert!(seal(b"x", 1, Receiver { p256dh, auth: &vec![1; auth] }, &fresh).is_err());
        }
    }
}
