# MySQL's image runs this once, when the volume of a server is new: the user by whose name the servers
# of the group talk to each other, and who forms it (form-group.sh). It runs within the image's own
# script, so it changes no shell option.
GROUP_PASSWORD=${GROUP_PASSWORD:-$(<"${GROUP_PASSWORD_FILE:?}")}
MYSQL_PWD=$MYSQL_ROOT_PASSWORD mysql --protocol=socket --host=localhost --user=root <<SQL
CREATE USER '${GROUP_USER:?}'@'%' IDENTIFIED BY '$GROUP_PASSWORD' REQUIRE SSL;
GRANT REPLICATION SLAVE, RELOAD ON *.* TO '$GROUP_USER'@'%';
GRANT GROUP_REPLICATION_STREAM, GROUP_REPLICATION_ADMIN, REPLICATION_SLAVE_ADMIN, CONNECTION_ADMIN,
      BACKUP_ADMIN, SYSTEM_VARIABLES_ADMIN ON *.* TO '$GROUP_USER'@'%';
GRANT SELECT ON performance_schema.* TO '$GROUP_USER'@'%';
SQL
