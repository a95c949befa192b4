package dev.jooqcache.internal.transaction;

import dev.jooqcache.internal.transaction.SchemaWatch.Change;
import dev.jooqcache.internal.transaction.SchemaWatch.PendingWrite;
import dev.jooqcache.internal.transaction.SchemaWatch.Versions;
import dev.jooqcache.spi.Tags;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The writes of connections that are no JDBC connections, announced by the same protocol.
 *
 * <p>It is not known to which of the tracked databases such a connection leads. So a statement has the effects that it has
 * in any of them, and everything while the schema of one is unknown; and a write is escalated to everything when another
 * database becomes known before its end, as its analysis did without that schema. Thread-safe.
 */
public final class UnplacedWrites {

    private static final Logger LOG = LoggerFactory.getLogger("dev.jooqcache");

    private final String cacheName;
    private final TrackedSource elsewhere;
    private final Effects effects;
    private final SchemaWatch schemas;
    private final CommitDoubts doubts;
    private final KnownConnections connections;

    UnplacedWrites(
            String cacheName,
            TrackedSource elsewhere,
            Effects effects,
            SchemaWatch schemas,
            CommitDoubts doubts,
            KnownConnections connections) {
        this.cacheName = cacheName;
        this.elsewhere = elsewhere;
        this.effects = effects;
        this.schemas = schemas;
        this.doubts = doubts;
        this.connections = connections;
    }

    /**
     * Analyses statements that are sent together.
     *
     * @param statements their texts
     * @return what they do, one after another
     */
    public Analysis analyse(List<String> statements) {
        Versions before = schemas.versions();
        Effect all = Effect.NONE;
        for (String sql : statements) all = all.then(effects.ofUnplaced(elsewhere, sql));
        return new Analysis(all, before);
    }

    /** Code is about to run that may alter what other sessions answer. */
    public void mayAlterSessions() {
        connections.alterations.incrementAndGet();
    }

    /**
     * Nothing, to begin a transaction with.
     *
     * @return the empty set of writes
     */
    public Written nothing() {
        return new Written(Tags.none(), schemas.versions(), Change.DATA);
    }

    /**
     * Everything, for what cannot be analysed.
     *
     * @return all tables, and perhaps their schema
     */
    public Written everything() {
        return new Written(Tags.everything(), schemas.versions(), Change.SCHEMA);
    }

    /**
     * Marks what is about to take effect.
     *
     * @param written what was or will be written
     * @return the mark, to be ended once
     */
    public Write announce(Written written) {
        return new Write(schemas.announceUnplaced(written.tags, written.analysedAt, written.change));
    }

    /**
     * A transaction was prepared for a two-phase commit: its marks stand for good, as there is nothing to ask for its end.
     *
     * @param write the marks
     */
    public void standWhilePrepared(Write write) {
        if (!write.isEmpty())
            LOG.warn(
                    "{}: a transaction was prepared for a two-phase commit through R2DBC; {} will not be cached any more",
                    cacheName,
                    write.pending.tags());
    }

    /**
     * What a statement does.
     *
     * @param effect the effect in any of the databases
     * @param analysedAt what the analysis rests on
     */
    public record Analysis(Effect effect, Versions analysedAt) {

        /**
         * What it writes.
         *
         * @return the tables
         */
        public Written written() {
            boolean isData = effect.kind() == Effect.Kind.WRITE || effect.tags().isEmpty();
            return new Written(effect.tags(), analysedAt, isData ? Change.DATA : Change.SCHEMA);
        }
    }

    /**
     * What a transaction has written so far.
     *
     * @param tags the tables
     * @param analysedAt what the oldest of the analyses rests on
     * @param change what it may have changed
     */
    public record Written(Tags tags, Versions analysedAt, Change change) {

        /**
         * Whether it has written nothing.
         *
         * @return whether there is nothing to announce
         */
        public boolean isEmpty() {
            return tags.isEmpty();
        }

        /**
         * This and more.
         *
         * @param later what was written after it
         * @return both
         */
        public Written and(Written later) {
            if (later.isEmpty()) return this;
            if (isEmpty()) return later;
            boolean isData = change == Change.DATA && later.change == Change.DATA;
            return new Written(tags.plus(later.tags), analysedAt, isData ? Change.DATA : Change.SCHEMA);
        }
    }

    /** A mark, to be ended once; ending it again does nothing. */
    public final class Write {

        private final PendingWrite pending;

        private Write(PendingWrite pending) {
            this.pending = pending;
        }

        /**
         * Whether nothing is marked.
         *
         * @return whether its end matters to nothing
         */
        public boolean isEmpty() {
            return pending.tags().isEmpty();
        }

        /** The write has taken effect, or may have. */
        public void committed() {
            pending.committed();
        }

        /** The write has definitely not taken effect. */
        public void abandoned() {
            pending.abandoned();
        }

        /**
         * Whether the write has taken effect, or still will, is unknown: the mark stays until it is known.
         *
         * @param isEnded tells whether its transaction has ended, or {@code null} if nothing can tell it before the quarantine
         *     has passed
         */
        public void doubt(@Nullable BooleanSupplier isEnded) {
            doubts.addUnplaced(pending, isEnded);
        }
    }
}
