//! Memory that a buffer owns: a memory context of PostgreSQL, so that running out of it is an ERROR and never an abort.

use pgrx::pg_sys;

/// A memory context under `TopMemoryContext`, emptied by [`Arena::reset`]. Lives as long as the backend.
pub struct Arena(pg_sys::MemoryContext);

impl Arena {
    /// A new, empty arena. `name` shows in `pg_backend_memory_contexts`.
    pub fn new(name: &'static std::ffi::CStr) -> Self {
        // SAFETY: TopMemoryContext exists in every backend; the name is static, as PostgreSQL requires.
        Arena(unsafe {
            pg_sys::AllocSetContextCreateInternal(
                pg_sys::TopMemoryContext,
                name.as_ptr(),
                pg_sys::ALLOCSET_SMALL_MINSIZE as usize,
                pg_sys::ALLOCSET_DEFAULT_INITSIZE as usize,
                pg_sys::ALLOCSET_DEFAULT_MAXSIZE as usize,
            )
        })
    }

    /// Runs `f` with this arena as the current memory context, also when `f` raises.
    pub fn with<R>(&self, f: impl FnOnce() -> R) -> R {
        // SAFETY: the context is ours and alive.
        unsafe { within(self.0, f) }
    }

    /// Frees everything in it. Every datum that points into it becomes invalid.
    pub fn reset(&self) {
        // SAFETY: the context is ours and alive.
        unsafe { pg_sys::MemoryContextReset(self.0) };
    }

    /// Bytes that it holds now.
    pub fn size(&self) -> usize {
        // SAFETY: the context is ours and alive.
        unsafe { pg_sys::MemoryContextMemAllocated(self.0, true) as usize }
    }
}

/// Runs `f` with `context` as the current memory context; the former one comes back, also when `f` raises.
///
/// # Safety
/// `context` is alive while `f` runs.
pub(super) unsafe fn within<R>(context: pg_sys::MemoryContext, f: impl FnOnce() -> R) -> R {
    struct Back(pg_sys::MemoryContext);
    impl Drop for Back {
        fn drop(&mut self) {
            // SAFETY: the context that was current before is still alive, since contexts nest.
            unsafe { pg_sys::CurrentMemoryContext = self.0 };
        }
    }
    // SAFETY: a variable of this backend.
    let _back = Back(unsafe { pg_sys::CurrentMemoryContext });
    // SAFETY: promised by the caller.
    unsafe { pg_sys::CurrentMemoryContext = context };
    f()
}
