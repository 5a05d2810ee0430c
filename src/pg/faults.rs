//! Panics on request, for the tests of what comes of one: only with the feature `faults`, which no build for use has.

/// A place where setting `faults.point` may ask for a panic.
#[cfg(not(feature = "faults"))]
pub fn point(_: &str) {}

/// A place where setting `faults.point` may ask for a panic.
#[cfg(feature = "faults")]
pub fn point(name: &str) {
    // SAFETY: null, or a C string that stays as long as nobody changes the setting.
    let asked = unsafe {
        let value = pgrx::pg_sys::GetConfigOption(c"faults.point".as_ptr(), true, false);
        if value.is_null() { c"" } else { std::ffi::CStr::from_ptr(value) }
    };
    match asked.to_bytes().strip_prefix(name.as_bytes()) {
        Some(b"") => panic!("fault at {name}"),
        Some(b" index") => drop(std::hint::black_box(&[0u8; 1][..])[asked.to_bytes().len()]),
        Some(b" borrow") => {
            let cell = std::cell::RefCell::new(0);
            let _first = cell.borrow_mut();
            drop(std::hint::black_box(&cell).borrow_mut());
        }
        Some(b" memory") => drop(std::hint::black_box(vec![1u8; isize::MAX as usize - 4096])),
        Some(b" recursion") => {
            fn deeper(n: usize) -> usize {
                // SAFETY: raises where the stack is nearly used up.
                unsafe { pgrx::pg_sys::check_stack_depth() };
                std::hint::black_box(n) + std::hint::black_box(deeper(n + 1))
            }
            deeper(0);
        }
        _ => {}
    }
}
