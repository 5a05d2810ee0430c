//! What an ALTER TABLE consists of, as PostgreSQL has noted it for event triggers.

use super::encoding;
use super::function::{Call, text_array};
use pgrx::pg_sys::{self, AlterTableType, CollectedCommandType, Datum};
use std::ffi::CStr;

/// SQL `_ddl_parts(command pg_ddl_command) returns text[]`: of each part of an ALTER TABLE that concerns triggers, owner or
/// partitions three elements: what it does, the name that it gives (of a trigger or partition, else empty), and the oid of what it
/// is about, which is 0 for partitions before version 16. Only an event trigger can get a `pg_ddl_command`.
pub fn parts(call: &Call) -> Option<Datum> {
    let command: *const pg_sys::CollectedCommand = call.arg(0)?.cast_mut_ptr();
    let mut found = Vec::new();
    // SAFETY: the collected command lives as long as the event trigger runs; its list is of CollectedATSubcmd, whose parse trees
    // are AlterTableCmd nodes where the command is an ALTER TABLE.
    unsafe {
        if (*command).type_ != CollectedCommandType::SCT_AlterTable {
            return text_array::<String>(&[]);
        }
        let subcommands = (*command).d.alterTable.subcmds;
        let count = if subcommands.is_null() { 0 } else { (*subcommands).length };
        for i in 0..count {
            let subcommand: *const pg_sys::CollectedATSubcmd =
                (*(*subcommands).elements.add(i as usize)).ptr_value.cast();
            let command: *const pg_sys::AlterTableCmd = (*subcommand).parsetree.cast();
            if (*command).type_ != pg_sys::NodeTag::T_AlterTableCmd {
                continue;
            }
            let Some((what, all)) = wording((*command).subtype) else { continue };
            let name = match all {
                "" if !(*command).name.is_null() => encoding::string_of(CStr::from_ptr((*command).name)),
                "" if what.ends_with(" PARTITION") => {
                    let partition: *const pg_sys::PartitionCmd = (*command).def.cast();
                    encoding::string_of(CStr::from_ptr((*(*partition).name).relname))
                }
                all => all.to_owned(),
            };
            found.extend([what.to_owned(), name, (*subcommand).address.objectId.to_u32().to_string()]);
        }
    }
    text_array(&found)
}

/// What a part does, in the words of SQL, and where it is about several triggers, which ones.
fn wording(part: AlterTableType::Type) -> Option<(&'static str, &'static str)> {
    Some(match part {
        AlterTableType::AT_DisableTrig => ("DISABLE TRIGGER", ""),
        AlterTableType::AT_DisableTrigAll => ("DISABLE TRIGGER", "ALL"),
        AlterTableType::AT_DisableTrigUser => ("DISABLE TRIGGER", "USER"),
        AlterTableType::AT_EnableTrig => ("ENABLE TRIGGER", ""),
        AlterTableType::AT_EnableTrigAll => ("ENABLE TRIGGER", "ALL"),
        AlterTableType::AT_EnableTrigUser => ("ENABLE TRIGGER", "USER"),
        AlterTableType::AT_EnableReplicaTrig => ("ENABLE REPLICA TRIGGER", ""),
        AlterTableType::AT_EnableAlwaysTrig => ("ENABLE ALWAYS TRIGGER", ""),
        AlterTableType::AT_ChangeOwner => ("OWNER TO", ""),
        AlterTableType::AT_AttachPartition => ("ATTACH PARTITION", ""),
        AlterTableType::AT_DetachPartition | AlterTableType::AT_DetachPartitionFinalize => ("DETACH PARTITION", ""),
        _ => return None,
    })
}
