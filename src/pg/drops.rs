//! What a DROP is about to drop, as an event trigger sees it.

use super::function::Call;
use pgrx::pg_sys;
use std::ffi::CStr;

/// Whether `call` is of an event trigger before a `DROP EXTENSION` that names this extension.
pub fn extension(call: &Call, name: &CStr) -> bool {
    let Some(node) = call.context(pg_sys::NodeTag::T_EventTriggerData) else {
        return false;
    };
    // SAFETY: the types of nodes are looked at before they are used as that; all of them live as long as the call.
    unsafe {
        let statement = (*node.cast::<pg_sys::EventTriggerData>()).parsetree;
        if statement.is_null() || (*statement).type_ != pg_sys::NodeTag::T_DropStmt {
            return false;
        }
        let drop = statement.cast::<pg_sys::DropStmt>();
        if (*drop).removeType != pg_sys::ObjectType::OBJECT_EXTENSION {
            return false;
        }
        (0..(*(*drop).objects).length as usize).any(|i| {
            let object = (*(*(*drop).objects).elements.add(i)).ptr_value.cast::<pg_sys::Node>();
            (*object).type_ == pg_sys::NodeTag::T_String
                && CStr::from_ptr((*object.cast::<pg_sys::String>()).sval) == name
        })
    }
}
