package dev.jooqcache.history;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jooqcache.history.Workload.Subject;
import dev.jooqcache.spi.GenerationStore;
import dev.jooqcache.spi.Tags;
import dev.jooqcache.testing.Database;
import dev.jooqcache.testing.DatabaseTest;
import dev.jooqcache.testing.ForwardingGenerationStore;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;

/** Random histories of caches with a fault: the checker must find it, or it would prove nothing. */
class BrokenCacheTest {

    private static final int MOST_OPERATIONS = 60_000;
    private static final long GAP_NANOS = 3_000_000;

    private static void assertFound(Database database, String fault, Subject subject) {
        if (database == Database.MARIADB) return;
        long seed = Long.getLong("jooqcache.seed", System.nanoTime());
        Optional<Hunt.Found> found = Hunt.hunt(database, subject, seed, MOST_OPERATIONS);
        System.out.println("BrokenCacheTest on " + database + ", " + fault + ", seed " + seed + ": "
                + found.map(Hunt.Found::toString).orElse("not found"));
        assertThat(found).as("%s, seed %s", fault, seed).isPresent();
        assertThat(found.get().text()).contains("seed=" + seed, found.get().rule() + ": ", "these suffice", "read ");
    }

    private record NoMarks(Tags tags) implements GenerationStore.Intent {}

    @DatabaseTest
    void noInvalidation_isFound(Database database) {
        assertFound(database, "no invalidation", Subject.withGenerations(store -> new ForwardingGenerationStore(store) {
            @Override
            public Intent intent(Tags tags) {
                return new NoMarks(tags);
            }

            @Override
            public void commit(Intent intent) {}

            @Override
            public void abandon(Intent intent) {}
        }));
    }

    @DatabaseTest
    void bumpBeforeCommit_isFound(Database database) {
        assertFound(
                database, "bump before commit", Subject.withGenerations(store -> new ForwardingGenerationStore(store) {
                    @Override
                    public Intent intent(Tags tags) {
                        super.commit(super.intent(tags));
                        return new NoMarks(tags);
                    }

                    @Override
                    public void commit(Intent intent) {}

                    @Override
                    public void abandon(Intent intent) {}
                }));
    }

    @DatabaseTest
    void bumpAfterCommitWithoutIntent_isFound(Database database) {
        assertFound(
                database,
                "bump after commit, no intent",
                Subject.withGenerations(store -> new ForwardingGenerationStore(store) {
                    @Override
                    public Intent intent(Tags tags) {
                        return new NoMarks(tags);
                    }

                    @Override
                    public void commit(Intent intent) {
                        // Others must read what is new, and then what is old, before the bump.
                        LockSupport.parkNanos(GAP_NANOS);
                        super.commit(super.intent(intent.tags()));
                    }

                    @Override
                    public void abandon(Intent intent) {}
                }));
    }

    /** So a snapshot is taken for current, and a write during the SQL of a miss for one before it. */
    @DatabaseTest
    void clockAheadOfTime_isFound(Database database) {
        assertFound(
                database, "clock ahead of time", Subject.withGenerations(store -> new ForwardingGenerationStore(store) {
                    @Override
                    public long now() {
                        return super.now() + 1_000;
                    }
                }));
    }
}
