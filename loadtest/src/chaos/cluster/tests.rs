//! The deployed NGINX configuration, made fit for a machine of one's own.

use super::{NGINX, configured};

#[test]
fn the_deployed_configuration_gets_these_nodes_and_no_tls() {
    let text = configured(NGINX, ([127, 0, 0, 1], 80).into(), &[4001, 4002]);
    let has = |what: &str| text.lines().any(|line| line.trim_start().starts_with(what));
    assert!(has("server 127.0.0.1:4001 max_fails=1 fail_timeout=1s;") && has("server 127.0.0.1:4002"), "{text}");
    assert!(has("listen 127.0.0.1:80;") && !text.contains("ssl") && !text.contains("3080"), "{text}");
    assert!(has("proxy_pass http://lockstep;"), "{text}");
}
