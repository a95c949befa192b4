package dev.jooqcache.internal.read;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jooqcache.internal.read.SingleFlight.Flight;
import dev.jooqcache.spi.Fingerprint;
import dev.jooqcache.spi.Stamp;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class SingleFlightWaitTest {

    private static final Fingerprint KEY = new Fingerprint("1", "H2", "select 1", "", "", List.of(), new Object[0]);
    private static final Stamp STAMP = Stamp.of(1, 1);
    private static final long FOREVER = Duration.ofHours(1).toNanos();

    private final SingleFlight flights = new SingleFlight();

    private Thread waiter(long nanos) {
        Thread thread = new Thread(() -> flights.await(KEY, STAMP, nanos));
        thread.start();
        return thread;
    }

    private static void awaitWaiting(Thread thread) {
        while (thread.getState() != Thread.State.TIMED_WAITING) Thread.onSpinWait();
    }

    @Test
    void lead_whileSomebodyLeads_isRefused() {
        Flight flight = flights.lead(KEY, STAMP);
        assertThat(flight).isNotNull();
        assertThat(flights.lead(KEY, STAMP)).isNull();
        flight.land();
        assertThat(flights.lead(KEY, STAMP)).isNotNull();
    }

    @Test
    void lead_atAnotherStamp_isAnotherFlight() {
        assertThat(flights.lead(KEY, STAMP)).isNotNull();
        assertThat(flights.lead(KEY, Stamp.of(1, 2))).isNotNull();
        assertThat(flights.lead(KEY, Stamp.of(2, 1))).isNotNull();
    }

    @Test
    void land_endsTheWaitOfAll() throws InterruptedException {
        Flight flight = flights.lead(KEY, STAMP);
        Thread one = waiter(FOREVER);
        Thread two = waiter(FOREVER);
        awaitWaiting(one);
        awaitWaiting(two);
        flight.land();
        flight.land();
        one.join();
        two.join();
    }

    @Test
    void land_ofAnOldFlight_doesNotEndItsSuccessor() {
        Flight old = flights.lead(KEY, STAMP);
        old.land();
        assertThat(flights.lead(KEY, STAMP)).isNotNull();
        old.land();
        assertThat(flights.lead(KEY, STAMP)).as("still led").isNull();
    }

    @Test
    void await_withoutLeader_returnsAtOnce() throws InterruptedException {
        waiter(FOREVER).join();
    }

    @Test
    void await_byTheLeaderItself_returnsAtOnce() {
        flights.lead(KEY, STAMP);
        flights.await(KEY, STAMP, FOREVER);
    }

    @Test
    void await_ofALeaderThatWasWaitedForInVain_returnsAtOnce() throws InterruptedException {
        flights.lead(KEY, STAMP);
        waiter(1_000_000).join();
        waiter(FOREVER).join();
    }

    @Test
    void await_interrupted_keepsTheInterruption() throws InterruptedException {
        flights.lead(KEY, STAMP);
        boolean[] interrupted = new boolean[1];
        Thread thread = new Thread(() -> {
            flights.await(KEY, STAMP, FOREVER);
            interrupted[0] = Thread.currentThread().isInterrupted();
        });
        thread.start();
        awaitWaiting(thread);
        thread.interrupt();
        thread.join();
        assertThat(interrupted[0]).isTrue();
    }
}
