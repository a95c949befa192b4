package dev.jooqcache.internal.transaction;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** The global transactions in which connections of one cache are used. Thread-safe. */
final class GlobalTransactions {

    private final SchemaVersions schemas;
    private final TransactionManagers managers = TransactionManagers.find();
    private final Map<Object, GlobalTransaction> active = new ConcurrentHashMap<>();

    /** One of a manager that is in use here, which can be asked to begin another. */
    private volatile @Nullable JtaTransaction seen;

    GlobalTransactions(SchemaVersions schemas) {
        this.schemas = schemas;
    }

    /** Returns whether this thread is in a global transaction. */
    boolean isActive() {
        JtaTransaction transaction = managers.current();
        return transaction != null && !isOver(transaction);
    }

    /** Its manager may take it for active until it has notified all participants. */
    private boolean isOver(JtaTransaction transaction) {
        GlobalTransaction known = active.get(transaction.key());
        return known != null && known.isOver();
    }

    /**
     * The global transaction of this thread.
     *
     * @return the transaction, or {@code null} if there is none
     */
    @Nullable
    GlobalTransaction current() {
        JtaTransaction transaction = managers.current();
        if (transaction == null) return null;
        GlobalTransaction known = active.get(transaction.key());
        if (known != null) return known.isOver() ? null : known;
        return begin(transaction);
    }

    private GlobalTransaction begin(JtaTransaction transaction) {
        seen = transaction;
        GlobalTransaction begun = new GlobalTransaction(schemas, () -> active.remove(transaction.key()));
        if (!transaction.register(begun)) return begun;
        begun.observed();
        active.put(transaction.key(), begun);
        return begun;
    }

    /**
     * Connections for questions of the cache's own, each within a global transaction of its own where the application uses
     * these: some pools hand out none without. To be used in a thread that has no transaction.
     */
    InDoubtCommits.Asker asker(InDoubtCommits.Asker pool) {
        return () -> {
            JtaTransaction like = seen;
            if (like == null || managers.current() != null || !JtaTransaction.begin(like)) return pool.connection();
            return QuestioningConnection.of(pool, like);
        };
    }
}
