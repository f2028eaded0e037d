//! What is asked of the allocator, and how much of it is held.

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

/// The system's allocator, and with it the address sanitizer's, with a count. A target runs on one thread.
struct Counting;

#[global_allocator]
static ALLOCATOR: Counting = Counting;

static ASKED: AtomicUsize = AtomicUsize::new(0);
static RETURNED: AtomicUsize = AtomicUsize::new(0);

#[expect(unsafe_code, reason = "there is no other way to be an allocator")]
// SAFETY: both calls are passed on as they came. What reallocates does so by these two.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        ASKED.fetch_add(layout.size(), Relaxed);
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, memory: *mut u8, layout: Layout) {
        RETURNED.fetch_add(layout.size(), Relaxed);
        unsafe { System.dealloc(memory, layout) }
    }
}

/// How many bytes were asked for while `run` ran, whether they were given back or not.
pub fn asked<T>(run: impl FnOnce() -> T) -> (usize, T) {
    let before = ASKED.load(Relaxed);
    let result = run();
    (ASKED.load(Relaxed) - before, result)
}

/// How many bytes are held now.
pub fn held() -> usize {
    ASKED.load(Relaxed) - RETURNED.load(Relaxed)
}
