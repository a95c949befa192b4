package dev.jooqcache.sample;

import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import org.jooq.DSLContext;
import org.jooq.Result;
import org.jooq.conf.ParamType;

/** A check of the cache's answers against those of the database; nobody may write meanwhile. Not thread-safe. */
final class AnswerCheck {

    private static final class Count {
        long checked;
        long wrong;
    }

    private final DSLContext cached;
    private final DSLContext bypassing;
    private final Choices choices;
    private final ProgressLine complaints;
    private final Map<Read, Count> counts = new EnumMap<>(Read.class);

    AnswerCheck(DSLContext cached, DSLContext bypassing, Choices choices, ProgressLine complaints) {
        this.cached = cached;
        this.bypassing = bypassing;
        this.choices = choices;
        this.complaints = complaints;
        for (Read read : Read.values()) {
            counts.put(read, new Count());
        }
    }

    /** Asks so many questions of each kind: twice with the cache, then the database. */
    void ask(int questions) {
        for (Read read : Read.values()) {
            for (int i = 0; i < questions; i++) {
                ask(read, read.question(choices));
            }
        }
    }

    private void ask(Read read, Question question) {
        Result<?> first = question.on(cached).fetch();
        Result<?> second = question.on(cached).fetch();
        Result<?> expected = question.on(bypassing).fetch();
        compare(read, question, first, expected);
        compare(read, question, second, expected);
    }

    private void compare(Read read, Question question, Result<?> actual, Result<?> expected) {
        Count count = count(read);
        count.checked++;
        if (!Answers.same(actual, expected)) {
            count.wrong++;
            complaints.interrupt("wrong answer: " + question.on(cached).getSQL(ParamType.INLINED)
                    + "%nwith the cache:%n%s%nfrom the database:%n%s".formatted(actual, expected));
        }
    }

    private Count count(Read read) {
        return Objects.requireNonNull(counts.get(read));
    }

    long checked(Read read) {
        return count(read).checked;
    }

    long wrong(Read read) {
        return count(read).wrong;
    }

    long checked() {
        return counts.values().stream().mapToLong(count -> count.checked).sum();
    }

    long wrong() {
        return counts.values().stream().mapToLong(count -> count.wrong).sum();
    }
}
