package dev.jooqcache.internal.analysis;

import dev.jooqcache.BypassReason;
import dev.jooqcache.internal.dependency.StatementEffect;
import dev.jooqcache.internal.sql.Calls;
import dev.jooqcache.model.TableName;
import dev.jooqcache.model.WriteEvent;
import java.util.List;
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
        StatementEffect control,
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
        return new Plan(
                Kind.READ, reads, commonTables, Set.of(), Set.of(), Set.of(), StatementEffect.NONE, null, "", calls);
    }

    static Plan write(Set<TableName> writes, Set<WriteEvent> events, Calls calls) {
        return new Plan(
                Kind.WRITE,
                Set.of(),
                Set.of(),
                Set.of(),
                writes,
                events,
                StatementEffect.NONE,
                BypassReason.MODIFIES_DATA,
                "DML",
                calls);
    }

    static Plan control(StatementEffect effect, @Nullable BypassReason reason, String detail) {
        return new Plan(
                Kind.CONTROL, Set.of(), Set.of(), Set.of(), Set.of(), Set.of(), effect, reason, detail, Calls.NONE);
    }

    /** Calls the last of the names; those before it may be packages, and the one before is its schema if it is none. */
    static Plan call(List<String> path, Calls arguments) {
        int last = path.size() - 1;
        String routine = last == 0 ? path.get(0) : path.get(last - 1) + path.get(last);
        Calls calls = arguments.and(
                new Calls(Set.copyOf(path.subList(0, path.size() - 1)), Set.of(routine), "", false, Set.of()));
        return new Plan(
                Kind.CALL,
                Set.of(),
                Set.of(),
                Set.of(),
                Set.of(),
                Set.of(),
                StatementEffect.CODE,
                BypassReason.NOT_A_SINGLE_QUERY,
                routine,
                calls);
    }

    /** Returns whether the schema tells more of its effect. */
    boolean dependsOnSchema() {
        return kind != Kind.CONTROL
                || !reads.isEmpty()
                || !words.isEmpty()
                || !calls.known().isEmpty()
                || !calls.unknown().isEmpty();
    }

    /** What this statement does by another one: nothing of its own, and nothing of it can be cached. */
    Plan carrying(Plan other) {
        return new Plan(
                other.kind == Kind.READ ? Kind.CONTROL : other.kind,
                other.reads,
                other.commonTables,
                other.words,
                other.writes,
                other.events,
                other.control,
                reason,
                detail,
                other.calls);
    }

    /** A query whose rows something is done with. */
    Plan after(StatementEffect effect) {
        StatementEffect both =
                kind == Kind.READ || kind == Kind.CONTROL ? effect.then(control) : effect.then(StatementEffect.CODE);
        return new Plan(Kind.CONTROL, reads, commonTables, words, Set.of(), Set.of(), both, reason, detail, calls);
    }

    /** Not executed: only what it calls may be. */
    Plan planned() {
        return new Plan(
                Kind.CONTROL,
                reads,
                commonTables,
                words,
                Set.of(),
                Set.of(),
                StatementEffect.NONE,
                reason,
                detail,
                calls);
    }

    /** With an effect of its own, besides what it reads. */
    Plan with(StatementEffect effect) {
        return new Plan(kind, reads, commonTables, words, writes, events, effect, reason, detail, calls);
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
