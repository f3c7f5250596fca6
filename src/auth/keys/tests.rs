//! Keys: made once, kept, readable by the owner alone, refused when they are not.

use super::*;

#[test]
fn keys_are_made_once_and_kept() {
    let folder = tempfile::tempdir().expect("a folder");
    let first = ServerKeys::open(folder.path(), 1_000_000).expect("keys");
    let second = ServerKeys::open(folder.path(), 2_000_000).expect("keys");
    assert_eq!(first.signing.len(), 1);
    assert_eq!(first.signing[0].kid, second.signing[0].kid);
    assert_eq!(hmac::sign(&first.refresh, b"x").as_ref(), hmac::sign(&second.refresh, b"x").as_ref());
    assert_eq!(first.signing[0].kid.len(), 43, "a SHA-256 in base64url");
    assert_eq!(first.push.public, second.push.public);
    assert_eq!((first.push.public.len(), first.push.public[0]), (65, 4), "a point, uncompressed");
}

#[test]
fn the_newest_key_signs_and_older_ones_still_verify() {
    let folder = tempfile::tempdir().expect("a folder");
    let old = ServerKeys::open(folder.path(), 1_000_000).expect("keys");
    let document = Ed25519KeyPair::generate_pkcs8(&SystemRandom::new()).expect("a key");
    create_file(&folder.path().join("keys/access-0000000000000009.pk8"), document.as_ref()).expect("written");
    let both = ServerKeys::open(folder.path(), 2_000_000).expect("keys");
    assert_eq!(both.signing.len(), 2);
    assert_eq!(both.signing[1].kid, old.signing[0].kid);
}

#[cfg(unix)]
#[test]
fn a_key_that_others_may_read_is_refused() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().expect("a folder");
    ServerKeys::open(folder.path(), 1_000_000).expect("keys");
    for name in ["access-0000000000000001.pk8", "refresh.key", "factors.key", "push.key"] {
        let path = folder.path().join("keys").join(name);
        assert_eq!(fs::metadata(&path).expect("it is there").permissions().mode() & 0o777, 0o600);
        fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).expect("changed");
        assert!(matches!(ServerKeys::open(folder.path(), 1), Err(KeyError::Exposed(exposed)) if exposed == path));
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).expect("changed");
    }
}

#[test]
fn a_damaged_or_short_key_is_refused_with_its_name() {
    let folder = tempfile::tempdir().expect("a folder");
    ServerKeys::open(folder.path(), 1_000_000).expect("keys");
    let path = folder.path().join("keys/refresh.key");
    fs::remove_file(&path).expect("removed");
    create_file(&path, b"short").expect("written");
    assert!(matches!(ServerKeys::open(folder.path(), 1), Err(KeyError::Weak(weak)) if weak == path));
    let path = folder.path().join("keys/push.key");
    let kept = fs::read(&path).expect("a key");
    fs::remove_file(&path).expect("removed");
    create_file(&path, b"no key").expect("written");
    let refused = ServerKeys::open(folder.path(), 1);
    assert!(matches!(refused, Err(KeyError::Weak(_))), "the first that is wrong is told");
    fs::remove_file(folder.path().join("keys/refresh.key")).expect("removed");
    assert!(matches!(ServerKeys::open(folder.path(), 1), Err(KeyError::NoPushKey(wrong)) if wrong == path));
    fs::remove_file(&path).expect("removed");
    create_file(&path, &kept).expect("written");
    let path = folder.path().join("keys/access-0000000000000002.pk8");
    create_file(&path, b"no key").expect("written");
    assert!(matches!(ServerKeys::open(folder.path(), 1), Err(KeyError::Damaged(damaged)) if damaged == path));
}
