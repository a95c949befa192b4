package dev.jooqcache.sample;

import org.jooq.DSLContext;
import org.jooq.ResultQuery;

/** A read with its arguments, which can be asked with the cache and without it. */
interface Question {

    ResultQuery<?> on(DSLContext dsl);
}
