//! The extension itself is dropped, and all that people wait for with it.

use crate::error::{Report, raise};
use crate::pg::drops;
use crate::pg::function::Call;
use crate::pg::{role, spi::Statement};
use pgrx::pg_sys::{Datum, OIDOID};

static REFUSE: Statement = Statement::new(c"SELECT customer_workflow._refuse_drop_extension($1)", &[OIDOID]);

/// The event trigger before `DROP EXTENSION`: refuses that of ours while proposals are open.
pub fn before_drop_extension(call: &Call) -> Option<Datum> {
    if !call.is_event_trigger() {
        raise(Report::new("39P03", "_before_drop_extension() is called by its event trigger only".to_owned()));
    }
    if drops::extension(call, c"customer_workflow") {
        REFUSE.run(&[Some(Datum::from(role::current_user()))], |_| ());
    }
    None
}
