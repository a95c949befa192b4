package dev.jooqcache.sample;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.Optional;
import java.util.SplittableRandom;
import org.jooq.DSLContext;
import org.jooq.SQLDialect;
import org.jooq.impl.DSL;
import org.jooq.tools.jdbc.MockConnection;
import org.jooq.tools.jdbc.MockResult;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** The check itself is checked: right answers pass, wrong ones are found. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class AnswerCheckTest {

    private final StringWriter terminal = new StringWriter();
    private SampleDatabase database;
    private DSLContext dsl;

    @BeforeAll
    void start() throws Exception {
        database = SampleDatabase.start(new Settings(DatabaseKind.H2, Optional.empty(), 1, 1, 0, 1));
        dsl = DSL.using(database.dataSource(), database.dialect());
    }

    @AfterAll
    void stop() throws Exception {
        database.close();
    }

    private AnswerCheck check(DSLContext cached) {
        Choices choices = new Choices(Population.of(dsl), new SplittableRandom(1));
        return new AnswerCheck(cached, dsl, choices, new ProgressLine(new PrintWriter(terminal)));
    }

    @Test
    void ask_rightAnswers_areNotWrong() {
        AnswerCheck check = check(dsl);
        check.ask(2);
        assertThat(check.checked()).isEqualTo(4 * Read.values().length);
        assertThat(check.wrong()).isZero();
        assertThat(terminal.toString()).isEmpty();
    }

    @Test
    void ask_emptyAnswers_areWrongAndPrinted() {
        MockConnection empty = new MockConnection(statement ->
                new MockResult[] {new MockResult(0, DSL.using(SQLDialect.H2).newResult())});
        AnswerCheck check = check(DSL.using(empty, SQLDialect.H2));
        check.ask(1);
        assertThat(check.wrong(Read.PRICE)).isEqualTo(2);
        assertThat(check.wrong(Read.FILM)).isEqualTo(2);
        assertThat(terminal.toString()).contains("wrong answer: select");
    }
}
