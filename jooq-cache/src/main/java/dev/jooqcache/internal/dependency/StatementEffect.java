package dev.jooqcache.internal.dependency;

import dev.jooqcache.spi.Tags;

/**
 * What a statement does besides answering rows.
 *
 * @param kind the kind of statement
 * @param plan what it writes
 */
public record StatementEffect(Kind kind, TagPlan plan) {

    /** A statement that only reads, or does nothing that the cache must know. */
    public static final StatementEffect NONE = new StatementEffect(Kind.NONE, Tags.none());

    /** A statement that cannot be understood, may commit by itself, or changes the schema. */
    public static final StatementEffect UNKNOWN = new StatementEffect(Kind.UNKNOWN, Tags.everything());

    /** A statement that changes the schema. */
    public static final StatementEffect SCHEMA = new StatementEffect(Kind.SCHEMA, Tags.everything());

    /** Code that cannot be analysed. */
    public static final StatementEffect CODE = new StatementEffect(Kind.CODE, Tags.everything());

    /**
     * What a statement does whose tags do not depend on its bind values.
     *
     * @param kind the kind of statement
     * @param tags what it writes
     */
    public StatementEffect(Kind kind, Tags tags) {
        this(kind, TagPlan.of(tags));
    }

    /**
     * What it writes, whatever its bind values are.
     *
     * @return the tags
     */
    public Tags tags() {
        return plan.anyTags();
    }

    /**
     * What it does with these bind values.
     *
     * @param binds the bind values
     * @return the effect of this one execution
     */
    public StatementEffect with(BindValues binds) {
        return plan.parts().isEmpty() ? this : new StatementEffect(kind, plan.tags(binds));
    }

    /** The kinds of statements, as far as transactions are concerned. */
    public enum Kind {
        /** Reads only. */
        NONE,
        /** DML on known tables. */
        WRITE,
        /** DDL: as {@link #UNKNOWN}, and what was known of the schema is out of date. */
        SCHEMA,
        /** As {@link #SCHEMA}, and a name means something else in this session from here on: a temporary table. */
        TEMPORARY_TABLE,
        /** Code that cannot be analysed: of unknown effect on the data, the schema and perhaps the session. */
        CODE,
        /** Touches everything and may commit by itself. */
        UNKNOWN,
        /** BEGIN or START TRANSACTION, at the default isolation level. */
        BEGIN,
        /** BEGIN or START TRANSACTION with modes, so that the isolation level is not known. */
        BEGIN_WITH_MODES,
        /** COMMIT or END. */
        COMMIT,
        /** ROLLBACK of the whole transaction. */
        ROLLBACK,
        /** ROLLBACK TO a savepoint. */
        ROLLBACK_TO_SAVEPOINT,
        /** Commits what is under way, and does nothing else; whether a transaction is under way stays as it was. */
        IMPLICIT_COMMIT,
        /** PREPARE TRANSACTION: another session will commit it. */
        PREPARE,
        /** Changes the isolation level of this transaction, or of the next. */
        ISOLATION,
        /** Changes the isolation level of the session. */
        SESSION_ISOLATION,
        /** Changes another property of the session: schema, role, a setting. */
        SESSION,
        /** Changes a setting for one query, and takes that back after it, unless the query fails. */
        SETTING_FOR_QUERY,
        /** As {@link #SESSION}, and perhaps the isolation level of the session: everything that was set is set back. */
        SESSION_DEFAULTS,
        /** As {@link #SESSION}, until the end of the transaction, and without any effect outside one. */
        LOCAL_SETTING,
        /** Leaves open whether a transaction is under way: the driver is not told, or many statements came at once. */
        AUTOCOMMIT;

        /** Returns whether such a statement may set an isolation level for the next transaction alone, as MySQL's family can. */
        public boolean maySetNextIsolation() {
            return switch (this) {
                case ISOLATION, AUTOCOMMIT, TEMPORARY_TABLE, CODE, UNKNOWN -> true;
                default -> false;
            };
        }
    }

    /**
     * The effect of a statement that touches no data.
     *
     * @param kind the kind of statement
     * @return the effect
     */
    public static StatementEffect of(Kind kind) {
        return new StatementEffect(kind, Tags.none());
    }

    private boolean altersSession() {
        return kind == Kind.SESSION
                || kind == Kind.SETTING_FOR_QUERY
                || kind == Kind.SESSION_DEFAULTS
                || kind == Kind.LOCAL_SETTING
                || kind == Kind.TEMPORARY_TABLE;
    }

    private boolean controlsTransaction() {
        return switch (kind) {
            case NONE,
                    WRITE,
                    SCHEMA,
                    TEMPORARY_TABLE,
                    CODE,
                    UNKNOWN,
                    SESSION,
                    SETTING_FOR_QUERY,
                    SESSION_DEFAULTS,
                    LOCAL_SETTING -> false;
            default -> true;
        };
    }

    /**
     * The effect of one statement after another.
     *
     * @param next what the second one does
     * @return what both do
     */
    public StatementEffect then(StatementEffect next) {
        if (kind == Kind.NONE || equals(next)) return next;
        if (next.kind == Kind.NONE) return this;
        if (kind == Kind.WRITE && next.kind == Kind.WRITE) return new StatementEffect(Kind.WRITE, plan.and(next.plan));
        if (controlsTransaction() || next.controlsTransaction())
            return new StatementEffect(Kind.AUTOCOMMIT, Tags.everything());
        if (altersSession() || next.altersSession())
            return new StatementEffect(Kind.TEMPORARY_TABLE, Tags.everything());
        if (kind == Kind.CODE || next.kind == Kind.CODE) return CODE;
        return kind == Kind.SCHEMA || next.kind == Kind.SCHEMA ? SCHEMA : UNKNOWN;
    }
}
