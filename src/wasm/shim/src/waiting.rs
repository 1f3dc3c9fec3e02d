//! Suspending a guest in a host call. The future holds nothing of the C++ side, so a suspended
//! guest can be dropped, or go on another thread, at any time.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use wasmtime::{Error, Result};

use crate::abi;
use crate::engine::SLICE_TICKS;
use crate::host::HostState;
use crate::lift::Cx;

pub type Answer<'a, R> = Box<dyn Future<Output = Result<R>> + Send + 'a>;

/// A call that may wait: `first` is how the call with the arguments went; `again` repeats it at
/// each poll while it is pending; `result` reads what it left in the host state.
pub fn waiting<'a, R: Send + 'a>(
    store: Cx<'a>,
    first: Result<i32>,
    again: fn(&mut HostState) -> i32,
    result: fn(&HostState) -> R,
) -> Answer<'a, R> {
    match first {
        Ok(first) => {
            Box::new(Waiting { store, outcome: Some(first), suspended: false, again, result })
        }
        Err(error) => Box::new(std::future::ready(Err(error))),
    }
}

struct Waiting<'a, R> {
    store: Cx<'a>,
    outcome: Option<i32>,
    suspended: bool,
    again: fn(&mut HostState) -> i32,
    result: fn(&HostState) -> R,
}

impl<R> Future for Waiting<'_, R> {
    type Output = Result<R>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<R>> {
        let this = &mut *self;
        let outcome = match this.outcome.take() {
            Some(first) => first,
            None => (this.again)(this.store.data_mut()),
        };
        match outcome {
            abi::READY => {
                if this.suspended {
                    this.store.set_epoch_deadline(SLICE_TICKS); // a fresh slice after sleep
                }
                Poll::Ready(Ok((this.result)(this.store.data())))
            }
            abi::PENDING => {
                this.suspended = true;
                Poll::Pending
            }
            abi::YIELD => {
                this.suspended = true;
                this.outcome = Some(abi::READY);
                cx.waker().wake_by_ref();
                Poll::Pending
            }
            _ => Poll::Ready(Err(this.store.data().trap())),
        }
    }
}

/// A call that never waits. `YIELD` suspends the guest right here, once: at an epoch check it could
/// go on for a whole slice, because compiled code keeps the deadline in a register.
pub fn finish<'a>(store: Cx<'a>, outcome: Result<i32>) -> Answer<'a, ()> {
    match outcome {
        Ok(abi::READY) => Box::new(Done), // no size, so nothing is allocated
        Ok(abi::YIELD) => Box::new(YieldOnce { store, yielded: false }),
        Ok(_) => Box::new(std::future::ready(Err(store.data().trap()))),
        Err(error) => Box::new(std::future::ready(Err::<(), Error>(error))),
    }
}

struct Done;

impl Future for Done {
    type Output = Result<()>;

    fn poll(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Result<()>> {
        Poll::Ready(Ok(()))
    }
}

struct YieldOnce<'a> {
    store: Cx<'a>,
    yielded: bool,
}

impl Future for YieldOnce<'_> {
    type Output = Result<()>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<()>> {
        if self.yielded {
            self.store.set_epoch_deadline(SLICE_TICKS);
            return Poll::Ready(Ok(()));
        }
        self.yielded = true;
        cx.waker().wake_by_ref();
        Poll::Pending
    }
}
