//! When does an answer leave? When those are made too that others wait for already.
//!
//! To send an answer wakes its client, the dearest part of what the kernel does for a review. A
//! client of many connections is woken once for answers that leave one after the other, and what
//! decides about pods runs on while all it needs is in the processor's caches.

use std::{future::poll_fn, sync::Arc, task::Poll};

/// A server's connections. The server has one copy, and each open connection another.
#[derive(Clone, Debug, Default)]
pub(super) struct Neighbours(Arc<()>);

impl Neighbours {
    /// Lets every task go on first that can. At once where this is the only connection.
    pub(super) async fn first(&self) {
        let mut is_behind = Arc::strong_count(&self.0) <= 2;
        poll_fn(|context| {
            if is_behind {
                return Poll::Ready(());
            }
            is_behind = true;
            // Unlike `yield_now`, which has the kernel asked for more to do before.
            context.waker().wake_by_ref();
            Poll::Pending
        })
        .await;
    }
}

#[cfg(test)]
mod tests {
    use std::{cell::RefCell, future::Future as _, pin::pin, rc::Rc, task::Context};

    use tokio::task::LocalSet;

    use super::*;

    #[tokio::test]
    async fn all_that_wait_are_decided_before_the_first_is_answered() {
        let server = Neighbours::default();
        let told = Rc::new(RefCell::new(Vec::new()));
        let tasks = LocalSet::new();
        for number in 1..=3 {
            let (connection, told) = (server.clone(), Rc::clone(&told));
            tasks.spawn_local(async move {
                told.borrow_mut().push(format!("{number} decided"));
                connection.first().await;
                told.borrow_mut().push(format!("{number} answered"));
            });
        }
        tasks.await;
        let expected = ["1 decided", "2 decided", "3 decided"];
        assert_eq!(told.borrow()[..3], expected);
        assert_eq!(told.borrow()[3..5], ["1 answered", "2 answered"]);
    }

    #[test]
    fn a_connection_without_others_waits_for_nobody() {
        let server = Neighbours::default();
        let connection = server.clone();
        let mut context = Context::from_waker(std::task::Waker::noop());
        assert!(pin!(connection.first()).poll(&mut context).is_ready());
        let other = server.clone();
        assert!(pin!(connection.first()).poll(&mut context).is_pending());
        drop(other);
        assert!(pin!(connection.first()).poll(&mut context).is_ready());
    }
}
