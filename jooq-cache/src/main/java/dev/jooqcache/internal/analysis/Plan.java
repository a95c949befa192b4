package dev.jooqcache.internal.analysis;

import dev.jooqcache.BypassReason;
import dev.jooqcache.internal.transaction.Effect;
import dev.jooqcache.model.TableName;
import dev.jooqcache.model.WriteEvent;
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
 * @param events how it writes them
 * @param control the effect of a statement of kind CONTROL
 * @param reason why it cannot be cached, or {@code null}
 * @param detail the part that gave the reason
 * @param calls what it calls
 */
record Plan(
        Kind kind,
        Set<TableName> reads,
        Set<String> commonTables,
        Set<String> words,
        Set<TableName> writes,
        Set<WriteEvent> events,
        Effect control,
        @Nullable BypassReason reason,
        String detail,
        Calls calls) {

    enum Kind {
        /** A query that writes nothing, unless what it calls does. */
        READ,
        /** DML on known tables, perhaps with rows as its answer. */
        WRITE,
        /** A call of a procedure: its effect is given, for the case that the procedure is not known. */
        CALL,
        /** Anything else: its effect is given. */
        CONTROL
    }

    Plan {
        reads = Set.copyOf(reads);
        commonTables = Set.copyOf(commonTables);
        words = Set.copyOf(words);
        writes = Set.copyOf(writes);
        events = Set.copyOf(events);
    }

    static Plan read(Set<TableName> reads, Set<String> commonTables, Calls calls) {
        return new Plan(Kind.READ, reads, commonTables, Set.of(), Set.of(), Set.of(), Effect.NONE, null, "", calls);
    }

    static Plan write(Set<TableName> writes, Set<WriteEvent> events, Calls calls) {
        return new Plan(
                Kind.WRITE,
                Set.of(),
                Set.of(),
                Set.of(),
                writes,
                events,
                Effect.NONE,
                BypassReason.WRITES,
                "DML",
                calls);
    }

    static Plan control(Effect effect, @Nullable BypassReason reason, String detail) {
        return new Plan(
                Kind.CONTROL, Set.of(), Set.of(), Set.of(), Set.of(), Set.of(), effect, reason, detail, Calls.NONE);
    }

    static Plan call(String routine, Calls arguments) {
        Calls calls = arguments.and(new Calls(Set.of(), Set.of(routine), "", false));
        return new Plan(
                Kind.CALL,
                Set.of(),
                Set.of(),
                Set.of(),
                Set.of(),
                Set.of(),
                Effect.CODE,
                BypassReason.NOT_A_SINGLE_QUERY,
                routine,
                calls);
    }

    /** The plan of a statement that executes this query and answers something else. */
    Plan within(String statement) {
        Effect effect = kind == Kind.READ || kind == Kind.CONTROL ? control : Effect.UNKNOWN;
        return new Plan(
                Kind.CONTROL,
                reads,
                commonTables,
                words,
                Set.of(),
                Set.of(),
                effect,
                BypassReason.PLAIN_SQL,
                statement,
                calls);
    }

    Plan bypassed(BypassReason why, String what) {
        return new Plan(kind, reads, commonTables, words, writes, events, control, why, what, calls);
    }

    Plan withReads(Set<TableName> tables) {
        return new Plan(kind, tables, commonTables, words, writes, events, control, reason, detail, calls);
    }

    Plan withWords(Set<String> identifiers) {
        return new Plan(kind, reads, commonTables, identifiers, writes, events, control, reason, detail, calls);
    }

    Plan calling(Calls called) {
        return new Plan(kind, reads, commonTables, words, writes, events, control, reason, detail, called);
    }
}
