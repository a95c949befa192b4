package dev.jooqcache.migrations;

import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import org.h2.tools.TriggerAdapter;

/** The trigger that keeps the history of prices on H2; PostgreSQL has the same in PL/pgSQL. */
public final class PriceChangeTrigger extends TriggerAdapter {

    /** Called by H2. */
    public PriceChangeTrigger() {}

    @Override
    public void fire(Connection connection, ResultSet oldRow, ResultSet newRow) throws SQLException {
        BigDecimal oldPrice = oldRow.getBigDecimal("rental_price");
        BigDecimal newPrice = newRow.getBigDecimal("rental_price");
        if (oldPrice.compareTo(newPrice) != 0) {
            record(connection, newRow.getInt("id"), oldPrice, newPrice);
        }
    }

    private void record(Connection connection, int film, BigDecimal oldPrice, BigDecimal newPrice) throws SQLException {
        try (PreparedStatement insert = connection.prepareStatement(
                "insert into \"" + schemaName + "\".price_change (film_id, old_price, new_price) values (?, ?, ?)")) {
            insert.setInt(1, film);
            insert.setBigDecimal(2, oldPrice);
            insert.setBigDecimal(3, newPrice);
            insert.executeUpdate();
        }
    }
}
