# Sourced: the Python that fetches packages. No venv: a system's Python often comes without that module.
# shellcheck shell=bash
PYTHON=$(command -v python3) || die "no Python found; install it, for example: apt-get install python3 python3-pip"
export PYTHON PIP_ROOT_USER_ACTION=ignore PIP_DISABLE_PIP_VERSION_CHECK=1

need_pip() {
    "$PYTHON" -m pip --version >/dev/null 2>&1 ||
        die "$PYTHON has no pip; install it, for example: apt-get install python3-pip"
}
pip() { "$PYTHON" -m pip --quiet "$@"; }
