package dev.jooqcache.sample;

import java.util.Optional;

/**
 * What the sample was asked to do.
 *
 * @param database on which database
 * @param server a server of the user's own; if empty, an embedded database is started
 * @param seconds how long each phase lasts
 * @param threads how many threads there are
 * @param writes how many of a hundred calls write
 * @param seed repeats the choices of a run
 */
public record Settings(
        DatabaseKind database, Optional<Server> server, int seconds, int threads, int writes, long seed) {

    /** A PostgreSQL server of the user's own. */
    public record Server(String url, Optional<String> user, Optional<String> password) {}

    /** The database, in words. */
    String where() {
        return server().map(Server::url).orElse("an embedded " + database.product());
    }
}
