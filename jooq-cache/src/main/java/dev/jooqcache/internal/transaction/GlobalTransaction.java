package dev.jooqcache.internal.transaction;

import dev.jooqcache.internal.transaction.SchemaVersions.Change;
import dev.jooqcache.internal.transaction.SchemaVersions.WriteIntent;
import dev.jooqcache.spi.Tags;
import java.sql.Connection;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;

/**
 * What one global transaction has written, on whatever connections, until its transaction manager says how it has ended.
 *
 * <p>The writes are announced when the manager is about to prepare. What is written after that, by other synchronizations,
 * is announced at once. When the transaction is over, each connection on which it wrote is looked at, since the
 * manager's word is about the outcome, not about each database: a branch that is still open, or prepared, or whose
 * connection is gone, keeps intents of its own until it is final. Thread-safe: managers end transactions in other threads,
 * too, when the time is up.
 */
final class GlobalTransaction implements JtaTransaction.Synchronization {

    /** A transaction that touches more tags than this is not followed row by row. */
    private static final int MOST_TAGS = 256;

    private final SchemaVersions schemas;
    private final Runnable forget;
    private final IdentityHashMap<Connection, TrackedSource> branches = new IdentityHashMap<>();
    private final List<WriteIntent> announced = new ArrayList<>();
    private Tags written = Tags.none();
    private long analysedAt;
    private Change change = Change.DATA;
    private boolean completing;
    private boolean perhapsLocal;
    private volatile boolean observed;
    private volatile boolean over;

    /**
     * Begins without writes.
     *
     * @param schemas where writes are announced
     * @param forget is called when the transaction is over
     */
    GlobalTransaction(SchemaVersions schemas, Runnable forget) {
        this.schemas = schemas;
        this.forget = forget;
    }

    /** The end of the transaction will be told. */
    void observed() {
        observed = true;
    }

    /** Returns whether the end of the transaction will be told. If not, it is as one that others end. */
    boolean isObserved() {
        return observed;
    }

    boolean isOver() {
        return over;
    }

    /**
     * Notes a write before it is sent.
     *
     * @return whether its end will be seen here; not if the transaction is over already
     */
    synchronized boolean note(TrackedSource source, Connection physical, Tags tags, long version, Change may) {
        if (over || !observed) return false;
        if (tags.isEmpty()) return true;
        branches.put(physical, source);
        if (may == Change.SCHEMA) change = may;
        analysedAt = written.isEmpty() ? version : Math.min(analysedAt, version);
        Tags all = written.plus(tags);
        written = all.size() > MOST_TAGS ? all.coarse() : all;
        if (completing) announced.add(schemas.announce(tags, version, may));
        return true;
    }

    /** What the transaction has written: anything, if the schema was changed since that was analysed. */
    synchronized Tags written() {
        return written.isEmpty() || !schemas.isOutdated(analysedAt) ? written : written.plus(Tags.everything());
    }

    /** One of the connections was perhaps in a transaction of its own, which can have been committed already. */
    synchronized void perhapsLocal() {
        perhapsLocal = true;
    }

    @Override
    public synchronized void beforeCompletion() {
        if (over || completing) return;
        completing = true;
        announceAll();
    }

    private void announceAll() {
        announced.add(schemas.announce(written, analysedAt, change));
    }

    @Override
    public synchronized void afterCompletion(int status) {
        if (over) return;
        boolean rolledBack = status == JtaTransaction.STATUS_ROLLEDBACK;
        // Some managers skip the first call, for instance for what was imported.
        if (!completing && !(rolledBack && !perhapsLocal)) announceAll();
        boolean definite = rolledBack && !perhapsLocal;
        for (Map.Entry<Connection, TrackedSource> branch : branches.entrySet())
            definite &= settle(branch.getValue(), branch.getKey(), status);
        for (WriteIntent write : announced) {
            if (definite) write.abandoned();
            else write.committed();
        }
        over = true;
        forget.run();
    }

    /** Leaves intents for a branch that is not final, and answers whether it is. */
    private boolean settle(TrackedSource source, Connection physical, int status) {
        boolean told = status == JtaTransaction.STATUS_COMMITTED || status == JtaTransaction.STATUS_ROLLEDBACK;
        Branch branch = Branch.of(physical);
        if (branch == Branch.OPEN) {
            source.stand(physical, written, analysedAt, change);
            return false;
        }
        boolean alive = branch == Branch.ENDED;
        if (alive) source.endedElsewhere(physical);
        // It was never asked to commit.
        if (!completing && status == JtaTransaction.STATUS_ROLLEDBACK) return true;
        if (PreparedTransactions.isFinal(physical, alive && told)) return true;
        InDoubtCommits.First first = alive ? InDoubtCommits.First.SESSION_IDLE : InDoubtCommits.First.PROCESS_ENDED;
        if (alive && told) first = InDoubtCommits.First.NOTHING;
        source.doubtBranch(physical, first, written, analysedAt, change);
        return false;
    }

    @Override
    public String toString() {
        return "jooq-cache";
    }

    /** How a branch looks from its connection. */
    private enum Branch {
        ENDED,
        OPEN,
        GONE;

        static Branch of(Connection physical) {
            if (PhysicalConnections.isClosed(physical)) return GONE;
            return OpenTransactions.isOutside(physical) ? ENDED : OPEN;
        }
    }
}
