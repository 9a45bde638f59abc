# MySQL's image runs this once, when the volume of the database is new: the API's user, which may
# only read. It runs within the image's own script, so it changes no shell option. The password may lie in a file.

# A value as SQL text.
sql_text() {
    local value=$1 quote="'" backslash='\'
    value=${value//"$backslash"/"$backslash$backslash"}
    echo "'${value//"$quote"/"$quote$quote"}'"
}

password=${MYSQL_READER_PASSWORD:-$(<"${MYSQL_READER_PASSWORD_FILE:?}")}
reader="$(sql_text "${MYSQL_READER_USER:?}")@'%'"
MYSQL_PWD=$MYSQL_ROOT_PASSWORD mysql --protocol=socket --host=localhost --user=root <<SQL
CREATE USER $reader IDENTIFIED BY $(sql_text "$password");
-- An underscore would stand for any letter here.
GRANT SELECT ON \`${MYSQL_DATABASE//_/\\_}\`.* TO $reader;
SQL
