//! What people keep for themselves: each their own, no more than may be, gone with them and with the organization.

use lockstep::store::kept::{Kept, OwnView};
use lockstep_protocol::ids::{AccountId, BoardId, OrgId, ViewId};
use uuid::Uuid;

use super::{Backend, accounts::account, on_both};

on_both!(
    a_view_is_of_one_person_and_one_board,
    of_many_views_kept_at_once_there_are_no_more_than_may_be,
    a_star_is_given_once_and_taken_back,
    of_many_stars_given_at_once_there_are_no_more_than_may_be,
    what_is_kept_goes_with_its_person_and_with_the_organization,
);

const NOW: i64 = 1_000_000_000_000;
const MOST: (usize, usize) = (50, 200);
const DONE: Kept = Kept::Is { changed: true };

fn view(name: &str) -> OwnView {
    OwnView { id: ViewId(Uuid::now_v7()), name: name.into(), look: "{}".into() }
}

fn place() -> (OrgId, BoardId) {
    (OrgId(Uuid::now_v7()), BoardId(Uuid::now_v7()))
}

async fn a_view_is_of_one_person_and_one_board(backend: Backend) {
    let keeps = backend.store.keeps();
    let (ana, ben) = (account(&backend, "ana@example.org").await, account(&backend, "ben@example.org").await);
    let (here, there) = (place(), place());
    let (mut mine, other) = (view("Zebra"), view("Ant"));
    for one in [&mine, &other] {
        assert_eq!(keeps.put_view(ana, here, one, MOST, NOW).await, Ok(DONE));
    }
    assert_eq!(keeps.views(ana, here.1).await, Ok(vec![other.clone(), mine.clone()]), "by name");
    assert_eq!(keeps.views(ben, here.1).await, Ok(vec![]));
    assert_eq!(keeps.views(ana, there.1).await, Ok(vec![]));
    assert_eq!(keeps.view(ben, here.1, mine.id).await, Ok(None));
    assert_eq!(keeps.view(ana, there.1, mine.id).await, Ok(None));
    // Another's view may have the same id: neither hears of the other.
    let theirs = OwnView { name: "Theirs".into(), ..mine.clone() };
    assert_eq!(keeps.put_view(ben, here, &theirs, MOST, NOW).await, Ok(DONE));
    mine.look = r#"{"lanes":{"by":"due"}}"#.into();
    assert_eq!(keeps.put_view(ana, here, &mine, MOST, NOW).await, Ok(DONE));
    assert_eq!(keeps.view(ana, here.1, mine.id).await, Ok(Some(mine.clone())));
    assert_eq!(keeps.view(ben, here.1, mine.id).await, Ok(Some(theirs)));
    // A view does not go over to another board.
    assert_eq!(keeps.put_view(ana, there, &mine, MOST, NOW).await, Ok(Kept::Nowhere));
    assert_eq!(keeps.put_view(ana, (there.0, here.1), &mine, MOST, NOW).await, Ok(Kept::Nowhere));
    assert_eq!(keeps.remove_view(ana, there.1, mine.id).await, Ok(false));
    assert_eq!(keeps.remove_view(ana, here.1, mine.id).await, Ok(true));
    assert_eq!(keeps.remove_view(ana, here.1, mine.id).await, Ok(false));
    assert!(keeps.view(ben, here.1, mine.id).await.expect("a database").is_some());
}

async fn of_many_views_kept_at_once_there_are_no_more_than_may_be(backend: Backend) {
    let ana = account(&backend, "ana@example.org").await;
    let (here, there) = (place(), place());
    let asked = (0..12).map(|at| {
        let keeps = backend.store.keeps().clone();
        tokio::spawn(async move { keeps.put_view(ana, here, &view(&format!("View {at}")), (3, 5), NOW).await })
    });
    let asked: Vec<_> = asked.collect();
    let mut kept = 0;
    for one in asked {
        match one.await.expect("no panic").expect("a database") {
            Kept::Is { .. } => kept += 1,
            outcome => assert_eq!(outcome, Kept::Full { limit: 3 }),
        }
    }
    assert_eq!(kept, 3);
    let keeps = backend.store.keeps();
    let known = keeps.views(ana, here.1).await.expect("a database");
    assert_eq!(known.len(), 3);
    assert_eq!(keeps.put_view(ana, here, &known[0], (3, 5), NOW).await, Ok(DONE), "one of them changes");
    for _ in 0..2 {
        assert_eq!(keeps.put_view(ana, there, &view("More"), (3, 5), NOW).await, Ok(DONE));
    }
    assert_eq!(
        keeps.put_view(ana, there, &view("Over"), (3, 5), NOW).await,
        Ok(Kept::Full { limit: 5 }),
        "of all boards"
    );
}

async fn a_star_is_given_once_and_taken_back(backend: Backend) {
    let keeps = backend.store.keeps();
    let (ana, ben) = (account(&backend, "ana@example.org").await, account(&backend, "ben@example.org").await);
    let (first, second) = (place(), place());
    assert_eq!(keeps.star(ana, first, 9, NOW).await, Ok(DONE));
    assert_eq!(keeps.star(ana, first, 9, NOW + 5).await, Ok(Kept::Is { changed: false }));
    assert_eq!(keeps.star(ana, second, 9, NOW + 1).await, Ok(DONE));
    assert_eq!(keeps.stars(ana).await, Ok(vec![first, second]));
    assert_eq!(keeps.stars(ben).await, Ok(vec![]));
    assert_eq!(keeps.unstar(ben, first.1).await, Ok(false));
    assert_eq!(keeps.unstar(ana, first.1).await, Ok(true));
    assert_eq!(keeps.unstar(ana, first.1).await, Ok(false));
    assert_eq!(keeps.stars(ana).await, Ok(vec![second]));
}

async fn of_many_stars_given_at_once_there_are_no_more_than_may_be(backend: Backend) {
    let ana = account(&backend, "ana@example.org").await;
    let asked: Vec<_> = (0..12)
        .map(|_| {
            let keeps = backend.store.keeps().clone();
            tokio::spawn(async move { keeps.star(ana, place(), 4, NOW).await })
        })
        .collect();
    for one in asked {
        one.await.expect("no panic").expect("a database");
    }
    assert_eq!(backend.store.keeps().stars(ana).await.expect("a database").len(), 4);
}

async fn what_is_kept_goes_with_its_person_and_with_the_organization(backend: Backend) {
    let keeps = backend.store.keeps();
    let (ana, ben) = (account(&backend, "ana@example.org").await, account(&backend, "ben@example.org").await);
    let (here, there) = (place(), place());
    for who in [ana, ben] {
        for at in [here, there] {
            keeps.put_view(who, at, &view("Mine"), MOST, NOW).await.expect("a database");
            keeps.star(who, at, 9, NOW).await.expect("a database");
        }
    }
    keeps.forget_org(here.0).await.expect("a database");
    for who in [ana, ben] {
        assert_eq!(keeps.views(who, here.1).await, Ok(vec![]));
        assert_eq!(keeps.stars(who).await, Ok(vec![there]));
        assert_eq!(keeps.views(who, there.1).await.expect("a database").len(), 1);
    }
    backend.store.accounts().erase(ana, NOW + 1).await.expect("a database");
    assert_eq!(keeps.views(ana, there.1).await, Ok(vec![]));
    assert_eq!(keeps.stars(ana).await, Ok(vec![]));
    assert_eq!(keeps.stars(ben).await, Ok(vec![there]));
    for who in [ana, AccountId(Uuid::now_v7())] {
        assert_eq!(keeps.put_view(who, there, &view("Late"), MOST, NOW).await, Ok(Kept::Nowhere), "forgotten");
        assert_eq!(keeps.star(who, there, 9, NOW).await, Ok(Kept::Nowhere));
    }
}
