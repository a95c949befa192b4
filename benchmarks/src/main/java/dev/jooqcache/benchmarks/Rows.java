package dev.jooqcache.benchmarks;

import dev.jooqcache.sample.AgeRating;
import dev.jooqcache.sample.Job;
import java.io.Serializable;
import java.math.BigDecimal;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.util.List;
import org.jooq.Record1;
import org.jooq.Record10;
import org.jooq.Record3;
import org.jooq.Records;
import org.jooq.Result;
import org.jspecify.annotations.Nullable;

/** What {@code @Cacheable} methods, prepared queries and MyBatis' mappers answer: records, as one would write for them. */
final class Rows {

    private Rows() {}

    /** A film whose last change can be told. */
    interface Versioned {

        int id();

        LocalDateTime updatedAt();
    }

    record FilmRow(
            int id,
            String title,
            LocalDate releasedOn,
            short runningMinutes,
            AgeRating ageRating,
            short rentalDays,
            BigDecimal rentalPrice,
            LocalDateTime updatedAt)
            implements Versioned, Serializable {}

    record FilmDetail(
            int id,
            String title,
            LocalDate releasedOn,
            short runningMinutes,
            AgeRating ageRating,
            short rentalDays,
            BigDecimal rentalPrice,
            LocalDateTime updatedAt,
            List<Credit> credits,
            List<String> genres)
            implements Versioned, Serializable {}

    static FilmDetail detail(
            Record10<
                            Integer,
                            String,
                            LocalDate,
                            Short,
                            AgeRating,
                            Short,
                            BigDecimal,
                            LocalDateTime,
                            Result<Record3<Job, String, String>>,
                            Result<Record1<String>>>
                    row) {
        return new FilmDetail(
                row.value1(),
                row.value2(),
                row.value3(),
                row.value4(),
                row.value5(),
                row.value6(),
                row.value7(),
                row.value8(),
                row.value9().map(Records.mapping(Credit::new)),
                row.value10().map(genre -> genre.value1()));
    }

    record Credit(Job job, String name, @Nullable String characterName) implements Serializable {}

    record GenreSummary(String name, int films, BigDecimal cheapest, BigDecimal total) implements Serializable {}

    record TopFilm(int id, String title, int rentals, BigDecimal takings) implements Serializable {}
}
