package dev.jooqcache.internal.sql;

import org.jooq.Configuration;
import org.jooq.Parser;
import org.jooq.SQLDialect;
import org.jooq.conf.ParseUnknownFunctions;
import org.jooq.conf.RenderQuotedNames;
import org.jooq.conf.Settings;
import org.jooq.impl.DefaultConfiguration;

/** jOOQ's parser as the analysis needs it. */
public final class JooqParser {

    private JooqParser() {}

    /**
     * jOOQ's parser, for texts of a dialect.
     *
     * <p>For a type that it does not know it makes one, which jOOQ keeps for the whole JVM by the name: after a text with
     * {@code x::_date}, every result of a PostgreSQL's {@code date[]} would be the driver's object instead of an array. So
     * it makes types of another dialect than that of the results.
     */
    public static Parser of(SQLDialect dialect) {
        SQLDialect other = dialect.family() == SQLDialect.DERBY ? SQLDialect.FIREBIRD : SQLDialect.DERBY;
        return configuration(other, dialect).dsl().parser();
    }

    /** A configuration that renders what was parsed. */
    public static Configuration configuration(SQLDialect dialect) {
        return configuration(dialect, dialect);
    }

    private static Configuration configuration(SQLDialect rendered, SQLDialect parsed) {
        Settings settings = new Settings()
                .withParseDialect(parsed)
                .withParseUnknownFunctions(ParseUnknownFunctions.IGNORE)
                .withRenderQuotedNames(RenderQuotedNames.ALWAYS);
        return new DefaultConfiguration().set(rendered).set(settings);
    }
}
