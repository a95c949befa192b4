package dev.jooqcache.internal.read;

import dev.jooqcache.BypassReason;
import dev.jooqcache.internal.entry.CachedResult;
import dev.jooqcache.internal.read.SingleFlight.Flight;
import dev.jooqcache.spi.Stamp;
import org.jspecify.annotations.Nullable;

/** What becomes of one read. */
sealed interface ReadDecision {

    /**
     * The read is served.
     *
     * @param result the stored result
     */
    record Hit(CachedResult result) implements ReadDecision {}

    /**
     * The read was looked up, and its query is executed and recorded.
     *
     * @param captured the stamp of its tags before the SQL is sent (rule P1)
     * @param since the same generations, at the clock of that moment: what is committed from then on gets a higher number
     * @param flight the flight that the read leads, or {@code null} if it leads none
     */
    record Miss(Stamp captured, Stamp since, @Nullable Flight flight) implements ReadDecision {}

    /**
     * The read was looked up, and its query is executed without being stored. Counts as a miss.
     *
     * @param reason the reason
     * @param detail the part that gave the reason, or an empty string
     */
    record NotStored(BypassReason reason, String detail) implements ReadDecision {}

    /**
     * The query is executed without a look-up.
     *
     * @param reason the reason
     * @param detail the part that gave the reason, or an empty string
     */
    record Bypass(BypassReason reason, String detail) implements ReadDecision {}
}
