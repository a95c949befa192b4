package dev.jooqcache.internal.read;

import dev.jooqcache.spi.Fingerprint;
import dev.jooqcache.spi.Stamp;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Lets one of several simultaneous misses execute the query while the others wait for it (rule P16).
 *
 * <p>A flight belongs to a fingerprint and the stamp that its leader captured; a waiter has captured the same stamp
 * itself, so the rows are exact at an instant of its own read. Waits are bounded. What a waiter gets is a second look
 * into the store; if the leader failed or could not store, the waiter goes to the database. Thread-safe.
 */
final class SingleFlight {

    private final ConcurrentHashMap<Key, Flight> flights = new ConcurrentHashMap<>();

    /**
     * Begins to lead the flight of a query, unless another thread leads it.
     *
     * @return the flight, which the caller must {@link Flight#land}, or {@code null} if another thread leads
     */
    @Nullable
    Flight lead(Fingerprint fingerprint, Stamp stamp) {
        Key key = new Key(fingerprint, stamp);
        Flight flight = new Flight(key);
        return flights.putIfAbsent(key, flight) == null ? flight : null;
    }

    /** Waits until the present leader has landed, or the time is over. */
    void await(Fingerprint fingerprint, Stamp stamp, long nanos) {
        Flight flight = flights.get(new Key(fingerprint, stamp));
        // A thread that reads a cursor row by row may ask the same query again: it must not wait for itself.
        if (flight == null || flight.slow || flight.leader == Thread.currentThread()) return;
        try {
            // A flight that timed out once, perhaps a cursor left open, is not waited for again.
            if (!flight.landed.await(nanos, TimeUnit.NANOSECONDS)) flight.slow = true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** One execution that others may be waiting for. */
    final class Flight {
        private final Key key;
        private final Thread leader = Thread.currentThread();
        private final CountDownLatch landed = new CountDownLatch(1);
        private volatile boolean slow;

        private Flight(Key key) {
            this.key = key;
        }

        /** Lets the waiters go on. Landing twice does nothing. */
        void land() {
            flights.remove(key, this);
            landed.countDown();
        }
    }

    private record Key(Fingerprint fingerprint, Stamp stamp) {}
}
