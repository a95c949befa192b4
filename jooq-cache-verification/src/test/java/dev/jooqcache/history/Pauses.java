package dev.jooqcache.history;

import dev.jooqcache.spi.Fingerprint;
import dev.jooqcache.spi.GenerationStore;
import dev.jooqcache.spi.ResultStore;
import dev.jooqcache.spi.Stamp;
import dev.jooqcache.spi.StoredResult;
import dev.jooqcache.spi.Tags;
import dev.jooqcache.testing.CaffeineStore;
import dev.jooqcache.testing.ForwardingGenerationStore;
import dev.jooqcache.testing.ForwardingResultStore;
import dev.jooqcache.testing.InterceptedDataSource;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.LockSupport;
import javax.sql.DataSource;

/** Delays of random length at random ones of the points at which threads can overtake each other. */
final class Pauses {

    private static final int LONGEST_MICROS = 500;

    private volatile int percent;

    /** At how many in a hundred points there is a pause. */
    void percent(int value) {
        percent = value;
    }

    void here() {
        ThreadLocalRandom random = ThreadLocalRandom.current();
        if (random.nextInt(100) >= percent) return;
        int micros = random.nextInt(LONGEST_MICROS);
        if (micros < LONGEST_MICROS / 4) Thread.yield();
        else LockSupport.parkNanos(micros * 1_000L);
    }

    ResultStore results() {
        return new ForwardingResultStore(new CaffeineStore()) {
            @Override
            public StoredResult get(Fingerprint key) {
                StoredResult result = super.get(key);
                here();
                return result;
            }

            @Override
            public void put(Fingerprint key, StoredResult result, Duration timeToLive) {
                here();
                super.put(key, result, timeToLive);
            }
        };
    }

    GenerationStore generations(GenerationStore store) {
        return new ForwardingGenerationStore(store) {
            @Override
            public Stamp capture(Tags tags) {
                here();
                Stamp stamp = super.capture(tags);
                here();
                return stamp;
            }

            @Override
            public Intent intent(Tags tags) {
                Intent intent = super.intent(tags);
                here();
                return intent;
            }

            @Override
            public void commit(Intent intent) {
                here();
                super.commit(intent);
                here();
            }

            @Override
            public void abandon(Intent intent) {
                here();
                super.abandon(intent);
                here();
            }
        };
    }

    DataSource dataSource(DataSource pool) {
        return new InterceptedDataSource(pool) {
            @Override
            protected <T> T execute(String sql, Call<T> real) throws SQLException {
                here();
                T result = real.run();
                here();
                return result;
            }

            @Override
            protected void commit(Connection connection) throws SQLException {
                here();
                connection.commit();
                here();
            }

            @Override
            protected void rollback(Connection connection) throws SQLException {
                here();
                connection.rollback();
                here();
            }
        };
    }
}
