//! The only place with `unsafe`: small safe wrappers over `pgrx::pg_sys`.

pub mod arena;
pub mod callbacks;
pub mod column;
pub mod condition;
mod conflict;
pub mod ddl;
pub mod drops;
pub mod edit;
pub mod encoding;
mod faults;
pub mod function;
pub mod guard;
pub mod image;
pub mod json;
pub mod lookup;
pub mod memory;
pub mod notify;
pub mod parse;
pub mod portal;
pub mod role;
pub mod row;
pub mod settings;
pub mod shape;
pub mod spi;
pub mod stored;
pub mod table;
pub mod value;
pub mod walk;
pub mod worker;

/// Declares a C function that PostgreSQL calls by `symbol` (version 1 convention) and hands it to a safe Rust function,
/// which gets the call and returns a datum, or `None` for SQL NULL.
macro_rules! native {
    ($($symbol:ident, $finfo:ident => $body:path;)*) => {$(
        #[doc = concat!("`", stringify!($symbol), "` as PostgreSQL calls it, see `", stringify!($body), "`.")]
        #[unsafe(no_mangle)]
        pub unsafe extern "C-unwind" fn $symbol(fcinfo: pgrx::pg_sys::FunctionCallInfo) -> pgrx::pg_sys::Datum {
            $crate::pg::guard::entry(|| {
                $crate::pg::faults::point("call");
                let call = $crate::pg::function::Call::new(fcinfo);
                $body(&call).unwrap_or_else(|| call.null())
            })
        }

        #[doc = concat!("The calling convention of `", stringify!($symbol), "`.")]
        #[unsafe(no_mangle)]
        pub extern "C" fn $finfo() -> &'static pgrx::pg_sys::Pg_finfo_record {
            const V1: pgrx::pg_sys::Pg_finfo_record = pgrx::pg_sys::Pg_finfo_record { api_version: 1 };
            &V1
        }
    )*};
}

mod exports {
    native! {
        capture_first, pg_finfo_capture_first => crate::capture::trigger::first;
        capture_last, pg_finfo_capture_last => crate::capture::trigger::last;
        capture_move, pg_finfo_capture_move => crate::capture::moving::arrived;
        capture_delete, pg_finfo_capture_delete => crate::capture::trigger::deleted;
        capture_truncate, pg_finfo_capture_truncate => crate::capture::trigger::truncated;
        capture_insert, pg_finfo_capture_insert => crate::capture::records::inserting;
        capture_inserted, pg_finfo_capture_inserted => crate::capture::records::inserted;
        capture_remove, pg_finfo_capture_remove => crate::capture::records::deleting;
        capture_scope, pg_finfo_capture_scope => crate::capture::scope::nothing;
        cw_before_drop_extension, pg_finfo_cw_before_drop_extension => crate::guard::dropping::before_drop_extension;
        cw_person, pg_finfo_cw_person => crate::guard::functions::person;
        cw_identities, pg_finfo_cw_identities => crate::guard::functions::identities;
        cw_my_assignees, pg_finfo_cw_my_assignees => crate::guard::functions::my_assignees;
        cw_has_duty, pg_finfo_cw_has_duty => crate::guard::functions::has_duty;
        cw_known_as, pg_finfo_cw_known_as => crate::guard::functions::known_as;
        cw_identity, pg_finfo_cw_identity => crate::guard::identity::from_sql;
        cw_sign_in, pg_finfo_cw_sign_in => crate::guard::sign_in::sign_in;
        cw_key_problem, pg_finfo_cw_key_problem => crate::guard::sign_in::key_problem;
        cw_act_as, pg_finfo_cw_act_as => crate::guard::functions::act_as;
        cw_is_gated, pg_finfo_cw_is_gated => crate::guard::gate::is_gated;
        cw_gate_open, pg_finfo_cw_gate_open => crate::guard::gate::open;
        cw_gate_enter, pg_finfo_cw_gate_enter => crate::guard::gate::enter;
        cw_gate_proposal, pg_finfo_cw_gate_proposal => crate::guard::gate::proposal;
        cw_gate_close, pg_finfo_cw_gate_close => crate::guard::gate::close;
        cw_begin_maintenance, pg_finfo_cw_begin_maintenance => crate::guard::maintenance::begin;
        cw_own_ddl, pg_finfo_cw_own_ddl => crate::guard::ddl::begin;
        cw_own_ddl_of, pg_finfo_cw_own_ddl_of => crate::guard::ddl::table;
        cw_ddl_parts, pg_finfo_cw_ddl_parts => crate::pg::ddl::parts;
        cw_library_version, pg_finfo_cw_library_version => crate::guard::ddl::library_version;
        cw_switch_user, pg_finfo_cw_switch_user => crate::guard::functions::switch_user;
        cw_invalidate, pg_finfo_cw_invalidate => crate::capture::functions::invalidate;
        cw_scope_parts, pg_finfo_cw_scope_parts => crate::capture::scope::parts;
        cw_key, pg_finfo_cw_key => crate::capture::functions::key;
        cw_key_hash, pg_finfo_cw_key_hash => crate::capture::functions::key_hash;
        cw_render, pg_finfo_cw_render => crate::capture::functions::render;
        cw_input, pg_finfo_cw_input => crate::capture::functions::input;
        cw_propose_begin, pg_finfo_cw_propose_begin => crate::capture::functions::propose_begin;
        cw_propose_end, pg_finfo_cw_propose_end => crate::capture::functions::propose_end;
        cw_touched, pg_finfo_cw_touched => crate::capture::functions::touched;
        cw_touch, pg_finfo_cw_touch => crate::capture::functions::touch;
        cw_overtook, pg_finfo_cw_overtook => crate::capture::functions::overtook;
        cw_enter_change_set, pg_finfo_cw_enter_change_set => crate::capture::change_set::enter;
        cw_leave_change_set, pg_finfo_cw_leave_change_set => crate::capture::change_set::leave;
        cw_change_set, pg_finfo_cw_change_set => crate::capture::change_set::number;
        cw_deciding, pg_finfo_cw_deciding => crate::apply::deciding::begin;
        cw_being_applied, pg_finfo_cw_being_applied => crate::apply::deciding::applied;
        cw_refuse_edit, pg_finfo_cw_refuse_edit => crate::apply::deciding::refuse_edits;
        cw_permit, pg_finfo_cw_permit => crate::apply::permit::arm;
        cw_outside_approval, pg_finfo_cw_outside_approval => crate::apply::permit::outside;
        cw_permit_as, pg_finfo_cw_permit_as => crate::apply::permit::arm_as;
        cw_permitted, pg_finfo_cw_permitted => crate::apply::permit::permitted;
        cw_permit_end, pg_finfo_cw_permit_end => crate::apply::permit::end;
        cw_keep_originals, pg_finfo_cw_keep_originals => crate::apply::permit::write_originals;
        cw_image, pg_finfo_cw_image => crate::pg::image::of_sql;
        cw_image_value, pg_finfo_cw_image_value => crate::pg::image::from_sql;
        cw_decidable_fields, pg_finfo_cw_decidable_fields => crate::decide::fields::decidable_fields;
        cw_proposed, pg_finfo_cw_proposed => crate::apply::pending::proposed;
        cw_exactly, pg_finfo_cw_exactly => crate::apply::pending::exactly;
        cw_due, pg_finfo_cw_due => crate::decide::due::due;
        cw_raise, pg_finfo_cw_raise => crate::error::raise_from_sql;
        cw_condition_sql, pg_finfo_cw_condition_sql => crate::pg::parse::condition_sql;
        cw_condition_fields, pg_finfo_cw_condition_fields => crate::pg::parse::condition_fields;
        cw_evaluate_as, pg_finfo_cw_evaluate_as => crate::guard::functions::evaluate_as;
        cw_route, pg_finfo_cw_route => crate::decide::simulate::route;
        cw_logged_changes, pg_finfo_cw_logged_changes => crate::decide::logged::logged_changes;
        cw_append, pg_finfo_cw_append => crate::decide::append::append;
        cw_next_transaction, pg_finfo_cw_next_transaction => crate::history::next_transaction;
        cw_content, pg_finfo_cw_content => crate::history::content;
        cw_link, pg_finfo_cw_link => crate::history::link;
        cw_grow, pg_finfo_cw_grow => crate::history::grow;
        cw_root, pg_finfo_cw_root => crate::history::root;
        cw_alike, pg_finfo_cw_alike => crate::decide::alike::alike;
        cw_keys, pg_finfo_cw_keys => crate::decide::alike::keys;
        cw_records, pg_finfo_cw_records => crate::decide::alike::records;
        cw_distinct, pg_finfo_cw_distinct => crate::decide::numbers::distinct;
        cw_minus, pg_finfo_cw_minus => crate::decide::numbers::minus;
        cw_digests_of, pg_finfo_cw_digests_of => crate::decide::digest::digests;
        cw_digest_line, pg_finfo_cw_digest_line => crate::decide::digest::line;
        cw_transition, pg_finfo_cw_transition => crate::decide::transition;
        cw_event_transaction, pg_finfo_cw_event_transaction => crate::events::transaction;
        cw_lock_consumer, pg_finfo_cw_lock_consumer => crate::events::lock_consumer;
        cw_call_as, pg_finfo_cw_call_as => crate::guard::functions::call_as;
        cw_looking_role, pg_finfo_cw_looking_role => crate::guard::functions::looking_role;
        cw_remember_settings, pg_finfo_cw_remember_settings => crate::guard::functions::remember_settings;
        cw_restore_settings, pg_finfo_cw_restore_settings => crate::guard::functions::restore_settings;
        cw_call_end, pg_finfo_cw_call_end => crate::guard::functions::call_end;
        cw_engine, pg_finfo_cw_engine => crate::decide::engine::engine;
        cw_placeholders, pg_finfo_cw_placeholders => crate::decide::texts::placeholders;
        cw_render_text, pg_finfo_cw_render_text => crate::decide::texts::render;
        cw_workflow_schema, pg_finfo_cw_workflow_schema => crate::decide::definition::workflow_schema;
        cw_inspect, pg_finfo_cw_inspect => crate::decide::definition::inspect;
        cw_calendar_problems, pg_finfo_cw_calendar_problems => crate::decide::definition::calendar_problems;
        cw_compare_definitions, pg_finfo_cw_compare_definitions => crate::decide::definition::compare_definitions;
        cw_diagram, pg_finfo_cw_diagram => crate::decide::definition::diagram;
    }
}
