//! The OpenAPI document against the server: requests made of the document, fitting and broken ones, and every answer judged by
//! it. It knows nothing of what a route means, so a new one is tested as soon as it is described.

mod draws;
mod requests;
mod scene;
mod schema;
mod values;

use std::collections::{BTreeMap, BTreeSet};

use reqwest::Method;
use serde_json::Value;

use super::{Answer, App};
use draws::Draws;
use requests::{As, Operation, Request, before};
use scene::Scene;
use schema::Judge;
use values::Maker;

/// Tries of each operation as the document describes it, and broken ones. More find more: `OPENAPI_TRIES=40`.
const FITTING: usize = 6;
const BROKEN: usize = 10;
/// At least so many of a hundred operations must have succeeded: else little was tried. One in six never can: they take what only a
/// mail, a provider, a passkey or an authenticator app gives.
const SUCCEEDED_PERCENT: usize = 75;
/// The draws of a failing run are those of its seed: `OPENAPI_SEED=…`.
const SEED: u64 = 5;

struct Run<'a> {
    app: &'a App,
    judge: &'a Judge<'a>,
    draws: Draws,
    scene: Scene<'a>,
    succeeded: BTreeSet<String>,
    /// How each operation was refused where the request was as described.
    refused: BTreeMap<String, BTreeSet<String>>,
    /// What is wrong, with the first request that showed it.
    findings: BTreeMap<String, String>,
}

impl<'a> Run<'a> {
    async fn ask(&self, operation: &Operation<'_>, request: &Request) -> Answer {
        let mut sent = self.app.request(operation.method.clone(), &request.target);
        let token = match request.who {
            As::Owner => Some(self.scene.owner.token()),
            As::Member => Some(self.scene.member.token()),
            As::Stranger => Some(self.scene.stranger.token()),
            As::Garbage => Some("x.y.z"),
            As::Nobody => None,
        };
        if let Some(token) = token {
            sent = sent.bearer_auth(token);
        }
        for (name, value) in &request.headers {
            sent = sent.header(*name, value);
        }
        if operation.is_open() && !request.headers.iter().any(|(name, _)| *name == "origin") {
            sent = sent.header("origin", &self.app.url);
        }
        if let Some(body) = &request.body {
            sent = sent.body(body.clone());
        }
        super::send(sent).await
    }

    /// Whether it may have changed something.
    async fn try_one(&mut self, operation: &Operation<'a>, request: &Request) -> bool {
        let answer = self.ask(operation, request).await;
        if answer.status.is_success() {
            self.succeeded.insert(operation.name());
        } else if request.fits {
            let why = format!("{:?} {} {}", request.who, answer.status.as_u16(), answer.body["code"]);
            self.refused.entry(operation.name()).or_default().insert(why);
        }
        for wrong in self.wrong(operation, request, &answer) {
            let sent = String::from_utf8_lossy(request.body.as_deref().unwrap_or_default()).into_owned();
            let shown = format!(
                "{:?} {:.200} {:?} {sent:.300}\n      -> {} {:.400}",
                request.who,
                request.target,
                request.headers,
                answer.status,
                answer.body.to_string()
            );
            self.findings.entry(format!("{}: {wrong}", operation.name())).or_insert(shown);
        }
        answer.status.is_success() && operation.method != Method::GET
    }

    /// Everything that is wrong with an answer.
    fn wrong(&self, operation: &Operation<'a>, request: &Request, answer: &Answer) -> Vec<String> {
        let mut wrong = Vec::new();
        let status = answer.status.as_u16();
        let code = answer.body["code"].as_str().unwrap_or_default();
        // Whoever asks for what is not there yet is told to come back.
        if status >= 500 && code != "behind" {
            wrong.push(format!("{status} {code}"));
        }
        if !operation.is_open() && matches!(request.who, As::Nobody | As::Garbage) && !matches!(status, 401 | 413) {
            wrong.push(format!("{status} without a credential"));
        }
        if operation.body().is_some() && !request.fits && answer.status.is_success() {
            wrong.push("takes a body that the document does not allow".to_owned());
        }
        if answer.header("x-request-id").len() != 32 {
            wrong.push("no request id".to_owned());
        }
        let described = &operation.is["responses"][status.to_string()];
        if described.is_null() {
            wrong.push(format!("{status} is not in the document"));
            return wrong;
        }
        let described = self.judge.resolve(described);
        let contents = described["content"].as_object();
        if let Some(others) = contents.filter(|contents| contents.keys().all(|media| !media.ends_with("json"))) {
            let media = answer.header("content-type").split(';').next().unwrap_or_default();
            if !others.contains_key(media) {
                wrong.push(format!("{status} is {:?}", answer.header("content-type")));
            }
            return wrong;
        }
        let Some((media, content)) = contents.and_then(|content| content.iter().next()) else {
            if answer.body != "" {
                wrong.push(format!("{status} has a body"));
            }
            return wrong;
        };
        if answer.header("content-type") != media {
            wrong.push(format!("{status} is {:?}", answer.header("content-type")));
        }
        if let Err(why) = self.judge.check(&content["schema"], &answer.body, "") {
            wrong.push(format!("{status}: {why}"));
        }
        let is_problem = media == "application/problem+json";
        if is_problem != (status >= 400) {
            wrong.push(format!("{status} is of the wrong kind"));
        }
        let same = |member: &str, value: Value| answer.body[member] == value;
        if is_problem && !(same("status", status.into()) && same("request_id", answer.header("x-request-id").into())) {
            wrong.push("a problem of another answer".to_owned());
        }
        wrong
    }

    async fn try_all(&mut self, operation: &Operation<'a>, tries: usize) {
        for at in 0..FITTING + tries {
            let fitting = at < FITTING;
            let mut maker = Maker { judge: self.judge, scene: &self.scene, draws: &mut self.draws };
            let request = if fitting { maker.described(operation) } else { maker.broken(operation) };
            if fitting && let Some((method, ending, other)) = before(operation) {
                let path = format!("{}{other}", request.target.strip_suffix(ending).unwrap_or(&request.target));
                let earlier = Operation { method, path: operation.path, is: operation.is };
                self.ask(&earlier, &Request { target: path, ..request.clone() }).await;
            }
            if self.try_one(operation, &request).await && !self.scene.stands(operation.path).await {
                self.scene = Scene::new(self.app).await;
            }
        }
    }
}

fn number(name: &str, default: u64) -> u64 {
    let given = std::env::var(name).ok();
    given.map_or(default, |word| word.parse().unwrap_or_else(|_| panic!("{name}={word} is no number")))
}

#[tokio::test]
async fn what_the_document_says_is_what_the_server_does() {
    let (seed, tries) = (number("OPENAPI_SEED", SEED), number("OPENAPI_TRIES", BROKEN as u64) as usize);
    let app = App::start_with(Default::default(), &["--registrations-max", "1000000"]).await;
    let document = app.get("/api/openapi.json").await.ok();
    let judge = Judge(&document);
    let mut operations = Operation::all(&document);
    // What puts away, and then what takes away, comes when everything else was tried.
    operations.sort_by_key(|operation| match operation.path.rsplit('/').next() {
        _ if operation.method == Method::DELETE => 3,
        Some("unarchive") => 2,
        Some("archive") => 1,
        _ => 0,
    });
    let scene = Scene::new(&app).await;
    let draws = Draws::new(seed);
    let (succeeded, refused, findings) = Default::default();
    let mut run = Run { app: &app, judge: &judge, draws, scene, succeeded, refused, findings };
    for operation in &operations {
        run.try_all(operation, tries).await;
    }
    // After all that it is as it was.
    app.get("/livez").await.is(204);
    Scene::new(&app).await;
    let Run { succeeded, mut refused, findings, .. } = run;
    let found: Vec<String> = findings.iter().map(|(what, how)| format!("{what}\n      {how}")).collect();
    assert!(found.is_empty(), "seed {seed}, {} findings:\n{}", found.len(), found.join("\n"));
    refused.retain(|name, _| !succeeded.contains(name));
    let enough = succeeded.len() * 100 >= operations.len() * SUCCEEDED_PERCENT;
    assert!(enough, "{} of {} succeeded; never: {refused:#?}", succeeded.len(), operations.len());
    app.stop().await;
}
