#!/usr/bin/env bash
# Form the group of MySQL servers, or bring the ones that are outside into it. Doing it again is safe.
#
#   GROUP_USER=... GROUP_PASSWORD=... form-group.sh db1:3306 db2:3306 db3:3306
#
# The password may lie in a file: GROUP_PASSWORD_FILE. It has at most 32 characters, no quote and no backslash.
# Where no server is in a group (a first start, or all were down), the one that has seen the most
# begins it; the others join and catch up. It ends when all of them are ONLINE.
set -euo pipefail
GROUP_PASSWORD=${GROUP_PASSWORD:-$(<"${GROUP_PASSWORD_FILE:?}")}
export MYSQL_PWD=$GROUP_PASSWORD

sql() {    # SERVER STATEMENT
    mysql --no-defaults --protocol=TCP --ssl-mode=REQUIRED --host="${1%:*}" --port="${1##*:}" \
        --user="${GROUP_USER:?}" --batch --raw --skip-column-names --execute="$2"
}

until_true() {    # SECONDS WHAT COMMAND...
    local deadline=$((SECONDS + $1)) what=$2
    shift 2
    until "$@"; do
        [ $SECONDS -lt $deadline ] || { echo "form-group: $what: not in time" >&2; exit 1; }
        sleep 0.2
    done
}

answers() { sql "$1" "DO 0" 2>/dev/null; }

state() {
    sql "$1" "SELECT member_state FROM performance_schema.replication_group_members
              WHERE member_id = @@server_uuid"
}

is_online() { [ "$(state "$1")" = ONLINE ]; }

# A new server was set up by itself, with transactions that the others do not have (its users, which
# are the same on all). It forgets their numbers, as it has never been in the group.
prepare() {
    sql "$1" "STOP GROUP_REPLICATION"
    sql "$1" "SET GLOBAL offline_mode = OFF"
    if [ "$(sql "$1" "SELECT LOCATE(@@group_replication_group_name, @@gtid_executed)")" = 0 ]; then
        sql "$1" "RESET BINARY LOGS AND GTIDS"
    fi
    sql "$1" "CHANGE REPLICATION SOURCE TO SOURCE_USER = '$GROUP_USER',
              SOURCE_PASSWORD = '$GROUP_PASSWORD' FOR CHANNEL 'group_replication_recovery'"
}

# Does server $1 have every transaction of server $2?
has_all_of() {
    local seen
    seen=$(sql "$2" "SELECT @@gtid_executed" | tr -d '\n')
    [ "$(sql "$1" "SELECT GTID_SUBSET('$seen', @@gtid_executed)")" = 1 ]
}

for server in "$@"; do
    until_true 120 "an answer of $server" answers "$server"
done

outside=()
for server in "$@"; do
    is_online "$server" || outside+=("$server")
done

if [ ${#outside[@]} = $# ]; then
    for server in "$@"; do prepare "$server"; done
    first=$1
    for server in "$@"; do
        has_all_of "$first" "$server" || first=$server
    done
    sql "$first" "SET GLOBAL group_replication_bootstrap_group = ON; START GROUP_REPLICATION;
                  SET GLOBAL group_replication_bootstrap_group = OFF"
    until_true 60 "the first member, $first" is_online "$first"
    echo "form-group: $first has begun the group"
fi
for server in "${outside[@]}"; do
    is_online "$server" && continue
    [ ${#outside[@]} = $# ] || prepare "$server"
    sql "$server" "START GROUP_REPLICATION"
    until_true 600 "$server catching up" is_online "$server"
    echo "form-group: $server has joined"
done
for server in "$@"; do
    sql "$server" "SET PERSIST group_replication_start_on_boot = ON"
done
echo "form-group: all $# servers are in the group"
