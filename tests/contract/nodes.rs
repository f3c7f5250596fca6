//! The nodes that run on one database.

use uuid::Uuid;

use super::{Backend, on_both};

on_both!(a_node_alone_writes_what_it_understands,);

async fn a_node_alone_writes_what_it_understands(backend: Backend) {
    let (nodes, node) = (backend.store.nodes(), Uuid::now_v7());
    assert_eq!((nodes.beat(node, 7).await, nodes.beat(node, 9).await), (Ok(7), Ok(9)), "its newest level counts");
    nodes.leave(node).await.expect("a database");
    assert_eq!(nodes.beat(Uuid::now_v7(), 12).await, Ok(12));
}

#[tokio::test]
async fn postgres_the_lowest_level_of_those_that_run_is_that_of_all_until_it_leaves_or_is_gone() {
    let backend = Backend::postgres().await;
    let (nodes, new, old) = (backend.store.nodes(), Uuid::now_v7(), Uuid::now_v7());
    assert_eq!((nodes.beat(new, 9).await, nodes.beat(old, 4).await, nodes.beat(new, 9).await), (Ok(9), Ok(4), Ok(4)));
    nodes.leave(old).await.expect("a database");
    assert_eq!(nodes.beat(new, 9).await, Ok(9));
    nodes.beat(old, 4).await.expect("a database");
    // Killed, and not seen for eleven seconds.
    backend.tamper("update nodes set seen_at = seen_at - 11000000 where feature_level = 4").await;
    assert_eq!(nodes.beat(new, 9).await, Ok(9));
}
