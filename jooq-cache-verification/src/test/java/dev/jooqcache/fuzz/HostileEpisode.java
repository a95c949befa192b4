package dev.jooqcache.fuzz;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.jooqcache.CacheHint;
import dev.jooqcache.InvalidationGranularity;
import dev.jooqcache.QueryCache;
import dev.jooqcache.fuzz.HostileStep.Way;
import dev.jooqcache.internal.jdbc.DataSources;
import dev.jooqcache.internal.transaction.UnplacedWrites;
import dev.jooqcache.testing.Database;
import dev.jooqcache.testing.Fixture;
import java.lang.reflect.Field;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.locks.LockSupport;
import javax.sql.DataSource;
import org.jooq.DSLContext;
import org.jooq.Result;
import org.jooq.exception.DataAccessException;
import org.jooq.impl.DSL;

/** One schema, one session that executes hostile texts on it, and the answers of the cache after each. */
final class HostileEpisode implements AutoCloseable {

    /** A text of unknown effect touches everything, so that nothing is proved by most of them. */
    private static final int ONE_UNKNOWN_IN = 50;

    /** A story of several texts makes those of unknown effect matter for the last of them. */
    private static final int ONE_WHOLE_STORY_IN = 2;

    private static final long LONGEST_CLOSING_NANOS = 20_000_000_000L;

    /** What was done. */
    static final class Tally {
        long texts;
        long understood;
        long executed;
        long succeeded;
        long reads;
        long hits;
        long ownReads;
        long schemas;

        double understoodShare() {
            return (double) understood / texts;
        }

        double hitRatio() {
            return (double) hits / reads;
        }

        @Override
        public String toString() {
            return String.format(
                    "%,d texts, %,d understood (%.1f %%), %,d executed, %,d of them without an error, %,d schemas;"
                            + " %,d reads, %,d hits (%.1f %%), %,d reads of the session itself",
                    texts,
                    understood,
                    100 * understoodShare(),
                    executed,
                    succeeded,
                    schemas,
                    reads,
                    hits,
                    100 * hitRatio(),
                    ownReads);
        }
    }

    /**
     * An answer that is not the database's.
     *
     * @param probe the query
     * @param reader which session has read it
     * @param expected the database's answer
     * @param actual the cache's answer
     * @param explanation what the cache says of the query
     */
    record Difference(String probe, String reader, String expected, String actual, String explanation) {
        @Override
        public String toString() {
            return "%s, read by %s\nthe database:\n%sthe cache:\n%s%s"
                    .formatted(probe, reader, expected, actual, explanation);
        }
    }

    private final Fixture f;
    private final HikariDataSource writers;
    private final DataSource tracked;
    private final UnplacedWrites analysis;
    /** How the texts are executed. Those themselves, and what is compared, depend on no outcome. */
    private final SplittableRandom random;

    private final SplittableRandom ends;
    private final SplittableRandom choices;
    private final HostileSeeds seeds;
    private final HostileText generator;
    private final Tally tally;
    private final List<String> probes;
    private final List<HostileStep> done = new ArrayList<>();
    private Connection connection;
    private boolean isSpoilt;
    private boolean isReplay;

    HostileEpisode(Database database, InvalidationGranularity precision, SplittableRandom random, Tally tally)
            throws Exception {
        this.f = Fixture.empty(
                database,
                precision,
                pool -> waitLittle(
                        database,
                        pool), // A session that is closed while it may be in a transaction leaves a doubt on MariaDB.
                cache -> cache.inDoubtTimeout(Duration.ofMillis(1)));
        String twin = f.schema("s2");
        this.seeds = HostileSeeds.of(database, f.schema("public"), twin);
        f.with(seeds.ddl().toArray(String[]::new));
        this.random = random.split();
        this.ends = random.split();
        this.choices = random.split();
        this.tally = tally;
        this.generator = new HostileText(database, seeds, keywords(), random.split());
        this.probes = HostileSeeds.probes(database).stream()
                .map(probe -> probe.replace("%1$s", twin))
                .toList();
        this.writers = new HikariDataSource();
        writers.setJdbcUrl(f.pool.getJdbcUrl());
        writers.setMaximumPoolSize(1);
        waitLittle(database, writers);
        this.tracked = f.cache.trackPool(writers);
        this.analysis = tracking(f.cache).unplacedWrites(database.dialect());
        this.connection = tracked.getConnection();
        tally.schemas++;
    }

    /** For the locks of a transaction that the writer has left open. */
    private static void waitLittle(Database database, HikariConfig pool) {
        switch (database) {
            case H2 -> {
                // Readers wait for nothing there.
            }
            case POSTGRESQL -> pool.addDataSourceProperty("options", "-c lock_timeout=100 -c statement_timeout=5000");
            case MARIADB ->
                pool.addDataSourceProperty("sessionVariables", "lock_wait_timeout=1,innodb_lock_wait_timeout=1");
        }
    }

    /** What the library knows of a text is no part of its API. */
    private static DataSources tracking(QueryCache cache) throws ReflectiveOperationException {
        Field field = QueryCache.class.getDeclaredField("tracking");
        field.setAccessible(true);
        return (DataSources) field.get(cache);
    }

    private List<String> keywords() {
        List<String> keywords = new ArrayList<>(
                switch (f.database) {
                    case H2 ->
                        List.of(f.unseen
                                .connectionResult(c -> c.getMetaData().getSQLKeywords())
                                .split(","));
                    case POSTGRESQL ->
                        f.unseen.fetch("select word from pg_get_keywords()").into(String.class);
                    case MARIADB ->
                        f.unseen
                                .fetch("select word from information_schema.keywords")
                                .into(String.class);
                });
        keywords.addAll(List.of("select", "from", "set", "update", "into", "for", "as", "with", "table", "only"));
        return keywords;
    }

    /** What was done so far. */
    List<HostileStep> done() {
        return done;
    }

    /** The schema of the tables. */
    String name() {
        return f.schema("public");
    }

    /**
     * Makes so many texts, or fewer if the schema is spoilt by one.
     *
     * @return the first wrong answer, or {@code null}
     */
    Difference run(long texts) throws SQLException {
        Difference difference = compared();
        long end = tally.texts + texts;
        while (difference == null && !isSpoilt && tally.texts < end) {
            difference = told(generator.next());
            if (difference == null && ends.nextInt(30) == 0) difference = did(new HostileStep(randomEnd(), ""));
        }
        return difference;
    }

    /** Does the same again, and compares everything after each step. */
    Difference replay(List<HostileStep> steps) throws SQLException {
        isReplay = true;
        Difference difference = compared();
        for (HostileStep step : steps) {
            if (difference != null) return difference;
            difference = did(step);
        }
        return difference;
    }

    private Difference told(List<String> story) throws SQLException {
        boolean isWhole = random.nextInt(ONE_WHOLE_STORY_IN) == 0 && story.size() > 1;
        for (String text : story) {
            tally.texts++;
            boolean isUnderstood =
                    !analysis.analyse(List.of(text)).effect().tags().hasEverything();
            if (isUnderstood) tally.understood++;
            boolean isChosen = random.nextInt(ONE_UNKNOWN_IN) == 0;
            Way way = randomWay();
            if (!isUnderstood && !isWhole && !isChosen) continue;
            Difference difference = did(new HostileStep(way, text));
            if (difference != null || isSpoilt) return difference;
        }
        return null;
    }

    private Way randomWay() {
        return switch (random.nextInt(5)) {
            case 0 -> Way.JOOQ;
            case 1 -> Way.PREPARED;
            case 2 -> Way.BATCH;
            default -> Way.STATEMENT;
        };
    }

    private Way randomEnd() {
        return switch (ends.nextInt(8)) {
            case 0 -> Way.AUTOCOMMIT_OFF;
            case 1, 2 -> Way.AUTOCOMMIT_ON;
            case 3, 4 -> Way.COMMIT;
            case 5 -> Way.ROLLBACK;
            case 6 -> Way.RETURN;
            default -> Way.RENEW;
        };
    }

    /** Does something, and compares the answers if it may have changed any. */
    private Difference did(HostileStep step) throws SQLException {
        done.add(step);
        boolean failed = false;
        try {
            act(step);
        } catch (SQLException | DataAccessException e) {
            failed = true;
            if (step.text().isEmpty() || connection.isClosed()) renew();
        } catch (ArrayIndexOutOfBoundsException e) {
            if (step.way() != Way.JOOQ || isRenderedByJooq(step.text())) throw e;
            failed = true;
        }
        if (!step.text().isEmpty()) tally.executed++;
        if (!failed && !step.text().isEmpty()) tally.succeeded++;
        // A transaction that has failed refuses everything.
        if (failed
                && f.database == Database.POSTGRESQL
                && !isReplay
                && !step.text().equals("rollback")
                && choices.nextInt(3) == 0) return did(new HostileStep(Way.STATEMENT, "rollback"));
        // What has failed has changed nothing, but a part of it may have.
        return failed && !isReplay && choices.nextInt(20) > 0 ? null : compared();
    }

    /** jOOQ, with or without a cache, looks beyond the end of some texts whose quotes or comments are not closed. */
    private boolean isRenderedByJooq(String text) {
        try {
            f.unseen.query(text).getSQL();
            return true;
        } catch (ArrayIndexOutOfBoundsException e) {
            return false;
        }
    }

    private void act(HostileStep step) throws SQLException {
        switch (step.way()) {
            case JOOQ -> own().execute(step.text());
            case PREPARED -> {
                try (PreparedStatement statement = connection.prepareStatement(step.text())) {
                    statement.execute();
                }
            }
            case BATCH -> {
                try (Statement statement = connection.createStatement()) {
                    statement.addBatch(step.text());
                    statement.executeBatch();
                }
            }
            case STATEMENT -> {
                try (Statement statement = connection.createStatement()) {
                    statement.execute(step.text());
                }
            }
            case AUTOCOMMIT_OFF -> connection.setAutoCommit(false);
            case AUTOCOMMIT_ON -> connection.setAutoCommit(true);
            case COMMIT -> {
                if (!connection.getAutoCommit()) connection.commit();
            }
            case ROLLBACK -> {
                if (!connection.getAutoCommit()) connection.rollback();
            }
            case RETURN -> {
                connection.close();
                connection = tracked.getConnection();
            }
            case RENEW -> renew();
        }
    }

    private DSLContext own() {
        return f.cache
                .derive(DSL.using(connection, f.database.dialect()).configuration())
                .dsl();
    }

    /** Begins with a new session. */
    private void renew() throws SQLException {
        if (done.isEmpty() || done.get(done.size() - 1).way() != Way.RENEW) done.add(new HostileStep(Way.RENEW, ""));
        end();
        connection = tracked.getConnection();
    }

    private void end() {
        writers.getHikariPoolMXBean().softEvictConnections();
        try {
            connection.close();
        } catch (SQLException e) {
            // The server has closed it.
        }
        writers.getHikariPoolMXBean().softEvictConnections();
    }

    private Difference compared() throws SQLException {
        Map<String, String> expected = expected();
        if (expected.isEmpty()) {
            // They are locked by the session.
            renew();
            expected = expected();
        }
        if (expected.isEmpty()) {
            isSpoilt = true;
            return null;
        }
        Difference difference = comparedOwn();
        if (difference != null) return difference;
        for (Map.Entry<String, String> probe : expected.entrySet()) {
            difference = compared(probe.getKey(), "another session", f.dsl, probe.getValue());
            if (difference != null) return difference;
        }
        return comparedOwn();
    }

    /** What the database answers to each query, or nothing if it does not answer all. */
    private Map<String, String> expected() {
        try {
            List<Result<?>> results = new ArrayList<>();
            if (f.database == Database.H2) for (String probe : probes) results.add(f.unseen.fetch(probe));
            else results.addAll(f.unseen.fetchMany(String.join(";\n", probes)));
            Map<String, String> expected = new TreeMap<>();
            for (int i = 0; i < probes.size(); i++)
                expected.put(probes.get(i), results.get(i).formatCSV());
            return expected;
        } catch (DataAccessException e) {
            return Map.of();
        }
    }

    /** The session that has executed the text, in its transaction: one query, or all when it is looked for. */
    private Difference comparedOwn() {
        DSLContext own = own();
        for (String probe : isReplay ? probes : List.of(probes.get(choices.nextInt(probes.size())))) {
            try {
                String expected =
                        f.cache.with(own, CacheHint.bypass()).fetch(probe).formatCSV();
                tally.ownReads++;
                Difference difference = compared(probe, "the session itself", own, expected);
                if (difference != null) return difference;
            } catch (DataAccessException e) {
                // Its transaction has failed, or it does not find the tables.
            }
        }
        return null;
    }

    private Difference compared(String probe, String reader, DSLContext dsl, String expected) {
        long before = f.cache.stats().hits();
        String actual = dsl.fetch(probe).formatCSV();
        tally.reads++;
        tally.hits += f.cache.stats().hits() - before;
        if (actual.equals(expected)) return null;
        return difference(probe, reader, dsl, expected, actual);
    }

    private Difference difference(String probe, String reader, DSLContext dsl, String expected, String actual) {
        return new Difference(
                probe,
                reader,
                expected,
                actual,
                f.cache.explain(dsl.resultQuery(probe)).toString());
    }

    /**
     * Looks whether everything can be served again once every session has ended and the schema is a new one.
     *
     * @return the first query that is not, or {@code null}
     */
    Difference left() {
        end();
        for (String text : seeds.renewal()) f.dsl.execute(text);
        // On MariaDB they are in no database now.
        f.pool.getHikariPoolMXBean().softEvictConnections();
        for (String text : seeds.ddl()) f.dsl.execute(text);
        for (String probe : probes) {
            // The pool closes its connections on a thread of its own.
            long end = System.nanoTime() + LONGEST_CLOSING_NANOS;
            while (!isHit(probe)) {
                if (System.nanoTime() > end) return difference(probe, "a later session", f.dsl, "a hit\n", "no hit\n");
                LockSupport.parkNanos(1_000_000);
            }
        }
        return null;
    }

    private boolean isHit(String probe) {
        f.dsl.fetch(probe);
        long before = f.cache.stats().hits();
        f.dsl.fetch(probe);
        return f.cache.stats().hits() > before;
    }

    @Override
    public void close() {
        end();
        writers.close();
        f.close();
    }
}
