# SPDX-License-Identifier: Apache-2.0
# Shared by the scripts of this folder: who runs what, and where the state lives. Sourced, not run.

say() { printf 'hinomi: %s\n' "$*" >&2; }
die() { say "$*"; exit 1; }

# The newest PostgreSQL server's program folder.
pg_bindir() {
    local d
    for d in $(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -t/ -k5 -n -r) /usr/local/pgsql/bin; do
        [ -x "$d/initdb" ] && { echo "$d"; return 0; }
    done
    command -v pg_config >/dev/null && [ -x "$(pg_config --bindir)/initdb" ] && pg_config --bindir
}

# As root everything runs as the system user hinomi; else as whoever calls.
run_user() { if [ "$(id -u)" = 0 ]; then echo hinomi; else id -un; fi; }
as_user() { if [ "$(id -u)" = 0 ]; then runuser -u hinomi -- "$@"; else "$@"; fi; }

make_user() {
    [ "$(id -u)" = 0 ] || return 0
    getent passwd hinomi >/dev/null && return 0
    useradd --system --home-dir /var/lib/hinomi --shell /usr/sbin/nologin hinomi ||
        die "cannot create the system user hinomi"
}

# Can the running user come to this folder? (every parent must be traversable)
reachable() { as_user test -x "$1" 2>/dev/null; }

# state_folder WANTED: prints the folder that the running user can really use, made and owned by it.
# Where it cannot reach the wanted one, that is one below /var/lib/hinomi, and the same one each time.
state_folder() {
    local want=$1
    mkdir -p "$want" && want=$(cd "$want" && pwd -P) || return 1
    if [ "$(id -u)" = 0 ]; then
        if ! reachable "$(dirname "$want")"; then
            want=/var/lib/hinomi/$(printf '%s' "$want" | sha256sum | cut -c1-12)
            mkdir -p "$want"
            chown hinomi: /var/lib/hinomi
            chmod 0755 /var/lib/hinomi
        fi
        chown hinomi: "$want"
    fi
    chmod 0750 "$want"
    echo "$want"
}

# A Unix socket's path has room for 107 bytes: a long state folder gets a short private one beside it.
socket_folder() {
    local s=$1/run
    if [ ${#s} -gt 80 ]; then
        s=/tmp/hinomi-$(id -u "$(run_user)")-$(printf '%s' "$1" | sha256sum | cut -c1-10)
    fi
    as_user mkdir -p -m 0700 "$s" || return 1
    [ "$(stat -c %U "$s")" = "$(run_user)" ] || { say "$s belongs to somebody else"; return 1; }
    echo "$s"
}
