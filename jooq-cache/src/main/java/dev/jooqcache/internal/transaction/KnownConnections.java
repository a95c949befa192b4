package dev.jooqcache.internal.transaction;

import dev.jooqcache.internal.transaction.SchemaWatch.Change;
import dev.jooqcache.internal.transaction.SchemaWatch.PendingWrite;
import dev.jooqcache.spi.Tags;
import java.sql.Connection;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What is known of the driver's own connections from one check-out to the next, whichever way they come to the cache.
 *
 * <p>Kept once per cache, not per data source: one connection may be used through a tracked pool now and through a plain
 * {@code DSL.using(connection)} later. Thread-safe.
 */
final class KnownConnections {

    /** Their schema, role or settings were changed. */
    final PhysicalConnections altered = new PhysicalConnections();

    /** Code of unknown effect has run on them, which may have altered them. */
    final PhysicalConnections suspect = new PhysicalConnections();

    /** Their isolation level was changed, and perhaps not set back. */
    final PhysicalConnections otherIsolation = new PhysicalConnections();

    /** Whether a transaction is open on them cannot be known any more. */
    final PhysicalConnections uncertain = new PhysicalConnections();

    /** They were given back within a transaction whose snapshot nobody may have ended. */
    final PhysicalConnections leftOpen = new PhysicalConnections();

    /**
     * Others end their transactions, and can be about to commit when they are closed; with whom to ask whether that is
     * over, if there is anybody.
     */
    private final Map<Connection, Optional<CommitDoubts.Asker>> endedByOthers =
            Collections.synchronizedMap(new IdentityHashMap<>());

    private final SchemaWatch schemas;
    private final CommitDoubts doubts;
    private final IdentityHashMap<Connection, List<PendingWrite>> standing = new IdentityHashMap<>();
    private volatile boolean anyStanding;

    KnownConnections(SchemaWatch schemas, CommitDoubts doubts) {
        this.schemas = schemas;
        this.doubts = doubts;
    }

    /** Marks what a transaction wrote whose end will not be seen by its session. What is marked already stays so. */
    void stand(Connection raw, Tags tags, long analysedAt, Change change) {
        synchronized (standing) {
            List<PendingWrite> marks =
                    standing.computeIfAbsent(PhysicalConnections.physical(raw), c -> new ArrayList<>());
            Tags marked = Tags.none();
            for (PendingWrite mark : marks) marked = marked.plus(mark.tags());
            boolean told = marks.stream().anyMatch(mark -> mark.change() == Change.SCHEMA) || change == Change.DATA;
            if (!marked.plus(tags).equals(marked) || !told) marks.add(schemas.announce(tags, analysedAt, change));
            anyStanding = true;
        }
        doubts.watch(this);
    }

    /** The same, for a transaction that others end. */
    void standUntilOthersEnd(
            Connection raw, Tags tags, long analysedAt, Change change, CommitDoubts.@Nullable Asker asker) {
        endedByOthers.put(PhysicalConnections.physical(raw), Optional.ofNullable(asker));
        stand(raw, tags, analysedAt, change);
    }

    boolean isAnyStanding() {
        return anyStanding;
    }

    /** Whether a writer of unknown effect may be about to commit where nobody sees it. */
    boolean isEverythingStanding() {
        if (!anyStanding) return false;
        synchronized (standing) {
            return standing.values().stream()
                    .flatMap(List::stream)
                    .anyMatch(mark -> mark.tags().hasEverything());
        }
    }

    /** The connection is outside a transaction: what stood for it has been committed or rolled back. */
    void seenOutside(Connection raw) {
        leftOpen.remove(raw);
        if (anyStanding) take(raw).forEach(PendingWrite::committed);
    }

    /** Hands over what stands for a connection to the session that will see its end. */
    List<PendingWrite> take(Connection raw) {
        if (!anyStanding) return List.of();
        synchronized (standing) {
            Connection physical = PhysicalConnections.physical(raw);
            List<PendingWrite> taken = standing.remove(physical);
            endedByOthers.remove(physical);
            anyStanding = !standing.isEmpty();
            return taken == null ? List.of() : taken;
        }
    }

    /** Ends what stood for connections that are closed for good. Answers whether any are left. */
    boolean sweep() {
        List<PendingWrite> over = new ArrayList<>();
        synchronized (standing) {
            standing.entrySet().removeIf(entry -> {
                Connection physical = entry.getKey();
                if (!PhysicalConnections.isClosed(physical)) return false;
                Optional<CommitDoubts.Asker> others = endedByOthers.remove(physical);
                // A handle that hides its session is closed long before the session's transaction may end.
                boolean isEnded = PhysicalConnections.isDriversOwn(physical)
                        && (others == null || CommitDoubts.isInProcess(physical));
                if (isEnded) over.addAll(entry.getValue());
                else
                    entry.getValue()
                            .forEach(write ->
                                    doubts.addClosed(write, physical, others == null ? null : others.orElse(null)));
                return true;
            });
            anyStanding = !standing.isEmpty();
        }
        over.forEach(PendingWrite::committed);
        return anyStanding;
    }
}
