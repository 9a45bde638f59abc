#!/bin/sh
# Make the passwords of the database's users: `make secrets`. Random ones, in files that git ignores and that
# docker-compose.yml gives to the containers as secrets. What is there stays as it is, because MySQL takes a password
# when its volume is made; a later one it takes by ALTER USER (docs/operations.md).
set -eu
cd "$(dirname "$0")/.."
folder=${SKILLGAP_SECRETS:-./env/secrets}

mkdir -p "$folder"
chmod 700 "$folder"
for user in owner reader group; do
    file=$folder/$user-password
    # 128 bits in 32 letters, the most that MySQL takes of a replication user.
    [ -s "$file" ] || od -A n -N 16 -t x1 /dev/urandom | tr -d ' \n' >"$file"
    # In a container it is read by another user than here, where the folder is closed to others.
    chmod 644 "$file"
done
echo "The passwords are in $folder."
