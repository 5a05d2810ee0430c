# Sourced by the scripts in this folder: where things are, and as whom the server runs.
# shellcheck shell=bash
set -euo pipefail
# The server's user reads what root has made.
umask 022

CW_ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
mkdir -p "$CW_ROOT/target"
CW_TARGET=$(cd "$CW_ROOT/target" && pwd -P)
export CW_ROOT CW_TARGET

say() { printf '%s\n' "customer_workflow: $*" >&2; }
die() { say "$@"; exit 1; }

# A caller's connection settings must not reach the private server; tools/with-server sets its own.
if [ -z "${CW_SERVER:-}" ]; then
    unset PGHOST PGHOSTADDR PGPORT PGDATABASE PGUSER PGPASSWORD PGPASSFILE PGSERVICE PGSERVICEFILE PGDATA \
        PGOPTIONS PGAPPNAME PGCLIENTENCODING PGTZ PGDATESTYLE PGSSLMODE PGLOCALEDIR PGSYSCONFDIR
fi

# Messages in English, as the expected results have them.
unset LANGUAGE
[ -z "${LC_ALL:-}" ] || export LANG="$LC_ALL"
unset LC_ALL
export LC_MESSAGES=C

# PostgreSQL refuses to run as root, and a container may have no sudo.
CW_SERVER_USER=
if [ "$(id -u)" = 0 ]; then
    for user in postgres nobody; do
        if id -u "$user" >/dev/null 2>&1; then CW_SERVER_USER=$user; break; fi
    done
    [ -n "$CW_SERVER_USER" ] || die "running as root, and there is no user 'postgres' or 'nobody' to run the server as"
fi

as_server() {
    if [ -z "$CW_SERVER_USER" ]; then
        "$@"
    elif command -v setpriv >/dev/null; then
        HOME=/ setpriv --reuid="$CW_SERVER_USER" --regid="$(id -g "$CW_SERVER_USER")" --clear-groups -- "$@"
    elif command -v runuser >/dev/null; then
        HOME=/ runuser -u "$CW_SERVER_USER" -- "$@"
    elif command -v su >/dev/null; then
        # shellcheck disable=SC2016
        HOME=/ su -m -s /bin/sh -c 'exec "$@"' "$CW_SERVER_USER" -- sh "$@"
    else
        die "running as root without setpriv, runuser or su; install one, for example: apt-get install util-linux"
    fi
}

# The server's files and sockets need a path that its user can reach, short enough for a socket
# (107 bytes with the socket's name), and plain enough for PostgreSQL's own test programs.
suits_server() {
    [ ${#1} -le 60 ] && [[ $1 != *[^A-Za-z0-9_./+-]* ]] && (cd / && as_server test -x "$1")
}
if suits_server "$CW_TARGET"; then
    CW_BASE=$CW_TARGET
else
    CW_BASE=/var/tmp/customer_workflow-$(id -u)-$(printf %s "$CW_ROOT" | cksum | cut -d' ' -f1)
    mkdir -p -m 755 "$CW_BASE"
    if [ ! -O "$CW_BASE" ] || [ -L "$CW_BASE" ]; then die "$CW_BASE belongs to somebody else"; fi
fi
CW_LOG=$CW_TARGET/log
mkdir -p "$CW_LOG"

# An installed server is used as a relocated copy, so that nothing is written to its own folders.
if [ -n "${PG_CONFIG:-}" ]; then
    CW_INSTALLED=$("$PG_CONFIG" --bindir 2>/dev/null) || die "PG_CONFIG=$PG_CONFIG does not run"
    PG_MAJOR=$("$PG_CONFIG" --version | sed -E 's/^PostgreSQL ([0-9]+).*/\1/')
    # With the whole version, since a copy would not notice that its original was updated.
    CW_PG=$CW_BASE/pg/installed-$PG_MAJOR-$("$PG_CONFIG" --bindir --version | cksum | cut -d' ' -f1)
else
    CW_INSTALLED=
    PG_MAJOR=${PG_MAJOR:-18}
    CW_PG=$CW_BASE/pg/$PG_MAJOR
fi
case $PG_MAJOR in 15 | 16 | 17 | 18) ;; *) die "PostgreSQL $PG_MAJOR is not supported, only 15 to 18" ;; esac
if [ -f "$CW_PG/bindir" ]; then PG_BINDIR=$(cat "$CW_PG/bindir"); else PG_BINDIR=$CW_PG/bin; fi
export PG_MAJOR PG_BINDIR CW_BASE CW_PG CW_LOG

# Flags that only `cargo pgrx` passes would make it and plain cargo compile everything twice.
export CARGO_PGRX_DISABLE_GC_SECTIONS_WORKAROUND=1
export CW_FLAGS="--release --no-default-features --features pg$PG_MAJOR"
export CARGO_TARGET_DIR=$CW_TARGET CARGO_TERM_COLOR="${CARGO_TERM_COLOR:-never}"
export PGRX_HOME=$CW_TARGET/pgrx/${CW_PG##*/}
export PGRX_PG_CONFIG_PATH=$PG_BINDIR/pg_config
# Once only: these scripts call each other, and a longer value would make cargo compile anew.
if [ -z "${CW_OWN_LIBCLANG+set}" ]; then
    export CW_OWN_LIBCLANG=${LIBCLANG_PATH:-}
    if [ -z "$CW_OWN_LIBCLANG" ]; then
        export LIBCLANG_PATH=$CW_TARGET/python/libclang/clang/native
        # The package has no stddef.h and the like of its own.
        export BINDGEN_EXTRA_CLANG_ARGS="${BINDGEN_EXTRA_CLANG_ARGS:+$BINDGEN_EXTRA_CLANG_ARGS }-isystem $(cc -print-file-name=include 2>/dev/null)"
    fi
fi
export PATH=$PG_BINDIR:$CW_TARGET/tools/bin:$PATH

# Runs a command with its output in a log file; a failure shows the end of it.
logged() {
    local name=$1
    shift
    if [ -n "${V:-}" ]; then "$@"; return; fi
    if ! "$@" >"$CW_LOG/$name.log" 2>&1 </dev/null; then
        tail -n 60 "$CW_LOG/$name.log" >&2
        die "$name failed; the whole log: $CW_LOG/$name.log"
    fi
}
