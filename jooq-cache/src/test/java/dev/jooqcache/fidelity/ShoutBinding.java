package dev.jooqcache.fidelity;

import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.sql.Types;
import org.jooq.Binding;
import org.jooq.BindingGetResultSetContext;
import org.jooq.BindingGetSQLInputContext;
import org.jooq.BindingGetStatementContext;
import org.jooq.BindingRegisterContext;
import org.jooq.BindingSQLContext;
import org.jooq.BindingSetSQLOutputContext;
import org.jooq.BindingSetStatementContext;
import org.jooq.Converter;

/** A user's binding with a state of its own: in the database every text has a suffix that Java does not see. */
public class ShoutBinding implements Binding<String, String> {
    private static final long serialVersionUID = 1L;

    private final String suffix;

    public ShoutBinding(String suffix) {
        this.suffix = suffix;
    }

    @Override
    public Converter<String, String> converter() {
        return Converter.ofNullable(String.class, String.class, s -> s, s -> s);
    }

    @Override
    public void sql(BindingSQLContext<String> ctx) {
        ctx.render().sql("?");
    }

    @Override
    public void register(BindingRegisterContext<String> ctx) throws SQLException {
        ctx.statement().registerOutParameter(ctx.index(), Types.VARCHAR);
    }

    @Override
    public void set(BindingSetStatementContext<String> ctx) throws SQLException {
        ctx.statement().setString(ctx.index(), ctx.value() == null ? null : ctx.value() + suffix);
    }

    @Override
    public void get(BindingGetResultSetContext<String> ctx) throws SQLException {
        String text = ctx.resultSet().getString(ctx.index());
        ctx.value(text != null && text.endsWith(suffix) ? text.substring(0, text.length() - suffix.length()) : text);
    }

    @Override
    public void get(BindingGetStatementContext<String> ctx) throws SQLException {
        ctx.value(ctx.statement().getString(ctx.index()));
    }

    @Override
    public void set(BindingSetSQLOutputContext<String> ctx) throws SQLException {
        throw new SQLFeatureNotSupportedException();
    }

    @Override
    public void get(BindingGetSQLInputContext<String> ctx) throws SQLException {
        throw new SQLFeatureNotSupportedException();
    }
}
