package dev.jooqcache.benchmarks;

import dev.jooqcache.sample.AgeRating;
import dev.jooqcache.sample.Job;
import jakarta.persistence.Column;
import jakarta.persistence.Embeddable;
import jakarta.persistence.EmbeddedId;
import jakarta.persistence.Entity;
import jakarta.persistence.EnumType;
import jakarta.persistence.Enumerated;
import jakarta.persistence.FetchType;
import jakarta.persistence.GeneratedValue;
import jakarta.persistence.GenerationType;
import jakarta.persistence.Id;
import jakarta.persistence.JoinColumn;
import jakarta.persistence.JoinTable;
import jakarta.persistence.ManyToMany;
import jakarta.persistence.ManyToOne;
import jakarta.persistence.OneToMany;
import jakarta.persistence.OrderBy;
import jakarta.persistence.Table;
import java.io.Serializable;
import java.math.BigDecimal;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.List;
import org.hibernate.annotations.Cache;
import org.hibernate.annotations.CacheConcurrencyStrategy;
import org.hibernate.annotations.DynamicUpdate;
import org.jspecify.annotations.NullUnmarked;
import org.jspecify.annotations.Nullable;

/** The part of the catalogue that is read here, as entities; those that are asked for are cached. */
@NullUnmarked
final class Entities {

    private Entities() {}

    @Entity(name = "Film")
    @Table(name = "film")
    @Cache(usage = CacheConcurrencyStrategy.READ_WRITE, region = "film")
    @DynamicUpdate
    static class Film implements Answers.Row, Rows.Versioned {
        @Id
        int id;

        String title;
        LocalDate releasedOn;
        short runningMinutes;

        @Enumerated(EnumType.STRING)
        AgeRating ageRating;

        short languageId;
        short rentalDays;
        BigDecimal rentalPrice;
        LocalDateTime updatedAt;

        @OneToMany(mappedBy = "film")
        @OrderBy("id.billing")
        @Cache(usage = CacheConcurrencyStrategy.READ_WRITE, region = "credits")
        List<Credit> credits;

        @ManyToMany
        @JoinTable(
                name = "film_genre",
                joinColumns = @JoinColumn(name = "film_id"),
                inverseJoinColumns = @JoinColumn(name = "genre_id"))
        @OrderBy("id")
        @Cache(usage = CacheConcurrencyStrategy.READ_WRITE, region = "genres")
        List<Genre> genres;

        @Override
        public int id() {
            return id;
        }

        @Override
        public LocalDateTime updatedAt() {
            return updatedAt;
        }

        @Override
        public List<@Nullable Object> values() {
            return Arrays.asList(id, title, releasedOn, runningMinutes, ageRating, rentalDays, rentalPrice, updatedAt);
        }

        Detail detail() {
            return new Detail(this);
        }
    }

    /** A film that was read together with its credits and genres. */
    record Detail(Film film) implements Answers.Row, Rows.Versioned {
        @Override
        public int id() {
            return film.id;
        }

        @Override
        public LocalDateTime updatedAt() {
            return film.updatedAt;
        }

        @Override
        public List<@Nullable Object> values() {
            return Arrays.asList(
                    film.id,
                    film.title,
                    film.releasedOn,
                    film.runningMinutes,
                    film.ageRating,
                    film.rentalDays,
                    film.rentalPrice,
                    film.updatedAt,
                    film.credits,
                    film.genres.stream().map(genre -> genre.name).toList());
        }
    }

    @Entity(name = "Credit")
    @Table(name = "film_credit")
    @Cache(usage = CacheConcurrencyStrategy.READ_WRITE, region = "credits")
    static class Credit implements Answers.Row {
        @EmbeddedId
        CreditId id;

        @ManyToOne(fetch = FetchType.LAZY)
        @JoinColumn(name = "film_id", insertable = false, updatable = false)
        Film film;

        @ManyToOne(fetch = FetchType.LAZY)
        @JoinColumn(name = "person_id")
        Person person;

        @Enumerated(EnumType.STRING)
        Job job;

        String characterName;

        @Override
        public List<@Nullable Object> values() {
            return Arrays.asList(job, person.name(), characterName);
        }
    }

    @Embeddable
    record CreditId(@Column(name = "film_id") int filmId, short billing) implements Serializable {}

    @Entity(name = "Person")
    @Table(name = "person")
    @Cache(usage = CacheConcurrencyStrategy.READ_WRITE, region = "credits")
    static class Person {
        @Id
        int id;

        String name;

        /** A proxy knows its name only through a method. */
        String name() {
            return name;
        }
    }

    @Entity(name = "Genre")
    @Table(name = "genre")
    @Cache(usage = CacheConcurrencyStrategy.READ_WRITE, region = "genres")
    static class Genre {
        @Id
        short id;

        String name;
    }

    @Entity(name = "Copy")
    @Table(name = "copy")
    @Cache(usage = CacheConcurrencyStrategy.READ_WRITE, region = "rentals")
    @DynamicUpdate
    static class Copy {
        @Id
        int id;

        boolean available;

        @ManyToOne(fetch = FetchType.LAZY)
        @JoinColumn(name = "film_id")
        Film film;
    }

    @Entity(name = "Rental")
    @Table(name = "rental")
    static class Rental {
        @Id
        @GeneratedValue(strategy = GenerationType.IDENTITY)
        Long id;

        @ManyToOne(fetch = FetchType.LAZY)
        @JoinColumn(name = "copy_id")
        Copy copy;

        int customerId;
        int employeeId = 1;
        OffsetDateTime rentedAt = now();
        LocalDate dueOn = rentedAt.toLocalDate().plusDays(3);

        Rental() {}

        Rental(Copy copy, int customer) {
            this.copy = copy;
            this.customerId = customer;
        }
    }

    @Entity(name = "Payment")
    @Table(name = "payment")
    static class Payment {
        @Id
        @GeneratedValue(strategy = GenerationType.IDENTITY)
        Long id;

        @ManyToOne(fetch = FetchType.LAZY)
        @JoinColumn(name = "rental_id")
        Rental rental;

        String reason = "RENTAL";
        BigDecimal amount = new BigDecimal("2.99");
        OffsetDateTime paidAt = now();

        Payment() {}

        Payment(Rental rental) {
            this.rental = rental;
        }
    }

    private static OffsetDateTime now() {
        return OffsetDateTime.now(ZoneOffset.UTC).truncatedTo(ChronoUnit.MICROS);
    }
}
