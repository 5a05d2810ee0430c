# Sourced by the test scripts: which tests were asked for, and how they went.
# shellcheck shell=bash
: "${CW_RESULTS:=$CW_TARGET/results}"
mkdir -p "$CW_RESULTS"

wanted() {
    local name
    for name; do
        [[ -n $CW_NAMES && " $CW_NAMES " != *" $name "* ]] || return 0
    done
    return 1
}

result() {
    echo "$1 $2"
    echo "$1 $2" >>"$CW_RESULTS/summary"
}

# For what counts its own tests: "N passed, N failed".
counted() {
    echo "$1 in $2" >>"$CW_RESULTS/summary"
}

summary() {
    awk '
        $1 == "ok" { passed++ }
        $1 == "FAILED" { failed++; names = names "\n" $0 }
        $2 == "passed," { passed += $1; failed += $3; if ($3 > 0) names = names "\n" $0 }
        END {
            if (names) print "== failures" names
            printf "%d passed, %d failed\n", passed, failed
            exit !(passed > 0 && failed == 0)
        }' "$CW_RESULTS/summary"
}
