"""A streaming standby: everything can be looked at, nothing can be done, and that is said; promoted, it goes on."""
import world
from kit import Server, as_server

# What somebody would do, each of it a write: 25006, and nothing of it happens.
WRITES = {
    "alice": ["UPDATE accounts SET credit_limit = 5 WHERE id = 1", "SELECT customer_workflow.propose('accounts', '{\"id\": 1}', '{\"credit_limit\": 5}')",
              "SELECT customer_workflow.submit(1)", "SELECT * FROM customer_workflow.submit_many('{1,3}')", "SELECT customer_workflow.recall(2)",
              "SELECT customer_workflow.cancel(1)", "SELECT customer_workflow.discard_change(1, 'credit_limit')", "SELECT customer_workflow.rebase(3)",
              "SELECT customer_workflow.begin_change_set('x')", "SELECT customer_workflow.add_comment(1, 'x')", "SELECT * FROM customer_workflow.check_proposal(1)",
              "SELECT customer_workflow.revert(6)", "SELECT customer_workflow.propose_delete('\"The \"\"CRM\"\"\".\"Bänke\"', '{\"land\": \"DE\", \"nr\": 6}')"],
    "bob": ["SELECT customer_workflow.approve(2)", "SELECT * FROM customer_workflow.approve_many(ARRAY(SELECT proposal FROM customer_workflow.my_work_items))",
            "SELECT customer_workflow.reject(2, 'no')", "SELECT customer_workflow.request_change(2, 'no')", "SELECT customer_workflow.delegate(2, 'carol')",
            "SELECT customer_workflow.create_delegation('bob', 'carol', now(), 'infinity')"],
    "owner": ["SELECT customer_workflow.protect('staff', '{boss}')", "SELECT customer_workflow.unprotect('accounts', '{payment_terms}')",
              "SELECT customer_workflow.configure('accounts', '{\"overlap\": \"reject\"}')", "SELECT customer_workflow.disable('accounts')",
              "SELECT customer_workflow.activate_workflow('limits', 1)", "SELECT customer_workflow.begin_maintenance('{accounts}', 'x')"],
    "postgres": ["SELECT customer_workflow.add_group_member('board', 'person:x')"],
}
LOOKS = [
    "SELECT count(*) FROM customer_workflow.my_work_items", "SELECT customer_workflow.review(2) IS NOT NULL", "SELECT customer_workflow.current_person()",
    "SELECT count(*) FROM customer_workflow.pending_changes('accounts')", "SELECT count(*) FROM customer_workflow.proposed_changes WHERE current_value IS NOT NULL",
    "SELECT count(*) FROM customer_workflow.with_pending(NULL::accounts)", "SELECT customer_workflow.is_pending('plant_lines', '{\"plant\": 5, \"line\": 2}')",
    "SELECT count(*) FROM public.plants_as_proposed", "SELECT customer_workflow.record_key('accounts', a) FROM accounts AS a WHERE id = 1",
    "SELECT length(customer_workflow.workflow_diagram('limits')) > 0", "SELECT count(*) FROM customer_workflow.validate_workflow('{}', 'accounts')",
    "SELECT count(*) FROM customer_workflow.simulate('accounts', '{\"id\": 20}', '{\"credit_limit\": 9}')", "SELECT customer_workflow.process_deadlines()",
]


def test_standby():
    primary = Server("primary").create()
    was = world.make(primary, "shop")
    standby = Server("follower")
    as_server("mkdir", "-m", "700", f"{standby.data}.socket")
    as_server(standby.bin / "pg_basebackup", "-h", primary.host, "-U", "postgres", "-D", standby.data, "-R", "-c", "fast", "--no-sync")
    as_server("sed", "-i", f"s|{primary.host}|{standby.host}|", f"{standby.data}/postgresql.conf")
    standby.cluster("start")

    # what happens now comes over as well
    primary.psql("shop", "SET SESSION AUTHORIZATION dave; UPDATE accounts SET credit_limit = 77, dave = 77 WHERE id = 77")
    primary.psql("shop", "SET SESSION AUTHORIZATION bob; SELECT customer_workflow.approve(2)")
    was = world.contents(primary, "shop")
    lsn = primary.psql("postgres", "SELECT pg_current_wal_lsn()")
    standby.until("postgres", f"SELECT pg_last_wal_replay_lsn() >= '{lsn}'", "t")
    world.is_same(was, standby, "shop", temporary=False, gaps=True)
    for who in ("alice", "bob", "owner", "postgres"):
        for look in LOOKS:
            one, two = primary.psql("shop", look, who, check=False), standby.psql("shop", look, who, check=False)
            assert one == two, f"{who}, {look}: {one!r} on the primary, {two!r} on the standby"
    wrong = [f"{who}: {sql}: {found}" for who, writes in WRITES.items() for sql in writes if (found := standby.error("shop", sql, who)) != "25006"]
    assert not wrong, "\n".join(wrong)
    said = standby.psql("shop", "SELECT customer_workflow.approve(9)", "bob", check=False)
    print(f"  on a standby approve() says: {said.split(chr(10))[0]}")

    primary.kill()
    as_server("rm", f"{primary.data}/postmaster.pid")
    standby.psql("postgres", "SELECT pg_promote()")
    standby.until("postgres", "SELECT pg_is_in_recovery()", "f")
    world.is_same(was, standby, "shop", gaps=True)
    found = standby.psql("shop", "SET SESSION AUTHORIZATION alice; UPDATE accounts SET credit_limit = 78, alice = 78 WHERE id = 78; SELECT count(*) FROM customer_workflow.last_proposals()")
    assert found == "0", found
    found = standby.psql("shop", "SET SESSION AUTHORIZATION bob; SELECT customer_workflow.approve(9)")
    assert found == "applied", found
    breaches = standby.breaches("shop", amcheck=True)
    assert not breaches, breaches
    standby.cluster("stop")


TESTS = [test_standby]
