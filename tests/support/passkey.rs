//! A device with passkeys, in memory: what a browser and an authenticator do together for `navigator.credentials` (WebAuthn level 3,
//! sections 5.1 and 6), as far as a server sees it. Its keys are ES256, it does not attest, it always verifies its person unless told not to.

use aws_lc_rs::{
    digest::{SHA256, digest},
    rand::SystemRandom,
    signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair},
};
use data_encoding::BASE64URL_NOPAD;
use serde_json::{Value, json};

const PRESENT: u8 = 0x01;
const VERIFIED: u8 = 0x04;
const WITH_KEY: u8 = 0x40;

/// One passkey, with its device and browser.
pub struct Device {
    key: EcdsaKeyPair,
    pub id: Vec<u8>,
    user: Value,
    /// The page that asks.
    pub origin: String,
    pub counter: u32,
    /// Whether it looked at its person's finger.
    pub verifies: bool,
}

impl Device {
    pub fn new(origin: &str) -> Self {
        let key = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_ASN1_SIGNING).expect("a key");
        let id = digest(&SHA256, key.public_key().as_ref()).as_ref().to_vec();
        Self { key, id, user: Value::Null, origin: origin.to_owned(), counter: 0, verifies: true }
    }

    /// What `navigator.credentials.create` answers to these options.
    pub fn create(&mut self, options: &Value) -> Value {
        let asked = &options["publicKey"];
        self.user = asked["user"]["id"].clone();
        let point = self.key.public_key().as_ref().to_vec();
        let mut data = self.data(asked["rp"]["id"].as_str().expect("a relying party"), WITH_KEY);
        data.extend([0; 16]);
        data.extend([0, u8::try_from(self.id.len()).expect("short")]);
        data.extend(&self.id);
        // COSE: {1: 2, 3: -7, -1: 1, -2: x, -3: y}.
        data.extend([0xa5, 0x01, 0x02, 0x03, 0x26, 0x20, 0x01, 0x21, 0x58, 0x20]);
        data.extend(&point[1..33]);
        data.extend([0x22, 0x58, 0x20]);
        data.extend(&point[33..65]);
        // CBOR: {"fmt": "none", "attStmt": {}, "authData": data}.
        let mut attestation = b"\xa3\x63fmt\x64none\x67attStmt\xa0\x68authData\x58".to_vec();
        attestation.push(u8::try_from(data.len()).expect("below 256"));
        attestation.extend(&data);
        let client = self.client_data("webauthn.create", &asked["challenge"]);
        self.credential(json!({
            "attestationObject": BASE64URL_NOPAD.encode(&attestation),
            "clientDataJSON": BASE64URL_NOPAD.encode(client.as_bytes()),
        }))
    }

    /// What `navigator.credentials.get` answers.
    pub fn get(&mut self, options: &Value) -> Value {
        let asked = &options["publicKey"];
        let data = self.data(asked["rpId"].as_str().expect("a relying party"), 0);
        let client = self.client_data("webauthn.get", &asked["challenge"]);
        let signed = [&data, digest(&SHA256, client.as_bytes()).as_ref()].concat();
        let signature = self.key.sign(&SystemRandom::new(), &signed).expect("signs");
        self.credential(json!({
            "authenticatorData": BASE64URL_NOPAD.encode(&data),
            "clientDataJSON": BASE64URL_NOPAD.encode(client.as_bytes()),
            "signature": BASE64URL_NOPAD.encode(signature.as_ref()),
            "userHandle": self.user,
        }))
    }

    fn data(&mut self, relying: &str, more: u8) -> Vec<u8> {
        let flags = PRESENT | more | if self.verifies { VERIFIED } else { 0 };
        let mut data = digest(&SHA256, relying.as_bytes()).as_ref().to_vec();
        data.push(flags);
        data.extend(self.counter.to_be_bytes());
        data
    }

    fn client_data(&self, kind: &str, challenge: &Value) -> String {
        json!({ "type": kind, "challenge": challenge, "origin": self.origin, "crossOrigin": false }).to_string()
    }

    fn credential(&self, response: Value) -> Value {
        let id = BASE64URL_NOPAD.encode(&self.id);
        json!({ "id": id, "rawId": id, "type": "public-key", "response": response, "clientExtensionResults": {} })
    }
}
