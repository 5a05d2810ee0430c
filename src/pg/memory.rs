//! Rust's memory. Where the operating system has none left, the session ends; Rust itself would abort the process, which ends
//! the sessions of the whole server. What is as large as users like is reserved first, and is an ERROR there.

use super::guard::out_of_memory;
use crate::error::{Report, raise};
use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

struct Memory;

#[global_allocator]
static MEMORY: Memory = Memory;

thread_local! {
    /// Somebody who asks sees to a failure himself.
    static ASKING: Cell<bool> = const { Cell::new(false) };
}

fn checked(memory: *mut u8) -> *mut u8 {
    if memory.is_null() && !ASKING.get() {
        out_of_memory();
    }
    memory
}

// SAFETY: the system's allocator; what cannot be had ends the session without unwinding.
unsafe impl GlobalAlloc for Memory {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: promised by the caller, as in the others.
        checked(unsafe { System.alloc(layout) })
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        // SAFETY: see above.
        checked(unsafe { System.alloc_zeroed(layout) })
    }

    unsafe fn realloc(&self, memory: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        // SAFETY: see above.
        checked(unsafe { System.realloc(memory, layout, size) })
    }

    unsafe fn dealloc(&self, memory: *mut u8, layout: Layout) {
        // SAFETY: see above.
        unsafe { System.dealloc(memory, layout) };
    }
}

/// Makes room for so many more. Raises 53200 where there is none.
pub fn reserve<T>(list: &mut Vec<T>, more: usize) {
    if list.capacity() - list.len() >= more {
        return;
    }
    ASKING.set(true);
    let reserved = list.try_reserve(more);
    ASKING.set(false);
    if reserved.is_err() {
        raise(
            Report::new("53200", "out of memory".to_owned())
                .detail(format!("Failed on request of {} bytes.", more.saturating_mul(size_of::<T>()))),
        );
    }
}

/// A copy of these bytes. Raises 53200 where there is no room for it.
pub fn copied(bytes: &[u8]) -> Vec<u8> {
    let mut copy = Vec::new();
    reserve(&mut copy, bytes.len());
    copy.extend_from_slice(bytes);
    copy
}
