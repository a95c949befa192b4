package dev.jooqcache.testing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jooqcache.BypassReason;
import dev.jooqcache.CacheHint;
import dev.jooqcache.CacheStats;
import java.util.Arrays;
import java.util.function.Function;
import org.jooq.Configuration;
import org.jooq.DSLContext;
import org.jooq.impl.DefaultConfiguration;

/** Compares cached answers with bypassed ones, and counts the connections that were taken for them. */
public final class Watched {

    private final Fixture fixture;
    /** Cached, on the tracked pool. */
    public final DSLContext dsl;

    public Watched(Fixture fixture) {
        this(fixture, new DefaultConfiguration());
    }

    /** With settings, mappers or listeners of its own. */
    public Watched(Fixture fixture, Configuration configuration) {
        this.fixture = fixture;
        this.dsl = fixture.cache
                .derive(configuration.set(fixture.tracked).set(fixture.database.dialect()))
                .dsl();
    }

    /**
     * Reads bypassed, then twice cached; all three answers must be equal in value and class.
     *
     * @return why nothing was served, or {@code null} if the last answer was served without a connection
     */
    public BypassReason equalThrice(Function<DSLContext, Object> read) {
        Object expected = Exactly.describe(read.apply(fixture.cache.with(dsl, CacheHint.bypass())));
        assertThat(Exactly.describe(read.apply(dsl))).as("first answer").isEqualTo(expected);
        int taken = fixture.connections();
        CacheStats before = fixture.cache.stats();
        assertThat(Exactly.describe(read.apply(dsl))).as("second answer").isEqualTo(expected);
        CacheStats done = fixture.cache.stats().minus(before);
        if (done.hits() == 1) {
            assertThat(fixture.connections()).as("connections taken for a hit").isEqualTo(taken);
            return null;
        }
        return Arrays.stream(BypassReason.values())
                .filter(reason -> Fixture.unstored(done, reason) > 0)
                .findFirst()
                .orElseThrow(() -> new AssertionError("neither hit nor bypass: " + done));
    }

    /** The same, and the last answer must have been a hit. */
    public void equalAndHit(Function<DSLContext, Object> read) {
        assertThat(equalThrice(read)).as("reason of the bypass").isNull();
    }
}
