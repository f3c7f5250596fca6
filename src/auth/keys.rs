//! The server's secrets on disk: the keys that sign access tokens, the key that successors of refresh tokens are derived with,
//! the one that secrets of second factors are sealed with, and the one that push services know this server by. Made at the first
//! start, readable by the owner alone. It must never write a key into a log or an answer.

use std::{
    fs,
    io::{self, Write},
    path::{Path, PathBuf},
};

use aws_lc_rs::{
    hmac,
    rand::SystemRandom,
    signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair},
};
use lockstep_protocol::values::Micros;

/// Why the keys cannot be used; the text says what to do.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    #[error("{path}: {error}")]
    Io { path: PathBuf, error: io::Error },
    #[error("{0}: others may read this key; run chmod 600 on it")]
    Exposed(PathBuf),
    #[error("{0}: this is not an Ed25519 key in PKCS#8; remove it to have another one made (everybody logs in again)")]
    Damaged(PathBuf),
    #[error(
        "{0}: the secret is shorter than 32 bytes; put the old one back, or remove it to have another one made (what was made with it is worth nothing then)"
    )]
    Weak(PathBuf),
    #[error(
        "{0}: this is not a P-256 key in PKCS#8; put the old one back, or remove it to have another one made (browsers are asked again whether they want notifications)"
    )]
    NoPushKey(PathBuf),
    #[error("the system gave no randomness")]
    NoRandomness,
}

/// A key that signs access tokens.
pub struct SigningKey {
    /// RFC 7638 thumbprint of the public key: names the key in a token's header.
    pub kid: String,
    pub pkcs8: Vec<u8>,
    pub public: [u8; 32],
}

/// What `keys/` in the data folder holds.
pub struct ServerKeys {
    /// Newest first: the first signs, all verify. To rotate: put a newer file beside the old one, and remove the old one when
    /// its tokens have expired.
    pub signing: Vec<SigningKey>,
    /// HMAC-SHA-256: see `refresh`.
    pub refresh: hmac::Key,
    /// What one-time codes are made with: see `codes`.
    pub codes: hmac::Key,
    /// Seals what nodes tell each other; nodes of one cluster share the folder `keys/`.
    pub cluster: [u8; 32],
    /// What secrets of second factors are sealed with, and sums of tokens for programs made: see `vault`. Without it those are lost,
    /// and their owners are let in by a passkey alone; these are worth nothing.
    pub factors: [u8; 32],
    /// What secrets of webhooks follow from: see `webhooks`.
    pub webhooks: hmac::Key,
    /// What this server proves to push services who it is with (RFC 8292). Browsers that were subscribed with another one are told nothing more.
    pub push: PushKey,
}

/// A pair of keys on P-256.
#[derive(Clone)]
pub struct PushKey {
    pub pkcs8: Vec<u8>,
    /// The point, uncompressed, as browsers take it.
    pub public: Vec<u8>,
}

impl ServerKeys {
    /// Reads the keys; makes those that are missing.
    pub fn open(data_dir: &Path, now: Micros) -> Result<Self, KeyError> {
        let folder = data_dir.join("keys");
        create_folder(&folder)?;
        let mut signing = signing_keys(&folder)?;
        if signing.is_empty() {
            let document = Ed25519KeyPair::generate_pkcs8(&SystemRandom::new()).map_err(|_| KeyError::NoRandomness)?;
            let path = folder.join(format!("access-{:016}.pk8", now / 1_000_000));
            create_file(&path, document.as_ref())?;
            signing.push(signing_key(&path)?);
        }
        let secret = secret_file(folder.join("refresh.key"))?;
        let cluster = blake3::derive_key("lockstep 2026-11 notices between nodes", &secret);
        let codes = blake3::derive_key("lockstep 2026-11 one-time codes", &secret);
        let factors = secret_file(folder.join("factors.key"))?;
        let webhooks = blake3::derive_key("lockstep 2026-11 secrets of webhooks", &factors);
        let factors = blake3::derive_key("lockstep 2026-11 second factors", &factors);
        Ok(Self {
            signing,
            refresh: hmac::Key::new(hmac::HMAC_SHA256, &secret),
            codes: hmac::Key::new(hmac::HMAC_SHA256, &codes),
            cluster,
            factors,
            webhooks: hmac::Key::new(hmac::HMAC_SHA256, &webhooks),
            push: push_key(folder.join("push.key"))?,
        })
    }
}

/// The key of this server among push services, made up where there is none.
fn push_key(path: PathBuf) -> Result<PushKey, KeyError> {
    if !path.exists() {
        let made = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &SystemRandom::new());
        create_file(&path, made.map_err(|_| KeyError::NoRandomness)?.as_ref())?;
    }
    let pkcs8 = read_file(&path)?;
    let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &pkcs8);
    let public = pair.map_err(|_| KeyError::NoPushKey(path))?.public_key().as_ref().to_vec();
    Ok(PushKey { pkcs8, public })
}

/// A secret of at least 32 bytes, made up where there is none.
fn secret_file(path: PathBuf) -> Result<Vec<u8>, KeyError> {
    if !path.exists() {
        let mut secret = [0_u8; 32];
        aws_lc_rs::rand::fill(&mut secret).map_err(|_| KeyError::NoRandomness)?;
        create_file(&path, &secret)?;
    }
    let secret = read_file(&path)?;
    if secret.len() < 32 { Err(KeyError::Weak(path)) } else { Ok(secret) }
}

fn signing_keys(folder: &Path) -> Result<Vec<SigningKey>, KeyError> {
    let failed = |error| KeyError::Io { path: folder.to_owned(), error };
    let mut paths = Vec::new();
    for entry in fs::read_dir(folder).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        if path.extension().is_some_and(|extension| extension == "pk8") {
            paths.push(path);
        }
    }
    // Names begin with the time of making.
    paths.sort_unstable_by(|left, right| right.cmp(left));
    paths.iter().map(|path| signing_key(path)).collect()
}

fn signing_key(path: &Path) -> Result<SigningKey, KeyError> {
    let pkcs8 = read_file(path)?;
    let damaged = || KeyError::Damaged(path.to_owned());
    let pair = Ed25519KeyPair::from_pkcs8(&pkcs8).map_err(|_| damaged())?;
    let public: [u8; 32] = pair.public_key().as_ref().try_into().map_err(|_| damaged())?;
    Ok(SigningKey { kid: thumbprint(&public), pkcs8, public })
}

/// RFC 7638 section 3 with the members of RFC 8037 section 2, in the order it asks for.
fn thumbprint(public: &[u8; 32]) -> String {
    let x = data_encoding::BASE64URL_NOPAD.encode(public);
    let canonical = format!(r#"{{"crv":"Ed25519","kty":"OKP","x":"{x}"}}"#);
    let sum = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, canonical.as_bytes());
    data_encoding::BASE64URL_NOPAD.encode(sum.as_ref())
}

fn create_folder(folder: &Path) -> Result<(), KeyError> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder).map_err(|error| KeyError::Io { path: folder.to_owned(), error })
}

/// Never overwrites: of two servers that start at once on one folder, the second reads what the first made.
fn create_file(path: &Path, bytes: &[u8]) -> Result<(), KeyError> {
    let failed = |error| KeyError::Io { path: path.to_owned(), error };
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = match options.open(path) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => return Ok(()),
        opened => opened.map_err(failed)?,
    };
    file.write_all(bytes).and_then(|()| file.sync_all()).map_err(failed)
}

fn read_file(path: &Path) -> Result<Vec<u8>, KeyError> {
    let failed = |error| KeyError::Io { path: path.to_owned(), error };
    #[cfg(unix)]
    {
        let mode = std::os::unix::fs::PermissionsExt::mode(&fs::metadata(path).map_err(failed)?.permissions());
        if mode & 0o077 != 0 {
            return Err(KeyError::Exposed(path.to_owned()));
        }
    }
    fs::read(path).map_err(failed)
}

#[cfg(test)]
mod tests;
