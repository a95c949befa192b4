package dev.jooqcache.benchmarks;

import dev.jooqcache.benchmarks.Rows.FilmDetail;
import dev.jooqcache.benchmarks.Rows.FilmRow;
import dev.jooqcache.benchmarks.Rows.GenreSummary;
import dev.jooqcache.benchmarks.Rows.TopFilm;
import java.math.BigDecimal;
import java.time.LocalDateTime;
import java.util.List;
import org.apache.ibatis.annotations.Param;

/** The statements of the two XML mappers, each with a {@code <cache/>} of its own: writes clear that of their mapper. */
final class MyBatisMapper {

    private MyBatisMapper() {}

    interface Films {

        FilmRow film(int id);

        List<FilmRow> page(@Param("offset") int offset, @Param("limit") int limit);

        FilmDetail detail(int id);

        List<GenreSummary> genres(int language);

        void reprice(
                @Param("film") int film, @Param("price") BigDecimal price, @Param("updatedAt") LocalDateTime updatedAt);
    }

    interface Rentals {

        List<TopFilm> report(int payment);

        void take(int copy);

        void insertRental(NewRental rental);

        void insertPayment(NewRental rental);
    }

    /** A rental to be inserted; its id is generated then. */
    static final class NewRental {
        private final int copy;
        private final int customer;
        private long id;

        NewRental(int copy, int customer) {
            this.copy = copy;
            this.customer = customer;
        }

        public int getCopy() {
            return copy;
        }

        public int getCustomer() {
            return customer;
        }

        public long getId() {
            return id;
        }

        public void setId(long id) {
            this.id = id;
        }
    }
}
