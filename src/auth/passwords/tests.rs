//! Passwords: the policy, the parameters, the bounded queue.

use super::*;

fn secret(text: &str) -> SecretString {
    SecretString::from(text.to_owned())
}

#[test]
fn a_password_is_long_enough_and_hard_to_guess() {
    let limits = Limits::default();
    let check = |password: &str| check_policy(&secret(password), "ana.lopez@example.org", "Ana Lopez", &limits);
    let code = |password: &str| check(password).map_err(|failure| failure.code);
    assert_eq!(code("velvet-otter-drums-92"), Ok(()));
    assert_eq!(code("correct horse battery staple"), Ok(()));
    assert_eq!(code("k7#Qm2!xW9z"), Err(Code::FieldInvalid), "eleven characters");
    assert_eq!(code("aaaaaaaaaaaa"), Err(Code::PasswordWeak));
    assert_eq!(code("password1234"), Err(Code::PasswordWeak));
    assert_eq!(code("ana.lopez@example.org"), Err(Code::PasswordWeak), "the address");
    assert_eq!(code("lockstepboard"), Err(Code::PasswordWeak), "name and product");
    let longest = "velvet otter ".repeat(20)[..limits.password_chars_max].to_owned();
    assert_eq!(code(&longest), Ok(()));
    let failure = check(&format!("{longest}x")).expect_err("one too many");
    assert_eq!((failure.code, failure.limit), (Code::FieldTooLong, Some(limits.password_chars_max as u64)));
}

#[tokio::test]
async fn only_the_password_of_a_known_account_matches() {
    let passwords = Passwords::new().expect("hashes");
    let hash = passwords.hash(secret("velvet-otter-drums-92")).await.expect("hashes");
    assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{hash}");
    assert_eq!(passwords.verify(secret("velvet-otter-drums-92"), Some(hash.clone())).await, Ok(true));
    assert_eq!(passwords.verify(secret("velvet-otter-drums-93"), Some(hash)).await, Ok(false));
    assert_eq!(passwords.verify(secret("velvet-otter-drums-92"), None).await, Ok(false));
}

#[tokio::test]
async fn a_flood_of_log_ins_is_told_to_come_back() {
    let passwords = Passwords::new().expect("hashes");
    let held = passwords.admitted.clone().acquire_many_owned((WORKERS + QUEUE) as u32).await.expect("open");
    let failure = passwords.hash(secret("velvet-otter-drums-92")).await.expect_err("the queue is full");
    assert_eq!(failure.code, Code::Busy);
    assert!(failure.temporary && failure.retry_after_ms.is_some());
    drop(held);
    assert!(passwords.hash(secret("velvet-otter-drums-92")).await.is_ok());
}

/// Without the dummy hash an unknown address would be answered hundreds of times faster.
#[tokio::test]
async fn an_unknown_address_takes_as_long_as_a_wrong_password() {
    let passwords = Passwords::new().expect("hashes");
    let hash = passwords.hash(secret("velvet-otter-drums-92")).await.expect("hashes");
    let mut times = [Vec::new(), Vec::new()];
    for _ in 0..9 {
        for (known, times) in times.iter_mut().enumerate() {
            let started = tokio::time::Instant::now();
            let stored = (known == 1).then(|| hash.clone());
            assert_eq!(passwords.verify(secret("wrong-otter-drums-92"), stored).await, Ok(false));
            times.push(started.elapsed().as_secs_f64());
        }
    }
    let [unknown, wrong] = times.map(|mut times| {
        times.sort_by(f64::total_cmp);
        times[times.len() / 2]
    });
    let ratio = unknown / wrong;
    assert!((0.4..2.5).contains(&ratio), "unknown {unknown} s, wrong {wrong} s");
}
