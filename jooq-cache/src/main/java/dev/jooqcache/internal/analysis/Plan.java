package dev.jooqcache.internal.analysis;

import dev.jooqcache.BypassReason;
import dev.jooqcache.internal.transaction.Effect;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What one SQL text reads and writes, as far as the query itself tells. Immutable; made once per SQL text.
 *
 * @param kind what sort of statement it is
 * @param reads the tables that it reads
 * @param commonTables names of its common table expressions: of the tables that it reads, those may be none
 * @param words all identifiers of a text that is not wholly made of visible parts: those among them that are names of
 *     tables are read, or may be
 * @param writes the tables that it writes, besides what cascades and triggers add
 * @param mode how it writes them
 * @param control the effect of a statement of kind CONTROL
 * @param reason why it cannot be cached, or {@code null}
 * @param detail the part that gave the reason
 * @param called functions that are known by their names alone: the catalog may have others of the same names
 * @param castsText whether a bound text may be read as a moving date
 */
record Plan(
        Kind kind,
        Set<TableName> reads,
        Set<String> commonTables,
        Set<String> words,
        Set<TableName> writes,
        Mode mode,
        Effect control,
        @Nullable BypassReason reason,
        String detail,
        Set<String> called,
        boolean castsText) {

    enum Kind {
        /** A query that writes nothing. */
        READ,
        /** DML on known tables, perhaps with rows as its answer. */
        WRITE,
        /** Anything else: its effect is given. */
        CONTROL
    }

    enum Mode {
        /** Only new rows: no cascade follows. */
        INSERT,
        /** Rows may change or go. */
        CHANGE
    }

    static Plan read(Set<TableName> reads, Set<String> commonTables, Set<String> called, boolean castsText) {
        return new Plan(
                Kind.READ,
                Set.copyOf(reads),
                Set.copyOf(commonTables),
                Set.of(),
                Set.of(),
                Mode.INSERT,
                Effect.NONE,
                null,
                "",
                Set.copyOf(called),
                castsText);
    }

    static Plan write(Set<TableName> writes, Mode mode, Set<String> called) {
        return new Plan(
                Kind.WRITE,
                Set.of(),
                Set.of(),
                Set.of(),
                Set.copyOf(writes),
                mode,
                Effect.NONE,
                BypassReason.WRITES,
                "DML",
                Set.copyOf(called),
                false);
    }

    static Plan control(Effect effect, @Nullable BypassReason reason, String detail) {
        return new Plan(
                Kind.CONTROL,
                Set.of(),
                Set.of(),
                Set.of(),
                Set.of(),
                Mode.CHANGE,
                effect,
                reason,
                detail,
                Set.of(),
                false);
    }

    Plan bypassed(BypassReason why, String what) {
        return new Plan(kind, reads, commonTables, words, writes, mode, control, why, what, called, castsText);
    }

    Plan withReads(Set<TableName> tables) {
        return new Plan(
                kind,
                Set.copyOf(tables),
                commonTables,
                words,
                writes,
                mode,
                control,
                reason,
                detail,
                called,
                castsText);
    }

    Plan withWords(Set<String> identifiers) {
        return new Plan(
                kind,
                reads,
                commonTables,
                Set.copyOf(identifiers),
                writes,
                mode,
                control,
                reason,
                detail,
                called,
                castsText);
    }

    Plan calling(Set<String> functions) {
        return new Plan(
                kind,
                reads,
                commonTables,
                words,
                writes,
                mode,
                control,
                reason,
                detail,
                Set.copyOf(functions),
                castsText);
    }
}
