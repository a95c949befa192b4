package dev.jooqcache.internal.transaction;

import dev.jooqcache.internal.dependency.StatementEffect;
import dev.jooqcache.internal.transaction.SchemaVersions.Change;
import dev.jooqcache.internal.transaction.SchemaVersions.Versions;
import dev.jooqcache.internal.transaction.SchemaVersions.WriteIntent;
import dev.jooqcache.spi.Tags;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The writes of connections that are no JDBC connections, announced by the same protocol.
 *
 * <p>It is not known to which of the tracked databases such a connection leads. So a statement has the effects that it has
 * in any of them, and everything while the schema of one is unknown; and a write is escalated to everything when another
 * database becomes known before its end, as its analysis did without that schema. A statement that writes nothing in the
 * known databases counts as a write without tags until its end: in another one it may write. Thread-safe.
 */
public final class UnplacedWrites {

    private static final Logger LOG = LoggerFactory.getLogger("dev.jooqcache");

    /** How many different texts of a transaction are kept, to be analysed again when another database becomes known. */
    private static final int MOST_TEXTS = 64;

    private final String cacheName;
    private final TrackedSource elsewhere;
    private final StatementEffects effects;
    private final SchemaVersions schemas;
    private final InDoubtCommits doubts;
    private final KnownConnections connections;

    public UnplacedWrites(
            String cacheName,
            TrackedSource elsewhere,
            StatementEffects effects,
            SchemaVersions schemas,
            InDoubtCommits doubts,
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
        StatementEffect all = StatementEffect.NONE;
        for (String sql : statements) all = all.then(effects.ofUnplaced(elsewhere, sql));
        return new Analysis(all, written(all, before, statements));
    }

    private Written written(StatementEffect effect, Versions analysedAt, List<String> statements) {
        if (effect.tags().isEmpty())
            return new Written(Tags.none(), analysedAt, Change.DATA, reads(Set.copyOf(statements), analysedAt));
        Change change = effect.kind() == StatementEffect.Kind.WRITE ? Change.DATA : Change.SCHEMA;
        return new Written(effect.tags(), analysedAt, change, null);
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
        return new Written(Tags.none(), schemas.versions(), Change.DATA, null);
    }

    /**
     * Everything, for what cannot be analysed.
     *
     * @return all tables, and perhaps their schema
     */
    public Written everything() {
        return new Written(Tags.everything(), schemas.versions(), Change.SCHEMA, null);
    }

    /**
     * Marks what is about to take effect.
     *
     * @param written what was or will be written
     * @return the mark, to be ended once
     */
    public Write announce(Written written) {
        return new Write(schemas.announceUnplaced(written.tags, written.analysedAt, written.change, written.reads));
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
     * What statements that are sent together do.
     *
     * @param effect the effect in any of the databases
     * @param written what they write; if that is nothing in the databases known by now, the statements themselves
     */
    public record Analysis(StatementEffect effect, Written written) {}

    private ReadStatements reads(Set<String> texts, Versions analysedAt) {
        return new ReadStatements(texts.size() > MOST_TEXTS ? null : texts, analysedAt);
    }

    /** Statements that write nothing in the databases that were known when they were analysed. */
    private final class ReadStatements implements SchemaVersions.Reads {

        /** {@code null} if there are more than are kept. */
        private final @Nullable Set<String> texts;

        private final Versions analysedAt;

        ReadStatements(@Nullable Set<String> texts, Versions analysedAt) {
            this.texts = texts;
            this.analysedAt = analysedAt;
        }

        @Override
        public Versions analysedAt() {
            return analysedAt;
        }

        @Override
        public boolean writeNothing() {
            return texts != null
                    && texts.stream()
                            .allMatch(sql ->
                                    effects.ofUnplaced(elsewhere, sql).tags().isEmpty());
        }

        ReadStatements and(ReadStatements later) {
            if (texts == null) return this;
            if (later.texts == null) return new ReadStatements(null, analysedAt);
            if (texts.containsAll(later.texts)) return this;
            Set<String> both = new HashSet<>(texts);
            both.addAll(later.texts);
            return reads(both, analysedAt);
        }
    }

    /** What a transaction has written so far, and what it has executed besides. */
    public static final class Written {

        private final Tags tags;

        /** What the oldest of the analyses of writes rests on. */
        private final Versions analysedAt;

        private final Change change;
        private final @Nullable ReadStatements reads;

        private Written(Tags tags, Versions analysedAt, Change change, @Nullable ReadStatements reads) {
            this.tags = tags;
            this.analysedAt = analysedAt;
            this.change = change;
            this.reads = reads;
        }

        /**
         * Returns whether nothing was executed, so that there is nothing to announce.
         *
         * @return whether nothing can have been written, not even in a database that is not known yet
         */
        public boolean isEmpty() {
            return tags.isEmpty() && reads == null;
        }

        /**
         * Returns whether something was written in a database that is known.
         *
         * @return whether tables are known, or everything, that were written
         */
        public boolean hasTags() {
            return !tags.isEmpty();
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
            ReadStatements both = reads == null ? later.reads : later.reads == null ? reads : reads.and(later.reads);
            return new Written(
                    tags.plus(later.tags),
                    tags.isEmpty() ? later.analysedAt : analysedAt,
                    isData ? Change.DATA : Change.SCHEMA,
                    both);
        }
    }

    /** A mark, to be ended once; ending it again does nothing. */
    public final class Write {

        private final WriteIntent pending;

        private Write(WriteIntent pending) {
            this.pending = pending;
        }

        /**
         * Returns whether nothing is marked, at least until another database becomes known.
         *
         * @return whether nothing is kept from being cached by it now
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
