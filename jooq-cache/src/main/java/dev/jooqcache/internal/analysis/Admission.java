package dev.jooqcache.internal.analysis;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * Whether recording a query's results is worth its cost, learnt from one SQL text. Thread-safe, and without a write on the
 * way of a hit, unless it is the first since the last look.
 *
 * <p>If {@value #WINDOW} results in a row were stored and none of any was asked for again before it was invalidated or
 * dropped, then from there on only one execution in {@value #SAMPLE} is recorded. The first hit ends that.
 */
public final class Admission {

    /** So many results are stored before their hits are looked at. */
    static final int WINDOW = 256;

    /** One in so many executions is recorded of a query that is seldom hit. */
    static final int SAMPLE = 16;

    private final AtomicInteger stores = new AtomicInteger();
    private final AtomicInteger passed = new AtomicInteger();
    private volatile boolean hitSince;
    private volatile boolean seldomHit;

    /** A result was served. */
    public void hit() {
        if (!hitSince) hitSince = true;
        if (seldomHit) seldomHit = false;
    }

    /** A result was stored. */
    public void stored() {
        if (stores.incrementAndGet() % WINDOW != 0) return;
        seldomHit = !hitSince;
        hitSince = false;
    }

    /**
     * Returns whether the execution at hand is to be recorded.
     *
     * @return whether the query is hit often enough, or it is the turn of this execution
     */
    public boolean admits() {
        return !seldomHit || passed.incrementAndGet() % SAMPLE == 0;
    }

    /**
     * Returns whether most executions are not recorded.
     *
     * @return whether the last results were stored in vain
     */
    public boolean isLimited() {
        return seldomHit;
    }
}
