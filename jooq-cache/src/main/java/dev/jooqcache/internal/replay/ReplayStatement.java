package dev.jooqcache.internal.replay;

import java.sql.Blob;
import java.sql.Clob;
import java.sql.Connection;
import java.sql.NClob;
import java.sql.PreparedStatement;
import java.sql.SQLXML;
import org.jooq.tools.jdbc.DefaultPreparedStatement;

/** The statement of a hit: it also takes the bind values that jOOQ's mock refuses. They are never read. */
final class ReplayStatement extends DefaultPreparedStatement {

    ReplayStatement(PreparedStatement mock, Connection creator) {
        super(mock, creator);
    }

    @Override
    public void setBlob(int index, Blob value) {}

    @Override
    public void setClob(int index, Clob value) {}

    @Override
    public void setNClob(int index, NClob value) {}

    @Override
    public void setSQLXML(int index, SQLXML value) {}
}
